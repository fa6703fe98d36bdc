import { describe, expect, it } from 'vitest';
import type { Delivery, LedgerPost, NewPost, UserId, XUserId } from '../../src/kernel/index.ts';
import { createTestDatabase } from '../support/postgres.ts';
import {
  acceptClaimed,
  created,
  hasCredential,
  letTimePass,
  newPost,
  newThread,
  newUserId,
  notSent,
  openTestLedger,
  openTestPool,
} from './fixture.ts';

const { url } = await createTestDatabase('template0');
const ledger = await openTestLedger(url);
const pool = openTestPool(url);
const MINUTE_MS = 60_000;

/** A post that has to wait, and is due. */
const acceptWaiting = async (changed: Partial<NewPost> = {}): Promise<LedgerPost> => {
  const accepted = await ledger.accept(
    newPost({ wait: { code: 'X_UNAVAILABLE', until: new Date(0) }, ...changed }),
  );
  if (accepted.kind !== 'accepted') throw new Error(accepted.kind);
  return accepted.post;
};

describe('claimNext', () => {
  it('gives everything that sending takes, once, oldest first', async () => {
    const first = await acceptWaiting({ wait: { code: 'PAUSED', until: new Date(1_000) } });
    const second = await acceptWaiting({ wait: { code: 'PAUSED', until: new Date(2_000) } });
    const delivery = await ledger.claimNext();
    expect(delivery).toMatchObject({
      claim: { postId: first.id, position: 0, attempt: 1 },
      post: { id: first.id, state: 'SENDING' },
      part: { state: 'SENDING', text: first.parts[0]?.text, error: undefined },
      parentTweetId: undefined,
      credential: { kid: 'rest-1' },
    });
    expect(Buffer.from(delivery?.credential?.sealed ?? []).toString()).toBe('sealed');
    expect((await ledger.claimNext())?.post.id).toBe(second.id);
    expect(await ledger.claimNext()).toBeUndefined();
    expect(await ledger.attempts(first.id)).toMatchObject([
      { fence: delivery?.claim.fence, outcome: undefined },
    ]);
  });

  it('never gives a part to two', async () => {
    const posts = await Promise.all(Array.from({ length: 15 }, () => acceptWaiting()));
    const second = await openTestLedger(url, { poolSize: 10 });
    const claims = await Promise.all(
      Array.from({ length: 30 }, (_, n) => (n % 2 === 0 ? ledger : second).claimNext()),
    );
    const given = claims.filter((claim) => claim !== undefined).map(({ claim }) => claim.postId);
    expect(new Set(given).size).toBe(given.length);
    for (let more = await ledger.claimNext(); more !== undefined; more = await ledger.claimNext()) {
      given.push(more.claim.postId);
    }
    expect(new Set(given)).toEqual(new Set(posts.map(({ id }) => id)));
  });

  it('sends a thread part by part, each as a reply to the one before', async () => {
    const { post, claim } = await acceptClaimed(ledger, newThread(3));
    expect(await ledger.claimPost(post.id)).toBeUndefined();
    let parent = (await ledger.record(claim, created())).post.parts[0]?.tweetId;
    for (const position of [1, 2]) {
      const delivery: Delivery | undefined = await ledger.claimPost(post.id);
      expect(delivery).toMatchObject({
        claim: { position },
        parentTweetId: parent,
        credential: { kid: 'rest-1' },
      });
      if (delivery === undefined) throw new Error('due');
      expect(delivery.post.state).toBe('SENDING');
      parent = (await ledger.record(delivery.claim, created())).post.parts[position]?.tweetId;
    }
    expect(await ledger.post(post.userId, post.id)).toMatchObject({ state: 'SENT' });
    expect(await hasCredential(pool, post.id)).toBe(false);
  });

  it('waits as long as X said, and backs off by itself otherwise', async () => {
    const retryAt = new Date(Date.now() + MINUTE_MS);
    const limited = await acceptClaimed(ledger, newPost());
    const recorded = await ledger.record(limited.claim, notSent(retryAt));
    expect(recorded.post).toMatchObject({
      state: 'QUEUED',
      parts: [{ attempts: 0, error: { code: 'RATE_LIMITED', retryAt } }],
    });
    expect(await ledger.claimPost(limited.post.id)).toBeUndefined();
    await letTimePass(pool, limited.post.id, MINUTE_MS + 31_000);
    expect((await ledger.claimPost(limited.post.id))?.claim.attempt).toBe(1);

    const { post, claim } = await acceptClaimed(ledger, newPost());
    await ledger.record(claim, notSent());
    const { rows } = await pool.query(
      `select not_before <= now() + interval '2 seconds' as soon, setbacks from herald.part where post_id = $1`,
      [post.id],
    );
    expect(rows).toEqual([{ soon: true, setbacks: 1 }]);
  });

  it('leaves alone what is paused, for all, a user or an account', async () => {
    const user = newUserId();
    const account = '77' as XUserId;
    const ofUser = await acceptWaiting({ userId: user });
    const ofAccount = await acceptWaiting({ xUserId: account });
    for (const [scope, post] of [
      [{ scope: 'USER', userId: user }, ofUser],
      [{ scope: 'ACCOUNT', xUserId: account }, ofAccount],
      [{ scope: 'ALL' }, ofUser],
    ] as const) {
      await ledger.pause(scope, 'by hand');
      await ledger.pause(scope, 'twice is once');
      expect(await ledger.claimPost(post.id)).toBeUndefined();
      const held = await ledger.accept(newPost({ userId: user, xUserId: account }));
      expect(held).toMatchObject({
        claim: undefined,
        post: { parts: [{ state: 'QUEUED', error: { code: 'PAUSED' } }] },
      });
      expect((await ledger.status()).pauses).toMatchObject([{ scope: scope.scope, reason: 'by hand' }]);
      expect(await ledger.resume(scope)).toBe(true);
      expect(await ledger.resume(scope)).toBe(false);
      expect(held.kind === 'accepted' && (await ledger.claimPost(held.post.id))).toBeTruthy();
    }
    expect(await ledger.claimPost(ofUser.id)).toBeDefined();
    expect(await ledger.claimPost(ofAccount.id)).toBeDefined();
  });
});

describe('the looks of the sweep', () => {
  const readScans = async (sql: string): Promise<Record<string, number>> => {
    const { rows } = await pool.query<{ name: string; scans: number }>(sql);
    return Object.fromEntries(rows.map(({ name, scans }) => [name, scans]));
  };
  const indexScans = () =>
    readScans(
      `select indexrelname as name, idx_scan::int as scans from pg_stat_user_indexes where schemaname = 'herald'`,
    );
  const tableScans = () =>
    readScans(`select relname as name, seq_scan::int as scans from pg_stat_user_tables
      where schemaname = 'herald' and relname in ('post', 'part', 'attempt', 'post_credential')`);

  it('read indexes and never a whole table, however many posts there are', async () => {
    await pool.query(
      `with post as (
         insert into herald.post (id, user_id, x_user_id, operation, fingerprint, expires_at, attempted, part_count,
           sent_parts, queued_parts)
         select gen_random_uuid(), 'many-' || n % 100, '1', 'postTweet', '', now() + interval '1 day', true, 1,
           (n % 2), 1 - n % 2
         from generate_series(1, 20000) as n returning id, sent_parts)
       insert into herald.part (post_id, position, state, tweet_id, resolution, not_before)
       select id, 0, case sent_parts when 1 then 'SENT' else 'QUEUED' end,
         case sent_parts when 1 then (row_number() over ())::text end, case sent_parts when 1 then 'ANSWERED' end,
         case sent_parts when 0 then now() + interval '1 hour' end
       from post`,
    );
    await pool.query('analyze herald.post, herald.part');
    const fresh = await openTestLedger(url, { poolSize: 1 });
    const [indexesBefore, tablesBefore] = [await indexScans(), await tableScans()];
    const used = [
      'part_open',
      'part_leased',
      'post_waiting',
      'post_cancelling',
      'post_of_user',
      'post_rollback_owed',
    ];
    // The server publishes its counters about once a second.
    await expect
      .poll(
        async () => {
          await fresh.claimNext();
          await fresh.nextToReconcile();
          await fresh.expireLeases();
          await fresh.expireQueued();
          await fresh.nextToDelete();
          await fresh.posts('many-1' as UserId, { first: 20 });
          const now = await indexScans();
          return used.filter((name) => (now[name] ?? 0) > (indexesBefore[name] ?? 0));
        },
        { timeout: 20_000, interval: 100 },
      )
      .toEqual(used);
    expect(await tableScans()).toEqual(tablesBefore);
  });
});
