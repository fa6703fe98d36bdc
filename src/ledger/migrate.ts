import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import { grantReading } from './reading-role.ts';

/** Any number that no other program locks with in this database. */
const MIGRATION_LOCK = 4_701_872_236;
const CONNECT_TIMEOUT_MS = 10_000;
const LOCK_TIMEOUT_MS = 60_000;

export const ownMigrations = fileURLToPath(new URL('./migrations/', import.meta.url));

/** A migration that Postgres refused, or whose text changed after it was applied. Its transaction left nothing behind. */
export class MigrationFailed extends Error {
  readonly migration: string;

  constructor(migration: string, reason: string, cause?: unknown) {
    super(`Migration ${migration} failed: ${reason}`, { cause });
    this.name = 'MigrationFailed';
    this.migration = migration;
  }
}

interface Migrated {
  /** The migrations that were applied now, in order. */
  readonly applied: readonly string[];
  /** Whether `herald_read` and `herald_events` exist with their grants; without them `doctor` prints `readingRoleSql`. */
  readonly readingRole: boolean;
}

/**
 * Brings the schema `herald` up to date: each file of `directory` once, in order, in a transaction of its own. One
 * process at a time; the others wait and find nothing to do. A schema that is newer than this code is left as it is.
 *
 * @throws MigrationFailed
 */
export const migrate = async (
  connectionString: string,
  directory: string = ownMigrations,
): Promise<Migrated> => {
  const client = new pg.Client({
    connectionString,
    application_name: 'herald migrations',
    keepAlive: true,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
  });
  // A lost connection fails the statement under way; without a listener it would end the process too.
  client.on('error', () => {});
  await client.connect();
  try {
    await client.query(`set lock_timeout = ${LOCK_TIMEOUT_MS}`);
    await client.query('select pg_advisory_lock($1)', [MIGRATION_LOCK]);
    const applied = await applyNew(client, await readMigrations(directory));
    return { applied, readingRole: await grantReading(client) };
  } finally {
    await client.end();
  }
};

interface Migration {
  readonly name: string;
  readonly sql: string;
  readonly checksum: string;
}

const readMigrations = async (directory: string): Promise<Migration[]> => {
  const names = (await readdir(directory)).filter((name) => name.endsWith('.sql')).sort();
  return Promise.all(names.map((name) => readMigration(directory, name)));
};

const readMigration = async (directory: string, name: string): Promise<Migration> => {
  // A checkout on Windows may have turned the line ends.
  const sql = (await readFile(`${directory}/${name}`, 'utf8')).replaceAll('\r\n', '\n');
  return { name, sql, checksum: createHash('sha256').update(sql).digest('hex') };
};

const applyNew = async (client: pg.Client, migrations: readonly Migration[]): Promise<string[]> => {
  const known = await readApplied(client);
  const applied: string[] = [];
  for (const migration of migrations) {
    const checksum = known.get(migration.name);
    if (checksum === undefined) {
      await apply(client, migration);
      applied.push(migration.name);
    } else if (checksum !== migration.checksum) {
      throw new MigrationFailed(
        migration.name,
        'its text changed after it was applied. Add a new migration instead.',
      );
    }
  }
  return applied;
};

const readApplied = async (client: pg.Client): Promise<Map<string, string>> => {
  const { rows: found } = await client.query<{ present: boolean }>(
    `select to_regclass('herald.migration') is not null as present`,
  );
  if (found[0]?.present !== true) {
    await client.query(`
      create schema if not exists herald;
      create table herald.migration (name text primary key, checksum text not null, applied_at timestamptz(3) not null default now())`);
  }
  const { rows } = await client.query<{ name: string; checksum: string }>(
    'select name, checksum from herald.migration',
  );
  return new Map(rows.map(({ name, checksum }) => [name, checksum]));
};

const apply = async (client: pg.Client, { name, sql, checksum }: Migration): Promise<void> => {
  try {
    await client.query('begin');
    await client.query(sql);
    await client.query('insert into herald.migration (name, checksum) values ($1, $2)', [name, checksum]);
    await client.query('commit');
  } catch (error) {
    await client.query('rollback').catch(() => undefined);
    throw new MigrationFailed(name, error instanceof Error ? error.message : String(error), error);
  }
};
