import { randomUUID } from 'node:crypto';
import { expect, it } from 'vitest';
import type { Claim, Look, PostId, TweetId, XOutcome } from '../../src/kernel/index.ts';
import { type OpenLedger, openLedger } from '../../src/ledger/index.ts';
import { createTestDatabase } from '../support/postgres.ts';
import { readMiscounted } from './counts.ts';
import {
  acceptClaimed,
  alice,
  created,
  letTimePass,
  newPost,
  newTweetId,
  newUserId,
  notSent,
  openTestPool,
  options,
  rejected,
  unknown,
} from './fixture.ts';

const { url } = await createTestDatabase('template0');
const pool = openTestPool(url);

const WORKERS = 12;
const STEPS = 300;
const SEEDS = [1, 2, 3];
/** Few, so that everybody is at the same ones. */
const PARTS_OF_POSTS = [1, 3];
const CLAIMS_KEPT = 30;
const user = newUserId();
/** Never reached, so that everything is counted. */
const budget = { appDayMicroUsd: 1e12, userDayMicroUsd: 1e12 };

/** A small generator with a seed, so that at least the order of each worker's steps is the same in every run. */
const randomFrom = (seed: number): ((below: number) => number) => {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    return (state >>> 8) % below;
  };
};

/** What the workers have in common: the posts that they are at, claims that were given, and tweets taken by their text. */
interface Stage {
  readonly ids: PostId[];
  readonly claims: Claim[];
  readonly adopted: TweetId[];
}

/** A new post in this place: one whose parts are all SENT has nothing left to fight for. */
const replacePost = async (ledger: OpenLedger, stage: Stage, place: number): Promise<void> => {
  const { post, claim } = await acceptClaimed(
    ledger,
    newPost({
      userId: user,
      operation: 'postThread',
      onPartFailure: 'ROLLBACK_DELETE',
      parts: Array.from({ length: PARTS_OF_POSTS[place] ?? 1 }, () => ({
        text: randomUUID(),
        options: {},
        costMicroUsd: 10,
      })),
    }),
  );
  stage.ids[place] = post.id;
  stage.claims.push(claim);
};

const takeOne = <T>(from: readonly T[], random: (below: number) => number): T => {
  const one = from[random(from.length)];
  if (one === undefined) throw new Error('nothing to take');
  return one;
};

/** Deletes a live part of whatever post is taken back, or says that it cannot. */
const takeBack = async (ledger: OpenLedger): Promise<void> => {
  const owed = await ledger.nextToDelete();
  if (owed === undefined) return;
  if (owed.position === 1) await ledger.recordUndeletable(owed, 'X_FORBIDDEN');
  else await ledger.recordDeleted(owed, 1);
};

const interfere = (ledger: OpenLedger, id: PostId): (() => Promise<unknown>)[] => [
  () => ledger.cancel(undefined, id),
  () => ledger.retry({ id, userId: undefined, xUserId: alice, credential: undefined }),
  () => ledger.resolve(undefined, id, { kind: 'SEND_IT' }),
  () => ledger.resolve(undefined, id, { kind: 'GIVE_UP' }),
  () => ledger.expireLeases(),
  () => ledger.expireQueued(),
  () => takeBack(ledger),
  () => letTimePass(pool, id, 20 * 60_000),
];

const conclude = (ledger: OpenLedger, look: Look, adopted: TweetId[]): (() => Promise<unknown>)[] => [
  () => ledger.recordAbsent(look),
  async () => {
    const tweetId = newTweetId();
    if ((await ledger.recordFound(look, tweetId, 'text')) === 'recorded') adopted.push(tweetId);
  },
  () => ledger.recordNeedsReview(look, 'OUTCOME_UNKNOWN'),
];

/** One worker: it sends, is slow, is fenced off, looks, and people interfere, all on the same few posts. */
const work = async (ledger: OpenLedger, stage: Stage, seed: number): Promise<void> => {
  const random = randomFrom(seed);
  // The tweet may be one that another part adopted: X's own answer takes it back.
  const outcomes: (() => XOutcome)[] = [
    () => created(stage.adopted.pop()),
    unknown,
    rejected,
    () => notSent(new Date(0)),
  ];
  for (let step = 0; step < STEPS; step += 1) {
    const place = random(stage.ids.length);
    const id = takeOne(stage.ids, () => place);
    const look = random(3) === 0 ? await ledger.nextToReconcile() : undefined;
    const actions = [
      () => ledger.record(takeOne(stage.claims.slice(-CLAIMS_KEPT), random), takeOne(outcomes, random)()),
      async () => {
        const delivery = await ledger.claimPost(id);
        if (delivery !== undefined) stage.claims.push(delivery.claim);
      },
      ...(look === undefined ? [] : conclude(ledger, look, stage.adopted)),
      ...interfere(ledger, id),
      ...(random(4) === 0 ? [() => replacePost(ledger, stage, place)] : []),
      ...(random(10) === 0 ? [() => ledger.recover(new Date()), () => ledger.revocations.revoke(user)] : []),
    ];
    await takeOne(actions, random)();
  }
};

it.each(SEEDS)(
  'keeps every count right while everybody changes the same posts at once (%i)',
  async (seed) => {
    const settings = { ...options, connectionString: url, poolSize: WORKERS / 2, budget };
    const ledgers = await Promise.all([openLedger(settings), openLedger(settings)]);
    const stage: Stage = { ids: [], claims: [], adopted: [] };
    for (const place of PARTS_OF_POSTS.keys()) await replacePost(ledgers[0], stage, place);
    await Promise.all(
      Array.from({ length: WORKERS }, (_, n) =>
        work(n % 2 === 0 ? ledgers[0] : ledgers[1], stage, 7_919 * (seed * WORKERS + n)),
      ),
    );
    // A connection tells what it counted when it ends at the latest.
    await Promise.all(ledgers.map((ledger) => ledger.close()));

    expect(await readMiscounted(pool)).toEqual([]);
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
    const money = await pool.query(
      `select scope, micro_usd = (
         select sum(case when state in ('FAILED', 'CANCELLED') then 0 else cost_micro_usd end + extra_micro_usd)
         from herald.part) as adds_up
       from herald.spending order by scope`,
    );
    expect(money.rows).toEqual([
      { scope: 'APP', adds_up: true },
      { scope: 'USER', adds_up: true },
    ]);
    const half = await pool.query(
      `select id from herald.post where rollback is null and failed_parts > 0 and sent_parts > 0`,
    );
    expect(half.rows).toEqual([]);
    // Statements lock in one order. The ledger would run one again that Postgres chose as the victim.
    const { rows } = await pool.query(
      'select deadlocks::int from pg_stat_database where datname = current_database()',
    );
    expect(rows).toEqual([{ deadlocks: 0 }]);
  },
);
