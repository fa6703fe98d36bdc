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

/** Runs `work` while a transaction that did `first` is open, and commits it. */
const whileOpen = async <T>(
  first: (client: pg.PoolClient) => Promise<unknown>,
  work: (client: pg.PoolClient) => Promise<T>,
): Promise<{ readonly result: T }> => {
  const client = await pool.connect();
  try {
    await client.query('begin');
    await first(client);
    const result = await work(client);
    await client.query('commit');
    return { result };
  } finally {
    client.release(true);
  }
};

/** The same for a statement of the ledger that has to wait for that transaction; `look` sees it waiting. */
const whileWaiting = async <T>(
  first: (client: pg.PoolClient) => Promise<unknown>,
  statement: () => Promise<T>,
  look: (client: pg.PoolClient) => Promise<unknown> = async () => {},
): Promise<T> => {
  const { result } = await whileOpen(first, async (client) => {
    // In an object, because it ends only after the commit.
    const waiting = { end: statement() };
    while (!(await isAnyoneWaiting()));
    await look(client);
    return waiting;
  });
  return result.end;
};

const isAnyoneWaiting = async (): Promise<boolean> => {
  const { rowCount } = await pool.query(
    `select from pg_stat_activity
     where datname = current_database() and application_name = 'herald' and wait_event_type = 'Lock'`,
  );
  return rowCount === 1;
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
    await whileWaiting((client) => forceState(client, id, 0, meanwhile), statement);
    expect((await stateOf(pool, id)).state).toBe(after);
    expect(await readMiscounted(pool)).toEqual([]);
  });
});

describe('locks are taken in one order', () => {
  const actions: Record<string, (ledger: Ledger, id: PostId, claim: Claim) => Promise<unknown>> = {
    cancel: (_, id) => ledger.cancel(undefined, id),
    retry: (_, id) => ledger.retry({ id, userId: undefined, xUserId: alice, credential: undefined }),
    'give up': (_, id) => ledger.resolve(undefined, id, { kind: 'GIVE_UP' }),
    'record a refusal': (_, _id, claim) => ledger.record(claim, rejected()),
    recover: () => ledger.recover(new Date()),
  };
  it.each([
    ['cancel', ['QUEUED', 'QUEUED', 'QUEUED', 'QUEUED']],
    ['retry', ['FAILED', 'CANCELLED', 'CANCELLED', 'CANCELLED']],
    ['give up', ['NEEDS_REVIEW', 'QUEUED', 'QUEUED', 'QUEUED']],
    ['record a refusal', ['SENDING', 'QUEUED', 'QUEUED', 'QUEUED']],
    ['recover', ['UNKNOWN', 'QUEUED', 'QUEUED', 'QUEUED']],
  ] as const)('parts by position, then the post: %s', async (name, states) => {
    const { id, claim } = await postIn(...states);
    await whileWaiting(
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
      lockPost(ids[0]),
      () => ledger.expireLeases(),
      async () => expect(await freePosts(...ids)).toEqual(ids.slice(1)),
    );
    expect(changed).toBe(ids.length);
  });

  it('posts by id, when a tweet goes from its adopter to its owner', async () => {
    const { owner, adopter, tweetId } = await postAndAdopter();
    await whileWaiting(
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

  it('without waiting for a part, when posts expire: such a post is left to the next run', async () => {
    const { id } = await postIn('QUEUED', 'QUEUED', 'QUEUED');
    await letTimePass(pool, id, 31 * 60_000);
    await whileOpen(lockPart(id, 1), () => ledger.expireQueued());
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
    const changed = await whileWaiting(lockPost(id), () => ledger.cancel(undefined, id), lockPart(id, 0));
    expect(changed).toMatchObject({ kind: 'changed', post: { state: 'CANCELLED' } });
  });

  it('costs a transaction a second run, from its beginning', async () => {
    const { owner, adopter, tweetId } = await postAndAdopter();
    const recorded = await whileWaiting(
      lockPost(owner.id),
      () => ledger.record(owner.claim, created(tweetId)),
      lockPart(owner.id, 0),
    );
    expect(recorded).toMatchObject({ applied: true, post: { state: 'SENT' } });
    expect(await stateOf(pool, adopter.id)).toMatchObject({ state: 'UNKNOWN', tweet_id: null });
    expect(await readMiscounted(pool)).toEqual([]);
  });
});
