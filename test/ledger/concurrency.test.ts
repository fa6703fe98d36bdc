import { expect, it } from 'vitest';
import type { Claim, Ledger, PostId, XOutcome } from '../../src/kernel/index.ts';
import { createTestDatabase } from '../support/postgres.ts';
import {
  acceptClaimed,
  alice,
  created,
  letTimePass,
  newThread,
  newTweetId,
  notSent,
  openTestLedger,
  openTestPool,
  rejected,
  unknown,
} from './fixture.ts';

const { url } = await createTestDatabase('template0');
const ledgers = [await openTestLedger(url), await openTestLedger(url)];
const pool = openTestPool(url);

const WORKERS = 8;
const STEPS = 120;

/** A small generator with a seed, so that at least the order of each worker's steps is the same in every run. */
const randomFrom = (seed: number): ((below: number) => number) => {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    return (state >>> 8) % below;
  };
};

/** One worker: it sends, is slow, is fenced off, looks, and people interfere, all on the same few posts. */
const work = async (ledger: Ledger, ids: readonly PostId[], seed: number, claims: Claim[]): Promise<void> => {
  const random = randomFrom(seed);
  const outcomes: (() => XOutcome)[] = [created, unknown, rejected, () => notSent(new Date(0))];
  for (let step = 0; step < STEPS; step += 1) {
    const id = ids[random(ids.length)];
    const claim = claims[random(claims.length)];
    const outcome = outcomes[random(outcomes.length)];
    if (id === undefined || claim === undefined || outcome === undefined) throw new Error('nothing to do');
    const look = random(3) === 0 ? await ledger.nextToReconcile() : undefined;
    const actions: (() => Promise<unknown>)[] = [
      () => ledger.record(claim, outcome()),
      async () => {
        const delivery = await ledger.claimPost(id);
        if (delivery !== undefined) claims.push(delivery.claim);
      },
      async () => look && ledger.recordAbsent(look),
      async () => look && ledger.recordFound(look, newTweetId(), 'text'),
      async () => look && ledger.recordNeedsReview(look, 'OUTCOME_UNKNOWN'),
      () => ledger.cancel(undefined, id),
      () => ledger.retry({ id, userId: undefined, xUserId: alice, credential: undefined }),
      () => ledger.resolve(undefined, id, { kind: 'SEND_IT' }),
      () => ledger.resolve(undefined, id, { kind: 'GIVE_UP' }),
      () => ledger.expireLeases(),
      () => ledger.expireQueued(),
      () => letTimePass(pool, id, 20 * 60_000).catch(ignoreDeadlock),
    ];
    await actions[random(actions.length)]?.();
  }
};

/** The test's own shift of time takes its locks in an order of its own. */
const ignoreDeadlock = (error: unknown): void => {
  if (!String(error).includes('deadlock')) throw error;
};

it('keeps every count right while everybody changes the same posts at once', async () => {
  const accepted = await Promise.all(
    Array.from({ length: 5 }, () => acceptClaimed(ledgers[0] as Ledger, newThread(3))),
  );
  const ids = accepted.map(({ post }) => post.id);
  const claims = accepted.map(({ claim }) => claim);
  await Promise.all(
    Array.from({ length: WORKERS }, (_, n) => work(ledgers[n % 2] as Ledger, ids, 7_919 * (n + 1), claims)),
  );
  const { rows } = await pool.query(
    `select post.id from herald.post join herald.part on part.post_id = post.id group by post.id
     having (queued_parts, sending_parts, sent_parts, failed_parts, unknown_parts, needs_review_parts, cancelled_parts)
       is distinct from (
         count(*) filter (where part.state = 'QUEUED'), count(*) filter (where part.state = 'SENDING'),
         count(*) filter (where part.state = 'SENT'), count(*) filter (where part.state = 'FAILED'),
         count(*) filter (where part.state = 'UNKNOWN'), count(*) filter (where part.state = 'NEEDS_REVIEW'),
         count(*) filter (where part.state = 'CANCELLED'))`,
  );
  expect(rows).toEqual([]);
  const left = await pool.query(
    `select id from herald.post join herald.post_credential on post_id = id
     where state in ('SENT', 'PARTLY_SENT', 'FAILED', 'CANCELLED')`,
  );
  expect(left.rows).toEqual([]);
  const open = await pool.query(
    `select part.fence from herald.part left join herald.attempt using (post_id, position, fence)
     where part.state = 'SENDING' and attempt.fence is null`,
  );
  expect(open.rows).toEqual([]);
});
