import type pg from 'pg';

/** Runs `work` while a transaction that did `first` is open, and commits it. */
export const whileOpen = async <T>(
  pool: pg.Pool,
  first: (client: pg.PoolClient) => Promise<unknown>,
  work: (client: pg.PoolClient) => Promise<T>,
): Promise<{ readonly result: T }> => {
  const client = await pool.connect();
  try {
    await client.query('begin');
    await first(client);
    const result = await work(client);
    await client.query('commit');
    return { result };
  } finally {
    client.release(true);
  }
};

/** The same for a statement of the ledger that has to wait for that transaction; `look` sees it waiting. */
export const whileWaiting = async <T>(
  pool: pg.Pool,
  first: (client: pg.PoolClient) => Promise<unknown>,
  statement: () => Promise<T>,
  look: (client: pg.PoolClient) => Promise<unknown> = async () => {},
): Promise<T> => {
  const { result } = await whileOpen(pool, first, async (client) => {
    // In an object, because it ends only after the commit.
    const waiting = { end: statement() };
    while (!(await isAnyoneWaiting(pool)));
    await look(client);
    return waiting;
  });
  return result.end;
};

const isAnyoneWaiting = async (pool: pg.Pool): Promise<boolean> => {
  const { rowCount } = await pool.query(
    `select from pg_stat_activity
     where datname = current_database() and application_name = 'herald' and wait_event_type = 'Lock'`,
  );
  return rowCount === 1;
};
