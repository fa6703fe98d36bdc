import { describe, expect, inject, it, onTestFinished } from 'vitest';
import type { Ledger, NewPost } from '../../src/kernel/index.ts';
import { type LedgerOptions, openLedger } from '../../src/ledger/index.ts';
import { cloneDatabase } from '../support/postgres.ts';
import { acceptClaimed, created, newPost, newTweetId, openTestPool, options } from './fixture.ts';

/** A database of its own: these tests stop all sending in it. */
const makeWorld = async () => {
  const { url, drop } = await cloneDatabase(inject('postgres'), 'template0');
  onTestFinished(drop);
  const pool = openTestPool(url);
  const open = async (changed: Partial<LedgerOptions> = {}): Promise<Ledger> => {
    const ledger = await openLedger({ ...options, connectionString: url, poolSize: 2, ...changed });
    onTestFinished(() => ledger.close());
    return ledger;
  };
  return { pool, open };
};

const waiting = (): NewPost => newPost({ wait: { code: 'X_UNAVAILABLE', until: new Date(0) } });

describe('the public URL', () => {
  it('belongs to the first that says it; another one may not send until it adopts', async () => {
    const { open } = await makeWorld();
    const original = await open({ publicUrl: 'https://herald.example' });
    expect(await original.join()).toEqual({ belongsTo: undefined, overdue: 0 });
    const silent = await open();
    expect(await silent.join()).toEqual({ belongsTo: undefined, overdue: 0 });

    const copy = await open({ publicUrl: 'https://staging.example' });
    expect(await copy.join()).toEqual({ belongsTo: 'https://herald.example', overdue: 0 });
    const held = await copy.accept(newPost());
    expect(held).toMatchObject({
      claim: undefined,
      post: { state: 'QUEUED', parts: [{ error: { code: 'PAUSED' } }] },
    });
    expect(await copy.claimNext()).toBeUndefined();
    await acceptClaimed(original, newPost());

    await copy.adopt('https://staging.example');
    expect(await copy.claimNext()).toBeDefined();
    expect(await original.claimNext()).toBeUndefined();
    expect(await original.accept(newPost())).toMatchObject({ claim: undefined });
  });
});

describe('the heartbeat', () => {
  it('is steady for several replicas', async () => {
    const { open } = await makeWorld();
    const replicas = [await open(), await open()];
    for (const replica of replicas) await replica.join();
    for (let beat = 0; beat < 3; beat += 1) {
      for (const replica of replicas) expect(await replica.heartbeat()).toBe(true);
    }
    expect((await replicas[0]?.status())?.pauses).toEqual([]);
  });

  it('notices a database that went back in time, and stops sending', async () => {
    const { open, pool } = await makeWorld();
    const ledger = await open();
    await ledger.join();
    await ledger.heartbeat();
    const { rows } = await pool.query('select id, beat from herald.replica');
    await ledger.heartbeat();
    await ledger.heartbeat();
    await pool.query('update herald.replica set beat = $2 where id = $1', [rows[0]?.id, rows[0]?.beat]);
    expect(await ledger.heartbeat()).toBe(false);
    expect((await ledger.status()).pauses).toMatchObject([
      { scope: 'ALL', reason: expect.stringMatching(/^RESTORED/) },
    ]);
    expect(await ledger.accept(newPost())).toMatchObject({ claim: undefined });
    expect(await ledger.heartbeat()).toBe(true);
    await pool.query('delete from herald.replica');
    expect(await ledger.heartbeat()).toBe(false);
  });
});

describe('a start after a gap', () => {
  const setBack = 'update herald.deployment set heartbeat_at = heartbeat_at - $1::interval';

  it('starts paused when posts are overdue, and says how many', async () => {
    const { open, pool } = await makeWorld();
    const first = await open();
    await first.join();
    await first.accept(waiting());
    await first.accept(waiting());
    await pool.query(setBack, ['16 minutes']);
    const second = await open();
    expect((await second.join()).overdue).toBe(2);
    expect(await second.claimNext()).toBeUndefined();
    expect(await second.resume({ scope: 'ALL' })).toBe(true);
    expect(await second.claimNext()).toBeDefined();
  });

  it('just starts after a short one, and when nothing is overdue', async () => {
    const { open, pool } = await makeWorld();
    const first = await open();
    await first.join();
    await pool.query(setBack, ['16 minutes']);
    expect((await (await open()).join()).overdue).toBe(0);
    await first.accept(waiting());
    await pool.query(setBack, ['14 minutes']);
    expect((await (await open()).join()).overdue).toBe(0);
    expect(await first.claimNext()).toBeDefined();
  });
});

describe('recover', () => {
  it('has every part that was due looked for before anything is sent', async () => {
    const { open, pool } = await makeWorld();
    const ledger = await open();
    const since = new Date(Date.now() - 3_600_000);
    const due = await ledger.accept(waiting());
    const later = await ledger.accept(
      newPost({ wait: { code: 'RATE_LIMITED', until: new Date(Date.now() + 60_000) } }),
    );
    const { claim } = await acceptClaimed(ledger, newPost());
    const done = await ledger.record(claim, created());
    if (due.kind !== 'accepted' || later.kind !== 'accepted') throw new Error('new posts');

    expect(await ledger.recover(since)).toBe(1);
    expect((await ledger.post(undefined, due.post.id))?.state).toBe('UNKNOWN');
    expect((await ledger.post(undefined, later.post.id))?.state).toBe('QUEUED');
    expect((await ledger.post(undefined, done.post.id))?.state).toBe('SENT');
    const look = await ledger.nextToReconcile();
    expect(look).toMatchObject({ postId: due.post.id, startedAt: since, credential: { kid: 'rest-1' } });
    if (look === undefined) throw new Error('due');
    expect(await ledger.recordFound(look, newTweetId(), 'text')).toBe('recorded');
    await pool.query('select 1');
  });
});

describe('the restore guard', () => {
  it('lets nothing expire while it holds, because what waits may have been sent', async () => {
    const { pool, open } = await makeWorld();
    const ledger = await open();
    const post = waiting();
    await ledger.accept(post);
    await pool.query(`update herald.post set expires_at = now() - interval '1 minute' where id = $1`, [
      post.id,
    ]);
    await ledger.pause({ scope: 'ALL' }, 'RESTORED: by a test');
    await ledger.expireQueued();
    expect((await ledger.post(undefined, post.id))?.state).toBe('QUEUED');
    await ledger.resume({ scope: 'ALL' });
    await ledger.expireQueued();
    expect((await ledger.post(undefined, post.id))?.state).toBe('FAILED');
  });
});

describe('status', () => {
  it('counts what is not final and says how old it is', async () => {
    const { open, pool } = await makeWorld();
    const ledger = await open();
    await ledger.join();
    await ledger.accept(waiting());
    await acceptClaimed(ledger, newPost());
    const status = await ledger.status();
    expect(status).toMatchObject({
      sending: 1,
      queued: 1,
      unknown: 0,
      needsReview: 0,
      oldestUnknownAt: undefined,
    });
    expect(status.oldestDueAt).toEqual(new Date(0));
    expect(status.heartbeatAt).toBeInstanceOf(Date);
    await pool.query(`update herald.recent_post set accepted_at = now() - interval '25 hours'`);
    await ledger.tidy();
    expect((await pool.query('select from herald.recent_post')).rowCount).toBe(0);
  });
});
