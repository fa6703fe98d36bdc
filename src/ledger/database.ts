import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import { type Connections, HeraldError } from '../kernel/index.ts';

const STATEMENT_TIMEOUT_MS = 5_000;
/** A little more than the server's own limit: it ends the wait for a server that no longer answers at all. */
const ANSWER_TIMEOUT_MS = 6_000;
const IDLE_IN_TRANSACTION_TIMEOUT_MS = 10_000;
const CONNECT_TIMEOUT_MS = 3_000;
const FIRST_PAUSE_MS = 25;
const LONGEST_PAUSE_MS = 1_000;
const RETRY_AFTER_MS = 5_000;
/** How often a statement runs at once that Postgres rolls back for the sake of others. */
const RUNS = 4;

/** SQL under a name, so that each connection parses it once. */
export interface Statement {
  readonly name: string;
  readonly text: string;
  /** In milliseconds, of one whose answer may take longer than usual; pg's own name. */
  readonly query_timeout?: number;
}

export interface Database {
  /**
   * Runs one statement as one transaction and gives its rows. After a lost connection it is repeated for
   * `repeatForMs` (default 0); only for statements that change nothing when they run a second time. One that Postgres
   * rolled back for the sake of others changed nothing at all: it runs again at once, in any case.
   *
   * @throws HeraldError TEMPORARILY_UNAVAILABLE when the database can not be reached
   * @throws pg.DatabaseError for everything else that Postgres says
   */
  query<Row extends object>(statement: Statement, values: unknown[], repeatForMs?: number): Promise<Row[]>;
  /**
   * Runs statements on one connection, all or nothing. `work` does nothing else: it is called again when Postgres rolled
   * it back for the sake of others, and not after a lost connection.
   */
  transaction<T>(work: (query: TransactionQuery) => Promise<T>): Promise<T>;
  connections(): Connections;
  close(): Promise<void>;
}

export type TransactionQuery = <Row extends object>(
  statement: Statement,
  values: unknown[],
) => Promise<Row[]>;

export interface DatabaseOptions {
  readonly connectionString: string;
  readonly poolSize: number;
  /** Told when an idle connection breaks; the pool replaces it by itself. */
  readonly onConnectionLost: (error: Error) => void;
}

export const openDatabase = ({ connectionString, poolSize, onConnectionLost }: DatabaseOptions): Database => {
  const pool = new pg.Pool({
    connectionString,
    max: poolSize,
    application_name: 'herald',
    keepAlive: true,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    statement_timeout: STATEMENT_TIMEOUT_MS,
    query_timeout: ANSWER_TIMEOUT_MS,
    idle_in_transaction_session_timeout: IDLE_IN_TRANSACTION_TIMEOUT_MS,
  });
  pool.on('error', onConnectionLost);
  return {
    query: (statement, values, repeatForMs = 0) =>
      repeatWhileLost(repeatForMs, () => repeatRolledBack(() => runStatement(pool, statement, values))),
    transaction: (work) => repeatWhileLost(0, () => repeatRolledBack(() => runTransaction(pool, work))),
    connections: () => ({ total: pool.totalCount, idle: pool.idleCount, waiting: pool.waitingCount }),
    close: () => pool.end(),
  };
};

/** The pool gave no connection. */
class NotConnected extends Error {}

/** The pool stops listening to a connection that it lends, and an error without a listener ends the process. */
const borrow = async (
  pool: pg.Pool,
): Promise<{ client: pg.PoolClient; giveBack: (broken: boolean) => void }> => {
  const client = await pool.connect().catch((cause: unknown) => {
    throw new NotConnected('No connection to the database.', { cause });
  });
  client.on('error', ignore);
  const giveBack = (broken: boolean): void => {
    client.off('error', ignore);
    client.release(broken);
  };
  return { client, giveBack };
};

const runStatement = async <Row extends object>(
  pool: pg.Pool,
  statement: Statement,
  values: unknown[],
): Promise<Row[]> => {
  const { client, giveBack } = await borrow(pool);
  try {
    const { rows } = await client.query<Row>({ ...statement, values });
    giveBack(false);
    return rows;
  } catch (error) {
    // Postgres' own word leaves the connection usable; anything else does not.
    giveBack(!(error instanceof pg.DatabaseError));
    throw error;
  }
};

const runTransaction = async <T>(
  pool: pg.Pool,
  work: (query: TransactionQuery) => Promise<T>,
): Promise<T> => {
  const { client, giveBack } = await borrow(pool);
  let failed = true;
  try {
    await client.query('begin');
    const result = await work(
      async (statement, values) => (await client.query({ ...statement, values })).rows,
    );
    await client.query('commit');
    failed = false;
    return result;
  } finally {
    // After a failure the connection's state is not known: closing it rolls back.
    giveBack(failed);
  }
};

const ignore = (): void => {};

const repeatWhileLost = async <T>(repeatForMs: number, run: () => Promise<T>): Promise<T> => {
  const giveUpAt = performance.now() + repeatForMs;
  for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(2 * pauseMs, LONGEST_PAUSE_MS)) {
    try {
      return await run();
    } catch (error) {
      if (!isUnavailable(error)) throw error;
      if (!isLost(error) || performance.now() + pauseMs > giveUpAt) throw unavailable(error);
      await delay(pauseMs);
    }
  }
};

const repeatRolledBack = async <T>(run: () => Promise<T>): Promise<T> => {
  for (let runs = 1; ; runs += 1) {
    try {
      return await run();
    } catch (error) {
      if (runs === RUNS || !isRolledBack(error)) throw error;
    }
  }
};

/** A serialization failure or a deadlock. */
const isRolledBack = (error: unknown): boolean =>
  error instanceof pg.DatabaseError && /^(40001|40P01)$/.test(error.code ?? '');

/** Connection failures (08), shutdown and start-up (57P01 to 57P03), rolled back for the sake of others (40001, 40P01), or no server. */
const isLost = (error: unknown): boolean => {
  if (error instanceof NotConnected) return isLost(error.cause);
  if (error instanceof pg.DatabaseError) return /^(08...|57P0[123]|40001|40P01)$/.test(error.code ?? '');
  return isConnectionError(error);
};

/** Also what passes by itself but is not worth an immediate repetition: no resources, time limits, a standby. */
const isUnavailable = (error: unknown): boolean =>
  error instanceof NotConnected ||
  isLost(error) ||
  (error instanceof pg.DatabaseError && /^(53...|57...|40...|25006|55P03)$/.test(error.code ?? ''));

/** pg has no class or code for its own failures, only these messages; the socket's have a code. */
const isConnectionError = (error: unknown): boolean => {
  if (!(error instanceof Error)) return false;
  const code = 'code' in error ? String(error.code) : '';
  return (
    /^(ECONNREFUSED|ECONNRESET|EPIPE|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|ENOTFOUND|EAI_AGAIN)$/.test(code) ||
    /^(Connection terminated|Query read timeout|timeout exceeded when trying to connect|timeout expired)/.test(
      error.message,
    ) ||
    /^(Client has encountered a connection error|Client was closed)/.test(error.message)
  );
};

/** False when there was no connection to send a statement on, so that none can have been committed. */
export const mayBeCommitted = (error: unknown): boolean =>
  !((error instanceof HeraldError ? error.cause : error) instanceof NotConnected);

const unavailable = (cause: unknown): HeraldError =>
  new HeraldError('TEMPORARILY_UNAVAILABLE', { cause, retryAt: new Date(Date.now() + RETRY_AFTER_MS) });

/** Whether Postgres refused a row because of this unique index or check. */
export const violates = (error: unknown, constraint: string): boolean =>
  error instanceof pg.DatabaseError &&
  /^(23505|23514)$/.test(error.code ?? '') &&
  error.constraint === constraint;
