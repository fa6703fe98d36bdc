import { describe, expect, it } from 'vitest';
import type { LedgerPost, PartState, PostState, XUserId } from '../../src/kernel/index.ts';
import { createTestDatabase } from '../support/postgres.ts';
import {
  acceptClaimed,
  alice,
  created,
  hasCredential,
  letTimePass,
  newPost,
  newPostId,
  newThread,
  newTweetId,
  newUserId,
  openTestLedger,
  openTestPool,
  rejected,
} from './fixture.ts';
import { forceState } from './force-state.ts';

const { url } = await createTestDatabase('template0');
const ledger = await openTestLedger(url);
const pool = openTestPool(url);
const credential = { kid: 'rest-2', sealed: Buffer.from('fresh') };

/** A post whose parts are in these states. */
const postWith = async (...states: PartState[]): Promise<LedgerPost> => {
  const { post } = await acceptClaimed(ledger, newThread(states.length));
  for (const [position, state] of states.entries()) await forceState(pool, post.id, position, state);
  return post;
};

const statesOf = (post: LedgerPost) => post.parts.map(({ state }) => state);

describe('somebody else', () => {
  it('finds nothing: not to read, cancel, retry or resolve', async () => {
    const stranger = newUserId();
    const { id } = await postWith('QUEUED');
    expect(await ledger.post(stranger, id)).toBeUndefined();
    expect(await ledger.cancel(stranger, id)).toEqual({ kind: 'not_found' });
    const failed = await postWith('FAILED');
    const request = { id: failed.id, userId: stranger, xUserId: alice, credential };
    expect(await ledger.retry(request)).toEqual({ kind: 'not_found' });
    const review = await postWith('NEEDS_REVIEW');
    for (const resolution of [
      { kind: 'IT_IS_THERE', tweetId: newTweetId() },
      { kind: 'SEND_IT', credential },
      { kind: 'GIVE_UP' },
    ] as const) {
      expect(await ledger.resolve(stranger, review.id, resolution)).toEqual({ kind: 'not_found' });
    }
    for (const [post, state] of [
      [{ id }, 'QUEUED'],
      [failed, 'FAILED'],
      [review, 'NEEDS_REVIEW'],
    ] as const) {
      expect((await ledger.post(undefined, post.id))?.state).toBe(state);
    }
    expect(await ledger.cancel(stranger, newPostId())).toEqual({ kind: 'not_found' });
  });
});

describe('cancel', () => {
  it('ends what waits, and erases the credential', async () => {
    const post = await postWith('QUEUED', 'QUEUED');
    const changed = await ledger.cancel(post.userId, post.id);
    expect(changed).toMatchObject({ kind: 'changed', post: { state: 'CANCELLED' } });
    expect(await hasCredential(pool, post.id)).toBe(false);
  });

  it('leaves what is live, and is a conflict when nothing waits', async () => {
    const live = await postWith('SENT', 'QUEUED');
    expect(await ledger.cancel(live.userId, live.id)).toMatchObject({ post: { state: 'PARTLY_SENT' } });
    for (const state of ['SENDING', 'SENT', 'FAILED', 'UNKNOWN', 'NEEDS_REVIEW', 'CANCELLED'] as const) {
      const post = await postWith(state);
      expect(await ledger.cancel(post.userId, post.id)).toMatchObject({ kind: 'conflict', post: { state } });
    }
  });
});

describe('retry', () => {
  it('goes on where a thread stopped, with the credentials that came along and new time', async () => {
    const { post, claim } = await acceptClaimed(ledger, newThread(3));
    await ledger.record(claim, created());
    const second = await ledger.claimPost(post.id);
    if (second === undefined) throw new Error('due');
    await ledger.record(second.claim, rejected());
    await letTimePass(pool, post.id, 3_600_000);
    const before = await ledger.post(post.userId, post.id);
    expect(before?.state).toBe('PARTLY_SENT');
    const changed = await ledger.retry({ id: post.id, userId: post.userId, xUserId: alice, credential });
    if (changed.kind !== 'changed') throw new Error(changed.kind);
    expect(statesOf(changed.post)).toEqual(['SENT', 'QUEUED', 'QUEUED']);
    expect(changed.post.expiresAt.getTime()).toBeGreaterThan(Date.now());
    const again = await ledger.claimPost(post.id);
    expect(again).toMatchObject({ claim: { position: 1, attempt: 1 }, credential: { kid: 'rest-2' } });
  });

  it('is a conflict while anything is open, when all is live, for another account, and the second time', async () => {
    const open: [PartState[], PostState][] = [
      [['SENDING'], 'SENDING'],
      [['FAILED', 'QUEUED'], 'QUEUED'],
      [['FAILED', 'UNKNOWN'], 'UNKNOWN'],
      [['NEEDS_REVIEW'], 'NEEDS_REVIEW'],
      [['SENT'], 'SENT'],
    ];
    for (const [states, state] of open) {
      const post = await postWith(...states);
      const changed = await ledger.retry({ id: post.id, userId: post.userId, xUserId: alice, credential });
      expect(changed).toMatchObject({ kind: 'conflict', post: { state } });
    }
    const post = await postWith('FAILED');
    const request = { id: post.id, userId: post.userId, xUserId: alice, credential };
    expect((await ledger.retry({ ...request, xUserId: '99' as XUserId })).kind).toBe('conflict');
    const twice = await Promise.all([ledger.retry(request), ledger.retry(request)]);
    expect(twice.map(({ kind }) => kind).sort()).toEqual(['changed', 'conflict']);
  });

  it('is a conflict for a post that was rolled back', async () => {
    const post = await postWith('SENT', 'FAILED');
    await pool.query(`update herald.post set rollback = 'DONE' where id = $1`, [post.id]);
    const changed = await ledger.retry({ id: post.id, userId: post.userId, xUserId: alice, credential });
    expect(changed).toMatchObject({ kind: 'conflict', post: { state: 'FAILED' } });
  });
});

describe('resolve', () => {
  it('takes a person’s word, unless the tweet is another part’s', async () => {
    const tweetId = newTweetId();
    const post = await postWith('NEEDS_REVIEW', 'CANCELLED');
    expect(await ledger.resolve(post.userId, post.id, { kind: 'IT_IS_THERE', tweetId })).toMatchObject({
      kind: 'changed',
      post: { state: 'PARTLY_SENT', parts: [{ tweetId }, {}] },
    });
    const other = await postWith('UNKNOWN');
    const taken = await ledger.resolve(other.userId, other.id, { kind: 'IT_IS_THERE', tweetId });
    expect(taken).toMatchObject({ kind: 'conflict', post: { state: 'UNKNOWN' } });
  });

  it('sends it again with a new budget, with the kept credential or the one that came along', async () => {
    for (const [given, kid] of [
      [credential, 'rest-2'],
      [undefined, 'rest-1'],
    ] as const) {
      const post = await postWith('NEEDS_REVIEW');
      const resolution = { kind: 'SEND_IT', credential: given } as const;
      expect(await ledger.resolve(post.userId, post.id, resolution)).toMatchObject({
        kind: 'changed',
        post: { state: 'QUEUED', parts: [{ attempts: 0 }] },
      });
      expect((await ledger.claimPost(post.id))?.credential?.kid).toBe(kid);
    }
  });

  it('gives up, with the parts behind', async () => {
    const post = await postWith('NEEDS_REVIEW', 'QUEUED');
    const changed = await ledger.resolve(post.userId, post.id, { kind: 'GIVE_UP' });
    if (changed.kind !== 'changed') throw new Error(changed.kind);
    expect(statesOf(changed.post)).toEqual(['FAILED', 'CANCELLED']);
    expect(changed.post.parts[0]?.error?.code).toBe('OUTCOME_UNKNOWN');
    expect(await hasCredential(pool, post.id)).toBe(false);
    expect(await ledger.resolve(post.userId, post.id, { kind: 'GIVE_UP' })).toMatchObject({
      kind: 'conflict',
    });
  });
});

describe('posts', () => {
  it('gives a user’s posts in pages, newest first, by state, also when they came at the same time', async () => {
    const userId = newUserId();
    const ids: string[] = [];
    for (let n = 0; n < 7; n += 1) {
      const { post } = await acceptClaimed(ledger, newThread(2, { userId }));
      await pool.query(
        `update herald.post set created_at = '2026-01-01'::timestamptz + $2 * interval '1 ms' where id = $1`,
        [post.id, Math.floor(n / 2)],
      );
      ids.push(post.id);
    }
    await acceptClaimed(ledger, newPost());
    const seen: LedgerPost[] = [];
    let after: string | undefined;
    for (let pages = 1; ; pages += 1) {
      const page = await ledger.posts(userId, { first: 3, after });
      seen.push(...page.posts);
      after = page.endCursor;
      expect(page.hasNextPage).toBe(pages < 3);
      if (!page.hasNextPage) break;
    }
    expect(new Set(seen.map(({ id }) => id))).toEqual(new Set(ids));
    const times = seen.map(({ createdAt }) => createdAt.getTime());
    expect(times).toEqual([...times].sort((a, b) => b - a));
    expect(seen.every(({ parts }) => parts.length === 2)).toBe(true);

    const [first] = seen;
    if (first === undefined) throw new Error('seven posts');
    await forceState(pool, first.id, 0, 'NEEDS_REVIEW');
    const some = await ledger.posts(userId, { first: 10, states: ['NEEDS_REVIEW', 'SENT'] });
    expect(some.posts.map(({ id }) => id)).toEqual([first.id]);
    expect((await ledger.posts(newUserId(), { first: 10 })).posts).toEqual([]);
    const everybody = await ledger.posts(undefined, { first: 100 });
    expect(new Set(everybody.posts.map((post) => post.userId)).size).toBeGreaterThan(1);
  });

  it('refuses a cursor that is none, and pages too large', async () => {
    for (const after of [
      '',
      'x',
      Buffer.from('1 2').toString('base64url'),
      Buffer.from(`-1 ${newPostId()}`).toString('base64url'),
    ]) {
      await expect(ledger.posts(undefined, { first: 1, after })).rejects.toMatchObject({
        code: 'INVALID_INPUT',
        field: 'after',
      });
    }
    for (const first of [0, 101, 1.5, Number.NaN]) {
      await expect(ledger.posts(undefined, { first })).rejects.toMatchObject({
        code: 'INVALID_INPUT',
        field: 'first',
      });
    }
  });
});
