import { randomUUID } from 'node:crypto';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { Delivery, Ledger, PostId } from '../../src/kernel/index.ts';
import { type LedgerOptions, openLedger } from '../../src/ledger/index.ts';
import { createTestDatabase } from '../support/postgres.ts';
import { startTcpProxy } from '../support/tcp-proxy.ts';
import { acceptClaimed, created, newPost, openTestPool, options, rejected } from './fixture.ts';
import { startWire } from './wire.ts';

const { url } = await createTestDatabase('template0');
const pool = openTestPool(url);

const open = async (connectionString: string, changed: Partial<LedgerOptions> = {}): Promise<Ledger> => {
  const ledger = await openLedger({ ...options, connectionString, poolSize: 2, ...changed });
  onTestFinished(() => ledger.close());
  return ledger;
};

/** The database by way of a proxy that can cut the line. */
const openBehindProxy = async () => {
  const direct = new URL(url);
  const proxy = await startTcpProxy({ host: direct.hostname, port: Number(direct.port || 5432) });
  onTestFinished(() => proxy.close());
  const behind = new URL(url);
  behind.hostname = '127.0.0.1';
  behind.port = String(proxy.port);
  return { proxy, ledger: await open(behind.href) };
};

const endAllConnections = () =>
  pool.query(
    `select pg_terminate_backend(pid) from pg_stat_activity
     where datname = current_database() and application_name = 'herald'`,
  );

describe('an immediate post', () => {
  it('costs two statements, each its own transaction', async () => {
    const wire = await startWire(url);
    const ledger = await open(wire.url);
    for (const idempotencyKey of [undefined, randomUUID()]) {
      for (const outcome of [created(), rejected()]) {
        wire.take();
        const key = idempotencyKey === undefined ? {} : { idempotencyKey: randomUUID() };
        const { claim } = await acceptClaimed(ledger, newPost(key));
        expect(wire.take()).toBe(1);
        await ledger.record(claim, outcome);
        expect(wire.take()).toBe(1);
      }
    }
  });
});

describe('a lost database', () => {
  it('is TEMPORARILY_UNAVAILABLE, and nothing was started', async () => {
    const { proxy, ledger } = await openBehindProxy();
    proxy.cut();
    const post = newPost();
    const refused = { code: 'TEMPORARILY_UNAVAILABLE', status: 429, retryAt: expect.any(Date) };
    await expect(ledger.accept(post)).rejects.toMatchObject(refused);
    await expect(ledger.claimNext()).rejects.toMatchObject(refused);
    proxy.forward();
    expect(await ledger.post(undefined, post.id)).toBeUndefined();
    await acceptClaimed(ledger, post);
  });

  it('is bridged when only the connections broke', async () => {
    const lost: Error[] = [];
    const ledger = await open(url, { onConnectionLost: (error) => lost.push(error) });
    const { claim, post } = await acceptClaimed(ledger, newPost());
    await endAllConnections();
    expect((await ledger.record(claim, created())).post.state).toBe('SENT');
    await endAllConnections();
    expect((await ledger.accept(newPost())).kind).toBe('accepted');
    expect((await ledger.post(post.userId, post.id))?.state).toBe('SENT');
    for (const error of lost) expect(error).toBeInstanceOf(Error);
  });

  it('keeps what X answered until it is back', async () => {
    const { proxy, ledger } = await openBehindProxy();
    const { claim, post } = await acceptClaimed(ledger, newPost());
    proxy.cut();
    const recording = ledger.record(claim, created());
    setTimeout(() => proxy.forward(), 300);
    expect((await recording).post).toMatchObject({ id: post.id, state: 'SENT' });
  });

  it('gives up a line that is silent, and records over a new one', async () => {
    const { proxy, ledger } = await openBehindProxy();
    const { claim } = await acceptClaimed(ledger, newPost());
    proxy.blackhole();
    const recording = ledger.record(claim, created());
    setTimeout(() => proxy.forward(), 6_500);
    expect((await recording).post.state).toBe('SENT');
  });
});

/** What the sweep does, without the pauses. */
const claimAsSoonAsThere = async (ledger: Ledger, id: PostId): Promise<Delivery> => {
  for (;;) {
    const delivery = await ledger.claimPost(id);
    if (delivery !== undefined) return delivery;
  }
};

describe('an answer that got lost', () => {
  it('to accept leaves one post, and its claim to the one who asked', async () => {
    const wire = await startWire(url);
    const ledger = await open(wire.url);
    for (const key of [{}, { idempotencyKey: randomUUID() }]) {
      const post = newPost(key);
      const startedAtMs = performance.now();
      wire.loseNextAnswer();
      const { claim } = await acceptClaimed(ledger, post);
      expect(claim.leaseEndsAtMs).toBeLessThan(startedAtMs + options.leaseMs + 45);
      expect(await ledger.attempts(post.id)).toMatchObject([{ fence: claim.fence }]);
      // Whoever asks again later does not get the claim a second time.
      expect(await ledger.accept(post)).toMatchObject({ kind: 'existing', post: { id: post.id } });
    }
  });

  it('to accept of a post that waits gives no claim, because the sweep may have it', async () => {
    const wire = await startWire(url);
    const ledger = await open(wire.url);
    const sweep = await open(url);
    const post = newPost({ wait: { code: 'X_UNAVAILABLE', until: new Date(0) } });
    wire.loseNextAnswer();
    const [accepted, swept] = await Promise.all([ledger.accept(post), claimAsSoonAsThere(sweep, post.id)]);
    expect(accepted).toMatchObject({ kind: 'accepted', post: { id: post.id }, claim: undefined });
    expect(swept.claim.attempt).toBe(1);
    expect(await ledger.attempts(post.id)).toHaveLength(1);
  });

  it('to accept gives no claim of the sweep, however soon it came', async () => {
    const wire = await startWire(url);
    const ledger = await open(wire.url);
    const sweep = await open(url);
    const post = newPost({ wait: { code: 'X_UNAVAILABLE', until: new Date(0) } });
    await sweep.accept(post);
    await claimAsSoonAsThere(sweep, post.id);
    // In the same millisecond, as far as anybody can see.
    await pool.query(
      'update herald.part set state_since = created_at from herald.post where id = post_id and id = $1',
      [post.id],
    );
    wire.loseNextAnswer();
    expect(await ledger.accept(post)).toMatchObject({ kind: 'accepted', claim: undefined });
  });

  it('to record changes nothing', async () => {
    const wire = await startWire(url);
    const ledger = await open(wire.url);
    const sent = await acceptClaimed(ledger, newPost());
    const tweet = created();
    wire.loseNextAnswer();
    expect(await ledger.record(sent.claim, tweet)).toMatchObject({ applied: true, doublePost: undefined });
    const failed = await acceptClaimed(ledger, newPost());
    wire.loseNextAnswer();
    expect((await ledger.record(failed.claim, rejected())).post.state).toBe('FAILED');
  });
});

describe('a failing statement', () => {
  it('is a bug, not an outage: it is thrown as it is, at once', async () => {
    const ledger = await open(url);
    const failure = await ledger.accept(newPost({ parts: [] })).catch((error: unknown) => error);
    expect(failure).toMatchObject({ code: '23514', constraint: 'post_counts_every_part' });
  });
});
