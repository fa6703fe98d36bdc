import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import { generateKeyring } from '../../src/credentials/index.ts';
import type { XAccount, XConnect } from '../../src/kernel/index.ts';
import { openBrowser } from '../../src/local/browser.ts';
import { sessionOf, tokensFrom, travelForCode } from '../../src/local/oauth.ts';
import { type Sandbox, startSandbox } from '../../src/sandbox/index.ts';
import { dumpDatabase, tokensOfX } from '../support/canaries.ts';
import { cloneDatabase, type TestDatabase } from '../support/postgres.ts';
import { type RunningProcess, startScript } from '../support/processes.ts';
import { RETURN_TO, sessionFor } from './journey.ts';

/*
 * Canaries: every secret that a Herald process comes to know is searched for, afterwards, in all that it wrote: its log
 * at debug level, every row of its database, its metrics, its answers and its redirects.
 */

let sandbox: Sandbox;
let database: TestDatabase;
let herald: RunningProcess;
let url: string;
let metricsUrl: string;
let keyring: string;
const webhookSecret = randomBytes(32).toString('base64url');
const answers: string[] = [];
const visited: string[] = [];

beforeAll(async () => {
  sandbox = await startSandbox({ port: 0 });
  database = await cloneDatabase(inject('postgres'));
  keyring = await generateKeyring(new Date());
  const opsPort = await freePort();
  metricsUrl = `http://127.0.0.1:${opsPort}/metrics`;
  herald = startScript('src/main.ts', [], {
    env: {
      PATH: process.env.PATH,
      PORT: '0',
      OPS_PORT: String(opsPort),
      HERALD_LOG_LEVEL: 'debug',
      HERALD_WEBHOOK_SECRET: webhookSecret,
      HERALD_KEYRING: keyring,
      DATABASE_URL: database.url,
      X_APP_KEY: 'sandbox-app',
      X_APP_SECRET: 'sandbox-app-secret',
      X_API_URL: sandbox.url,
    },
  });
  ({ url } = await herald.waitForEvent<{ evt: string; url: string }>(({ evt }) => evt === 'started'));
});
afterAll(async () => {
  await sandbox.close();
  await database.drop();
});

const freePort = async (): Promise<number> => {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const { port } = probe.address() as AddressInfo;
  probe.close();
  return port;
};
const read = async (response: Response): Promise<unknown> => {
  const text = await response.text();
  answers.push(`${response.status} ${JSON.stringify([...response.headers])} ${text}`);
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
};
const act = async (operation: string, input: object, session: object): Promise<unknown> =>
  read(
    await fetch(`${url}/hasura/actions`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-hasura-webhook-secret': webhookSecret },
      body: JSON.stringify({ action: { name: operation }, input: { input }, session_variables: session }),
    }),
  );
const fault = (kind: string) =>
  fetch(`${sandbox.url}/_sandbox/faults`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ method: 'POST', path: '/2/tweets', kind, times: 1 }),
  });
/** The whole address, as it stands in histories and in the logs of proxies. */
const note = (_hop: string, { href }: URL): void => void visited.push(decodeURIComponent(href));

it('writes no credential, key or secret anywhere', async () => {
  // An app with its own auth.
  const { url: start } = (await act('startXConnect', { returnTo: RETURN_TO }, sessionFor('42'))) as XConnect;
  const back = await openBrowser(note).travel(start, 'alice', RETURN_TO);
  const code = back.searchParams.get('code') ?? '';
  const account = (await act('connectXAccount', { code }, sessionFor('42'))) as XAccount;
  await act('postTweet', { text: 'as the account' }, sessionFor('42'));
  await act('connectXAccount', { code }, sessionFor('42'));

  // An app without auth: claims, bearer, renewal.
  const journey = await travelForCode(url, { clientId: 'herald-dev', redirectUri: RETURN_TO }, 'bob', note);
  const tokens = await tokensFrom(url, journey);
  const session = sessionOf(tokens);
  await act('postTweet', { text: 'with envelopes' }, session);
  const renewed = (await read(
    await fetch(`${url}/oauth/token`, {
      method: 'POST',
      body: new URLSearchParams({
        grant_type: 'refresh_token',
        client_id: 'herald-dev',
        refresh_token: tokens.refresh_token,
      }),
    }),
  )) as typeof tokens;
  // What the client is given is the client's; it is not looked for in the answer that gives it.
  answers.pop();

  // What goes wrong: at X, in the envelopes, in the tokens, in the requests.
  for (const kind of [
    '503',
    '429',
    'drop-after-accept',
    '401',
    'empty-201',
    'corrupt-gzip-201',
    '403-duplicate',
  ]) {
    await fault(kind);
    await act('postTweet', { text: `fault ${kind}` }, session);
    await fault(kind);
    await act('postTweet', { text: `fault ${kind} as the account` }, sessionFor('42'));
  }
  const swapped = {
    ...session,
    'x-hasura-access-token': session['x-hasura-access-token-secret'],
    'x-hasura-access-token-secret': session['x-hasura-access-token'],
  };
  await act('postTweet', { text: 'swapped' }, swapped);
  await act('postTweet', { text: 'of another' }, { ...session, 'x-hasura-user-id': 'twitter|1' });
  await act('postTweet', { text: 'admin' }, { ...session, 'x-hasura-role': 'admin' });
  for (const bearer of [tokens.access_token, `${tokens.access_token}x`, renewed.access_token.slice(0, -9)]) {
    await read(
      await fetch(`${url}/graphql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', authorization: `Bearer ${bearer}` },
        body: JSON.stringify({ query: '{ xAccounts { id username } nothing }' }),
      }),
    );
  }
  await read(await fetch(`${url}/auth/x/callback?oauth_token=t&oauth_verifier=v`, { redirect: 'manual' }));
  await read(
    await fetch(`${url}/graphql`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        'x-hasura-webhook-secret': `${webhookSecret}x`,
        ...session,
      },
      body: '{',
    }),
  );
  const storedBefore = await dumpDatabase(database.url);
  const ofX = await tokensOfX(sandbox.url);
  await act('disconnectXAccount', { id: account.id }, sessionFor('42'));

  const stored = `${storedBefore}\n${await dumpDatabase(database.url)}`;
  const metrics = await (await fetch(metricsUrl)).text();
  herald.signal('SIGINT');
  await herald.waitForExit();
  const written = {
    log: herald.output,
    database: stored,
    metrics,
    answers: answers.join('\n'),
    addresses: visited.join('\n'),
  };

  const canaries = secretsKnown(ofX, tokens, renewed, journey.verifier, code);
  expect(canaries.length).toBeGreaterThan(20);
  for (const [place, text] of Object.entries(written)) {
    const found = canaries
      .filter(({ value }) => text.includes(value))
      .map(({ what }) => `${what} in ${place}`);
    expect(found).toEqual([]);
  }
  // The search itself can find something: X's users are there in clear.
  expect(written.metrics).toContain('herald_posts_total');
  expect(written.database).toContain('alice');
  expect(written.log).toContain('"evt":"request"');
  expect(written.addresses).toMatch(/\/auth\/x\/callback\?oauth_token=[^\n]+oauth_verifier=/);
}, 60_000);

/** Everything that must stand nowhere: of X, of the keyring, of the configuration, of the sign-ins. */
const secretsKnown = (
  ofX: readonly string[],
  tokens: { access_token: string; refresh_token: string },
  renewed: { access_token: string; refresh_token: string },
  verifier: string,
  code: string,
): { what: string; value: string }[] => {
  const { keys } = JSON.parse(keyring) as { keys: Record<string, string>[] };
  const ofKeyring = keys.flatMap(({ kid, k, d, p, q }) =>
    [k, d, p, q].flatMap((value) => (value === undefined ? [] : [{ what: `key ${kid}`, value }])),
  );
  return [
    ...ofX.map((value) => ({ what: 'a token of X', value })),
    ...ofKeyring,
    { what: 'the webhook secret', value: webhookSecret },
    { what: "the application's secret", value: 'sandbox-app-secret' },
    { what: 'the code verifier', value: verifier },
    { what: 'a code', value: code },
    ...[tokens, renewed].flatMap(({ access_token, refresh_token }) => [
      { what: 'an access token', value: access_token },
      { what: 'a refresh token', value: refresh_token },
    ]),
  ].flatMap((canary) => [
    canary,
    {
      what: `${canary.what}, base64`,
      value: Buffer.from(canary.value).toString('base64').replace(/=+$/, ''),
    },
    { what: `${canary.what}, hex`, value: Buffer.from(canary.value).toString('hex') },
  ]);
};
