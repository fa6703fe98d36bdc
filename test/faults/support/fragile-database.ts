import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { startPostgres } from '../../../src/local/postgres/index.ts';

/** A durable Postgres of its own that can be thrown down. */
export interface FragileDatabase {
  /** Stays the same over restarts. */
  readonly url: string;
  /** The server's log, with what it was told to log. */
  readonly logFile: string;
  /** What `pg_ctl stop -m immediate` does: no end of any transaction is waited for. */
  crash(): Promise<void>;
  /** Starts it again: the log is replayed. */
  start(): Promise<void>;
  query<Row extends object>(sql: string): Promise<Row[]>;
  /** Stops the server and removes what it kept. */
  remove(): Promise<void>;
}

const POLL_MS = 20;

export const startFragileDatabase = async (stateDir: string, name: string): Promise<FragileDatabase> => {
  const server = await startPostgres({ stateDir });
  const { homeDir, port } = server;
  const url = Object.assign(new URL(server.url), { pathname: name }).href;
  await query(server.url, `create database ${name}`);
  return {
    url,
    logFile: join(homeDir, 'server.log'),
    crash: () => crash(join(homeDir, 'data')),
    start: async () => {
      await startPostgres({ stateDir, port });
    },
    query: (sql) => query(url, sql),
    remove: async () => {
      await server.stop();
      for (const dir of [homeDir, stateDir]) await rm(dir, { recursive: true, force: true });
    },
  };
};

/** SIGQUIT is the server's immediate shutdown. */
const crash = async (dataDir: string): Promise<void> => {
  const pid = Number((await readFile(join(dataDir, 'postmaster.pid'), 'utf8')).split('\n')[0]);
  process.kill(pid, 'SIGQUIT');
  while (isAlive(pid)) await sleep(POLL_MS);
};

const isAlive = (pid: number): boolean => {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
};

const query = async <Row extends object>(connectionString: string, sql: string): Promise<Row[]> => {
  const client = new pg.Client({ connectionString });
  client.on('error', () => {});
  await client.connect();
  try {
    return (await client.query<Row>(sql)).rows;
  } finally {
    await client.end();
  }
};
