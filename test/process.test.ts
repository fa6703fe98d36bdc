import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { generateKeyring, loadKeyring, sealPair } from '../src/credentials/index.ts';
import type { UserId } from '../src/kernel/index.ts';
import { type Sandbox, startSandbox } from '../src/sandbox/index.ts';
import { createTestDatabase } from './support/postgres.ts';
import { type RunningProcess, startScript } from './support/processes.ts';
import { type SandboxAccount, send } from './support/world.ts';

const secret = randomBytes(32).toString('base64url');
const keyring = await generateKeyring(new Date(), ['envelope', 'rest']);
const database = await createTestDatabase();
let sandbox: Sandbox;

beforeAll(async () => {
  sandbox = await startSandbox({ port: 0 });
});
afterAll(() => sandbox.close());

const environment = (changes: Record<string, string> = {}): Record<string, string> => ({
  PORT: '0',
  OPS_PORT: '0',
  HERALD_WEBHOOK_SECRET: secret,
  HERALD_KEYRING: keyring,
  DATABASE_URL: database.url,
  X_APP_KEY: 'sandbox-app',
  X_APP_SECRET: 'sandbox-app-secret',
  X_API_URL: sandbox.url,
  ...changes,
});

const startHerald = (env = environment()): RunningProcess => startScript('src/main.ts', [], { env });

interface Line {
  readonly evt: string;
  readonly url: string;
}

const control = async (path: string, body: unknown) =>
  (await send(`${sandbox.url}/_sandbox/${path}`, {}, body)).body as unknown as SandboxAccount;

describe('the process', () => {
  it('lists every problem of its configuration and exits 1 without a stack or a secret', async () => {
    const herald = startHerald({
      HERALD_WEBHOOK_SECRET: 'canary-changeme',
      HERALD_ROLLS: 'user',
      HERALD_KEYRING: '{"keys":[]}',
    });
    expect(await herald.waitForExit()).toEqual({ code: 1, signal: null });
    for (const name of [
      'HERALD_WEBHOOK_SECRET',
      'HERALD_ROLLS',
      'HERALD_KEYRING',
      'X_APP_KEY',
      'X_APP_SECRET',
    ]) {
      expect(herald.output).toContain(`- ${name}: `);
    }
    expect(herald.output).not.toMatch(/canary| at .*\.ts:/);
  });

  it('says in one sentence that its port is taken', async () => {
    const port = new URL(sandbox.url).port;
    const herald = startHerald(environment({ PORT: port }));
    expect(await herald.waitForExit()).toEqual({ code: 1, signal: null });
    expect(herald.output).toMatch(/EADDRINUSE/);
    expect(herald.output).not.toMatch(/ at .*\.ts:/);
  });

  it('finishes a send that is under way when SIGTERM comes, whatever signals follow, and exits 0', async () => {
    const alice = await control('users', { username: 'alice' });
    const userId = `twitter|${alice.id}` as UserId;
    const sealed = await sealPair(
      await loadKeyring(keyring),
      { accessToken: alice.access_token, accessTokenSecret: alice.access_token_secret },
      { userId, expiresAt: new Date(Date.now() + 3_600_000) },
    );
    const herald = startHerald(environment({ HERALD_X_DEADLINE_MS: '3000' }));
    const { url } = await herald.waitForEvent<Line>(({ evt }) => evt === 'started');
    await control('faults', { method: 'POST', path: '/2/tweets', kind: 'hang-after-accept', times: 1 });

    const answer = send(
      `${url}/hasura/actions`,
      { 'x-hasura-webhook-secret': secret },
      {
        action: { name: 'postTweet' },
        input: { input: { text: 'under way' } },
        session_variables: {
          'x-hasura-role': 'user',
          'x-hasura-user-id': userId,
          'x-hasura-access-token': sealed.accessToken,
          'x-hasura-access-token-secret': sealed.accessTokenSecret,
        },
      },
    );
    await untilTweets(1);
    herald.signal('SIGTERM');
    herald.signal('SIGTERM');
    herald.signal('SIGINT');

    expect((await answer).body).toMatchObject({ state: 'UNKNOWN', error: { code: 'OUTCOME_UNKNOWN' } });
    expect(await herald.waitForExit()).toEqual({ code: 0, signal: null });
    const events = herald.output
      .trim()
      .split('\n')
      .map((line) => (JSON.parse(line) as Line).evt);
    expect(events).toEqual(
      expect.arrayContaining(['started', 'stopping', 'x_outcome', 'request', 'stopped']),
    );
    for (const leak of [alice.access_token, alice.access_token_secret, secret, 'under way']) {
      expect(herald.output).not.toContain(leak);
    }
  });
});

const untilTweets = async (count: number): Promise<void> => {
  for (;;) {
    const tweets = (await (await fetch(`${sandbox.url}/_sandbox/tweets`)).json()) as unknown[];
    if (tweets.length === count) return;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
};
