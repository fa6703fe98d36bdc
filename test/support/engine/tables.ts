import { type Column, type Database, tableKey } from './database.ts';
import { EngineError } from './engine-error.ts';
import type { SourceMetadata, TableMetadata, TableName } from './metadata.ts';

/** A relationship that stays inside of what the role may read. */
export interface Relationship {
  readonly name: string;
  readonly many: boolean;
  readonly mapping: Readonly<Record<string, string>>;
  readonly remote: TableName;
}

/** A tracked table as one role may read it. */
export interface ReadableTable {
  readonly table: TableName;
  /** Its name in GraphQL: of the type and of the root field. */
  readonly name: string;
  readonly columns: readonly Column[];
  readonly primaryKey: readonly Column[];
  readonly relationships: readonly Relationship[];
  /** Which rows; a boolean expression with session variables in it. */
  readonly filter: unknown;
  readonly limit: number | undefined;
  readonly database: Database;
}

/** The tables of a source that a role may read, by `schema.name`. Admin reads everything. */
export const readableTables = (
  source: SourceMetadata,
  database: Database,
  role: string,
): ReadonlyMap<string, ReadableTable> => {
  const readable = new Map<string, ReadableTable>();
  for (const metadata of source.tables) {
    const table = readTable(metadata, database, role);
    if (table !== undefined) readable.set(tableKey(metadata.table), table);
  }
  // A relationship to a table that the role may not read does not exist for it.
  for (const [key, table] of readable)
    readable.set(key, {
      ...table,
      relationships: table.relationships.filter(({ remote }) => readable.has(tableKey(remote))),
    });
  return readable;
};

const readTable = (metadata: TableMetadata, database: Database, role: string): ReadableTable | undefined => {
  const found = database.tables.get(tableKey(metadata.table));
  const permission = permissionOf(metadata, role);
  if (found === undefined || permission === undefined) return undefined;
  const columns = [...found.columns.values()].filter(
    ({ name }) => permission.columns === '*' || permission.columns.includes(name),
  );
  const keys = columns.filter(({ name }) => found.primaryKey.includes(name));
  return {
    table: metadata.table,
    name: nameOf(metadata),
    columns,
    primaryKey: keys.length === found.primaryKey.length ? keys : [],
    relationships: relationshipsOf(metadata),
    filter: permission.filter ?? {},
    limit: permission.limit,
    database,
  };
};

const permissionOf = ({ select_permissions = [] }: TableMetadata, role: string) =>
  role === 'admin'
    ? { columns: '*' as const, filter: {}, limit: undefined }
    : select_permissions.find((entry) => entry.role === role)?.permission;

/** The engine's default name: `<schema>_<table>` for every schema but public. */
const nameOf = ({ table: { schema, name }, configuration }: TableMetadata): string =>
  configuration?.custom_name ?? (schema === 'public' ? name : `${schema}_${name}`);

const relationshipsOf = (metadata: TableMetadata): Relationship[] =>
  [
    ...(metadata.object_relationships ?? []).map((entry) => ({ ...entry, many: false })),
    ...(metadata.array_relationships ?? []).map((entry) => ({ ...entry, many: true })),
  ].flatMap(({ name, many, using: { manual_configuration: manual } }) =>
    manual === undefined ? [] : [{ name, many, mapping: manual.column_mapping, remote: manual.remote_table }],
  );

/** What of the metadata does not fit the database: the engine would report the object as inconsistent. */
export const findTableProblems = (source: SourceMetadata, database: Database): EngineError[] =>
  source.tables.flatMap(({ table, select_permissions = [] }) => {
    const found = database.tables.get(tableKey(table));
    if (found === undefined)
      return [new EngineError(`no such table/view exists in source: "${tableKey(table)}"`, 'not-exists')];
    return select_permissions.flatMap(({ role, permission: { columns } }) =>
      (columns === '*' ? [] : columns)
        .filter((column) => !found.columns.has(column))
        .map((column) => new EngineError(`${tableKey(table)}, ${role}: no column "${column}"`, 'not-exists')),
    );
  });

const SCALARS: Readonly<Record<string, string>> = {
  text: 'String',
  varchar: 'String',
  bool: 'Boolean',
  int4: 'Int',
  int2: 'smallint',
  int8: 'bigint',
  float8: 'float8',
};

/** The GraphQL scalar of a column; one that is not built in has Postgres' name. */
export const scalarOf = ({ type }: Column): string => SCALARS[type] ?? type;

/** The SDL of a role's tables: types, filters and orders; `roots` are for queries and subscriptions. */
export const describeTables = (
  tables: ReadonlyMap<string, ReadableTable>,
): { readonly types: readonly string[]; readonly roots: readonly TableRoot[] } => {
  const scalars = new Set<string>();
  const types = [...tables.values()].flatMap((table) => {
    for (const column of table.columns) scalars.add(scalarOf(column));
    return describeTable(table, tables);
  });
  const comparisons = [...scalars].map(
    (name) =>
      `input ${name}_comparison_exp { _eq: ${name} _neq: ${name} _in: [${name}!] _gt: ${name} _lt: ${name} _is_null: Boolean }`,
  );
  const builtIn = ['String', 'Boolean', 'Int', 'Float', 'ID'];
  return {
    types: [
      ...(tables.size > 0 ? ['enum order_by { asc desc asc_nulls_last desc_nulls_last }'] : []),
      ...[...scalars].filter((name) => !builtIn.includes(name)).map((name) => `scalar ${name}`),
      ...comparisons,
      ...types,
    ],
    roots: [...tables.values()].flatMap(rootsOf),
  };
};

/** A root field of a table: its rows, or one of them. */
interface TableRoot {
  readonly field: string;
  readonly table: ReadableTable;
  readonly one: boolean;
}

const rootsOf = (table: ReadableTable): TableRoot[] => {
  const { name, primaryKey } = table;
  const list = { field: `${name}${listArguments(name)}: [${name}!]!`, table, one: false };
  const keys = primaryKey.map((key) => `${key.name}: ${scalarOf(key)}!`);
  return keys.length === 0
    ? [list]
    : [list, { field: `${name}_by_pk(${keys.join(' ')}): ${name}`, table, one: true }];
};

const listArguments = (name: string): string =>
  `(where: ${name}_bool_exp order_by: [${name}_order_by!] limit: Int offset: Int)`;

const describeTable = (
  { name, columns, relationships }: ReadableTable,
  tables: ReadonlyMap<string, ReadableTable>,
): string[] => {
  const related = relationships.map((entry) => ({
    ...entry,
    type: tables.get(tableKey(entry.remote))?.name ?? '',
  }));
  const fields = [
    ...columns.map((column) => `${column.name}: ${scalarOf(column)}${column.nullable ? '' : '!'}`),
    ...related.map((entry) =>
      entry.many
        ? `${entry.name}${listArguments(entry.type)}: [${entry.type}!]!`
        : `${entry.name}: ${entry.type}`,
    ),
  ];
  const conditions = [
    `_and: [${name}_bool_exp!] _or: [${name}_bool_exp!] _not: ${name}_bool_exp`,
    ...columns.map((column) => `${column.name}: ${scalarOf(column)}_comparison_exp`),
    ...related.map((entry) => `${entry.name}: ${entry.type}_bool_exp`),
  ];
  return [
    `type ${name} { ${fields.join(' ')} }`,
    `input ${name}_bool_exp { ${conditions.join(' ')} }`,
    `input ${name}_order_by { ${columns.map((column) => `${column.name}: order_by`).join(' ')} }`,
  ];
};
