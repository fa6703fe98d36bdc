import type { Json, JsonObject } from './json.ts';
import { ledgerSchema } from './terms.ts';

/** A table of the ledger as the engine tracks it. */
interface TrackedTable {
  readonly name: string;
  /** What roles may read; sealed columns are not among them, and are not granted to the engine's database role either. */
  readonly columns: readonly string[];
  /** Which rows: those of the caller. */
  readonly filter: Json;
  readonly relationships: JsonObject;
}

const ownRows: Json = { user_id: { _eq: 'X-Hasura-User-Id' } };

const relate = (name: string, table: string, columns: Readonly<Record<string, string>>): Json => ({
  name,
  using: {
    manual_configuration: {
      column_mapping: columns,
      insertion_order: null,
      remote_table: { name: table, schema: ledgerSchema },
    },
  },
});

const trackedTables: readonly TrackedTable[] = [
  {
    name: 'post',
    columns: [
      'id',
      'user_id',
      'user_uuid',
      'x_user_id',
      'account_id',
      'operation',
      'state',
      'on_part_failure',
      'idempotency_key',
      'created_at',
      'expires_at',
      'scheduled_at',
    ],
    filter: ownRows,
    relationships: {
      object_relationships: [relate('account', 'account', { account_id: 'id' })],
      array_relationships: [relate('parts', 'part', { id: 'post_id' })],
    },
  },
  {
    name: 'part',
    columns: [
      'post_id',
      'position',
      'state',
      'state_since',
      'text',
      'tweet_id',
      'deleted_at',
      'delete_error_code',
      'error_code',
      'error_retry_at',
      'cost_micro_usd',
      'extra_micro_usd',
    ],
    filter: { post: ownRows },
    relationships: { object_relationships: [relate('post', 'post', { post_id: 'id' })] },
  },
  {
    name: 'account',
    columns: [
      'id',
      'user_id',
      'user_uuid',
      'x_user_id',
      'username',
      'state',
      'is_default',
      'connected_at',
      'posts_remaining',
      'posts_reset_at',
    ],
    filter: ownRows,
    relationships: {},
  },
];

/** What the engine calls a table in GraphQL unless told otherwise; here it is told, whatever its naming convention. */
export const graphqlName = (table: string): string => `${ledgerSchema}_${table}`;

export const trackedNames: readonly string[] = trackedTables.map(({ name }) => name);

/** The entries of the source's `tables`, with a select permission for each role: no writing, no aggregations. */
export const describeTables = (roles: readonly string[]): JsonObject[] =>
  trackedTables.map(({ name, columns, filter, relationships }) => ({
    table: { name, schema: ledgerSchema },
    configuration: { custom_name: graphqlName(name) },
    ...relationships,
    select_permissions: roles.map((role) => ({ role, permission: { columns, filter } })),
  }));

/** A table's name when an entry of `tables` tracks one of Herald's. */
export const ownTable = (entry: JsonObject): string | undefined => {
  const table = entry.table;
  if (typeof table !== 'object' || table === null || !('schema' in table)) return undefined;
  const { schema, name } = table;
  return schema === ledgerSchema && typeof name === 'string' && trackedNames.includes(name)
    ? name
    : undefined;
};
