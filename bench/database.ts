import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';
import { startPostgres } from '../src/local/postgres/index.ts';
import { postgresCpuMs } from './postgres-cpu.ts';

/** A durable Postgres for one run, with a database for each server that keeps something. */
export interface Database {
  readonly version: string;
  /** With the password. */
  urlOf(name: DatabaseName): string;
  query<Row extends object>(name: DatabaseName, text: string): Promise<Row[]>;
  /** Processor time of all its processes so far; undefined where there is no /proc. */
  cpuMs(): number | undefined;
  /** Whether statements are counted. */
  countStatements(on: boolean): Promise<void>;
  stop(): Promise<void>;
}

const names = ['herald', 'minimum'] as const;
export type DatabaseName = (typeof names)[number];

/** Starts it twice: pg_stat_statements, which counts statements, can only be loaded at a start. It is off at first. */
export const startDatabase = async (stateDir: string): Promise<Database> => {
  mkdirSync(stateDir, { recursive: true });
  const first = await startPostgres({ stateDir });
  await run(first.url, `alter system set shared_preload_libraries = 'pg_stat_statements'`);
  await first.stop();
  const { url, homeDir, stop } = await startPostgres({ stateDir });
  const countStatements = async (on: boolean): Promise<void> => {
    await run(url, `alter system set pg_stat_statements.track = '${on ? 'top' : 'none'}'`);
    await run(url, 'select pg_reload_conf()');
  };
  await countStatements(false);
  const urlOf = (name: DatabaseName): string => Object.assign(new URL(url), { pathname: name }).href;
  for (const name of names) {
    await run(url, `create database ${name}`);
    await run(urlOf(name), 'create extension pg_stat_statements');
  }
  const [row] = await run<{ server_version: string }>(url, 'show server_version');
  return {
    version: row?.server_version ?? '',
    urlOf,
    query: (name, text) => run(urlOf(name), text),
    cpuMs: () => postgresCpuMs(join(homeDir, 'data', 'postmaster.pid')),
    countStatements,
    stop,
  };
};

const run = async <Row extends object>(connectionString: string, text: string): Promise<Row[]> => {
  const client = new pg.Client({ connectionString });
  await client.connect();
  try {
    return (await client.query<Row>(text)).rows;
  } finally {
    await client.end();
  }
};
