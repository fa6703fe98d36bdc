import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { ConfigProblems, type Environment, loadConfig } from '../../src/config/index.ts';

const secret = randomBytes(32).toString('base64');
const complete: Environment = {
  HERALD_WEBHOOK_SECRET: secret,
  HERALD_KEYRING: '{"keys":[]}',
  X_APP_KEY: 'key',
  X_APP_SECRET: 'app-secret',
  DATABASE_URL: 'postgres://herald@127.0.0.1/herald',
  HERALD_BUDGET_DAY_USD: '5.00',
};

const problemsOf = async (environment: Environment): Promise<readonly string[]> => {
  try {
    await loadConfig(environment);
    return [];
  } catch (error) {
    if (error instanceof ConfigProblems) return error.problems;
    throw error;
  }
};

describe('configuration', () => {
  it('has defaults for everything but secrets', async () => {
    const { config } = await loadConfig(complete);
    expect(config).toEqual({
      host: '127.0.0.1',
      port: 4000,
      roles: ['user'],
      x: {
        apiUrl: new URL('https://api.x.com'),
        authorizeUrl: new URL('https://api.x.com'),
        deadlineMs: 20_000,
      },
      plan: 'self-serve',
      opsPort: 4002,
      ledger: {
        poolSize: 10,
        leaseMs: 60_000,
        postTtlMs: 1_800_000,
        settleWindowMs: 900_000,
        dedupeWindowMs: 120_000,
        restoreGuardMs: 900_000,
        budget: { appDayMicroUsd: 5_000_000, userDayMicroUsd: undefined },
        publicUrl: undefined,
      },
      answerWithinMs: 22_000,
      media: { maxBytes: 67_108_864, byUrl: 'off' },
      development: true,
      signIn: {
        publicUrl: undefined,
        clients: [
          {
            id: 'herald-dev',
            redirectUris: ['http://127.0.0.1/callback', 'http://localhost/callback'],
            audience: 'herald-dev',
          },
        ],
        claimsHook: undefined,
        trustedProxies: [],
        legacyReadUntil: undefined,
      },
      log: { level: 'info', format: 'json' },
    });
  });

  it('names every missing secret in one report', async () => {
    const problems = await problemsOf({});
    expect(problems.map((problem) => problem.split(':')[0])).toEqual([
      'HERALD_BUDGET_DAY_USD',
      'HERALD_WEBHOOK_SECRET',
      'HERALD_KEYRING',
      'DATABASE_URL',
      'X_APP_KEY',
      'X_APP_SECRET',
    ]);
  });

  it('reads any variable from the file that NAME_FILE names, without the last line break', async () => {
    const { secrets, config } = await loadConfig(
      {
        ...complete,
        HERALD_WEBHOOK_SECRET: undefined,
        HERALD_WEBHOOK_SECRET_FILE: '/run/s',
        PORT_FILE: '/run/p',
      },
      { readFile: (path) => (path === '/run/s' ? `${secret}\n` : '4321\n') },
    );
    expect(secrets.webhookSecrets[0]?.reveal()).toBe(secret);
    expect(config.port).toBe(4321);
  });

  it('says which file cannot be read and does not say what was in others', async () => {
    const problems = await problemsOf({
      ...complete,
      X_APP_SECRET: undefined,
      X_APP_SECRET_FILE: '/does/not/exist',
    });
    expect(problems).toContain('X_APP_SECRET_FILE: the file cannot be read (ENOENT).');
  });

  it('takes an empty file for a mistake, not for a value', async () => {
    const environment = {
      ...complete,
      HERALD_WEBHOOK_SECRET: undefined,
      HERALD_WEBHOOK_SECRET_FILE: '/dev/null',
    };
    expect(await problemsOf(environment)).toContain('HERALD_WEBHOOK_SECRET_FILE: the file is empty.');
  });

  it('refuses a name set both ways', async () => {
    expect(await problemsOf({ ...complete, X_APP_KEY_FILE: '/dev/null' })).toEqual([
      'X_APP_KEY: set either X_APP_KEY or X_APP_KEY_FILE, not both.',
    ]);
  });

  it.each([
    ['PORT', 'eighty'],
    ['PORT', '70000'],
    ['PORT', '4000.5'],
    ['HERALD_X_DEADLINE_MS', '20s'],
    ['HERALD_X_DEADLINE_MS', '-1'],
    ['HERALD_LOG_LEVEL', 'INFO'],
    ['HERALD_LOG_FORMAT', 'yaml'],
    ['HERALD_ROLES', 'user,admin'],
    ['HERALD_ROLES', 'anonymous'],
    ['HERALD_ROLES', ','],
    ['X_API_URL', 'api.x.com'],
    ['X_API_URL', 'ftp://api.x.com'],
    ['X_API_URL', 'https://api.x.com/2/'],
    ['X_API_URL', 'http://api.x.com'],
    ['X_API_URL', 'http://127.0.0.1.evil.test'],
    ['X_AUTHORIZE_URL', 'http://api.x.com'],
    ['DATABASE_URL', 'mysql://db/herald'],
    ['DATABASE_URL', 'postgres://user:pa#ss@host/db'],
    ['HERALD_PG_POOL', '1'],
    ['HERALD_LEASE_MS', '45000'],
    ['HERALD_SETTLE_WINDOW_MS', '15m'],
    ['HERALD_POST_TTL_MS', '90000000'],
    ['HERALD_PUBLIC_URL', 'herald.example'],
    ['OPS_PORT', 'metrics'],
    ['X_PLAN', 'basic'],
    ['HERALD_BUDGET_DAY_USD', 'unlimitted'],
    ['HERALD_BUDGET_DAY_USD', '$5'],
    ['HERALD_BUDGET_DAY_USD', '-1'],
    ['HERALD_BUDGET_DAY_USD', '5,00'],
    ['HERALD_BUDGET_DAY_USD', '1e3'],
    ['HERALD_BUDGET_DAY_USD', '.5'],
    ['HERALD_BUDGET_DAY_USD', '5.'],
    ['HERALD_BUDGET_DAY_USD', '0.0000001'],
    ['HERALD_BUDGET_DAY_USD', '1000000.000001'],
    ['HERALD_BUDGET_USER_DAY_USD', 'none'],
    ['HERALD_MEDIA_MAX_BYTES', '1048575'],
    ['HERALD_MEDIA_MAX_BYTES', '536870913'],
    ['HERALD_MEDIA_MAX_BYTES', '64MB'],
    ['HERALD_MEDIA_BY_URL', 'true'],
    ['HERALD_MEDIA_BY_URL', ','],
    ['HERALD_MEDIA_BY_URL', 'https://images.example.com'],
    ['HERALD_MEDIA_BY_URL', 'images.example.com,10.0.0.1'],
    ['HERALD_MEDIA_BY_URL', 'Images.example.com'],
    ['HERALD_MEDIA_BY_URL', '*.example.com'],
    ['HERALD_MEDIA_BY_URL', 'images.example.com:8443'],
    ['HERALD_MEDIA_BY_URL', '0x7f.1'],
    ['NODE_TLS_REJECT_UNAUTHORIZED', '0'],
  ])('refuses %s=%s and never falls back to the default', async (name, value) => {
    expect(await problemsOf({ ...complete, [name]: value })).toHaveLength(1);
  });

  it('lets the settle window be short only outside production', async () => {
    const short = { ...complete, HERALD_SETTLE_WINDOW_MS: '5000' };
    expect(await problemsOf(short)).toEqual([]);
    expect(await problemsOf({ ...short, NODE_ENV: 'production' })).toHaveLength(1);
  });

  it.each(['http://127.0.0.1:4001', 'http://localhost:4001', 'http://[::1]:4001', 'http://sandbox:4001'])(
    'allows plain http to %s',
    async (url) => {
      expect(await problemsOf({ ...complete, X_API_URL: url })).toEqual([]);
    },
  );

  it('refuses an unknown HERALD_ name, with and without _FILE', async () => {
    const problems = await problemsOf({ ...complete, HERALD_WEBHOK_SECRET: 'x', HERALD_ROLE_FILE: 'y' });
    expect(problems).toEqual([
      'HERALD_WEBHOK_SECRET: Herald knows no such variable. Is it misspelt?',
      'HERALD_ROLE_FILE: Herald knows no such variable. Is it misspelt?',
    ]);
  });

  it('lets the names pass that Kubernetes makes for a service called herald', async () => {
    const links = {
      HERALD_SERVICE_HOST: '10.0.0.1',
      HERALD_SERVICE_PORT: '4000',
      HERALD_SERVICE_PORT_HTTP: '4000',
      HERALD_PORT: 'tcp://10.0.0.1:4000',
      HERALD_PORT_4000_TCP: 'tcp://10.0.0.1:4000',
      HERALD_PORT_4000_TCP_ADDR: '10.0.0.1',
    };
    expect(await problemsOf({ ...complete, ...links })).toEqual([]);
    expect(await problemsOf({ ...complete, HERALD_PORTS: '1' })).toHaveLength(1);
  });

  describe('what may be spent', () => {
    const budgetOf = async (environment: Environment) =>
      (await loadConfig({ ...complete, HERALD_BUDGET_DAY_USD: undefined, ...environment })).config.ledger
        .budget;

    it.each(['http://127.0.0.1:4001', 'http://[::1]:4001', 'https://localhost:4001', 'http://sandbox:4001'])(
      'has no limit with the sandbox at %s',
      async (url) => {
        const unlimited = { appDayMicroUsd: undefined, userDayMicroUsd: undefined };
        expect(await budgetOf({ X_API_URL: url })).toEqual(unlimited);
      },
    );

    it.each([undefined, 'https://x.example'])('has to be said with a real X: %s', async (url) => {
      const environment = { ...complete, HERALD_BUDGET_DAY_USD: '', X_API_URL: url };
      expect(await problemsOf(environment)).toEqual([
        expect.stringMatching(/^HERALD_BUDGET_DAY_USD: is required\. .*5\.00, or unlimited\.$/),
      ]);
    });

    it.each([
      ['0', 0],
      ['5', 5_000_000],
      ['0.015', 15_000],
      ['12.5', 12_500_000],
      ['0.000001', 1],
      ['1000000', 1_000_000_000_000],
      ['unlimited', undefined],
    ])('%s dollars are so many millionths: %s', async (text, microUsd) => {
      expect(await budgetOf({ HERALD_BUDGET_DAY_USD: text, HERALD_BUDGET_USER_DAY_USD: text })).toEqual({
        appDayMicroUsd: microUsd,
        userDayMicroUsd: microUsd,
      });
    });
  });

  it('reads what files may be and where they may come from', async () => {
    const { config } = await loadConfig({
      ...complete,
      HERALD_MEDIA_MAX_BYTES: '1048576',
      HERALD_MEDIA_BY_URL: 'images.example.com, cdn.example.net',
    });
    expect(config.media).toEqual({
      maxBytes: 1_048_576,
      byUrl: ['images.example.com', 'cdn.example.net'],
    });
    expect((await loadConfig({ ...complete, HERALD_MEDIA_BY_URL: 'on' })).config.media.byUrl).toBe('on');
  });

  it('accepts HERALD_URL, which is for the engine', async () => {
    expect(await problemsOf({ ...complete, HERALD_URL: 'http://herald:4000' })).toEqual([]);
  });
});

describe('published secrets', () => {
  const sandbox = { ...complete, X_APP_KEY: 'sandbox-app', X_APP_SECRET: 'sandbox-app-secret' };

  it.each([
    ['in production', { ...sandbox, NODE_ENV: 'production', X_API_URL: 'https://sandbox.example' }],
    ["with X's own address", sandbox],
  ])('are refused %s', async (_when, environment) => {
    expect(await problemsOf(environment)).toHaveLength(2);
  });

  it('are taken for a sandbox', async () => {
    expect(await problemsOf({ ...sandbox, X_API_URL: 'http://127.0.0.1:4001' })).toEqual([]);
  });
});

describe('the webhook secret (R4)', () => {
  it.each([
    ['a word', 'changeme'],
    [
      'a placeholder of full length',
      Buffer.from('x'.repeat(40)).toString('base64').replace(/^.{8}/, 'changeme'),
    ],
    ['16 bytes', randomBytes(16).toString('base64')],
    ['a sentence in base64', Buffer.from('the quick brown fox jumps over it all').toString('base64')],
    ['zeros', Buffer.alloc(32).toString('base64')],
    ['a repeated pair', 'ab'.repeat(32)],
    ['spaces', `${secret.slice(0, 20)} ${secret.slice(20)}`],
  ])('is refused when it is %s', async (_what, value) => {
    const problems = await problemsOf({ ...complete, HERALD_WEBHOOK_SECRET: value });
    expect(problems).toHaveLength(1);
    expect(problems[0]).toMatch(/^HERALD_WEBHOOK_SECRET: .*openssl rand -base64 32/);
    expect(problems[0]).not.toContain(value);
  });

  it('may be hex, base64 or base64url, and there may be a previous one', async () => {
    for (const encoding of ['hex', 'base64', 'base64url'] as const) {
      const value = randomBytes(32).toString(encoding);
      const { secrets } = await loadConfig({ ...complete, HERALD_WEBHOOK_SECRET_PREVIOUS: value });
      expect(secrets.webhookSecrets.map((one) => one.reveal())).toEqual([secret, value]);
    }
  });

  it('prints as [secret]', async () => {
    const { secrets } = await loadConfig(complete);
    expect(JSON.stringify(secrets)).not.toContain(secret);
    expect(JSON.stringify(secrets)).not.toContain('app-secret');
  });
});
