import { describe, expect, it } from 'vitest';
import type { Claim, LedgerPost, Look, NewPost } from '../../src/kernel/index.ts';
import { createTestDatabase } from '../support/postgres.ts';
import {
  acceptClaimed,
  created,
  hasCredential,
  letTimePass,
  newPost,
  newTweetId,
  openTestLedger,
  openTestPool,
  rejected,
  unknown,
} from './fixture.ts';
import { stateOf } from './force-state.ts';

const { url } = await createTestDatabase('template0');
const ledger = await openTestLedger(url);
const pool = openTestPool(url);
const SECOND_MS = 1_000;
const MINUTE_MS = 60_000;

const acceptUnknown = async (
  changed: Partial<NewPost> = {},
  status?: number,
): Promise<{ post: LedgerPost; claim: Claim }> => {
  const accepted = await acceptClaimed(ledger, newPost(changed));
  await ledger.record(accepted.claim, unknown(status));
  return accepted;
};

/** The look at `post`, which must be due. */
const takeLook = async (post: LedgerPost): Promise<Look> => {
  const look = await ledger.nextToReconcile();
  if (look?.postId !== post.id) throw new Error(`Expected a look at ${post.id}, got ${look?.postId}`);
  return look;
};

/** Seconds until the part is looked for again. */
const secondsToNextLook = async ({ id }: LedgerPost): Promise<number> => {
  const { rows } = await pool.query<{ seconds: number }>(
    'select extract(epoch from not_before - now())::float8 as seconds from herald.part where post_id = $1',
    [id],
  );
  return rows[0]?.seconds ?? Number.NaN;
};

describe('reconciling', () => {
  it('looks after 15 s, with all that a look takes, and nobody else looks meanwhile', async () => {
    const { post, claim } = await acceptUnknown();
    expect(await ledger.nextToReconcile()).toBeUndefined();
    await letTimePass(pool, post.id, 16 * SECOND_MS);
    const look = await takeLook(post);
    expect(look).toMatchObject({
      position: 0,
      fence: claim.fence,
      look: 1,
      part: { state: 'UNKNOWN', text: post.parts[0]?.text },
      post: { state: 'UNKNOWN', xUserId: post.xUserId },
      credential: { kid: 'rest-1' },
    });
    expect(look.startedAt.getTime()).toBeLessThanOrEqual(look.deadlineAt.getTime());
    expect(look.deadlineAt.getTime()).toBeLessThanOrEqual(look.lookedAt.getTime());
    expect(await ledger.nextToReconcile()).toBeUndefined();
    expect(await ledger.recordFound(look, newTweetId(), 'text')).toBe('recorded');
    expect(await ledger.post(post.userId, post.id)).toMatchObject({ state: 'SENT' });
    expect(await hasCredential(pool, post.id)).toBe(false);
  });

  it('spaces its looks, counts absence only after the settle window, and sends again after two', async () => {
    const { post } = await acceptUnknown({ expiresAt: new Date(Date.now() + 120 * MINUTE_MS) });
    let passed = 0;
    const expectNext = async (seconds: number) => {
      const next = await secondsToNextLook(post);
      expect(next).toBeGreaterThan(seconds - 5);
      expect(next).toBeLessThanOrEqual(seconds + 1);
      passed += next + 0.1;
      await letTimePass(pool, post.id, (next + 0.1) * SECOND_MS);
    };
    await expectNext(15);
    for (const pause of [30, 120, 300]) {
      expect(await ledger.recordAbsent(await takeLook(post))).toBe('UNKNOWN');
      await expectNext(pause);
    }
    // The next would be 10 minutes away, but the settle window is over before that.
    expect(await ledger.recordAbsent(await takeLook(post))).toBe('UNKNOWN');
    await expectNext(900 - passed);
    expect(await ledger.recordAbsent(await takeLook(post))).toBe('UNKNOWN');
    await expectNext(60);
    expect(await ledger.recordAbsent(await takeLook(post))).toBe('QUEUED');
    expect((await ledger.claimPost(post.id))?.claim.attempt).toBe(2);
  });

  it('scales with the settle window', async () => {
    const quick = await openTestLedger(url, { settleWindowMs: 6_000 });
    const { claim, post } = await acceptClaimed(quick, newPost());
    await quick.record(claim, unknown());
    expect(await secondsToNextLook(post)).toBeLessThanOrEqual(0.1);
    await letTimePass(pool, post.id, 7_000);
    expect(await quick.recordAbsent(await takeLook(post))).toBe('UNKNOWN');
    expect(await secondsToNextLook(post)).toBeLessThanOrEqual(0.4);
    await letTimePass(pool, post.id, 500);
    expect(await quick.recordAbsent(await takeLook(post))).toBe('QUEUED');
    await quick.cancel(undefined, post.id);
  });

  it('does not count a timeline that could not be read', async () => {
    const { post } = await acceptUnknown();
    await letTimePass(pool, post.id, 20 * MINUTE_MS);
    for (const _ of [1, 2, 3]) {
      await ledger.recordUnread(await takeLook(post));
      await letTimePass(pool, post.id, 16 * MINUTE_MS);
    }
    expect((await stateOf(pool, post.id)).state).toBe('UNKNOWN');
    await ledger.recordNeedsReview(await takeLook(post), 'ACCOUNT_NEEDS_RECONNECT');
    expect(await stateOf(pool, post.id)).toMatchObject({
      state: 'NEEDS_REVIEW',
      error_code: 'ACCOUNT_NEEDS_RECONNECT',
    });
    expect(await hasCredential(pool, post.id)).toBe(true);
  });

  it('says so when the tweet is another part’s, and leaves the part unknown', async () => {
    const tweetId = newTweetId();
    const owner = await acceptClaimed(ledger, newPost());
    await ledger.record(owner.claim, created(tweetId));
    const { post } = await acceptUnknown();
    await letTimePass(pool, post.id, MINUTE_MS);
    expect(await ledger.recordFound(await takeLook(post), tweetId, 'text')).toBe('taken');
    expect((await stateOf(pool, post.id)).state).toBe('UNKNOWN');
  });

  it('gives a tweet back to the post that X answered with it', async () => {
    const tweetId = newTweetId();
    const adopter = await acceptUnknown();
    await letTimePass(pool, adopter.post.id, MINUTE_MS);
    await ledger.recordFound(await takeLook(adopter.post), tweetId, 'text');
    const owner = await acceptClaimed(ledger, newPost());
    const recorded = await ledger.record(owner.claim, created(tweetId));
    expect(recorded).toMatchObject({ applied: true, doublePost: undefined, post: { state: 'SENT' } });
    expect(await ledger.post(undefined, adopter.post.id)).toMatchObject({ state: 'UNKNOWN' });
  });

  it('knows a duplicate of its own copy from one of somebody’s older tweet', async () => {
    const first = await acceptClaimed(ledger, newPost());
    expect((await ledger.record(first.claim, rejected('DUPLICATE_CONTENT'))).post).toMatchObject({
      state: 'FAILED',
      parts: [{ error: { code: 'DUPLICATE_CONTENT' } }],
    });

    const { post } = await acceptUnknown({ expiresAt: new Date(Date.now() + 120 * MINUTE_MS) });
    for (const _ of [1, 2]) {
      await letTimePass(pool, post.id, 16 * MINUTE_MS);
      await ledger.recordAbsent(await takeLook(post));
    }
    const second = await ledger.claimPost(post.id);
    if (second === undefined) throw new Error('due');
    await ledger.record(second.claim, rejected('DUPLICATE_CONTENT'));
    const look = await takeLook(post);
    expect(look.part.state).toBe('UNKNOWN');
    expect(look.startedAt.getTime()).toBeLessThan(Date.now() - 30 * MINUTE_MS);
  });
});
