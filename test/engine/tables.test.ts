import { describe, expect, it } from 'vitest';
import type { GraphqlResult } from '../support/engine/index.ts';
import { ask } from '../support/engine-client.ts';
import { createTestDatabase, runSql } from '../support/postgres.ts';
import { startHandler } from './support/handler.ts';
import { AS_ADMIN, AS_USER, actionsFor, startProject } from './support/project.ts';

const database = await createTestDatabase('template0');
await runSql(
  database.url,
  `create schema shop;
   create table shop.cart (id uuid primary key, user_id text not null, state text not null, sealed bytea);
   create table shop.line (cart_id uuid not null references shop.cart, position smallint, text text, primary key (cart_id, position));
   create table public.note (id int primary key, text text not null);
   insert into shop.cart values
     ('00000000-0000-4000-8000-000000000001', '42', 'OPEN', 'secret'),
     ('00000000-0000-4000-8000-000000000002', '42', 'SENT', 'secret'),
     ('00000000-0000-4000-8000-000000000003', '7', 'OPEN', 'secret');
   insert into shop.line
     select id, n, 'line ' || n from shop.cart, generate_series(0, 1) n;
   insert into public.note values (1, 'for everybody')`,
);

const ownRows = { user_id: { _eq: 'X-Hasura-User-Id' } };
const relate = (name: string, table: string, mapping: object) => ({
  name,
  using: {
    manual_configuration: {
      column_mapping: mapping,
      insertion_order: null,
      remote_table: { schema: 'shop', name: table },
    },
  },
});
const tables = [
  {
    table: { schema: 'shop', name: 'cart' },
    array_relationships: [relate('lines', 'line', { id: 'cart_id' })],
    select_permissions: [
      { role: 'user', permission: { columns: ['id', 'user_id', 'state'], filter: ownRows } },
    ],
  },
  {
    table: { schema: 'shop', name: 'line' },
    object_relationships: [relate('cart', 'cart', { cart_id: 'id' })],
    select_permissions: [
      { role: 'user', permission: { columns: ['cart_id', 'position', 'text'], filter: { cart: ownRows } } },
    ],
  },
  {
    table: { schema: 'public', name: 'note' },
    configuration: { custom_name: 'remarks' },
    select_permissions: [{ role: 'user', permission: { columns: '*', filter: {}, limit: 5 } }],
  },
];
const actions = actionsFor('type Mutation { make: Made! } type Made { id: uuid! } scalar uuid');
const relationship = {
  name: 'cart',
  type: 'object',
  source: 'default',
  remote_table: { schema: 'shop', name: 'cart' },
  field_mapping: { id: 'id' },
};
const handler = await startHandler();
const engine = await startProject(
  {
    ...actions,
    'actions.yaml': {
      ...(actions['actions.yaml'] as object),
      custom_types: { objects: [{ name: 'Made', relationships: [relationship] }] },
    },
    'databases/databases.yaml': [
      {
        name: 'default',
        kind: 'postgres',
        configuration: { connection_info: { database_url: { from_env: 'PG_DATABASE_URL' } } },
        tables,
      },
    ],
  },
  { HANDLER: handler.url, PG_DATABASE_URL: database.url },
);

const idOf = (n: number) => `00000000-0000-4000-8000-00000000000${n}`;
const dataOf = async (query: string, headers = AS_USER, variables = {}) => {
  const { data, errors } = await ask<{ shop_cart: unknown }>(engine, query, headers, { variables });
  if (errors !== undefined) throw new Error(JSON.stringify(errors));
  return data;
};

describe('a tracked table', () => {
  it('shows the role its own rows, in its own order, with what belongs to them', async () => {
    expect(engine.inconsistent()).toEqual([]);
    expect(
      await dataOf(
        '{ shop_cart(order_by: {state: desc}) { id it: state lines(where: {position: {_eq: 1}}) { text cart { user_id } } } }',
      ),
    ).toEqual({
      shop_cart: [
        { id: idOf(2), it: 'SENT', lines: [{ text: 'line 1', cart: { user_id: '42' } }] },
        { id: idOf(1), it: 'OPEN', lines: [{ text: 'line 1', cart: { user_id: '42' } }] },
      ],
    });
  });

  it('by primary key, by filter and by page', async () => {
    const query = `query ($id: uuid!, $states: [String!]) {
      shop_cart_by_pk(id: $id) { __typename state }
      shop_cart(where: {_or: [{state: {_in: $states}}, {_not: {user_id: {_eq: "42"}}}]}) { id }
      shop_line(limit: 1, offset: 1, order_by: [{cart_id: asc}, {position: asc}], where: {cart: {state: {_eq: "SENT"}}}) { position }
      remarks { text }
    }`;
    expect(await dataOf(query, AS_USER, { id: idOf(1), states: ['SENT'] })).toEqual({
      shop_cart_by_pk: { __typename: 'shop_cart', state: 'OPEN' },
      shop_cart: [{ id: idOf(2) }],
      shop_line: [{ position: 1 }],
      remarks: [{ text: 'for everybody' }],
    });
  });

  it('another user’s row is not there, whatever is asked', async () => {
    expect(await dataOf(`{ shop_cart_by_pk(id: "${idOf(3)}") { id } }`)).toEqual({ shop_cart_by_pk: null });
    expect(await dataOf(`{ shop_line(where: {cart_id: {_eq: "${idOf(3)}"}}) { text } }`)).toEqual({
      shop_line: [],
    });
    expect(await dataOf('{ shop_cart { id } }', { ...AS_USER, 'x-hasura-user-id': "' or true --" })).toEqual({
      shop_cart: [],
    });
  });

  it('a column that is not listed does not exist for the role; for admin it does', async () => {
    const query = '{ shop_cart { sealed } }';
    expect((await ask(engine, query, AS_USER)).errors?.[0]?.message).toBe(
      "field 'sealed' not found in type: 'shop_cart'",
    );
    expect((await dataOf(query, AS_ADMIN as typeof AS_USER)).shop_cart).toHaveLength(3);
  });

  it('a missing session variable is an error, not all rows', async () => {
    const { 'x-hasura-user-id': _, ...nobody } = AS_USER;
    expect((await ask(engine, '{ shop_cart { id } }', nobody)).errors).toEqual([
      {
        message: 'missing session variable: "x-hasura-user-id"',
        extensions: { path: '$', code: 'not-found' },
      },
    ]);
  });

  it('an action’s output leads to the caller’s row only', async () => {
    const MAKE = 'mutation { make { id cart { state lines { position } } } }';
    handler.answer({ body: { id: idOf(1) } });
    expect(await dataOf(MAKE)).toEqual({
      make: { id: idOf(1), cart: { state: 'OPEN', lines: [{ position: 0 }, { position: 1 }] } },
    });
    handler.answer({ body: { id: idOf(3) } });
    expect(await dataOf(MAKE)).toEqual({ make: { id: idOf(3), cart: null } });
  });

  it('what the database does not have makes the metadata inconsistent', async () => {
    const columns = { role: 'user', permission: { columns: ['nothing'], filter: {} } };
    const broken = await startProject(
      {
        'databases/databases.yaml': [
          {
            name: 'default',
            configuration: { connection_info: { database_url: database.url } },
            tables: [
              { table: { schema: 'shop', name: 'cart' }, select_permissions: [columns] },
              { table: { schema: 'shop', name: 'gone' } },
            ],
          },
        ],
      },
      {},
    );
    expect(broken.inconsistent()).toEqual([
      'shop.cart, user: no column "nothing"',
      'no such table/view exists in source: "shop.gone"',
    ]);
  });
});

describe('a subscription', () => {
  it('tells the state now and each change of it', async () => {
    const results: GraphqlResult[] = [];
    let next = (): void => {};
    const more = () =>
      new Promise<void>((resolve) => {
        next = resolve;
      });
    let arrived = more();
    const request = { query: `subscription { shop_cart_by_pk(id: "${idOf(2)}") { state } }` };
    const subscription = engine.subscribe(request, AS_USER, (result) => {
      results.push(result);
      next();
    });
    await arrived;
    arrived = more();
    await runSql(database.url, `update shop.cart set state = 'GONE' where id = '${idOf(2)}'`);
    await arrived;
    await subscription.stop();
    expect(results).toEqual([
      { data: { shop_cart_by_pk: { state: 'SENT' } } },
      { data: { shop_cart_by_pk: { state: 'GONE' } } },
    ]);
  });
});
