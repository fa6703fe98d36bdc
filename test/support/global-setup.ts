import { randomUUID } from 'node:crypto';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { migrate } from '../../src/ledger/index.ts';
import { startPostgres } from '../../src/local/postgres/index.ts';
import { databaseUrl, readRows, runSql, type TestServer } from './postgres.ts';

const FOLDER = /^herald-tests-(\d+)-/;

/** Brings an empty database to the newest schema. */
export type Migrate = (url: string) => Promise<void>;

/** One server for the whole run: the one that TEST_DATABASE_URL names, or an embedded one that does without fsync. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const given = process.env.TEST_DATABASE_URL;
  const { url, stop } = given === undefined ? await startThrowAway() : { url: given, stop: async () => {} };
  const server = await prepareTemplate(url, async (template) => {
    await migrate(template);
  });
  project.provide('postgres', server);
  return async () => {
    if (given !== undefined) await dropLeftovers(server);
    await stop();
  };
}

/** Makes the database that every test database is a copy of. */
export async function prepareTemplate(url: string, migrate: Migrate): Promise<TestServer> {
  const template = `herald_test_${randomUUID().slice(0, 8)}`;
  await runSql(url, `create database ${template} template template0 encoding 'UTF8'`);
  await migrate(databaseUrl(url, template));
  const [row] = await readRows<{ version: number }>(
    url,
    `select current_setting('server_version_num')::int as version`,
  );
  return { url, template, version: row?.version ?? 0 };
}

async function startThrowAway(): Promise<{ url: string; stop: () => Promise<void> }> {
  await removeAbandoned();
  const stateDir = await mkdtemp(join(tmpdir(), `herald-tests-${process.pid}-`));
  const server = await startPostgres({ stateDir, durable: false });
  return { url: server.url, stop: () => remove(stateDir, server) };
}

/** A run that was killed left its server behind; the folder's name has the number of the process that is gone. */
async function removeAbandoned(): Promise<void> {
  for (const name of await readdir(tmpdir())) {
    const pid = Number(FOLDER.exec(name)?.[1] ?? 0);
    if (pid === 0 || isAlive(pid)) continue;
    const stateDir = join(tmpdir(), name);
    const server = await startPostgres({ stateDir, durable: false }).catch(() => undefined);
    if (server !== undefined) await remove(stateDir, server).catch(() => {});
  }
}

async function remove(stateDir: string, server: { homeDir: string; stop(): Promise<void> }): Promise<void> {
  await server.stop();
  for (const dir of [server.homeDir, stateDir]) await rm(dir, { recursive: true, force: true });
}

async function dropLeftovers({ url, template }: TestServer): Promise<void> {
  const sql = 'select datname from pg_database where starts_with(datname, $1)';
  for (const { datname } of await readRows<{ datname: string }>(url, sql, [template])) {
    await runSql(url, `drop database if exists ${datname} with (force)`);
  }
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
