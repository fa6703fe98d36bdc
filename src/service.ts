import { setTimeout as sleep } from 'node:timers/promises';
import { type App, createApp } from './app.ts';
import { type Config, type Environment, loadConfig } from './config/index.ts';
import { createRestSeal, KeyringProblem, loadKeyring, weaknessOfHmacKey } from './credentials/index.ts';
import type { Log } from './kernel/index.ts';
import { createLog } from './log/index.ts';
import { jwtSecretProblems } from './session/index.ts';

/** A running Herald. */
export interface Service {
  /** Where it listens, e.g. `http://127.0.0.1:4000`. */
  readonly url: string;
  /** Where the metrics are, e.g. `http://127.0.0.1:4002/metrics`. */
  readonly metricsUrl: string;
  readonly config: Config;
  /** Is no longer ready, serves on for `servingMs`, then begins nothing new and finishes what is in flight. */
  stop(servingMs?: number): Promise<void>;
}

const OLDEST_SUPPORTED_NODE = 22;

/**
 * Starts Herald from an environment: configuration, rooms, port.
 * Throws `ConfigProblems` for the configuration and the system's error when the port is taken.
 */
export const startService = async (environment: Environment, terminal = false): Promise<Service> => {
  const { config, secrets } = await loadConfig(environment, {
    terminal,
    keyringProblems,
    jwtSecretProblems: (json) => jwtSecretProblems(json, weaknessOfHmacKey),
  });
  const log = createLog(config.log);
  if (Number.parseInt(process.versions.node, 10) < OLDEST_SUPPORTED_NODE) {
    log('warn', 'node_outdated', { version: process.versions.node });
  }
  const app = await createApp(config, secrets, log).catch(explainDatabase);
  const { url, ops } = await open(app, config, log).catch(async (error: unknown) => {
    await app.close();
    throw error;
  });
  log('info', 'started', { url });
  return {
    url,
    metricsUrl: `${ops.url}/metrics`,
    config,
    stop: async (servingMs = 0) => {
      app.stopBeingReady();
      log('info', 'stopping');
      await sleep(servingMs);
      await app.close();
      await ops.close();
      log('info', 'stopped');
    },
  };
};

/** Both ports are taken before the first claim: a second start on the same ports must not begin a send that it cannot end. */
const open = async (app: App, config: Config, log: Log) => {
  await enterDeployment(app, config, log);
  const ops = await app.metrics
    .listen(config.host, config.opsPort)
    .catch(explainPort('OPS_PORT', config.opsPort));
  try {
    const url = await app.server
      .listen({ host: config.host, port: config.port })
      .catch(explainPort('PORT', config.port));
    app.startWorking();
    return { url, ops };
  } catch (error) {
    await ops.close();
    throw error;
  }
};

const explainPort =
  (name: string, port: number) =>
  (error: NodeJS.ErrnoException): never => {
    if (error.code !== 'EADDRINUSE') throw error;
    throw new Error(
      `${name}: port ${port} is taken (EADDRINUSE). Stop what listens there, or set ${name} to another.`,
    );
  };

const explainDatabase = (error: NodeJS.ErrnoException): never => {
  if (!/^(ECONN|EHOST|ENOTFOUND|EAI_|ETIMEDOUT|28|3D)/.test(error.code ?? '')) throw error;
  throw new Error(
    `DATABASE_URL: the database cannot be used (${error.code}). Is it running, and are name and password right?`,
  );
};

/** The restore guard's word comes before the first claim. */
const enterDeployment = async ({ ledger }: App, config: Config, log: Log): Promise<void> => {
  const { belongsTo, overdue } = await ledger.join();
  if (belongsTo !== undefined) {
    log('error', 'sending_held', {
      reason: 'this database belongs to another public URL: herald adopt',
      url: belongsTo,
    });
  }
  if (overdue > 0) {
    log('error', 'sending_held', {
      reason: 'posts were due while Herald was away: herald recover, herald resume',
      count: overdue,
    });
  }
  for (const pause of (await ledger.status()).pauses) {
    log('warn', 'sending_held', { reason: `${pause.scope} paused: ${pause.reason}` });
  }
  const { settleWindowMs, postTtlMs } = config.ledger;
  if (postTtlMs < config.x.deadlineMs + settleWindowMs + SETTLING_MARGIN_MS) log('warn', 'short_ttl');
};

const SETTLING_MARGIN_MS = 120_000;

/** What is wrong with a keyring, for the report on the whole configuration. */
const keyringProblems = async (json: string): Promise<readonly string[]> => {
  try {
    createRestSeal(await loadKeyring(json));
    return [];
  } catch (error) {
    if (error instanceof KeyringProblem) return error.problems;
    throw error;
  }
};

/** The first signal that asks this process to stop. Later ones change nothing, so they cannot cut a send. */
export const stopSignal = (): Promise<NodeJS.Signals> =>
  new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => resolve(signal));
  });

/** Runs `main` as the whole process: what it rejects with is told in one message, without a stack. */
export const runProcess = (main: () => Promise<void>): void => {
  // Whoever reads the output may stop (`| head`); what was started is stopped in order all the same.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
  });
  main().then(
    () => process.exit(0),
    (error: unknown) => {
      process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
      process.exit(1);
    },
  );
};
