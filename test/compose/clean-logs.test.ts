import { readFileSync } from 'node:fs';
import pg from 'pg';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createTestDatabase } from '../support/postgres.ts';

const script = readFileSync(new URL('../../docs/clean-hasura-logs.sql', import.meta.url), 'utf8');
const database = await createTestDatabase();
const client = new pg.Client({ connectionString: database.url });

/** The columns that the script reads, of the types that Hasura's own SQL gives them. */
const tables = `
create schema hdb_catalog;
create table hdb_catalog.event_log (id text primary key, payload jsonb not null, delivered boolean not null, error boolean not null, created_at timestamp default now());
create table hdb_catalog.event_invocation_logs (id text primary key, event_id text references hdb_catalog.event_log (id), request json, created_at timestamp default now());
create table hdb_catalog.hdb_action_log (id text primary key, session_variables jsonb not null, status text not null, created_at timestamptz not null default now());
insert into hdb_catalog.event_log values
  ('old', '{}', true, false, now() - interval '2 days'), ('given up', '{}', false, true, now() - interval '2 days'),
  ('waits', '{}', false, false, now() - interval '2 days'), ('new', '{}', true, false, now()),
  ('tried long', '{}', true, false, now() - interval '2 days');
insert into hdb_catalog.event_invocation_logs values ('1', 'old', '{}', now() - interval '2 days'), ('2', 'new', '{}', now()), ('3', 'tried long', '{}', now());
insert into hdb_catalog.hdb_action_log values
  ('old', '{}', 'completed', now() - interval '2 days'), ('processing', '{}', 'processing', now() - interval '2 days');`;

const ids = async (table: string): Promise<unknown[]> =>
  (await client.query(`select id from hdb_catalog.${table} order by id`)).rows.map(({ id }) => id);

beforeAll(async () => {
  await client.connect();
});
afterAll(() => client.end());

it('does nothing in a database without an engine', async () => {
  await client.query(script);
});

it("deletes what is over and older than a day from the engine's logs, and nothing else", async () => {
  await client.query(tables);
  await client.query(script);
  expect(await ids('event_log')).toEqual(['new', 'tried long', 'waits']);
  expect(await ids('event_invocation_logs')).toEqual(['2', '3']);
  expect(await ids('hdb_action_log')).toEqual(['processing']);
});
