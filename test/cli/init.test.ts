import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { parseEnv } from 'node:util';
import { beforeAll, describe, expect, it } from 'vitest';
import { loadConfig, variables } from '../../src/config/index.ts';
import { createRestSeal, KeyringProblem, loadKeyring } from '../../src/credentials/index.ts';
import { createHerald, type Streams } from './herald.ts';

const herald = createHerald({});
/** Once, because keys take long to make. */
let first: Streams;
beforeAll(async () => {
  first = await herald('init');
});

const filledIn = {
  HERALD_PUBLIC_URL: 'https://herald.example.org',
  X_APP_KEY: 'consumer-key',
  X_APP_SECRET: 'consumer-secret',
  HERALD_BUDGET_DAY_USD: '5.00',
  HERALD_CLIENTS: '[{"id":"web","redirectUris":["https://app.example.org/auth/callback"]}]',
};

const load = (env: Record<string, string | undefined>) =>
  loadConfig(env, {
    keyringProblems: async (json) => {
      try {
        createRestSeal(await loadKeyring(json));
        return [];
      } catch (error) {
        return error instanceof KeyringProblem ? error.problems : [String(error)];
      }
    },
  });

describe('herald init', () => {
  it('prints an .env that loads without a problem once it is filled in', async () => {
    const { code, stdout, stderr } = first;
    expect(code).toBe(0);
    const env = parseEnv(stdout);
    const { config, secrets } = await load({ ...env, ...filledIn });
    expect(config.signIn.publicUrl?.origin).toBe('https://herald.example.org');
    const keyring = await loadKeyring(secrets.keyring.reveal());
    expect([keyring.signKeys.length, keyring.cookieKeys.length]).toEqual([1, 1]);
    expect(stderr).toContain(
      'Fill in what is empty: X_APP_KEY, X_APP_SECRET, HERALD_BUDGET_DAY_USD, HERALD_PUBLIC_URL, HERALD_CLIENTS.',
    );
    for (const value of [env.HERALD_WEBHOOK_SECRET, env.HERALD_KEYRING]) expect(stderr).not.toContain(value);
  });

  it('leaves only what the operator knows, and Herald does not start without', async () => {
    const env = parseEnv(first.stdout);
    const empty = Object.keys(env).filter((name) => env[name] === '');
    expect(empty.sort()).toEqual(Object.keys(filledIn).sort());
    await expect(load(env)).rejects.toThrow(
      /HERALD_BUDGET_DAY_USD: is required[\s\S]*X_APP_KEY: is required[\s\S]*X_APP_SECRET: is required/,
    );
  });

  it('explains every variable, all of them known, each on one line without quotes', async () => {
    const { stdout } = first;
    const lines = stdout.split('\n');
    const names = lines.flatMap((line) => /^([A-Z_]+)=/.exec(line)?.[1] ?? []);
    expect(names.length).toBeGreaterThan(8);
    for (const name of names) expect(Object.keys(variables)).toContain(name.replace(/_FILE$/, ''));
    for (const [index, line] of lines.entries()) {
      if (/^[A-Z]/.test(line)) expect(lines[index - 1]).toMatch(/^# /);
      if (/^[A-Z]/.test(line)) expect(line).not.toMatch(/[\s$'`\\#]/);
    }
  });

  it('puts the keyring into a file of its own, and keeps one that is there', async () => {
    const path = join(herald.folder, 'keyring.json');
    const refused = await herald.given({ terminal: true }, 'init', '--keyring-file', path);
    expect([refused.code, existsSync(path)]).toEqual([1, false]);
    const { stdout } = await herald('init', '--keyring-file', path);
    expect(statSync(path).mode & 0o777).toBe(0o600);
    const made = readFileSync(path, 'utf8');
    expect(stdout).toContain(`\nHERALD_KEYRING_FILE=${path}\n`);
    expect(stdout).not.toContain('HERALD_KEYRING=');
    await load({ ...parseEnv(stdout), ...filledIn });
    expect((await herald('init', '--keyring-file', path)).code).toBe(0);
    expect(readFileSync(path, 'utf8')).toBe(made);
  });

  it('refuses a terminal, and shows it with --reveal; the secrets are others each time', async () => {
    expect(await herald.given({ terminal: true }, 'init')).toMatchObject({ code: 1, stdout: '' });
    const { stdout } = await herald.given({ terminal: true }, 'init', '--reveal');
    const [one, other] = [parseEnv(first.stdout), parseEnv(stdout)];
    for (const name of ['HERALD_WEBHOOK_SECRET', 'HERALD_KEYRING', 'DATABASE_URL'])
      expect(one[name]).not.toBe(other[name]);
  });

  it('runs as a process that has no variable and no input', async () => {
    const { code, output } = await herald.process('init');
    expect(code).toBe(0);
    expect(output).toContain('\nHERALD_WEBHOOK_SECRET=');
  });
});
