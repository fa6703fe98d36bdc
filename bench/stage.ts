import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Database, startDatabase } from './database.ts';
import { built, Program } from './program.ts';
import type { LoadOrder, LoadReport } from './programs/load-run.ts';
import { SandboxControl } from './sandbox.ts';
import { type BenchSecrets, makeSecrets } from './secrets.ts';
import { type Server, type ServerName, type ServerNeeds, startServer } from './servers.ts';
import { makeUsers } from './users.ts';

/** Everything around the servers that are compared: the same for each of them. */
export interface Stage {
  readonly dir: string;
  readonly database: Database;
  readonly secrets: BenchSecrets;
  readonly sandbox: Program;
  readonly control: SandboxControl;
  /** Has the load generator carry out one order. */
  load(order: LoadOrder): Promise<LoadReport>;
  /** Starts a server on this stage, against the sandbox unless told otherwise; it is stopped with the stage. */
  start(kind: ServerName, options?: Parameters<typeof startServer>[2] & { xUrl?: string }): Promise<Server>;
  startProgram(name: string, env: Record<string, string>): Promise<Program>;
  stop(): Promise<void>;
}

const USERS = 1000;
const SANDBOX = fileURLToPath(new URL('../dist/sandbox/main.js', import.meta.url));

/** Starts Postgres, the sandbox and the load generator, and makes the users. What it started is stopped if it fails. */
export const setStage = async (): Promise<Stage> => {
  const dir = mkdtempSync(join(tmpdir(), 'herald-bench-'));
  const stops: (() => Promise<void>)[] = [async () => rmSync(dir, { recursive: true, force: true })];
  const stop = async (): Promise<void> => {
    for (const step of stops.splice(0).reverse()) await step();
  };
  try {
    return await build(dir, stops, stop);
  } catch (error) {
    await stop();
    throw error;
  }
};

const build = async (
  dir: string,
  stops: (() => Promise<void>)[],
  stop: () => Promise<void>,
): Promise<Stage> => {
  const secrets = await makeSecrets();
  const database = await startDatabase(join(dir, 'postgres'));
  stops.push(database.stop);
  const startProgram = async (
    options: Omit<Parameters<typeof Program.start>[0], 'logPath'>,
    name: string,
  ) => {
    const program = await Program.start({ ...options, logPath: join(dir, `${name}.log`) });
    stops.push(() => program.stop());
    return program;
  };
  const sandbox = await startProgram({ file: SANDBOX, env: sandboxEnv(dir, secrets) }, 'sandbox');
  const control = new SandboxControl(sandbox);
  await control.liftLimits();
  const usersPath = join(dir, 'users.json');
  writeFileSync(usersPath, JSON.stringify(await makeUsers(control, secrets, USERS)), { mode: 0o600 });
  const generator = await startProgram({ file: built('load'), args: [usersPath], env: {} }, 'load');
  const needs: ServerNeeds = { database, secrets, dir, xUrl: sandbox.url };
  return {
    dir,
    database,
    secrets,
    sandbox,
    control,
    load: (order) => generator.ask<LoadReport>(order),
    start: async (kind, { xUrl = sandbox.url, ...options } = {}) => {
      const server = await startServer(kind, { ...needs, xUrl }, options);
      stops.push(() => server.program.stop());
      return server;
    },
    startProgram: (name, env) => startProgram({ file: built(name), env }, name),
    stop,
  };
};

const sandboxEnv = (dir: string, { appKey, appSecret }: BenchSecrets): Record<string, string> => ({
  SANDBOX_BENCH: '1',
  SANDBOX_PORT: '0',
  HERALD_STATE_DIR: dir,
  X_APP_KEY: appKey,
  X_APP_SECRET: appSecret,
});
