import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import {
  addKey,
  createRestSeal,
  generateKeyring,
  loadKeyring,
  promoteKey,
} from '../../src/credentials/index.ts';
import { openLedger } from '../../src/ledger/index.ts';
import { type Sandbox, startSandbox } from '../../src/sandbox/index.ts';
import { acceptClaimed, created, newPost, openTestPool, options, rejected } from '../ledger/fixture.ts';
import { cloneDatabase, createTestDatabase } from '../support/postgres.ts';
import { createHerald } from './herald.ts';
import { startTransactionPooler } from './transaction-pooler.ts';

const database = await createTestDatabase();
const empty = await createTestDatabase('template0');
const pool = openTestPool(database.url);
const ledger = await openLedger({ ...options, connectionString: database.url });
let sandbox: Sandbox;
let sound: Record<string, string>;

beforeAll(async () => {
  sandbox = await startSandbox({ port: 0 });
  sound = {
    DATABASE_URL: database.url,
    HERALD_KEYRING: await generateKeyring(new Date()),
    HERALD_WEBHOOK_SECRET: Buffer.from(crypto.getRandomValues(new Uint8Array(32))).toString('base64'),
    X_APP_KEY: 'sandbox-app',
    X_APP_SECRET: 'sandbox-app-secret',
    X_API_URL: sandbox.url,
  };
  return async () => {
    await ledger.close();
    await sandbox.close();
  };
});

interface Body {
  readonly ok: boolean;
  readonly checks: readonly { name: string; state: string; sentence: string; next: string[] }[];
}

/** The checks by name, of an environment that differs from a sound one; `undefined` unsets. */
const examine = async (changed: Record<string, string | undefined> = {}) => {
  const environment = Object.entries({ ...sound, ...changed }).filter(
    (entry): entry is [string, string] => entry[1] !== undefined,
  );
  const { code, body } = await createHerald(Object.fromEntries(environment)).json<Body>('doctor');
  expect(code).toBe(body.ok ? 0 : 1);
  return { ok: body.ok, check: (name: string) => body.checks.find((check) => check.name === name) };
};

/** An X that answers everything in one way. */
const serveX = async (answer: RequestListener): Promise<string> => {
  const server = createServer(answer);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  afterAll(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
};

describe('herald doctor', () => {
  it('finds everything ready before the first sign-in', async () => {
    const { code, output } = await createHerald(sound)('doctor');
    expect(code).toBe(0);
    expect(output).toMatch(/^ok +configuration +The service would start/m);
    expect(output).toMatch(/^ok +database +PostgreSQL \d+\.\d+ answers\.$/m);
    expect(output).toMatch(/^ok +connection +Direct/m);
    expect(output).toMatch(/^ok +migrations /m);
    expect(output).toMatch(/^ok +database clock +Clocks agree\.$/m);
    for (const use of ['envelope', 'rest', 'sign', 'cookie'])
      expect(output).toMatch(new RegExp(`^ok +${use} key +${use}-20`, 'm'));
    expect(output).toMatch(/^ok +stored values /m);
    expect(output).toMatch(/^ok +X +http:\/\/127.*It is not x\.com\.$/m);
    expect(output).toMatch(/^ok +application /m);
    expect(output).toMatch(/^ok +callback +X takes http:\/\/127\.0\.0\.1:4000\/auth\/x\/callback\.$/m);
    expect(output).toMatch(
      /^warn +permission +X tells what the application may do only once somebody signed in\.$/m,
    );
    expect(output).toMatch(/^ok +key set +http:\/\/127\.0\.0\.1:4000\/\.well-known\/jwks\.json$/m);
    expect(output).toContain('herald keys public --hasura');
  });

  it('tells every problem of the configuration at once, and looks at the rest all the same', async () => {
    const { ok, check } = await examine({
      HERALD_WEBHOOK_SECRET: 'short-canary',
      HERALD_CLIENTS: 'canary',
      HERALD_CLIENT: 'x',
      HASURA_GRAPHQL_JWT_SECRET: '{"type":"RS256"}',
      X_APP_SECRET: undefined,
    });
    expect(ok).toBe(false);
    const problems = check('configuration')?.next.map((problem) => problem.split(':')[0]);
    for (const name of [
      'HERALD_WEBHOOK_SECRET',
      'HERALD_CLIENTS',
      'HERALD_CLIENT',
      'HASURA_GRAPHQL_JWT_SECRET',
      'X_APP_SECRET',
    ])
      expect(problems).toContain(name);
    expect(check('database')?.state).toBe('ok');
    expect(check('application')).toMatchObject({
      state: 'fail',
      sentence: 'There is no X_APP_KEY and X_APP_SECRET.',
    });
  });

  it('does with no variable at all', async () => {
    const { code, output } = await createHerald({})('doctor');
    expect(code).toBe(1);
    for (const name of ['HERALD_KEYRING', 'DATABASE_URL', 'X_APP_KEY'])
      expect(output).toContain(`${name}: is required`);
    expect(output).toMatch(/^fail +X +http:\/\/127\.0\.0\.1:1 cannot be reached/m);
  });

  it.each([
    ['nobody listens', 'postgres://me:canary@127.0.0.1:1/x', /ECONNREFUSED/],
    ['there is none', `${database.url}_no`, /does not exist/],
  ])('says that the database cannot be used: %s', async (_what, url, sentence) => {
    const { ok, check } = await examine({ DATABASE_URL: url });
    expect([ok, check('database')?.state]).toEqual([false, 'fail']);
    expect(check('database')?.sentence).toMatch(sentence);
  });

  it('recognises a transaction pooler', async () => {
    const pooler = await startTransactionPooler(database.url);
    const { ok, check } = await examine({ DATABASE_URL: pooler.url });
    await pooler.close();
    expect([ok, check('database')?.state]).toEqual([false, 'ok']);
    expect(check('connection')).toMatchObject({
      state: 'fail',
      sentence: expect.stringContaining('two connections share one process of the server'),
    });
  });

  it('changes nothing in an empty database, and says what Herald will do', async () => {
    const { ok, check } = await examine({ DATABASE_URL: empty.url });
    expect([ok, check('migrations')?.state]).toEqual([true, 'warn']);
    expect(check('migrations')?.sentence).toContain('0001_posts.sql');
    expect(check('reading role')?.state).toBe('warn');
    expect(check('stored values')).toBeUndefined();
    const again = await examine({ DATABASE_URL: empty.url });
    expect(again.check('migrations')?.sentence).toBe(check('migrations')?.sentence);
  });

  it('prints the SQL of the reading role where the connection may not make it', async () => {
    const other = await cloneDatabase(inject('postgres'));
    afterAll(() => other.drop());
    const name = `plain_${other.name}`;
    const admin = openTestPool(other.url);
    await admin.query(`create role ${name} login password 'canary'`);
    await admin.query(
      `grant all on schema herald to ${name}; grant all on all tables in schema herald to ${name}`,
    );
    await admin.query('revoke usage on schema herald from herald_read');
    const url = new URL(other.url);
    url.username = name;
    url.password = 'canary';
    const { check } = await examine({ DATABASE_URL: url.href });
    await admin.query(`drop owned by ${name}; drop role ${name}`);
    expect(check('reading role')?.state).toBe('warn');
    expect(check('reading role')?.next.join('\n')).toContain('create role herald_read nologin');
  });

  it('says which keys are missing, and which are old', async () => {
    const { ok, check } = await examine({
      HERALD_KEYRING: await generateKeyring(new Date('2020-01-31'), ['envelope', 'rest']),
    });
    expect(ok).toBe(true);
    expect(check('envelope key')).toMatchObject({
      state: 'warn',
      sentence: expect.stringMatching(/\d{4} days old/),
    });
    expect(check('sign key')).toMatchObject({
      state: 'warn',
      sentence: expect.stringContaining('sign-in routes are closed'),
    });
    const none = await examine({ HERALD_KEYRING: '{"keys":["canary"]}' });
    expect([none.ok, none.check('keys')?.state]).toEqual([false, 'fail']);
  });

  it('counts what older keys still seal, and what no key opens', async () => {
    const old = await generateKeyring(new Date('2026-01-31'), ['envelope', 'rest']);
    const added = await addKey(old, { use: 'rest', date: new Date('2026-02-28') });
    const rotated = promoteKey(added.json, 'rest-2026-02-28').json;
    const value = await createRestSeal(await loadKeyring(old)).seal('canary', []);
    const entry = { kind: 'ticket', id: 'digest', boundTo: '', lifetimeMs: 60_000 } as const;
    await ledger.singleUse.put({ ...entry, value });
    const behind = await examine({ HERALD_KEYRING: rotated });
    expect(behind.check('stored values')).toMatchObject({
      state: 'warn',
      sentence: '1 are still sealed under rest-2026-01-31.',
    });
    const lost = await examine();
    expect(lost.check('stored values')).toMatchObject({
      state: 'fail',
      next: [expect.stringContaining('backup')],
    });
    await ledger.singleUse.take('ticket', 'digest', '');
  });

  it('knows the permission from what became of the newest posts', async () => {
    const refused = await acceptClaimed(ledger, newPost());
    await ledger.record(refused.claim, rejected('APP_NOT_PERMITTED'));
    const wrong = await examine();
    expect(wrong.check('permission')).toMatchObject({
      state: 'fail',
      sentence: expect.stringContaining(refused.post.id),
    });
    const sent = await acceptClaimed(ledger, newPost());
    await ledger.record(sent.claim, created());
    const right = await examine();
    expect(right.check('permission')).toMatchObject({
      state: 'ok',
      sentence: expect.stringContaining(sent.post.id),
    });
    await pool.query('truncate herald.post, herald.post_credential cascade');
  });
});

describe('what X says about the application', () => {
  const json =
    (status: number, code: number, headers: Record<string, string> = {}): RequestListener =>
    (_request, response) =>
      response.writeHead(status, headers).end(JSON.stringify({ errors: [{ code, message: 'canary' }] }));
  const xml: RequestListener = (_request, response) =>
    response.writeHead(403).end('<errors><error code="415">canary</error></errors>');
  const token =
    (body: string, headers: Record<string, string> = {}): RequestListener =>
    (_request, response) =>
      response.writeHead(200, headers).end(body);
  const good = 'oauth_token=canary&oauth_token_secret=canary&oauth_callback_confirmed=true';

  it.each<[string, RequestListener, Record<string, string>]>([
    ['the wrong key', json(401, 32), { application: 'fail', callback: 'warn' }],
    ['a callback that is not approved', json(403, 415), { application: 'ok', callback: 'fail' }],
    ['the same as XML', xml, { application: 'ok', callback: 'fail' }],
    [
      'a callback that is not confirmed',
      token('oauth_token=a&oauth_token_secret=b'),
      { application: 'ok', callback: 'fail' },
    ],
    [
      'a wrong clock',
      json(401, 135, { date: new Date(Date.now() - 3_600_000).toUTCString() }),
      { application: 'fail', 'X clock': 'fail' },
    ],
    ['trouble', json(503, 130), { application: 'warn', callback: 'warn' }],
    [
      'that it may only read',
      token(good, { 'x-access-level': 'read' }),
      { application: 'ok', permission: 'fail' },
    ],
    [
      'that it may write',
      token(good, { 'x-access-level': 'read-write' }),
      { callback: 'ok', permission: 'ok' },
    ],
  ])('is understood: %s', async (_what, answer, expected) => {
    const { check } = await examine({
      X_API_URL: await serveX(answer),
      HERALD_PUBLIC_URL: 'https://herald.example.org',
    });
    for (const [name, state] of Object.entries(expected))
      expect([name, check(name)?.state]).toEqual([name, state]);
    if (expected.callback === 'fail')
      expect(check('callback')?.next.join()).toContain('https://herald.example.org/auth/x/callback');
  });

  it('is signed, so that a wrong secret is told apart', async () => {
    const { check } = await examine({ X_APP_SECRET: 'another' });
    expect(check('application')).toMatchObject({
      state: 'fail',
      sentence: 'X does not take X_APP_KEY and X_APP_SECRET.',
    });
  });
});

it('is a process', async () => {
  const { code, output } = await createHerald(sound).process('doctor');
  expect({ code, output }).toEqual({ code: 0, output: expect.stringMatching(/^ok +configuration/) });
});
