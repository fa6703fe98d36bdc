import type { Environment } from '../config/index.ts';
import { type Service, startService } from '../service.ts';
import { isSet, sandboxVariables, withDevelopmentSecrets } from './environment.ts';
import { type LocalPostgres, startPostgres } from './postgres/index.ts';
import { type SandboxProcess, startSandboxProcess } from './sandbox-process.ts';
import { openStateFolder } from './state.ts';

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

/** Starts the stack: the sandbox unless `X_APP_KEY` is set, then Herald. What fails half-way is stopped again. */
export const startStack = async (environment: Environment, terminal: boolean): Promise<Stack> => {
  const stateDir = openStateFolder(environment.HERALD_STATE_DIR || '.herald');
  const withSecrets = withDevelopmentSecrets(environment, stateDir);
  const postgres = isSet(environment, 'DATABASE_URL') ? undefined : await startPostgres({ stateDir });
  const sandbox = isSet(environment, 'X_APP_KEY')
    ? undefined
    : await startSandboxProcess({ stateDir, port: sandboxPort(environment) });
  const full = {
    ...withSecrets.environment,
    ...(postgres ? { DATABASE_URL: postgres.url } : {}),
    ...(sandbox ? sandboxVariables(sandbox.url) : {}),
  };
  try {
    const service = await startService(full, terminal);
    return {
      stateDir,
      environment: full,
      sandbox,
      postgres,
      service,
      made: withSecrets.made,
      stop: async () => {
        await service.stop();
        await sandbox?.stop();
        await postgres?.stop();
      },
    };
  } catch (error) {
    if (sandbox && !sandbox.reused) await sandbox.stop();
    if (postgres && !postgres.reused) await postgres.stop();
    throw error;
  }
};

const sandboxPort = (environment: Environment): number => {
  const value = environment.SANDBOX_PORT || '4001';
  if (/^\d{1,5}$/.test(value) && Number(value) <= 65_535) return Number(value);
  throw new Error(`SANDBOX_PORT: must be a port from 0 to 65535, not ${JSON.stringify(value)}.`);
};
