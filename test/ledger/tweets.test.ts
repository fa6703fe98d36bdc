import { describe, expect, it } from 'vitest';
import type { TweetId, XUserId } from '../../src/kernel/index.ts';
import { createTestDatabase } from '../support/postgres.ts';
import {
  acceptClaimed,
  alice,
  created,
  newPost,
  newTweetId,
  newUserId,
  openTestLedger,
  openTestPool,
  rejected,
} from './fixture.ts';

const { url } = await createTestDatabase('template0');
const ledger = await openTestLedger(url);
const pool = openTestPool(url);

const send = async (changed: Parameters<typeof newPost>[0] = {}) => {
  const { post, claim } = await acceptClaimed(ledger, newPost(changed));
  const tweetId = newTweetId();
  await ledger.record(claim, created(tweetId));
  return { post, tweetId };
};

describe('a tweet', () => {
  it('has an owner when it is of a part', async () => {
    const { post, tweetId } = await send();
    expect(await ledger.ownerOf(tweetId)).toEqual({
      userId: post.userId,
      xUserId: alice,
      postId: post.id,
      deletedAt: undefined,
    });
    expect(await ledger.ownerOf('7' as TweetId)).toBeUndefined();
  });

  it('is deleted once, for good, and only as its X account', async () => {
    const { post, tweetId } = await send();
    const stranger = '99' as XUserId;
    await ledger.noteDeleted(post.userId, stranger, tweetId, 0);
    expect((await ledger.ownerOf(tweetId))?.deletedAt).toBeUndefined();
    const deletedAt = await ledger.noteDeleted(post.userId, alice, tweetId, 0);
    expect((await ledger.ownerOf(tweetId))?.deletedAt).toEqual(deletedAt);
    await pool.query(
      `update herald.part set deleted_at = deleted_at - interval '1 hour' where tweet_id = $1`,
      [tweetId],
    );
    const again = await ledger.noteDeleted(newUserId(), alice, tweetId, 0);
    expect(again.getTime()).toBe(deletedAt.getTime() - 3_600_000);
    // A delete changes no part's state.
    expect(await ledger.post(undefined, post.id)).toMatchObject({
      state: 'SENT',
      parts: [{ state: 'SENT', tweetId, deletedAt: again }],
    });
  });
});

describe('recent texts', () => {
  it("are the user's of the last day, newest first, with what became of them", async () => {
    const userId = newUserId();
    const old = await send({ userId, parts: [{ text: 'old', options: {} }] });
    await pool.query(
      `update herald.post set created_at = created_at - interval '25 hours', expires_at = expires_at - interval '25 hours'
       where id = $1`,
      [old.post.id],
    );
    const gone = await send({ userId, parts: [{ text: 'gone', options: {} }] });
    await ledger.noteDeleted(userId, alice, gone.tweetId, 0);
    const failed = await acceptClaimed(
      ledger,
      newPost({ userId, xUserId: '9' as XUserId, parts: [{ text: 'failed', options: {} }] }),
    );
    await ledger.record(failed.claim, rejected());
    await send({ userId, parts: [{ text: 'live', options: {} }] });
    await acceptClaimed(ledger, newPost({ userId, parts: [{ text: 'on its way', options: {} }] }));
    await send();
    const texts = await ledger.recentTexts(userId);
    expect([...texts].sort((a, b) => (a.text < b.text ? -1 : 1))).toEqual([
      { xUserId: '9', text: 'failed', live: false },
      { xUserId: alice, text: 'gone', live: false },
      { xUserId: alice, text: 'live', live: true },
      { xUserId: alice, text: 'on its way', live: true },
    ]);
  });
});

describe('the weighted limit', () => {
  it("is X's usual one until an admin sets another, and again after that", async () => {
    const account = '4242' as XUserId;
    expect(await ledger.weightedLimit(account)).toBeUndefined();
    for (const limit of [25_000, 4_000]) {
      await ledger.setWeightedLimit(account, limit);
      expect(await ledger.weightedLimit(account)).toBe(limit);
    }
    expect(await ledger.weightedLimit(alice)).toBeUndefined();
    for (let times = 1; times <= 2; times += 1) await ledger.setWeightedLimit(account, undefined);
    expect(await ledger.weightedLimit(account)).toBeUndefined();
    await expect(ledger.setWeightedLimit(account, 0)).rejects.toThrow();
  });
});
