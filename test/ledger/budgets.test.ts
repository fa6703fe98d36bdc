import { randomUUID } from 'node:crypto';
import type pg from 'pg';
import { describe, expect, it } from 'vitest';
import type { Accepted, Claim, LedgerPost, NewPost, UserId } from '../../src/kernel/index.ts';
import { openBudgetLedgers, overBudget, priced, tomorrow } from './budget-fixture.ts';
import {
  acceptClaimed,
  alice,
  created,
  letTimePass,
  newPost,
  newPostId,
  newTweetId,
  newUserId,
  rejected,
  unknown,
} from './fixture.ts';
import { forceState } from './force-state.ts';

const { ledger, pool, withBudget, frugal, leftOf } = await openBudgetLedgers();

/** Rows of this user in any table that a post leaves something in. */
const readTraces = async (userId: UserId): Promise<unknown> => {
  const { rows } = await pool.query(
    `select (select count(*)::int from herald.post where user_id = $1) as posts,
       (select count(*)::int from herald.recent_post where user_id = $1) as recent,
       (select count(*)::int from herald.spending where subject = $1) as spending,
       (select count(*)::int from herald.part left join herald.post on post.id = post_id where post.id is null) as parts,
       (select count(*)::int from herald.post_credential left join herald.post on post.id = post_id
        where post.id is null) as credentials`,
    [userId],
  );
  return rows[0];
};
const nothing = { posts: 0, recent: 0, spending: 0, parts: 0, credentials: 0 };

const sql = (text: string, values: unknown[] = []): Promise<pg.QueryResult> => pool.query(text, values);
const costOf = (post: LedgerPost | undefined) => post?.parts.map(({ costMicroUsd }) => costMicroUsd);

describe('a budget for ten', () => {
  it.each(['APP', 'USER'] as const)('lets ten of twenty at once through: %s', async (scope) => {
    const budget = scope === 'APP' ? { appDayMicroUsd: 100 } : { userDayMicroUsd: 100 };
    const ledgers = await Promise.all([withBudget(budget), withBudget(budget)]);
    const userId = newUserId();
    const answers: Accepted[] = await Promise.all(
      Array.from({ length: 20 }, (_, n) => (ledgers[n % 2] ?? ledger).accept(priced(10, { userId }))),
    );
    expect(answers.filter(({ kind }) => kind === 'accepted')).toHaveLength(10);
    expect(answers.filter(({ kind }) => kind === 'over_budget')).toEqual(Array(10).fill(overBudget(scope)));
    expect(await ledgers[0]?.budgets.left(userId)).toEqual({ scope, microUsd: 0, retryAt: tomorrow() });
  });

  it('leaves nothing of the eleventh, with a key or without', async () => {
    for (const idempotencyKey of [undefined, 'key']) {
      const post = priced(101, { idempotencyKey });
      expect(await frugal.accept(post)).toEqual(overBudget('USER'));
      expect(await readTraces(post.userId)).toEqual(nothing);
      // It would have gone through with a larger budget: nothing remembers it.
      expect((await ledger.accept(post)).kind).toBe('accepted');
    }
  });

  it('neither refuses a repeat nor counts it again', async () => {
    for (const idempotencyKey of [undefined, 'key']) {
      const post = priced(100, { idempotencyKey });
      await acceptClaimed(frugal, post);
      for (const id of [newPostId(), post.id])
        expect(await frugal.accept({ ...post, id })).toMatchObject({
          kind: 'existing',
          post: { id: post.id },
        });
      expect(await leftOf(post.userId)).toBe(0);
      expect(await frugal.accept(priced(1, { userId: post.userId }))).toEqual(overBudget('USER'));
      // What costs nothing needs no budget.
      expect((await frugal.accept(priced(0, { userId: post.userId }))).kind).toBe('accepted');
    }
  });
});

describe('money comes back', () => {
  const accepted = (post: NewPost): Promise<{ post: LedgerPost; claim: Claim }> =>
    acceptClaimed(frugal, post);

  it('when X refuses, somebody cancels, or time is over; each part for itself', async () => {
    const userId = newUserId();
    const failed = await accepted(priced(60, { userId }));
    await frugal.record(failed.claim, rejected());
    expect(await leftOf(userId)).toBe(100);

    const parts = [30, 30, 30].map((costMicroUsd, n) => ({
      text: `${n} ${randomUUID()}`,
      options: {},
      costMicroUsd,
    }));
    const thread = await accepted(newPost({ userId, parts }));
    expect(await leftOf(userId)).toBe(10);
    await frugal.cancel(userId, thread.post.id);
    expect(await leftOf(userId)).toBe(70);
    const recorded = await frugal.record(thread.claim, created());
    expect(costOf(recorded.post)).toEqual([30, 0, 0]);
    expect(await leftOf(userId)).toBe(70);

    const waiting = await frugal.accept(
      priced(70, { userId, wait: { code: 'X_UNAVAILABLE', until: new Date(0) } }),
    );
    expect(await leftOf(userId)).toBe(0);
    if (waiting.kind !== 'accepted') throw new Error(waiting.kind);
    await letTimePass(pool, waiting.post.id, 31 * 60_000);
    await frugal.expireQueued();
    expect(await leftOf(userId)).toBe(70);
  });

  it('and goes again when a retry reserves it anew, which may be refused', async () => {
    const userId = newUserId();
    const { post, claim } = await accepted(priced(60, { userId }));
    const failed = (await frugal.record(claim, rejected())).post;
    const other = await accepted(priced(60, { userId }));
    const request = { id: post.id, userId, xUserId: alice, credential: undefined };
    expect(await frugal.retry(request)).toEqual(overBudget('USER'));
    expect(await frugal.post(userId, post.id)).toEqual(failed);
    await frugal.record(other.claim, rejected());
    const retried = await frugal.retry(request);
    expect(retried).toMatchObject({ kind: 'changed', post: { state: 'QUEUED' } });
    expect(retried.kind === 'changed' && costOf(retried.post)).toEqual([60]);
    expect(await leftOf(userId)).toBe(40);
  });

  it('on the day that it was reserved for, and a retry counts on its own', async () => {
    const userId = newUserId();
    const { post, claim } = await accepted(priced(60, { userId }));
    await sql(`update herald.part set charged_on = charged_on - 1 where post_id = $1`, [post.id]);
    await sql(`update herald.spending set day = day - 1 where subject = $1`, [userId]);
    expect(await leftOf(userId)).toBe(100);
    await frugal.record(claim, rejected());
    const { rows } = await sql(`select micro_usd::int from herald.spending where subject = $1`, [userId]);
    expect(rows).toEqual([{ micro_usd: 0 }]);
    await frugal.retry({ id: post.id, userId, xUserId: alice, credential: undefined });
    expect(await leftOf(userId)).toBe(40);
  });

  it('not when X turns out to have the tweet: that counts even over the budget', async () => {
    const userId = newUserId();
    const { post, claim } = await accepted(priced(60, { userId }));
    await frugal.record(claim, unknown());
    await forceState(pool, post.id, 0, 'NEEDS_REVIEW');
    await frugal.resolve(userId, post.id, { kind: 'GIVE_UP' });
    expect(await leftOf(userId)).toBe(100);
    await accepted(priced(90, { userId }));
    await frugal.record(claim, created());
    expect(await leftOf(userId)).toBe(0);
    expect(await frugal.accept(priced(1, { userId }))).toEqual(overBudget('USER'));
    const { rows } = await sql(`select micro_usd::int from herald.spending where subject = $1`, [userId]);
    expect(rows).toEqual([{ micro_usd: 150 }]);
  });
});

describe('looks and deletions', () => {
  it('count for the part and the user, even over the budget', async () => {
    const post = priced(100);
    const { claim } = await acceptClaimed(frugal, post);
    await frugal.record(claim, unknown());
    await letTimePass(pool, post.id, 60_000);
    const look = await frugal.nextToReconcile();
    if (look === undefined) throw new Error('due');
    await frugal.chargeRead(look, 5);
    const tweetId = newTweetId();
    await frugal.recordFound(look, tweetId, 'text');
    const deletedAt = await frugal.noteDeleted(post.userId, alice, tweetId, 7);
    expect(await frugal.noteDeleted(post.userId, alice, tweetId, 7)).toEqual(deletedAt);
    expect(costOf(await frugal.post(undefined, post.id))).toEqual([112]);
    await frugal.noteDeleted(post.userId, alice, newTweetId(), 1);
    const spent = (await frugal.budgets.list()).find(({ subject }) => subject === post.userId);
    expect(spent).toMatchObject({ spentMicroUsd: 113, limitMicroUsd: 100 });
  });
});
