import type { Environment } from '../config/index.ts';
import { type Service, startService } from '../service.ts';
import { isSet, sandboxVariables, withDevelopmentSecrets } from './environment.ts';
import { type LocalPostgres, startPostgres } from './postgres/index.ts';
import { type SandboxProcess, startSandboxProcess } from './sandbox-process.ts';
import { leaveEnvironment, openStateFolder } from './state.ts';

/** Herald with everything around it that one machine needs. */
export interface Stack {
  readonly stateDir: string;
  readonly environment: Environment;
  /** Absent when a real X application is configured. */
  readonly sandbox: SandboxProcess | undefined;
  /** Absent when `DATABASE_URL` names another. */
  readonly postgres: LocalPostgres | undefined;
  readonly service: Service;
  /** Files with development secrets that this start made. */
  readonly made: readonly string[];
  /** Stops Herald, then what it leans on. */
  stop(): Promise<void>;
}

/**
 * Starts the stack: Postgres unless `DATABASE_URL` is set, the sandbox unless `X_APP_KEY` is, then Herald. When a part does
 * not start, those that this call started are stopped again.
 */
export const startStack = async (environment: Environment, terminal: boolean): Promise<Stack> => {
  if (isSet(environment, 'X_API_URL') && !isSet(environment, 'X_APP_KEY')) {
    throw new Error(
      'X_API_URL is set and X_APP_KEY is not. Set both for an X of your own, or neither for the sandbox.',
    );
  }
  const stateDir = openStateFolder(environment.HERALD_STATE_DIR || '.herald');
  const withSecrets = await withDevelopmentSecrets(environment, stateDir);
  const begun: { readonly reused: boolean; stop(): Promise<void> }[] = [];
  const begin = async <T extends (typeof begun)[number]>(starting: Promise<T>): Promise<T> => {
    const part = await starting;
    begun.unshift(part);
    return part;
  };
  try {
    const postgres = isSet(environment, 'DATABASE_URL')
      ? undefined
      : await begin(startPostgres({ stateDir }));
    const sandbox = isSet(environment, 'X_APP_KEY')
      ? undefined
      : await begin(startSandboxProcess({ stateDir, port: sandboxPort(environment) }));
    if (sandbox !== undefined) await setPlan(sandbox.url, environment.X_PLAN);
    const full = {
      ...withSecrets.environment,
      ...(postgres ? { DATABASE_URL: postgres.url } : {}),
      ...(sandbox ? sandboxVariables(sandbox.url) : {}),
    };
    leaveEnvironment(stateDir, environment, full);
    const service = await startService(full, terminal);
    const stop = () => stopAll([service, ...begun]);
    return { stateDir, environment: full, sandbox, postgres, service, made: withSecrets.made, stop };
  } catch (error) {
    await stopAll(begun.filter(({ reused }) => !reused));
    throw error;
  }
};

/** Stops one after the other, all of them, and tells the first failure at the end. */
const stopAll = async (parts: readonly { stop(): Promise<void> }[]): Promise<void> => {
  const failures: unknown[] = [];
  for (const part of parts) await part.stop().catch((error: unknown) => failures.push(error));
  if (failures.length > 0) throw failures[0];
};

/** The sandbox refuses what X refuses to Herald's plan; one that was running may have another. Herald says what is wrong with a plan. */
const setPlan = async (url: string, plan = 'self-serve'): Promise<void> => {
  await fetch(`${url}/_sandbox/limits`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ plan: plan || 'self-serve' }),
  });
};

const sandboxPort = (environment: Environment): number => {
  const value = environment.SANDBOX_PORT || '4001';
  if (/^\d{1,5}$/.test(value) && Number(value) <= 65_535) return Number(value);
  throw new Error(`SANDBOX_PORT: must be a port from 0 to 65535, not ${JSON.stringify(value)}.`);
};
