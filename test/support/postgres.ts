import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { afterAll, inject } from 'vitest';

/** What the run's global setup tells every test file. */
export interface TestServer {
  /** The server's administrative database; for the client, not for output. */
  readonly url: string;
  /** The migrated database that test databases are cloned from. Nobody may stay connected to it. */
  readonly template: string;
  /** `server_version_num`, e.g. 150018. */
  readonly version: number;
}

declare module 'vitest' {
  export interface ProvidedContext {
    postgres: TestServer;
  }
}

export interface TestDatabase {
  readonly name: string;
  readonly url: string;
  /** Drops the database, ending whatever is still connected. Does nothing the second time. */
  drop(): Promise<void>;
}

/**
 * A database of its own for this test file, cloned from the migrated template and dropped after the file. Call it
 * once, at the top of the file: `const database = await createTestDatabase();`.
 * @param template another database to clone; `template0` gives an empty one, to test migrations on
 */
export async function createTestDatabase(template?: string): Promise<TestDatabase> {
  const database = await cloneDatabase(inject('postgres'), template);
  afterAll(() => database.drop());
  return database;
}

/** What `createTestDatabase` does, for the inside of one test: the caller drops it, e.g. in `onTestFinished`. */
export async function cloneDatabase(server: TestServer, template = server.template): Promise<TestDatabase> {
  const name = `${server.template}_${randomUUID().replaceAll('-', '').slice(0, 12)}`;
  // Copying files takes a third of writing the copy to the log. PostgreSQL 14 knows no other way, nor the word.
  const strategy = server.version >= 150_000 ? 'strategy file_copy' : '';
  await runSql(server.url, `create database ${name} template ${template} ${strategy}`);
  return {
    name,
    url: databaseUrl(server.url, name),
    drop: () => runSql(server.url, `drop database if exists ${name} with (force)`),
  };
}

/** `url` with another database name. */
export function databaseUrl(url: string, name: string): string {
  const changed = new URL(url);
  changed.pathname = `/${name}`;
  return changed.href;
}

/** Runs one statement on a connection of its own. */
export async function runSql(url: string, sql: string): Promise<void> {
  await readRows(url, sql);
}

/** The rows of one statement, on a connection of its own. */
export async function readRows<Row extends pg.QueryResultRow>(
  url: string,
  sql: string,
  values: unknown[] = [],
): Promise<Row[]> {
  const client = new pg.Client({ connectionString: url });
  client.on('error', () => {});
  await client.connect();
  try {
    return (await client.query<Row>(sql, values)).rows;
  } finally {
    await client.end();
  }
}
