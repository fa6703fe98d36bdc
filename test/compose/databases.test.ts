import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { migrate } from '../../src/ledger/index.ts';
import { type LocalPostgres, startPostgres } from '../../src/local/postgres/index.ts';
import { environmentOf, readCompose } from './compose-files.ts';

const scripts = fileURLToPath(new URL('../../scripts/compose/', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'herald-databases-'));
const { DATABASE_URL = '', PG_DATABASE_URL = '' } = environmentOf(
  readCompose('docker-compose.yml'),
  'postgres',
);

/** A server of its own, because roles belong to the whole server. */
let server: LocalPostgres;
beforeAll(async () => {
  server = await startPostgres({ stateDir: join(folder, 'postgres'), durable: false });
  // The embedded server's superuser is called herald; in the image it is called postgres.
  await query(server.url, `create role postgres superuser login password 'superuser'`);
  await query(superuser(), 'alter role herald rename to embedded');
}, 60_000);
afterAll(async () => {
  await server.stop();
  rmSync(server.homeDir, { recursive: true, force: true });
  rmSync(folder, { recursive: true, force: true });
});

/** `url` with this test's server in the place of the host `postgres`. */
const here = (url: string): string => {
  const local = new URL(url);
  local.host = new URL(server.url).host;
  return local.href;
};

const superuser = (): string => here('postgres://postgres:superuser@postgres:5432/postgres');

const query = async (url: string, sql: string): Promise<Record<string, unknown>[]> => {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query(sql)).rows;
  } finally {
    await client.end();
  }
};

describe('the databases of compose', () => {
  it('get the passwords that stand in the two addresses', () => {
    const psql = join(folder, 'psql');
    writeFileSync(psql, '#!/bin/sh\necho "$HERALD_PASSWORD $HASURA_PASSWORD $*"\n', { mode: 0o755 });
    const output = execFileSync('bash', [join(scripts, 'create-databases.sh')], {
      env: {
        PATH: `${folder}:${process.env.PATH}`,
        POSTGRES_USER: 'postgres',
        DATABASE_URL,
        PG_DATABASE_URL,
      },
      encoding: 'utf8',
    });
    expect(output).toMatch(
      /^herald-development hasura-development .*--file \/etc\/herald\/create-databases\.sql\n$/,
    );
  });

  it('let Herald migrate and the engine read what is tracked, and nothing else', async () => {
    const passwords = {
      herald_password: new URL(DATABASE_URL).password,
      hasura_password: new URL(PG_DATABASE_URL).password,
    };
    const script = readFileSync(join(scripts, 'create-databases.sql'), 'utf8')
      .replaceAll(/^(--|\\).*$/gm, '')
      .replaceAll(/:'(\w+)'/g, (_whole, name: keyof typeof passwords) => `'${passwords[name]}'`);
    for (const statement of script.split(';').filter((part) => part.trim() !== ''))
      await query(superuser(), statement);

    expect((await migrate(here(DATABASE_URL))).readingRole).toBe(true);

    const engine = here(PG_DATABASE_URL);
    expect(await query(engine, 'select 1 from (select * from herald.post) as base')).toEqual([]);
    expect(await query(engine, 'select 1 from (select * from herald.account) as base')).toEqual([]);
    for (const sealed of [
      'select sealed from herald.post_credential',
      'select access_token from herald.account_credential',
      'delete from herald.post',
      'select text from herald.post_request',
    ])
      await expect(query(engine, sealed)).rejects.toThrow(/permission denied/);
    await query(engine, 'create table public.users (id text primary key); create schema hdb_catalog');
    await expect(query(here(DATABASE_URL), 'select * from public.users')).rejects.toThrow(
      /permission denied/,
    );
    const metadata = here(PG_DATABASE_URL.replace(/herald$/, 'hasura'));
    await query(metadata, 'create schema hdb_catalog');
  }, 60_000);
});
