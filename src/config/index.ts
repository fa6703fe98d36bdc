import { readFileSync } from 'node:fs';
import { isLoopback, type LogLevel, Secret } from '../kernel/index.ts';
import { type MediaConfig, readMedia } from './media.ts';
import { type DayBudgets, readBudgets } from './money.ts';
import { refusePublished } from './published.ts';
import { type Environment, Problems, Reader, type ReadFile, resolveFiles } from './read.ts';
import { weaknessOfSecret } from './secret-strength.ts';
import { readSignIn, type SignInConfig } from './sign-in.ts';
import { unknownNames } from './variables.ts';

export { parseUsd } from './money.ts';
export type { Environment } from './read.ts';
export { variables } from './variables.ts';

/** What Herald is told and may print. */
export interface Config {
  readonly host: string;
  readonly port: number;
  readonly roles: readonly string[];
  readonly x: { readonly apiUrl: URL; readonly authorizeUrl: URL; readonly deadlineMs: number };
  /** What X lets this application do, by its plan. */
  readonly plan: 'self-serve' | 'enterprise';
  readonly opsPort: number;
  readonly ledger: {
    readonly poolSize: number;
    readonly leaseMs: number;
    readonly postTtlMs: number;
    readonly settleWindowMs: number;
    readonly dedupeWindowMs: number;
    readonly restoreGuardMs: number;
    readonly budget: DayBudgets;
    /** Only when it was set: a default says nothing about whose database this is. */
    readonly publicUrl: string | undefined;
  };
  readonly answerWithinMs: number;
  readonly media: MediaConfig;
  readonly signIn: SignInConfig;
  /** Outside production introspection needs no secret. */
  readonly development: boolean;
  readonly log: { readonly level: LogLevel; readonly format: 'json' | 'pretty' };
}

/** What Herald is told and must never print. */
export interface Secrets {
  readonly webhookSecrets: readonly Secret<string>[];
  readonly keyring: Secret<string>;
  readonly databaseUrl: Secret<string>;
  readonly x: { readonly appKey: string; readonly appSecret: Secret<string> };
  /** The engine's `HASURA_GRAPHQL_JWT_SECRET`, a JSON object. */
  readonly jwtSecret: Secret<string> | undefined;
  readonly legacyPassword: Secret<string> | undefined;
}

/** Every problem of a configuration at once, in words that say what to do. */
export class ConfigProblems extends Error {
  readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    super(
      `Herald cannot start with this configuration:\n${problems.map((problem) => `  - ${problem}`).join('\n')}`,
    );
    this.name = 'ConfigProblems';
    this.problems = problems;
  }
}

interface LoadOptions {
  /** Whether standard output is a terminal, where logs are pretty unless told otherwise. */
  readonly terminal?: boolean;
  readonly readFile?: ReadFile;
  /** Says in words what is wrong with a keyring; the room that opens it knows. */
  readonly keyringProblems?: (json: string) => Promise<readonly string[]>;
  /** The same for the engine's JWT secret. */
  readonly jwtSecretProblems?: (json: string) => readonly string[];
}

const X_API_URL = new URL('https://api.x.com');
const UNAUTHENTICATED_ROLES = ['anonymous', 'public', 'guest', 'unauthorized', 'unauthenticated'];

/**
 * Configuration and secrets from an environment, in three steps: files resolved, configuration read, secrets read.
 * Throws {@link ConfigProblems} that lists everything at fault.
 */
export const loadConfig = async (
  environment: Environment,
  options: LoadOptions = {},
): Promise<{ config: Config; secrets: Secrets }> => {
  const problems = new Problems();
  for (const name of unknownNames(environment))
    problems.add(name, 'Herald knows no such variable. Is it misspelt?');
  if (environment.NODE_TLS_REJECT_UNAUTHORIZED === '0') {
    problems.add(
      'NODE_TLS_REJECT_UNAUTHORIZED',
      'Herald does not talk to X without checking who answers. Unset it.',
    );
  }
  const values = resolveFiles(
    environment,
    options.readFile ?? ((path) => readFileSync(path, 'utf8')),
    problems,
  );
  const reader = new Reader(values, problems);
  const config = readConfig(reader, problems, options.terminal ?? false);
  const secrets = await readSecrets(reader, problems, options);
  if (reader.text('NODE_ENV') === 'production' || config.x.apiUrl.host === X_API_URL.host) {
    refusePublished(reader, problems);
  }
  if (problems.list.length > 0) throw new ConfigProblems(problems.list);
  return { config, secrets };
};

const readConfig = (reader: Reader, problems: Problems, terminal: boolean): Config => {
  const apiUrl = reader.url('X_API_URL') ?? X_API_URL;
  const authorizeUrl = reader.url('X_AUTHORIZE_URL') ?? apiUrl;
  const notLocal = 'plain http is only for loopback and the host name sandbox.';
  if (!isProtected(apiUrl)) problems.add('X_API_URL', notLocal);
  if (authorizeUrl !== apiUrl && !isProtected(authorizeUrl)) problems.add('X_AUTHORIZE_URL', notLocal);
  const production = reader.text('NODE_ENV') === 'production';
  const publicUrl = reader.url('HERALD_PUBLIC_URL');
  const deadlineMs = reader.integer('HERALD_X_DEADLINE_MS', 20_000, { min: 100, max: 120_000 });
  return {
    host: reader.text('HOST') ?? '127.0.0.1',
    port: reader.integer('PORT', 4000, { min: 0, max: 65_535 }),
    roles: readRoles(reader, problems),
    x: {
      apiUrl,
      authorizeUrl,
      deadlineMs,
    },
    plan: reader.oneOf('X_PLAN', ['self-serve', 'enterprise'], 'self-serve'),
    opsPort: reader.integer('OPS_PORT', 4002, { min: 0, max: 65_535 }),
    ledger: readLedger(reader, problems, { production, deadlineMs, publicUrl, sandbox: isSandbox(apiUrl) }),
    answerWithinMs: reader.integer('HERALD_ANSWER_WITHIN_MS', 22_000, { min: 100, max: 120_000 }),
    media: readMedia(reader, problems),
    signIn: readSignIn(reader, problems, { production, publicUrl }),
    development: !production,
    log: {
      level: reader.oneOf('HERALD_LOG_LEVEL', ['debug', 'info', 'warn', 'error'], 'info'),
      format: reader.oneOf('HERALD_LOG_FORMAT', ['json', 'pretty'], terminal ? 'pretty' : 'json'),
    },
  };
};

const DAY_MS = 24 * 3_600_000;
const LONGEST_MS = 7 * DAY_MS;
const PRODUCTION_SETTLE_MS = 600_000;

const readLedger = (
  reader: Reader,
  problems: Problems,
  {
    production,
    deadlineMs,
    publicUrl,
    sandbox,
  }: { production: boolean; deadlineMs: number; publicUrl: URL | undefined; sandbox: boolean },
): Config['ledger'] => {
  const leaseMs = reader.integer('HERALD_LEASE_MS', 60_000, { min: 1_000, max: LONGEST_MS });
  if (leaseMs <= 2 * deadlineMs + 5_000) {
    problems.add(
      'HERALD_LEASE_MS',
      `must be more than ${2 * deadlineMs + 5_000}: twice HERALD_X_DEADLINE_MS and 5 s.`,
    );
  }
  const settleWindowMs = reader.integer('HERALD_SETTLE_WINDOW_MS', 900_000, { min: 100, max: LONGEST_MS });
  if (production && settleWindowMs < PRODUCTION_SETTLE_MS) {
    problems.add(
      'HERALD_SETTLE_WINDOW_MS',
      `must be at least ${PRODUCTION_SETTLE_MS} in production: X may show a tweet late.`,
    );
  }
  return {
    poolSize: reader.integer('HERALD_PG_POOL', 10, { min: 2, max: 200 }),
    leaseMs,
    settleWindowMs,
    postTtlMs: reader.integer('HERALD_POST_TTL_MS', 1_800_000, { min: 1_000, max: DAY_MS }),
    dedupeWindowMs: reader.integer('HERALD_DEDUPE_WINDOW_MS', 120_000, { min: 0, max: DAY_MS }),
    restoreGuardMs: reader.integer('HERALD_RESTORE_GUARD_MS', 900_000, { min: 1_000, max: LONGEST_MS }),
    budget: readBudgets(reader, problems, sandbox),
    publicUrl: publicUrl?.origin,
  };
};

const readRoles = (reader: Reader, problems: Problems): readonly string[] => {
  const roles = reader.list('HERALD_ROLES', ['user']);
  if (roles.length === 0) problems.add('HERALD_ROLES', 'names no role, so nobody could post.');
  for (const role of roles) {
    if (role === 'admin')
      problems.add('HERALD_ROLES', 'Herald never posts as admin: it would bypass every permission.');
    if (UNAUTHENTICATED_ROLES.includes(role)) {
      problems.add(
        'HERALD_ROLES',
        `${role} is a role for callers without a session; Hasura takes their user id on trust.`,
      );
    }
  }
  return roles;
};

const readSecrets = async (reader: Reader, problems: Problems, options: LoadOptions): Promise<Secrets> => {
  const current = reader.required(
    'HERALD_WEBHOOK_SECRET',
    'Make one with: openssl rand -base64 32, and give Hasura the same value.',
  );
  const previous = reader.text('HERALD_WEBHOOK_SECRET_PREVIOUS');
  const keyring = reader.required('HERALD_KEYRING', 'It holds the keys that open credential envelopes.');
  if (current !== '') refuseWeak('HERALD_WEBHOOK_SECRET', current, problems);
  if (previous !== undefined) refuseWeak('HERALD_WEBHOOK_SECRET_PREVIOUS', previous, problems);
  if (keyring !== '') {
    for (const sentence of (await options.keyringProblems?.(keyring)) ?? [])
      problems.add('HERALD_KEYRING', sentence);
  }
  const jwtSecret = reader.text('HASURA_GRAPHQL_JWT_SECRET');
  if (jwtSecret !== undefined) {
    for (const sentence of options.jwtSecretProblems?.(jwtSecret) ?? [])
      problems.add('HASURA_GRAPHQL_JWT_SECRET', sentence);
  }
  const legacyPassword = reader.text('HERALD_LEGACY_PASSWORD');
  return {
    webhookSecrets: [current, previous]
      .filter((secret) => secret !== undefined)
      .map((secret) => new Secret(secret)),
    keyring: new Secret(keyring),
    databaseUrl: new Secret(readDatabaseUrl(reader, problems)),
    x: {
      appKey: reader.required('X_APP_KEY', 'It stands in the X developer console under Keys and tokens.'),
      appSecret: new Secret(
        reader.required('X_APP_SECRET', 'It stands in the X developer console under Keys and tokens.'),
      ),
    },
    jwtSecret: jwtSecret === undefined ? undefined : new Secret(jwtSecret),
    legacyPassword: legacyPassword === undefined ? undefined : new Secret(legacyPassword),
  };
};

const readDatabaseUrl = (reader: Reader, problems: Problems): string => {
  const url = reader.required(
    'DATABASE_URL',
    'It names the Postgres of the ledger: postgres://user:password@host:5432/name',
  );
  if (url !== '' && !URL.canParse(url)) {
    problems.add('DATABASE_URL', 'is no URL. Percent-encode # / ? and @ in the password.');
  } else if (url !== '' && !/^postgres(ql)?:\/\/\S+$/.test(url))
    problems.add('DATABASE_URL', 'must begin with postgres://.');
  return url;
};

const refuseWeak = (name: string, secret: string, problems: Problems): void => {
  const weakness = weaknessOfSecret(secret);
  if (weakness !== undefined) problems.add(name, `${weakness}. Make one with: openssl rand -base64 32`);
};

/** Signed requests carry the access token in clear: plain http must not leave the machine or the compose network. */
const isProtected = (url: URL): boolean => url.protocol === 'https:' || isSandbox(url);

/** Where only a simulated X can be, which charges nothing. */
export const isSandbox = (url: URL): boolean => isLoopback(url) || url.hostname === 'sandbox';
