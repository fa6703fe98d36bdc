import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { ConfigProblems, type Environment, loadConfig } from '../../src/config/index.ts';

const complete: Environment = {
  HERALD_WEBHOOK_SECRET: randomBytes(32).toString('base64'),
  HERALD_KEYRING: '{"keys":[]}',
  X_APP_KEY: 'key',
  X_APP_SECRET: 'app-secret',
  DATABASE_URL: 'postgres://herald@127.0.0.1/herald',
  HERALD_BUDGET_DAY_USD: 'unlimited',
};
const problemsOf = async (environment: Environment): Promise<readonly string[]> => {
  try {
    await loadConfig({ ...complete, ...environment });
    return [];
  } catch (error) {
    if (error instanceof ConfigProblems) return error.problems;
    throw error;
  }
};
const clients = (...list: unknown[]) => ({ HERALD_CLIENTS: JSON.stringify(list) });
const day = (days: number) => new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10);

describe('HERALD_CLIENTS', () => {
  it('gives each client an audience of its own', async () => {
    const { config } = await loadConfig({
      ...complete,
      ...clients(
        { id: 'web', redirectUris: ['https://app.example.com/x?from=herald'] },
        { id: 'phone', redirectUris: ['com.example.app:/back'], audience: 'app' },
      ),
    });
    expect(config.signIn.clients).toEqual([
      { id: 'web', redirectUris: ['https://app.example.com/x?from=herald'], audience: 'web' },
      { id: 'phone', redirectUris: ['com.example.app:/back'], audience: 'app' },
    ]);
  });

  it('has no default in production', async () => {
    const { config } = await loadConfig({ ...complete, NODE_ENV: 'production' });
    expect(config.signIn.clients).toEqual([]);
    expect(config.development).toBe(false);
  });

  it.each([
    ['no JSON', { HERALD_CLIENTS: '[' }],
    ['no list', { HERALD_CLIENTS: '{}' }],
    ['no id', clients({ redirectUris: ['https://a.example/'] })],
    ['an id with a space', clients({ id: 'a b', redirectUris: ['https://a.example/'] })],
    ['no redirect URIs', clients({ id: 'a' })],
    ['plain http', clients({ id: 'a', redirectUris: ['http://a.example/'] })],
    ['another loopback address', clients({ id: 'a', redirectUris: ['http://127.0.0.2/'] })],
    ['a fragment', clients({ id: 'a', redirectUris: ['https://a.example/#x'] })],
    ['a user', clients({ id: 'a', redirectUris: ['https://u@a.example/'] })],
    ['a script', clients({ id: 'a', redirectUris: ['javascript:alert(1)'] })],
    ['a backslash', clients({ id: 'a', redirectUris: ['https:\\\\a.example/'] })],
    ['no text', clients({ id: 'a', redirectUris: [7] })],
    ['an empty audience', clients({ id: 'a', redirectUris: ['https://a.example/'], audience: '' })],
    ['a misspelt member', clients({ id: 'a', redirectUris: ['https://a.example/'], redirect_uris: [] })],
  ])('refuses a client with %s', async (_what, environment) => {
    expect(await problemsOf(environment)).toEqual([expect.stringMatching(/^HERALD_CLIENTS: /)]);
  });

  it('refuses the same id twice', async () => {
    const client = { id: 'a', redirectUris: ['https://a.example/'] };
    expect(await problemsOf(clients(client, client))).toEqual(['HERALD_CLIENTS: a is there twice.']);
  });
});

describe('HERALD_PUBLIC_URL', () => {
  it('must protect cookies and codes on their way', async () => {
    expect(await problemsOf({ HERALD_PUBLIC_URL: 'http://herald.example' })).toEqual([
      expect.stringMatching(/^HERALD_PUBLIC_URL: must be https/),
    ]);
    expect(await problemsOf({ HERALD_PUBLIC_URL: 'http://127.0.0.1:4000' })).toEqual([]);
    expect(await problemsOf({ HERALD_PUBLIC_URL: 'https://herald.example' })).toEqual([]);
  });
});

describe('HERALD_TRUSTED_PROXIES', () => {
  const proxies = (list: string) => problemsOf({ HERALD_TRUSTED_PROXIES: list });

  it('takes addresses and ranges', async () => {
    expect(await proxies('10.0.0.1, 10.0.0.0/8, ::1,fd00::/8')).toEqual([]);
  });

  it.each(['nginx', '10.0.0', '10.0.0.0/33', '0.0.0.0/0', '::/0', '::/129', '10.0.0.0/', '10.0.0.0/8/8'])(
    'refuses %s',
    async (proxy) => {
      expect(await proxies(`10.0.0.1,${proxy}`)).toEqual([
        expect.stringMatching(/^HERALD_TRUSTED_PROXIES: .* is no IP address/),
      ]);
    },
  );
});

describe('reading sessions of the old rule', () => {
  const legacy = (until: string) => ({ HERALD_LEGACY_PASSWORD: 'p', HERALD_LEGACY_READ_UNTIL: until });

  it('takes a date that is near', async () => {
    expect(await problemsOf(legacy(day(30)))).toEqual([]);
  });

  it.each([
    ['over', legacy(day(-1)), /is over/],
    ['too far away', legacy(day(95)), /at most 90 days/],
    ['no date', legacy('soon'), /must be a date/],
    ['no day of the calendar', legacy('2027-02-31'), /must be a date|at most/],
    ['without a date', { HERALD_LEGACY_PASSWORD: 'p' }, /HERALD_LEGACY_READ_UNTIL/],
    ['without a password', { HERALD_LEGACY_READ_UNTIL: day(30) }, /HERALD_LEGACY_PASSWORD/],
  ])('refuses one that is %s', async (_what, environment, sentence) => {
    const problems = await problemsOf(environment);
    expect(problems).toHaveLength(1);
    expect(problems[0]).toMatch(sentence);
  });
});
