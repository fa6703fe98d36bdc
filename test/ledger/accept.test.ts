import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { Accepted, NewPost, XUserId } from '../../src/kernel/index.ts';
import { createTestDatabase } from '../support/postgres.ts';
import {
  acceptClaimed,
  alice,
  created,
  expectAccepted,
  hasCredential,
  newPost,
  newPostId,
  newThread,
  newTweetId,
  openTestLedger,
  openTestPool,
  rejected,
} from './fixture.ts';

const { url } = await createTestDatabase('template0');
const ledger = await openTestLedger(url);
const pool = openTestPool(url);

describe('accept', () => {
  it('writes an immediate post down as SENDING, with its attempt, and gives the claim', async () => {
    const post = newPost({ parts: [{ text: 'hello 👋', options: { replySettings: 'FOLLOWING' } }] });
    const before = performance.now();
    const accepted = await acceptClaimed(ledger, post);
    expect(accepted.claim).toMatchObject({ postId: post.id, position: 0, attempt: 1 });
    expect(accepted.claim.leaseEndsAtMs).toBeGreaterThanOrEqual(before + 60_000);
    expect(accepted.claim.leaseEndsAtMs).toBeLessThanOrEqual(performance.now() + 60_000);
    expect(accepted.post).toMatchObject({
      id: post.id,
      userId: post.userId,
      xUserId: alice,
      state: 'SENDING',
      parts: [{ position: 0, state: 'SENDING', text: 'hello 👋', options: { replySettings: 'FOLLOWING' } }],
    });
    const [attempt] = await ledger.attempts(post.id);
    expect(attempt).toMatchObject({ fence: accepted.claim.fence, attempt: 1, outcome: undefined });
    expect(await hasCredential(pool, post.id)).toBe(true);
  });

  it('is SENT after record, without its credential, and reads the same', async () => {
    const post = newPost();
    const { claim } = await acceptClaimed(ledger, post);
    const tweetId = newTweetId();
    const recorded = await ledger.record(claim, created(tweetId));
    expect(recorded).toMatchObject({ applied: true, doublePost: undefined, post: { state: 'SENT' } });
    expect(recorded.post.parts).toMatchObject([{ state: 'SENT', tweetId, error: undefined }]);
    expect(await ledger.post(post.userId, post.id)).toEqual(recorded.post);
    expect(await hasCredential(pool, post.id)).toBe(false);
    const [attempt] = await ledger.attempts(post.id);
    expect(attempt).toMatchObject({ outcome: 'created', httpStatus: 201, xTransactionId: 'x-1' });
  });

  it('takes up to 25 parts; the later ones wait', async () => {
    const { post, claim } = await acceptClaimed(ledger, newThread(25));
    expect(claim.position).toBe(0);
    expect(post.state).toBe('SENDING');
    expect(post.parts.map(({ state }) => state)).toEqual(['SENDING', ...Array(24).fill('QUEUED')]);
    await expect(ledger.accept(newThread(26))).rejects.toThrow(/violates check constraint/);
  });

  it('lets a post wait when it is told to', async () => {
    const until = new Date(Date.now() + 60_000);
    const accepted = await ledger.accept(newPost({ wait: { code: 'RATE_LIMITED', until } }));
    expect(accepted).toMatchObject({
      kind: 'accepted',
      claim: undefined,
      post: { state: 'QUEUED', parts: [{ state: 'QUEUED', error: { code: 'RATE_LIMITED' } }] },
    });
  });
});

describe('the idempotency key', () => {
  it('gives the stored post to the same input, and refuses another input', async () => {
    const post = newPost({ idempotencyKey: 'order-1' });
    await acceptClaimed(ledger, post);
    expect(await ledger.accept({ ...post, id: newPostId() })).toMatchObject({
      kind: 'existing',
      post: { id: post.id },
    });
    const other = newPost({ idempotencyKey: 'order-1', userId: post.userId });
    expect(await ledger.accept(other)).toEqual({ kind: 'key_reused' });
    const otherAccount = { ...post, id: newPostId(), xUserId: '99' as XUserId };
    expect(await ledger.accept(otherAccount)).toEqual({ kind: 'key_reused' });
  });

  it('belongs to its user', async () => {
    const post = newPost({ idempotencyKey: 'order-1' });
    await acceptClaimed(ledger, post);
    expect((await ledger.accept(newPost({ idempotencyKey: 'order-1' }))).kind).toBe('accepted');
  });
});

describe('the deduplication window', () => {
  const again = (post: NewPost): NewPost => ({ ...post, id: newPostId() });

  it('gives the same post for the same user, account and input', async () => {
    const post = newPost();
    await acceptClaimed(ledger, post);
    expect(await ledger.accept(again(post))).toMatchObject({ kind: 'existing', post: { id: post.id } });
    expect((await ledger.accept({ ...again(post), xUserId: '99' as XUserId })).kind).toBe('accepted');
    expect((await ledger.accept({ ...again(post), idempotencyKey: 'k' })).kind).toBe('accepted');
  });

  it('ignores posts that failed', async () => {
    const post = newPost();
    const { claim } = await acceptClaimed(ledger, post);
    await ledger.record(claim, rejected());
    expect((await ledger.accept(again(post))).kind).toBe('accepted');
  });

  it('ends after its time, and is never there when it is 0', async () => {
    const post = newPost();
    const { claim } = await acceptClaimed(ledger, post);
    const letWindowPass = `update herald.recent_post set accepted_at = accepted_at - interval '2 minutes' where post_id = $1`;
    await pool.query(letWindowPass, [post.id]);
    // As long as it is open, it stands for its input: a second one beside it could be a second tweet.
    expect(await ledger.accept(again(post))).toMatchObject({ kind: 'existing', post: { id: post.id } });
    await ledger.record(claim, created());
    expect((await ledger.accept(again(post))).kind).toBe('accepted');
    const withoutWindow = await openTestLedger(url, { dedupeWindowMs: 0 });
    expect((await withoutWindow.accept(again(post))).kind).toBe('accepted');
  });
});

describe('twenty at once, over two pools', () => {
  const race = async (makePost: (number: number) => NewPost): Promise<Accepted[]> => {
    const second = await openTestLedger(url, { poolSize: 10 });
    const ledgers = [ledger, second];
    return Promise.all(Array.from({ length: 20 }, (_, n) => (ledgers[n % 2] ?? ledger).accept(makePost(n))));
  };
  const idsOf = (answers: readonly Accepted[]) =>
    new Set(answers.map((answer) => ('post' in answer ? answer.post.id : answer.kind)));

  it.each([1, 2, 3, 4, 5])('give one post with one key, and with none (round %i)', async () => {
    for (const idempotencyKey of [randomUUID(), undefined]) {
      const post = newPost({ idempotencyKey });
      const answers = await race(() => ({ ...post, id: newPostId() }));
      expect(idsOf(answers).size).toBe(1);
      const claimed = answers.filter((answer) => answer.kind === 'accepted');
      expect(claimed).toHaveLength(1);
      claimed.forEach(expectAccepted);
      const { rows } = await pool.query('select count(*)::int as n from herald.post where user_id = $1', [
        post.userId,
      ]);
      expect(rows).toEqual([{ n: 1 }]);
    }
  });

  it('give one post when the one before failed', async () => {
    const post = newPost();
    const { claim } = await acceptClaimed(ledger, post);
    await ledger.record(claim, rejected());
    const answers = await race(() => ({ ...post, id: newPostId() }));
    expect(answers.filter(({ kind }) => kind === 'accepted')).toHaveLength(1);
    expect(idsOf(answers).size).toBe(1);
  });
});
