import { setTimeout as sleep } from 'node:timers/promises';
import { runLeg } from '../leg.ts';
import type { Server } from '../servers.ts';
import type { Stage } from '../stage.ts';

export interface Statements {
  readonly name: string;
  readonly posts: number;
  /** Calls per post of the statements that came at least once for every second post. */
  readonly perPost: number;
  /** Calls per post of all others: the sweep, the heartbeat. */
  readonly besides: number;
  readonly kinds: readonly { readonly calls: number; readonly begins: string }[];
}

const POSTS = 500;
const CONNECTIONS = 8;
const RELOAD_MS = 500;

interface Row {
  readonly query: string;
  readonly calls: string;
}

/** By their text: Postgres tells some of the same text apart. */
const COUNTED = `select left(query, 300) as query, sum(calls) as calls from pg_stat_statements
  where dbid = (select oid from pg_database where datname = current_database()) and query not like '%pg_stat_%'
  group by 1 order by 2 desc`;

/** Has Postgres count the statements of 500 posts; undefined when the server keeps nothing there. */
export const countStatements = async (
  stage: Stage,
  server: Server,
  databaseName: 'herald' | 'minimum',
): Promise<Statements | undefined> => {
  const { database } = stage;
  await database.countStatements(true);
  await sleep(RELOAD_MS);
  await database.query(databaseName, 'select pg_stat_statements_reset()');
  const { posts } = await runLeg(stage, server, { connections: CONNECTIONS, seconds: 60, most: POSTS });
  const rows = await database.query<Row>(databaseName, COUNTED);
  await database.countStatements(false);
  const calls = (some: readonly Row[]): number =>
    some.reduce((sum, row) => sum + Number(row.calls), 0) / posts;
  const regular = rows.filter((row) => Number(row.calls) >= posts / 2);
  if (regular.length === 0) return undefined;
  return {
    name: server.name,
    posts,
    perPost: calls(regular),
    besides: calls(rows) - calls(regular),
    kinds: rows.map((row) => ({ calls: Number(row.calls), begins: row.query.trim().slice(0, 60) })),
  };
};
