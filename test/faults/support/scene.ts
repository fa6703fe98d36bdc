import { randomBytes } from 'node:crypto';
import { inject, vi } from 'vitest';
import { generateKeyring } from '../../../src/credentials/index.ts';
import { type Sandbox, type SandboxOptions, startSandbox } from '../../../src/sandbox/index.ts';
import { cloneDatabase, runSql } from '../../support/postgres.ts';
import { type RunningProcess, startScript } from '../../support/processes.ts';
import type { Door } from './calls.ts';
import { type Person, signIn } from './people.ts';
import type { StopAction, StopPoint } from './stop-points.ts';
import { controlX, type XControl } from './x-control.ts';

// Tests of faults mostly wait for time to pass, so those that may do so wait together.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000, maxConcurrency: 8 });

type Environment = Readonly<Record<string, string>>;

/** A Herald process that answers. */
export interface Herald extends Door {
  readonly process: RunningProcess;
}

interface Start {
  /** Where it stops itself, once. */
  readonly stopAt?: StopPoint;
  readonly stopBy?: StopAction;
  /** How often it passes that point before it stops. */
  readonly passes?: number;
  readonly environment?: Environment;
  /** What is started instead of Herald with stop points, e.g. src/main.ts. */
  readonly script?: string;
}

/** X, a database and everything that Herald processes need to work on them. */
export interface Scene {
  readonly sandbox: Sandbox;
  readonly x: XControl;
  readonly databaseUrl: string;
  readonly keyring: string;
  readonly environment: Environment;
  start(options?: Start): Promise<Herald>;
  signIn(username: string, changes?: { envelopeLifeMs?: number; tokenSuffix?: string }): Promise<Person>;
  /** Keeps what is accepted from now on QUEUED, as `herald pause --all` does. */
  pause(): Promise<void>;
  resume(): Promise<void>;
  close(): Promise<void>;
}

interface SceneOptions {
  readonly environment?: Environment;
  readonly sandbox?: SandboxOptions;
  /** Another database than a fresh copy of the migrated one. */
  readonly databaseUrl?: string;
  readonly tls?: boolean;
}

/** Seconds in place of minutes; the proportions are those of the defaults. */
export const SHORT_TIMES = {
  HERALD_X_DEADLINE_MS: '800',
  HERALD_LEASE_MS: '6700',
  HERALD_SETTLE_WINDOW_MS: '3000',
  HERALD_ANSWER_WITHIN_MS: '1500',
  HERALD_RESTORE_GUARD_MS: '900000',
} as const;

export const createScene = async (options: SceneOptions = {}): Promise<Scene> => {
  const sandbox = await startSandbox({ port: 0, ...(options.tls ? { tlsPort: 0 } : {}), ...options.sandbox });
  const database = options.databaseUrl === undefined ? await cloneDatabase(inject('postgres')) : undefined;
  const databaseUrl = options.databaseUrl ?? database?.url ?? '';
  const secret = randomBytes(32).toString('base64url');
  const keyring = await generateKeyring(new Date(), ['envelope', 'rest']);
  const x = controlX(sandbox.url);
  const environment: Environment = {
    PORT: '0',
    OPS_PORT: '0',
    HERALD_WEBHOOK_SECRET: secret,
    HERALD_KEYRING: keyring,
    DATABASE_URL: databaseUrl,
    X_APP_KEY: 'sandbox-app',
    X_APP_SECRET: 'sandbox-app-secret',
    X_API_URL: (options.tls ? sandbox.tlsUrl : sandbox.url) ?? '',
    ...SHORT_TIMES,
    ...options.environment,
  };

  return {
    sandbox,
    x,
    databaseUrl,
    keyring,
    environment,
    start: async ({ stopAt, stopBy, passes, script, environment: changes } = {}) => {
      const env = {
        ...environment,
        ...changes,
        ...(stopAt === undefined
          ? {}
          : { TEST_STOP_AT: stopAt, TEST_STOP_BY: stopBy ?? 'kill', TEST_STOP_PASSES: String(passes ?? 0) }),
      };
      const process = startScript(script ?? 'test/faults/support/herald-process.ts', [], {
        env,
        timeoutMs: PROCESS_TIMEOUT_MS,
      });
      const { url } = await process.waitForEvent<{ evt: string; url: string }>(
        ({ evt }) => evt === 'started',
      );
      return { process, url, secret };
    },
    signIn: (username, changes) => signIn(x, username, { keyring, ...changes }),
    pause: () =>
      runSql(databaseUrl, `insert into herald.pause (scope, subject, reason) values ('ALL', '', 'test')`),
    resume: () => runSql(databaseUrl, 'delete from herald.pause'),
    close: async () => {
      await sandbox.close();
      await database?.drop();
    },
  };
};

const PROCESS_TIMEOUT_MS = 40_000;

/** The line that says that the process stopped itself; a held or frozen one goes on from there. */
export const stopReached = async ({ process }: Herald): Promise<void> => {
  await process.waitForEvent<{ evt: string }>(({ evt }) => evt === 'stop_point');
};
