import { parseEnv } from 'node:util';
import { describe, expect, it } from 'vitest';
import { ConfigProblems, loadConfig } from '../../src/config/index.ts';
import { createRestSeal, loadKeyring } from '../../src/credentials/index.ts';
import { jwtSecretProblems } from '../../src/session/index.ts';
import { createHerald } from '../cli/herald.ts';
import { environmentOf, readCompose } from './compose-files.ts';

const keyringProblems = async (json: string): Promise<readonly string[]> => {
  createRestSeal(await loadKeyring(json));
  return [];
};
const load = (env: Record<string, string | undefined>) =>
  loadConfig(env, { keyringProblems, jwtSecretProblems: (json) => jwtSecretProblems(json, () => undefined) });

const refusedNames = async (env: Record<string, string | undefined>): Promise<string[]> => {
  try {
    await load(env);
    return [];
  } catch (error) {
    if (!(error instanceof ConfigProblems)) throw error;
    return error.problems.map((problem) => problem.split(':')[0] ?? '');
  }
};

const development = environmentOf(readCompose('docker-compose.yml'), 'herald');
const real = { X_API_URL: undefined, X_AUTHORIZE_URL: undefined, HERALD_BUDGET_DAY_USD: 'unlimited' };
const published = ['X_APP_KEY', 'X_APP_SECRET', 'HERALD_WEBHOOK_SECRET', 'HERALD_KEYRING', 'DATABASE_URL'];

describe('the secrets of docker-compose.yml', () => {
  it('are sound, and taken in development', async () => {
    const { config, secrets } = await load(development);
    expect(config.x.authorizeUrl.href).toBe('http://127.0.0.1:4001/');
    const keyring = await loadKeyring(secrets.keyring.reveal());
    expect([keyring.signKeys.length, keyring.cookieKeys.length]).toEqual([1, 1]);
  });

  it.each([
    ['in production', { NODE_ENV: 'production' }],
    ["with X's own address", real],
  ])('are refused %s, each of them', async (_when, changes) => {
    expect((await refusedNames({ ...development, ...changes })).sort()).toEqual([...published].sort());
  });

  it('are refused as the previous webhook secret too', async () => {
    const env = {
      ...development,
      NODE_ENV: 'production',
      HERALD_WEBHOOK_SECRET_PREVIOUS: development.HERALD_WEBHOOK_SECRET,
    };
    expect(await refusedNames(env)).toContain('HERALD_WEBHOOK_SECRET_PREVIOUS');
  });

  it.each((JSON.parse(development.HERALD_KEYRING ?? '') as { keys: { kid: string; use: string }[] }).keys)(
    'the key $kid says that it is for development, and is refused in whatever keyring',
    async (key) => {
      expect(key.kid).toBe(`development-${key.use}`);
      const env = {
        ...development,
        NODE_ENV: 'production',
        HERALD_KEYRING: JSON.stringify({ keys: [{ ...key, kid: 'mine' }] }),
      };
      const problems = await loadConfig(env).catch((error: ConfigProblems) => error.problems);
      expect(problems).toContainEqual(
        expect.stringMatching(/^HERALD_KEYRING: is the one of docker-compose\.yml/),
      );
    },
  );
});

describe('compose.addon.yml', () => {
  it('runs with a database alone, and says so without', async () => {
    const file = readCompose('compose.addon.yml');
    const given = { DATABASE_URL: 'postgres://herald:one-of-yours@postgres:5432/app' };
    expect(await refusedNames(environmentOf(file, 'herald', given))).toEqual([]);
    expect(await refusedNames(environmentOf(file, 'herald'))).toEqual(['DATABASE_URL']);
    expect(
      (await refusedNames({ ...environmentOf(file, 'herald', given), NODE_ENV: 'production' })).sort(),
    ).toEqual(published.filter((name) => name !== 'DATABASE_URL').sort());
  });
});

describe('compose.production.yml', () => {
  it('runs with what herald init makes and an operator fills in', async () => {
    const { stdout } = await createHerald({})('init');
    const filledIn = {
      ...(parseEnv(stdout) as Record<string, string>),
      HERALD_PUBLIC_URL: 'https://herald.example.org',
      X_APP_KEY: 'consumer-key',
      X_APP_SECRET: 'consumer-secret',
      HERALD_BUDGET_DAY_USD: '5.00',
      HERALD_CLIENTS: '[{"id":"web","redirectUris":["https://app.example.org/callback"]}]',
    };
    const { config } = await load(environmentOf(readCompose('compose.production.yml'), 'herald', filledIn));
    expect(config.signIn.publicUrl?.origin).toBe('https://herald.example.org');
    expect(config.development).toBe(false);
    expect(config.ledger.budget.appDayMicroUsd).toBe(5_000_000);
  });

  it('takes nothing for granted: without a .env every secret is missing, and the budget', async () => {
    const names = await refusedNames(environmentOf(readCompose('compose.production.yml'), 'herald'));
    expect(names.sort()).toEqual(['HERALD_BUDGET_DAY_USD', ...published].sort());
  });
});
