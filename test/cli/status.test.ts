import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { generateKeyring } from '../../src/credentials/index.ts';
import { acceptClaimed, newPost, openTestLedger, openTestPool } from '../ledger/fixture.ts';
import { forceState } from '../ledger/force-state.ts';
import { createTestDatabase } from '../support/postgres.ts';
import { createHerald } from './herald.ts';

const database = await createTestDatabase();
const publicUrl = 'https://herald.example.org';
const ledger = await openTestLedger(database.url, { publicUrl });
const pool = openTestPool(database.url);

/** A port on which `answer` answers until the file's end. */
const serve = async (answer: RequestListener): Promise<number> => {
  const server = createServer(answer);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  afterAll(() => {
    server.closeAllConnections();
    server.close();
  });
  return (server.address() as AddressInfo).port;
};

interface StatusBody {
  readonly [section: string]: Record<string, unknown> | null;
}

describe('herald status', () => {
  beforeAll(async () => {
    await ledger.join();
  });

  it('finds nothing to do while all is well', async () => {
    const opsPort = await serve((_request, response) =>
      response.end(
        'herald_sending_held{reason="breaker"} 0\nherald_sending_held{reason="out_of_credits"} 0\n',
      ),
    );
    const xPort = await serve((_request, response) => response.end());
    const herald = createHerald({
      DATABASE_URL: database.url,
      HERALD_KEYRING: await generateKeyring(new Date('2026-01-31'), ['envelope', 'rest']),
      OPS_PORT: String(opsPort),
      X_API_URL: `http://127.0.0.1:${xPort}`,
    });
    const { code, body } = await herald.json<StatusBody>('status');
    expect(code).toBe(0);
    expect(body).toMatchObject({
      database: { reachable: true, heartbeatAt: expect.stringMatching(/Z$/), publicUrl },
      pauses: [],
      parts: { sending: 0, queued: 0, unknown: 0, needsReview: 0 },
      oldestSeconds: { queued: null, unknown: null, needsReview: null },
      service: { holds: [] },
      x: { reachable: true, clockSkewSeconds: expect.any(Number) },
      keys: [
        { use: 'envelope', kid: 'envelope-2026-01-31', status: 'active' },
        { use: 'rest', kid: 'rest-2026-01-31', status: 'active' },
      ],
    });
    expect(body).not.toHaveProperty('next');
  });

  it('says what does not go out, for how long, and what to do', async () => {
    const opsPort = await serve((_request, response) =>
      response.end('herald_sending_held{reason="out_of_credits"} 1\n'),
    );
    const xPort = await serve((_request, response) =>
      response.writeHead(404, { date: new Date(Date.now() - 3_600_000).toUTCString() }).end(),
    );
    const herald = createHerald({
      DATABASE_URL: database.url,
      OPS_PORT: String(opsPort),
      X_API_URL: `http://127.0.0.1:${xPort}`,
    });
    for (const state of ['QUEUED', 'UNKNOWN', 'NEEDS_REVIEW'] as const) {
      const { post } = await acceptClaimed(ledger, newPost());
      await forceState(pool, post.id, 0, state);
    }
    await pool.query(`update herald.part set not_before = now() - interval '1 hour' where state = 'QUEUED'`);
    await pool.query(`update herald.part set state_since = now() - interval '1 hour'`);
    await pool.query(`update herald.deployment set heartbeat_at = now() - interval '1 hour'`);
    await ledger.pause({ scope: 'ALL' }, 'RESTORED: 1 posts were due');

    const { code, output } = await herald('status');
    expect(code).toBe(0);
    expect(output).toMatch(/queued +1, the oldest due for 60 min/);
    expect(output).toMatch(/unknown +1, the oldest for 60 min/);
    expect(output).toMatch(/needs review +1, the oldest for 60 min/);
    expect(output).toMatch(/service +holds posts back: out_of_credits/);
    expect(output).toMatch(/sending +paused for everybody since \S+Z \(RESTORED: 1 posts were due\)/);
    expect(output).toMatch(/this machine's clock is 36[01]\d s ahead/);
    expect(output).toContain('unknown (no HERALD_KEYRING here)');
    const advice = output.slice(output.indexOf('Next: '));
    expect(advice).toContain('No Herald runs on this database');
    expect(advice).toContain('herald recover --since TIME-OF-THE-BACKUP, then herald resume --all');
    expect(advice).toContain('herald posts list --state NEEDS_REVIEW');
    expect(advice).toContain('herald posts list --state UNKNOWN');
    expect(advice).toContain('herald posts list --state QUEUED');
    expect(advice).toContain('Buy credits');
    expect(advice).toContain('NTP');
  });

  it('says when the database is of another deployment', async () => {
    const herald = createHerald({
      DATABASE_URL: database.url,
      HERALD_PUBLIC_URL: 'https://copy.example.org',
    });
    const { output } = await herald('status');
    expect(output).toContain(
      `The database belongs to ${publicUrl}. If it moved here, and only then: herald adopt`,
    );
  });

  it('does without a service, X and a sound keyring', async () => {
    const herald = createHerald({ DATABASE_URL: database.url, HERALD_KEYRING: '{"keys":["canary"]}' });
    const { code, output } = await herald('status');
    expect(code).toBe(0);
    expect(output).toContain('unknown (Herald is not running here');
    expect(output).toContain('cannot be reached from here; clock unknown');
    expect(output).toContain('Mend HERALD_KEYRING');
  });

  it('does not take the metrics of another program for those of Herald', async () => {
    const opsPort = await serve((_request, response) => response.end('node_cpu_seconds_total 1\n'));
    const herald = createHerald({ DATABASE_URL: database.url, OPS_PORT: String(opsPort) });
    expect((await herald.json<StatusBody>('status')).body.service).toBeNull();
  });

  it('ends with 1 when the database cannot be used, and tells the rest', async () => {
    const herald = createHerald({ DATABASE_URL: 'postgres://me:canary@127.0.0.1:1/x' });
    const { code, body } = await herald.json<StatusBody>('status');
    expect(code).toBe(1);
    expect(body.database).toEqual({ reachable: false, heartbeatAt: null, publicUrl: null });
    expect(JSON.stringify(body.next)).toContain('DATABASE_URL');
  });
});
