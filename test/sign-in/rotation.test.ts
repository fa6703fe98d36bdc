import { randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import type { XAccount, XConnect } from '../../src/kernel/index.ts';
import { openBrowser } from '../../src/local/browser.ts';
import { sessionOf, type Tokens, tokensFrom, travelForCode } from '../../src/local/oauth.ts';
import { type Sandbox, startSandbox } from '../../src/sandbox/index.ts';
import { cloneDatabase, type TestDatabase } from '../support/postgres.ts';
import { startScript } from '../support/processes.ts';
import { type Fleet, startFleet } from './fleet.ts';
import { RETURN_TO, sessionFor } from './journey.ts';

const folder = mkdtempSync(join(tmpdir(), 'herald-rotation-'));
const keyring = join(folder, 'keyring.json');
const randomSecret = () => randomBytes(32).toString('base64url');

let sandbox: Sandbox;
let database: TestDatabase;
let fleet: Fleet;
let secrets = { current: randomSecret(), previous: '' };

const environment = (publicUrl: string): Record<string, string> => ({
  HERALD_PUBLIC_URL: publicUrl,
  HERALD_WEBHOOK_SECRET: secrets.current,
  HERALD_WEBHOOK_SECRET_PREVIOUS: secrets.previous,
  HERALD_KEYRING_FILE: keyring,
  DATABASE_URL: database.url,
  X_APP_KEY: 'sandbox-app',
  X_APP_SECRET: 'sandbox-app-secret',
  X_API_URL: sandbox.url,
});

/** Runs `herald ...` as an operator does; standard output. */
const herald = async (...words: string[]): Promise<string> => {
  const run = startScript('src/cli/main.ts', words, {
    env: { PATH: process.env.PATH, ...environment(fleet?.url ?? 'http://127.0.0.1:1') },
  });
  const { code } = await run.waitForExit();
  if (code !== 0) throw new Error(`herald ${words.join(' ')}: exit ${code}\n${run.output}`);
  return run.output;
};

beforeAll(async () => {
  sandbox = await startSandbox({ port: 0 });
  await fetch(`${sandbox.url}/_sandbox/limits`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ posts: null, me: null, reads: null }),
  });
  database = await cloneDatabase(inject('postgres'));
  await herald('keys', 'generate', '--new', '--in-place', keyring);
  fleet = await startFleet(environment);
}, 60_000);
afterAll(async () => {
  await fleet?.close();
  await sandbox?.close();
  await database?.drop();
  rmSync(folder, { recursive: true, force: true });
});

interface Refusal {
  readonly what: string;
  readonly answer: string;
}

/** What users do while keys change: they post in each of the ways, and renew their tokens. */
const startLoad = async () => {
  const refusals: Refusal[] = [];
  let posts = 0;
  let tokens = await signIn('bob');
  const stopped = new AbortController();

  const connect = await act('startXConnect', { returnTo: RETURN_TO }, sessionFor('42'));
  const back = await openBrowser().travel((connect as XConnect).url, 'alice', RETURN_TO);
  const account = (await act(
    'connectXAccount',
    { code: back.searchParams.get('code') },
    sessionFor('42'),
  )) as XAccount;
  expect(account.state).toBe('CONNECTED');

  const run = async (what: string, work: () => Promise<unknown>): Promise<void> => {
    while (!stopped.signal.aborted) {
      await work().catch((error: unknown) => refusals.push({ what, answer: String(error) }));
      await sleep(15);
    }
  };
  const post = async (send: (text: string) => Promise<unknown>): Promise<void> => {
    posts += 1;
    const answer = (await send(`post ${posts}`)) as { state?: string };
    if (answer.state !== 'SENT') throw new Error(JSON.stringify(answer));
  };
  const loops = [
    run('action with envelopes', () => post((text) => act('postTweet', { text }, sessionOf(tokens)))),
    run('action with an account', () => post((text) => act('postTweet', { text }, sessionFor('42')))),
    run('bearer', () => post((text) => postWithBearer(tokens, text))),
    run('renewal', async () => {
      tokens = await renew(tokens);
    }),
  ];
  return {
    refusals,
    posts: () => posts,
    tokens: () => tokens,
    /** Until every user has a token of after this moment. */
    renewed: async () => {
      const old = tokens;
      await expect.poll(() => tokens !== old, { timeout: 10_000 }).toBe(true);
    },
    stop: async () => {
      stopped.abort();
      await Promise.all(loops);
    },
  };
};

const signIn = async (username: string): Promise<Tokens> => {
  const journey = await travelForCode(
    fleet.url,
    { clientId: 'herald-dev', redirectUri: RETURN_TO },
    username,
  );
  return tokensFrom(fleet.url, journey);
};

const renew = async ({ refresh_token }: Tokens): Promise<Tokens> => {
  const answer = await fetch(`${fleet.url}/oauth/token`, {
    method: 'POST',
    body: new URLSearchParams({ grant_type: 'refresh_token', client_id: 'herald-dev', refresh_token }),
  });
  if (!answer.ok) throw new Error(`renewal: ${answer.status} ${await answer.text()}`);
  return (await answer.json()) as Tokens;
};

const act = async (operation: string, input: object, session: object): Promise<unknown> => {
  const answer = await fetch(`${fleet.url}/hasura/actions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-hasura-webhook-secret': secrets.current },
    body: JSON.stringify({ action: { name: operation }, input: { input }, session_variables: session }),
  });
  return answer.json();
};

const postWithBearer = async ({ access_token }: Tokens, text: string): Promise<unknown> => {
  const answer = await fetch(`${fleet.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${access_token}` },
    body: JSON.stringify({
      query: 'mutation ($text: String) { postTweet(input: { text: $text }) { state } }',
      variables: { text },
    }),
  });
  const { data, errors } = (await answer.json()) as { data?: { postTweet: unknown }; errors?: unknown };
  return data?.postTweet ?? { errors };
};

const activeKid = (use: string): string => {
  const { keys } = JSON.parse(readFileSync(keyring, 'utf8')) as { keys: Record<string, string>[] };
  return keys.find((key) => key.use === use && key.status === 'active')?.kid ?? '';
};

const rollAll = () => fleet.roll(environment(fleet.url));

const USES = ['envelope', 'rest', 'sign', 'cookie'];

it('changes every key and secret under load without a refused request', async () => {
  const load = await startLoad();
  const old = USES.map(activeKid);
  const oldSecret = secrets.current;
  const newSecret = randomSecret();

  // 1. Every Herald knows the new keys and both secrets; nothing uses the new ones yet.
  for (const use of USES)
    await herald('keys', 'generate', '--use', use, '--status', 'open', '--in-place', keyring);
  secrets = { current: oldSecret, previous: newSecret };
  await rollAll();

  // 2. The new keys are used, and the engine changes over to the new secret.
  for (const use of USES) await herald('keys', 'rotate', '--use', use, '--in-place', keyring);
  secrets = { current: newSecret, previous: oldSecret };
  await rollAll();
  expect(USES.map(activeKid).filter((kid) => old.includes(kid))).toEqual([]);

  // 3. What the old keys sealed is sealed anew, and every user renews; then the old ones go.
  await herald('keys', 'rotate', '--use', 'rest');
  await load.renewed();
  await load.renewed();
  for (const kid of old) await herald('keys', 'retire', '--kid', kid, '--in-place', keyring);
  secrets = { current: newSecret, previous: '' };
  await rollAll();
  await load.renewed();

  await load.stop();
  expect(load.refusals).toEqual([]);
  expect(load.posts()).toBeGreaterThan(100);

  // Emergency: the key is given up at once, and with it every envelope that it sealed.
  const tokens = load.tokens();
  await herald('keys', 'retire', '--kid', activeKid('envelope'), '--emergency', '--in-place', keyring);
  await rollAll();
  expect(await act('postTweet', { text: 'too late' }, sessionOf(tokens))).toMatchObject({
    code: 'CREDENTIALS_INVALID',
  });
  expect(await act('postTweet', { text: 'renewed' }, sessionOf(await renew(tokens)))).toMatchObject({
    state: 'SENT',
  });
}, 240_000);
