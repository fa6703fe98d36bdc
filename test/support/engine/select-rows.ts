import pg from 'pg';
import { tableKey } from './database.ts';
import { EngineError, isObject, type JsonObject } from './engine-error.ts';
import type { Field } from './fields.ts';
import type { EngineSession } from './session.ts';
import type { ReadableTable } from './tables.ts';

/** What a selection needs to be read. */
export interface Selecting {
  readonly tables: ReadonlyMap<string, ReadableTable>;
  readonly session: EngineSession;
  below(field: Field): readonly Field[];
  argumentsOf(field: Field, table: ReadableTable): JsonObject;
}

/** Which rows of a table; `match` are columns that must have these values. */
interface Wanted {
  readonly match?: JsonObject;
  readonly arguments?: JsonObject;
}

/** The rows that the role may see, in the form of the selection. One statement. */
export const selectRows = async (
  table: ReadableTable,
  fields: readonly Field[],
  wanted: Wanted,
  selecting: Selecting,
): Promise<readonly unknown[]> => {
  const statement = new Statement(selecting);
  const { match = {}, arguments: given = {} } = wanted;
  const conditions = (alias: string) =>
    Object.entries(match).map(([name, value]) => statement.compare(table, alias, name, '_eq', value));
  const sql = statement.select(table, fields, given, conditions);
  return (await table.database.read(`select ${sql}`, statement.values)) as readonly unknown[];
};

const id = pg.escapeIdentifier;
const ORDERS: Readonly<Record<string, string>> = {
  asc: 'asc',
  desc: 'desc',
  asc_nulls_last: 'asc nulls last',
  desc_nulls_last: 'desc nulls last',
};
const OPERATORS: Readonly<Record<string, string>> = { _eq: '=', _neq: '<>', _gt: '>', _lt: '<' };

class Statement {
  readonly values: unknown[] = [];
  readonly #selecting: Selecting;
  #aliases = 0;

  constructor(selecting: Selecting) {
    this.#selecting = selecting;
  }

  /** A scalar subquery: the rows as a JSON array. */
  select(
    table: ReadableTable,
    fields: readonly Field[],
    given: JsonObject,
    conditions: (alias: string) => readonly string[],
  ): string {
    const alias = this.#alias();
    const where = [
      ...conditions(alias),
      this.#expression(table, alias, table.filter, true),
      this.#expression(table, alias, given.where ?? {}, false),
    ];
    const limits = [given.limit, table.limit].filter((limit) => typeof limit === 'number');
    const rows = [
      `select ${this.#row(table, fields, alias)} as row`,
      // Of every column, whatever was asked for: so the engine's role has to be able to read them all.
      `from (select * from ${id(table.table.schema)}.${id(table.table.name)}) ${alias}`,
      `where ${where.join(' and ')}`,
      orderBy(given.order_by, alias),
      limits.length === 0 ? '' : `limit ${this.#value(Math.min(...limits))}`,
      typeof given.offset === 'number' ? `offset ${this.#value(given.offset)}` : '',
    ];
    return `(select coalesce(json_agg(row), '[]') from (${rows.join(' ')}) rows)`;
  }

  /** A condition on one column, by one of the engine's operators. */
  compare(table: ReadableTable, alias: string, column: string, operator: string, value: unknown): string {
    const type = table.database.tables.get(tableKey(table.table))?.columns.get(column)?.type ?? 'text';
    const left = `${alias}.${id(column)}`;
    if (operator === '_is_null') return `${left} is ${value === true ? '' : 'not '}null`;
    if (operator === '_in') return `${left} = any (${this.#value(value)}::${id(type)}[])`;
    const symbol = OPERATORS[operator];
    if (symbol === undefined)
      throw new EngineError(`The stand-in knows no operator ${operator}.`, 'unexpected');
    return `${left} ${symbol} ${this.#value(value)}::${id(type)}`;
  }

  #row(table: ReadableTable, fields: readonly Field[], alias: string): string {
    const pairs = fields.map(
      (field) => `${this.#value(field.key)}::text, ${this.#field(table, field, alias)}`,
    );
    return `json_build_object(${pairs.join(', ')})`;
  }

  #field(table: ReadableTable, field: Field, alias: string): string {
    if (field.name === '__typename') return `${this.#value(table.name)}::text`;
    const relationship = table.relationships.find(({ name }) => name === field.name);
    if (relationship === undefined) return `${alias}.${id(field.name)}`;
    const { selecting, remote } = { selecting: this.#selecting, remote: this.#remote(relationship.remote) };
    const rows = this.select(
      remote,
      selecting.below(field),
      relationship.many ? selecting.argumentsOf(field, table) : { limit: 1 },
      (other) => joins(relationship.mapping, alias, other),
    );
    return relationship.many ? rows : `${rows}->0`;
  }

  /** A boolean expression of a permission or of a client's `where`. */
  #expression(table: ReadableTable, alias: string, expression: unknown, isPermission: boolean): string {
    if (!isObject(expression)) return 'true';
    const inner = (value: unknown) => this.#expression(table, alias, value, isPermission);
    const parts = Object.entries(expression).map(([key, value]) => {
      if (key === '_and') return list(value).map(inner).join(' and ') || 'true';
      if (key === '_or') return list(value).map(inner).join(' or ') || 'false';
      if (key === '_not') return `not ${inner(value)}`;
      return this.#condition(table, alias, key, value, isPermission);
    });
    return parts.length === 0 ? 'true' : `(${parts.map((part) => `(${part})`).join(' and ')})`;
  }

  #condition(
    table: ReadableTable,
    alias: string,
    key: string,
    value: unknown,
    isPermission: boolean,
  ): string {
    const relationship = table.relationships.find(({ name }) => name === key);
    if (relationship === undefined)
      return Object.entries(isObject(value) ? value : {})
        .map(([operator, operand]) =>
          this.compare(table, alias, key, operator, isPermission ? this.#sessionValue(operand) : operand),
        )
        .join(' and ');
    const remote = this.#remote(relationship.remote);
    const other = this.#alias();
    const where = [
      ...joins(relationship.mapping, alias, other),
      this.#expression(remote, other, value, isPermission),
    ];
    const { schema, name } = remote.table;
    return `exists (select from ${id(schema)}.${id(name)} ${other} where ${where.join(' and ')})`;
  }

  /** A permission's operand: a session variable by name, or a literal. */
  #sessionValue(operand: unknown): unknown {
    if (typeof operand !== 'string' || !/^x-hasura-/i.test(operand)) return operand;
    const value = this.#selecting.session.variables[operand.toLowerCase()];
    if (value !== undefined) return value;
    throw new EngineError(`missing session variable: "${operand.toLowerCase()}"`, 'not-found');
  }

  #remote(name: ReadableTable['table']): ReadableTable {
    const table = this.#selecting.tables.get(tableKey(name));
    if (table === undefined) throw new Error(`The role may not read ${tableKey(name)}.`);
    return table;
  }

  #value(value: unknown): string {
    this.values.push(value);
    return `$${this.values.length}`;
  }

  #alias(): string {
    this.#aliases += 1;
    return `t${this.#aliases}`;
  }
}

const list = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : [value]);

const joins = (mapping: Readonly<Record<string, string>>, alias: string, other: string): string[] =>
  Object.entries(mapping).map(([own, remote]) => `${alias}.${id(own)} = ${other}.${id(remote)}`);

const orderBy = (given: unknown, alias: string): string => {
  const orders = (given === undefined || given === null ? [] : list(given)).flatMap((entry) =>
    Object.entries(isObject(entry) ? entry : {}).map(
      ([column, order]) => `${alias}.${id(column)} ${ORDERS[String(order)] ?? 'asc'}`,
    ),
  );
  return orders.length === 0 ? '' : `order by ${orders.join(', ')}`;
};
