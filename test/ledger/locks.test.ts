import type pg from 'pg';
import { describe, expect, it } from 'vitest';
import type { Claim, Ledger, PartState, PostId } from '../../src/kernel/index.ts';
import { createTestDatabase } from '../support/postgres.ts';
import { readMiscounted } from './counts.ts';
import {
  acceptClaimed,
  alice,
  created,
  letTimePass,
  newPost,
  newThread,
  newTweetId,
  openTestLedger,
  openTestPool,
  rejected,
} from './fixture.ts';
import { forceState, stateOf } from './force-state.ts';
import { whileOpen, whileWaiting } from './while-waiting.ts';

const { url } = await createTestDatabase('template0');
const ledger = await openTestLedger(url);
const pool = openTestPool(url);

/** A post whose parts are in these states. Its later parts lie before its earlier ones in the table. */
const postIn = async (...states: PartState[]): Promise<{ id: PostId; claim: Claim }> => {
  const { post, claim } = await acceptClaimed(ledger, newThread(states.length));
  for (const [position, state] of [...states.entries()].reverse()) {
    if (position > 0 || state !== 'SENDING') await forceState(pool, post.id, position, state);
  }
  return { id: post.id, claim };
};

/** A post that is being sent, and one with a higher id that took its tweet. */
const postAndAdopter = async () => {
  const [owner, adopter] = [await postIn('SENDING'), await postIn('SENDING')].sort((a, b) =>
    a.id < b.id ? -1 : 1,
  );
  if (owner === undefined || adopter === undefined) throw new Error('two posts');
  await forceState(pool, adopter.id, 0, 'SENT');
  const { tweet_id: tweetId } = await stateOf(pool, adopter.id);
  if (tweetId === null) throw new Error('no tweet');
  return { owner, adopter, tweetId };
};

const lockPart = (id: PostId, position: number) => (client: pg.PoolClient) =>
  client.query('select from herald.part where post_id = $1 and position = $2 for update', [id, position]);

/** With more patience than the ledger has: of two that wait for each other, it is the ledger's statement that ends. */
const lockPost = (id: PostId | undefined) => async (client: pg.PoolClient) => {
  await client.query(`set local deadlock_timeout = '1min'`);
  await client.query('select from herald.post where id = $1 for update', [id]);
};

/** Positions of the post's parts that nobody has locked. */
const freeParts = async (id: PostId): Promise<number[]> => {
  const { rows } = await pool.query<{ position: number }>(
    'select position from herald.part where post_id = $1 order by position for update skip locked',
    [id],
  );
  return rows.map(({ position }) => position);
};

const freePosts = async (...ids: PostId[]): Promise<PostId[]> => {
  const { rows } = await pool.query<{ id: PostId }>(
    'select id from herald.post where id = any ($1) order by id for update skip locked',
    [ids],
  );
  return rows.map(({ id }) => id);
};

const noClaim = { rollsBack: false, position: 0, fence: '0', attempt: 1, leaseEndsAtMs: 0 };

type Start = (id: PostId) => Promise<() => Promise<unknown>>;

describe('a statement that waited for a part', () => {
  const found: Start = async (id) => {
    const look = await ledger.nextToReconcile();
    if (look?.postId !== id) throw new Error('Another post was due.');
    return () => ledger.recordFound(look, newTweetId(), 'text');
  };
  const retry: Start = async (id) => () =>
    ledger.retry({ id, userId: undefined, xUserId: alice, credential: undefined });
  const recover: Start = async () => () => ledger.recover(new Date());

  it.each([
    ['found', found, 'UNKNOWN', 'QUEUED', 'SENT'],
    ['found', found, 'UNKNOWN', 'SENDING', 'SENT'],
    ['retry', retry, 'FAILED', 'CANCELLED', 'QUEUED'],
    ['recover', recover, 'UNKNOWN', 'QUEUED', 'UNKNOWN'],
  ] as const)('counts what the part became meanwhile: %s', async (_, prepare, before, meanwhile, after) => {
    const { id } = await postIn(before);
    const statement = await prepare(id);
    await whileWaiting(pool, (client) => forceState(client, id, 0, meanwhile), statement);
    expect((await stateOf(pool, id)).state).toBe(after);
    expect(await readMiscounted(pool)).toEqual([]);
  });
});

describe('a rollback that waited for a part', () => {
  it('is not done when that part turned out to be live meanwhile', async () => {
    const { id } = await postIn('SENT', 'UNKNOWN');
    await pool.query(`update herald.post set rollback = 'OWED' where id = $1`, [id]);
    const owed = await ledger.nextToDelete();
    if (owed?.post.id !== id) throw new Error('Another post was due.');
    const post = await whileWaiting(
      pool,
      (client) => forceState(client, id, 1, 'SENT'),
      () => ledger.recordDeleted(owed, 0),
    );
    expect(post.state).toBe('SENDING');
    await pool.query(`update herald.post set rollback = null where id = $1`, [id]);
  });
});

describe('locks are taken in one order', () => {
  const actions: Record<string, (ledger: Ledger, id: PostId, claim: Claim) => Promise<unknown>> = {
    cancel: (_, id) => ledger.cancel(undefined, id),
    retry: (_, id) => ledger.retry({ id, userId: undefined, xUserId: alice, credential: undefined }),
    'give up': (_, id) => ledger.resolve(undefined, id, { kind: 'GIVE_UP' }),
    'record a refusal': (_, _id, claim) => ledger.record(claim, rejected()),
    recover: () => ledger.recover(new Date()),
    'record a deletion': async (_, id) => {
      const post = await ledger.post(undefined, id);
      if (post === undefined) throw new Error('a post');
      return ledger.recordDeleted({ post, position: 0, tweetId: newTweetId(), credential: undefined }, 0);
    },
  };
  it.each([
    ['cancel', ['QUEUED', 'QUEUED', 'QUEUED', 'QUEUED']],
    ['retry', ['FAILED', 'CANCELLED', 'CANCELLED', 'CANCELLED']],
    ['give up', ['NEEDS_REVIEW', 'QUEUED', 'QUEUED', 'QUEUED']],
    ['record a refusal', ['SENDING', 'QUEUED', 'QUEUED', 'QUEUED']],
    ['recover', ['UNKNOWN', 'QUEUED', 'QUEUED', 'QUEUED']],
    ['record a deletion', ['SENT', 'SENT', 'SENT', 'FAILED']],
  ] as const)('parts by position, then the post: %s', async (name, states) => {
    const { id, claim } = await postIn(...states);
    await whileWaiting(
      pool,
      lockPart(id, 2),
      async () => actions[name]?.(ledger, id, claim),
      async () => {
        expect(await freeParts(id)).toEqual([3]);
        expect(await freePosts(id)).toEqual([id]);
      },
    );
    expect(await freeParts(id)).toEqual([0, 1, 2, 3]);
    expect(await readMiscounted(pool)).toEqual([]);
  });

  it('posts by id, when several leases are over', async () => {
    const posts = await Promise.all(Array.from({ length: 6 }, () => acceptClaimed(ledger, newPost())));
    const ids = posts.map(({ post }) => post.id).sort();
    for (const id of ids) await letTimePass(pool, id, 61_000);
    const changed = await whileWaiting(
      pool,
      lockPost(ids[0]),
      () => ledger.expireLeases(),
      async () => expect(await freePosts(...ids)).toEqual(ids.slice(1)),
    );
    expect(changed).toBe(ids.length);
  });

  it('posts by id, when a tweet goes from its adopter to its owner', async () => {
    const { owner, adopter, tweetId } = await postAndAdopter();
    await whileWaiting(
      pool,
      lockPost(owner.id),
      () => ledger.record(owner.claim, created(tweetId)),
      async () => {
        expect(await freeParts(owner.id)).toEqual([]);
        expect(await freeParts(adopter.id)).toEqual([]);
        expect(await freePosts(owner.id, adopter.id)).toEqual([adopter.id]);
      },
    );
    expect(await stateOf(pool, owner.id)).toMatchObject({ state: 'SENT', tweet_id: tweetId });
    expect(await stateOf(pool, adopter.id)).toMatchObject({ state: 'UNKNOWN', tweet_id: null });
    expect(await readMiscounted(pool)).toEqual([]);
  });

  it.each(['cancel', 'retry'] as const)(
    "what was spent comes last, the application's row before the user's: %s",
    async (action) => {
      const frugal = await openTestLedger(url, { budget: { appDayMicroUsd: 1_000, userDayMicroUsd: 100 } });
      const parts = [10, 10].map((costMicroUsd, n) => ({
        text: `${n} ${newTweetId()}`,
        options: {},
        costMicroUsd,
      }));
      const { post } = await acceptClaimed(frugal, newPost({ parts }));
      if (action === 'retry') await forceState(pool, post.id, 0, 'FAILED');
      if (action === 'retry') await forceState(pool, post.id, 1, 'CANCELLED');
      const free = async (scope: 'APP' | 'USER'): Promise<boolean> => {
        const { rowCount } = await pool.query(
          'select from herald.spending where scope = $1 and subject in ($2, $3) for update skip locked',
          [scope, '', post.userId],
        );
        return rowCount === 1;
      };
      await whileWaiting(
        pool,
        (client) => client.query(`select from herald.spending where scope = 'APP' for update`),
        async () => actions[action]?.(frugal, post.id, { ...noClaim, postId: post.id }),
        async () => {
          expect(await free('USER')).toBe(true);
          expect(await freePosts(post.id)).toEqual([]);
          expect(await freeParts(post.id)).not.toContain(1);
        },
      );
      expect([await free('APP'), await free('USER')]).toEqual([true, true]);
      await pool.query('truncate herald.spending');
    },
  );

  it('without waiting for a part, when posts expire: such a post is left to the next run', async () => {
    const { id } = await postIn('QUEUED', 'QUEUED', 'QUEUED');
    await letTimePass(pool, id, 31 * 60_000);
    await whileOpen(pool, lockPart(id, 1), () => ledger.expireQueued());
    expect((await ledger.post(undefined, id))?.state).toBe('QUEUED');
    await ledger.expireQueued();
    expect((await ledger.post(undefined, id))?.parts).toMatchObject([
      { state: 'FAILED', error: { code: 'EXPIRED' } },
      { state: 'CANCELLED', error: { code: 'PARENT_FAILED' } },
      { state: 'CANCELLED', error: { code: 'PARENT_FAILED' } },
    ]);
  });
});

describe('a deadlock', () => {
  it('costs a statement a second run, and nobody notices', async () => {
    const { id } = await postIn('QUEUED', 'QUEUED');
    const changed = await whileWaiting(
      pool,
      lockPost(id),
      () => ledger.cancel(undefined, id),
      lockPart(id, 0),
    );
    expect(changed).toMatchObject({ kind: 'changed', post: { state: 'CANCELLED' } });
  });

  it('costs a transaction a second run, from its beginning', async () => {
    const { owner, adopter, tweetId } = await postAndAdopter();
    const recorded = await whileWaiting(
      pool,
      lockPost(owner.id),
      () => ledger.record(owner.claim, created(tweetId)),
      lockPart(owner.id, 0),
    );
    expect(recorded).toMatchObject({ applied: true, post: { state: 'SENT' } });
    expect(await stateOf(pool, adopter.id)).toMatchObject({ state: 'UNKNOWN', tweet_id: null });
    expect(await readMiscounted(pool)).toEqual([]);
  });
});
