import { randomUUID } from 'node:crypto';
import { readdir } from 'node:fs/promises';
import pg from 'pg';
import { ownMigrations } from './migrate.ts';

const CONNECT_TIMEOUT_MS = 5_000;
const ANSWER_TIMEOUT_MS = 5_000;

/** What `doctor` asks of a database before Herald starts on it; nothing in it was changed. */
export interface DatabaseExamination {
  /** `server_version_num`, e.g. 150018. */
  readonly version: number;
  /** What shows that connections are shared by a transaction pooler; undefined: nothing does. */
  readonly pooler: string | undefined;
  /** How far this machine's clock is ahead of the database's, in milliseconds, give or take the way there and back. */
  readonly clockAheadMs: number;
  /** Migrations of this Herald that were not applied yet, in order. */
  readonly pendingMigrations: readonly string[];
  /** Whether the roles `herald_read` and `herald_events` are there and may use the schema. */
  readonly readingRole: boolean;
  /** Whether the connection's own role may make roles. */
  readonly mayMakeRoles: boolean;
}

/** Throws what pg throws when the database cannot be reached. */
export const examineDatabase = async (connectionString: string): Promise<DatabaseExamination> => {
  const [one, other] = [connect(connectionString), connect(connectionString)];
  try {
    await one.connect();
    await other.connect();
    const pooler = await findPooler(one, other);
    return { pooler, ...(await readServer(one)), pendingMigrations: await findPending(one) };
  } finally {
    await Promise.all([one.end(), other.end()]);
  }
};

const connect = (connectionString: string): pg.Client => {
  const client = new pg.Client({
    connectionString,
    application_name: 'herald doctor',
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    query_timeout: ANSWER_TIMEOUT_MS,
  });
  // A lost connection fails the statement under way; without a listener it would end the process too.
  client.on('error', () => {});
  return client;
};

/**
 * A direct connection is one process of the server for as long as it is open, and has it for itself. A transaction pooler
 * lends its processes for one transaction each: while the other connection is in one, the process changes, and what was
 * set for the session is gone or somebody else's.
 */
const findPooler = async (one: pg.Client, other: pg.Client): Promise<string | undefined> => {
  const mark = randomUUID();
  await one.query(`select set_config('herald.examined', '${mark}', false)`);
  const before = await pidOf(one);
  await other.query('begin');
  try {
    if ((await pidOf(other)) === before) return 'two connections share one process of the server';
    if ((await pidOf(one)) !== before) return 'one connection changes its process of the server';
    const { rows } = await one.query<{ mark: string | null }>(
      `select current_setting('herald.examined', true) as mark`,
    );
    return rows[0]?.mark === mark ? undefined : 'what is set for a session is lost between statements';
  } finally {
    await other.query('rollback');
  }
};

const pidOf = async (client: pg.Client): Promise<number | undefined> =>
  (await client.query<{ pid: number }>('select pg_backend_pid() as pid')).rows[0]?.pid;

interface ServerRow {
  readonly version: number;
  readonly now: Date;
  readonly reading_role: boolean;
  readonly may_make_roles: boolean;
}

const readServer = async (client: pg.Client) => {
  const askedAtMs = Date.now();
  const { rows } = await client.query<ServerRow>(`
    select current_setting('server_version_num')::int as version, clock_timestamp() as now,
      (select count(*) = 2 from pg_roles
       where rolname in ('herald_read', 'herald_events')
         and case when to_regnamespace('herald') is not null
           then has_schema_privilege(rolname, 'herald', 'usage') end) as reading_role,
      (select rolcreaterole or rolsuper from pg_roles where rolname = current_user) as may_make_roles`);
  const halfwayMs = (askedAtMs + Date.now()) / 2;
  const [row] = rows;
  if (row === undefined) throw new Error('The database answered nothing.');
  return {
    version: row.version,
    clockAheadMs: Math.round(halfwayMs - row.now.getTime()),
    readingRole: row.reading_role,
    mayMakeRoles: row.may_make_roles,
  };
};

const findPending = async (client: pg.Client): Promise<readonly string[]> => {
  const known = (await readdir(ownMigrations)).filter((name) => name.endsWith('.sql')).sort();
  const { rows: found } = await client.query<{ present: boolean }>(
    `select to_regclass('herald.migration') is not null as present`,
  );
  if (found[0]?.present !== true) return known;
  const { rows } = await client.query<{ name: string }>('select name from herald.migration');
  const applied = new Set(rows.map(({ name }) => name));
  return known.filter((name) => !applied.has(name));
};
