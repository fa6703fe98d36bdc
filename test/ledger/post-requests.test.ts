import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { PostRequestId, UserId } from '../../src/kernel/index.ts';
import { createTestDatabase } from '../support/postgres.ts';
import { acceptClaimed, created, newPost, newUserId, openTestLedger, openTestPool } from './fixture.ts';

const { url } = await createTestDatabase('template0');
const ledger = await openTestLedger(url);
const pool = openTestPool(url);
const { postRequests } = ledger;

const REFUSAL = { code: 'ACCOUNT_REQUIRED', message: 'Connect one.', userAction: 'CONNECT' } as const;

const insertRequest = async (userId: UserId): Promise<PostRequestId> => {
  const { rows } = await pool.query<{ id: PostRequestId }>(
    `insert into herald.post_request (user_id, text) values ($1, 'hello') returning id`,
    [userId],
  );
  const [row] = rows;
  if (row === undefined) throw new Error('Nothing was inserted');
  return row.id;
};
const newEventId = (): string => randomUUID();

describe('a request for a post', () => {
  it('is read as it stands in its row', async () => {
    const userId = newUserId();
    const accountId = randomUUID();
    const { rows } = await pool.query<{ id: PostRequestId }>(
      `insert into herald.post_request
         (user_id, text, in_reply_to_tweet_id, reply_settings, account_id, idempotency_key, expires_at)
       values ($1, 'hi', '7', 'FOLLOWING', $2, 'key', '2026-11-22T09:30:00.123Z') returning id`,
      [userId, accountId],
    );
    const id = rows[0]?.id as PostRequestId;
    expect(await postRequests.find(id)).toEqual({
      id,
      userId,
      text: 'hi',
      inReplyToTweetId: '7',
      replySettings: 'FOLLOWING',
      accountId,
      idempotencyKey: 'key',
      expiresAt: new Date('2026-11-22T09:30:00.123Z'),
      postId: undefined,
      refusal: undefined,
    });
    expect(await postRequests.find(randomUUID() as PostRequestId)).toBeUndefined();
  });

  it('is tied to its post, with the event, by the statement that accepts it', async () => {
    const userId = newUserId();
    const id = await insertRequest(userId);
    const eventId = newEventId();
    expect(await postRequests.refuse(id, newEventId(), REFUSAL)).toBe(true);
    const { post } = await acceptClaimed(ledger, newPost({ userId, origin: { request: { id, eventId } } }));
    expect(await postRequests.find(id)).toMatchObject({ postId: post.id, refusal: undefined });
    expect(await postRequests.isKnown(eventId)).toBe(true);
  });

  it('is tied to nothing when nothing is accepted', async () => {
    const userId = newUserId();
    const id = await insertRequest(userId);
    const eventId = newEventId();
    const first = newPost({ userId, idempotencyKey: `event:${id}` });
    await ledger.accept(first);
    const again = { ...first, id: newPost().id, origin: { request: { id, eventId } } };
    expect(await ledger.accept(again)).toMatchObject({ kind: 'existing', post: { id: first.id } });
    expect(await postRequests.find(id)).toMatchObject({ postId: undefined });
    expect(await postRequests.isKnown(eventId)).toBe(false);
    await postRequests.settle(id, eventId, first.id);
    expect(await postRequests.find(id)).toMatchObject({ postId: first.id });
    expect(await postRequests.isKnown(eventId)).toBe(true);
  });

  it('keeps its post: neither a refusal nor another post takes its place', async () => {
    const userId = newUserId();
    const id = await insertRequest(userId);
    const request = { id, eventId: newEventId() };
    const { post } = await acceptClaimed(ledger, newPost({ userId, origin: { request } }));
    expect(await postRequests.refuse(id, newEventId(), REFUSAL)).toBe(false);
    await postRequests.settle(id, newEventId(), newPost().id);
    expect(await postRequests.find(id)).toMatchObject({ postId: post.id, refusal: undefined });
  });

  it('becomes one post of ten deliveries at once', async () => {
    const userId = newUserId();
    const id = await insertRequest(userId);
    const post = newPost({ userId, idempotencyKey: `event:${id}` });
    const deliveries = Array.from({ length: 10 }, () =>
      ledger.accept({ ...post, id: newPost().id, origin: { request: { id, eventId: newEventId() } } }),
    );
    const kinds = (await Promise.all(deliveries)).map(({ kind }) => kind).sort();
    expect(kinds).toEqual(['accepted', ...Array.from({ length: 9 }, () => 'existing')]);
    const { rowCount } = await pool.query('select from herald.post where user_id = $1', [userId]);
    expect(rowCount).toBe(1);
  });

  it('is refused by the table when it is too large, or names nobody', async () => {
    for (const [userId, text] of [
      ['alice', 'x'.repeat(65_537)],
      ['', 'hello'],
      ['u'.repeat(256), 'hello'],
    ]) {
      await expect(
        pool.query('insert into herald.post_request (user_id, text) values ($1, $2)', [userId, text]),
      ).rejects.toThrow(/check constraint/);
    }
  });
});

describe('events', () => {
  it('are remembered once, and forgotten after 30 days', async () => {
    const [old, recent] = [newEventId(), newEventId()];
    await postRequests.remember(old);
    await postRequests.remember(old);
    await postRequests.remember(recent);
    const age = (id: string, days: number) =>
      pool.query('update herald.event set received_at = now() - $2 * interval $$1 day$$ where id = $1', [
        id,
        days,
      ]);
    await age(old, 31);
    await age(recent, 29);
    await ledger.tidy();
    expect([await postRequests.isKnown(old), await postRequests.isKnown(recent)]).toEqual([false, true]);
  });
});

describe('a user id', () => {
  it.each([
    ['a uuid', 'c0ffee00-1234-4abc-8def-0123456789ab', 'c0ffee00-1234-4abc-8def-0123456789ab'],
    ['one in capitals', 'C0FFEE00-1234-4ABC-8DEF-0123456789AC', 'c0ffee00-1234-4abc-8def-0123456789ac'],
    ['of another form', 'twitter|844600000000000000', null],
    ['as long as a uuid', 'g0ffee00-1234-4abc-8def-0123456789ab', null],
    ['a uuid without hyphens', 'c0ffee0012344abc8def0123456789ab', null],
    ['a uuid and more', 'c0ffee00-1234-4abc-8def-0123456789ab ', null],
  ])('%s shows as a uuid only where it has that form', async (_what, userId, uuid) => {
    await ledger.accept(newPost({ userId: userId as UserId }));
    await pool.query(
      `insert into herald.account (id, user_id, x_user_id, username, is_default)
       values (gen_random_uuid(), $1, '1', 'alice', true)`,
      [userId],
    );
    const { rows } = await pool.query(
      `select post.user_uuid as post, account.user_uuid as account
       from herald.post join herald.account using (user_id) where user_id = $1`,
      [userId],
    );
    expect(rows).toEqual([{ post: uuid, account: uuid }]);
  });
});

describe('a trace', () => {
  it('is kept with the post and given back with it', async () => {
    const traceId = '4bf92f3577b34da6a3ce929d0e0e4736';
    const { post, claim } = await acceptClaimed(ledger, newPost({ origin: { traceId } }));
    expect(post.traceId).toBe(traceId);
    expect((await ledger.record(claim, created())).post.traceId).toBe(traceId);
    expect((await ledger.post(post.userId, post.id))?.traceId).toBe(traceId);
    expect((await acceptClaimed(ledger, newPost())).post.traceId).toBeUndefined();
  });
});
