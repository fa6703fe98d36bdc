import pg from 'pg';
import type { TableName } from './metadata.ts';

export interface Column {
  readonly name: string;
  /** `udt_name`, which is also the GraphQL type where there is no better one. */
  readonly type: string;
  readonly nullable: boolean;
}

/** A table as the database has it. */
export interface DatabaseTable {
  readonly columns: ReadonlyMap<string, Column>;
  readonly primaryKey: readonly string[];
}

/** A source's database. */
export interface Database {
  readonly tables: ReadonlyMap<string, DatabaseTable>;
  /** The first column of the first row. */
  read(sql: string, values: readonly unknown[]): Promise<unknown>;
  close(): Promise<void>;
}

export const tableKey = ({ schema, name }: TableName): string => `${schema}.${name}`;

export const openDatabase = async (connectionString: string): Promise<Database> => {
  const pool = new pg.Pool({ connectionString, max: 4, options: '-c timezone=UTC' });
  pool.on('error', () => {});
  const tables = await readTables(pool);
  return {
    tables,
    read: async (sql, values) => {
      const { rows } = await pool.query<unknown[]>({ text: sql, values: [...values], rowMode: 'array' });
      return rows[0]?.[0];
    },
    close: () => pool.end(),
  };
};

const COLUMNS = `
  select table_schema as schema, table_name as table, column_name as name, udt_name as type,
    is_nullable = 'YES' as nullable,
    exists (
      select from pg_index i
      join pg_attribute a on a.attrelid = i.indrelid and a.attnum = any (i.indkey)
      where i.indisprimary and a.attname = column_name
        and i.indrelid = (quote_ident(table_schema) || '.' || quote_ident(table_name))::regclass
    ) as key
  from information_schema.columns
  where table_schema not in ('pg_catalog', 'information_schema')
  order by table_schema, table_name, ordinal_position`;

interface Row extends Column {
  readonly schema: string;
  readonly table: string;
  readonly key: boolean;
}

const readTables = async (pool: pg.Pool): Promise<ReadonlyMap<string, DatabaseTable>> => {
  const tables = new Map<string, { columns: Map<string, Column>; primaryKey: string[] }>();
  for (const { schema, table, key, ...column } of (await pool.query<Row>(COLUMNS)).rows) {
    const name = tableKey({ schema, name: table });
    const found = tables.get(name) ?? { columns: new Map<string, Column>(), primaryKey: [] };
    found.columns.set(column.name, column);
    if (key) found.primaryKey.push(column.name);
    tables.set(name, found);
  }
  return tables;
};
