import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { afterAll, describe, expect, inject, it, onTestFinished } from 'vitest';
import { MigrationFailed, migrate } from '../../src/ledger/index.ts';
import { cloneDatabase, readRows } from '../support/postgres.ts';
import { dumpSchema } from './dump-schema.ts';

const emptyDatabase = async (): Promise<string> => {
  const { url, drop } = await cloneDatabase(inject('postgres'), 'template0');
  onTestFinished(drop);
  return url;
};

const directory = await mkdtemp(join(tmpdir(), 'herald-migrations-'));
afterAll(() => rm(directory, { recursive: true }));

const writeMigrations = async (files: Record<string, string>): Promise<string> => {
  const own = await mkdtemp(join(directory, 'case-'));
  for (const [name, sql] of Object.entries(files)) await writeFile(join(own, name), sql);
  return own;
};

const dump = async (url: string): Promise<string> => {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return await dumpSchema(client);
  } finally {
    await client.end();
  }
};

describe('migrate', () => {
  it('makes the schema that is committed here', async () => {
    const url = await emptyDatabase();
    const { applied, readingRole } = await migrate(url);
    expect(applied).toEqual([
      '0001_posts.sql',
      '0002_deployment.sql',
      '0003_accounts.sql',
      '0004_events.sql',
      '0005_threads_money_media.sql',
    ]);
    expect(readingRole).toBe(true);
    await expect(await dump(url)).toMatchFileSnapshot('schema.sql');
  });

  it('changes nothing the second time', async () => {
    const url = await emptyDatabase();
    await migrate(url);
    const before = await dump(url);
    expect((await migrate(url)).applied).toEqual([]);
    expect(await dump(url)).toBe(before);
  });

  it('is done once when replicas start together', async () => {
    const url = await emptyDatabase();
    const all = await Promise.all(Array.from({ length: 5 }, () => migrate(url)));
    expect(all.map(({ applied }) => applied.length).sort()).toEqual([0, 0, 0, 0, 5]);
  });

  it('leaves nothing of a migration that fails, and names it', async () => {
    const url = await emptyDatabase();
    const files = await writeMigrations({
      '0001_good.sql': 'create table herald.good (id int); ',
      '0002_bad.sql': 'create table herald.half (id int); select 1 / 0;',
    });
    const failure = await migrate(url, files).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(MigrationFailed);
    expect(String(failure)).toBe('MigrationFailed: Migration 0002_bad.sql failed: division by zero');
    const tables = await readRows(url, `select relname from pg_class where relname in ('good', 'half')`);
    expect(tables).toEqual([{ relname: 'good' }]);
    await writeFile(join(files, '0002_bad.sql'), 'create table herald.half (id int);');
    // What went well before is not done again.
    await expect(migrate(url, files)).rejects.toThrow(/relation "herald.post" does not exist/);
    expect(await readRows(url, 'select name from herald.migration order by name')).toHaveLength(2);
  });

  it('refuses a migration whose text changed after it was applied, but not for its line ends', async () => {
    const url = await emptyDatabase();
    await migrate(url);
    await readRows(url, `update herald.migration set checksum = 'other' where name = '0002_deployment.sql'`);
    await expect(migrate(url)).rejects.toThrow(/0002_deployment.sql failed: its text changed/);

    // These files make no table that could be granted, so migrate fails at its end; the files were applied by then.
    const other = await emptyDatabase();
    const files = await writeMigrations({ '0001_two_lines.sql': 'select 1;\nselect 2;\n' });
    await expect(migrate(other, files)).rejects.toThrow('herald.post');
    await writeFile(join(files, '0001_two_lines.sql'), 'select 1;\r\nselect 2;\r\n');
    await expect(migrate(other, files)).rejects.toThrow('herald.post');
  });

  it('leaves a schema alone that is newer than the code', async () => {
    const url = await emptyDatabase();
    await migrate(url);
    await readRows(url, `insert into herald.migration (name, checksum) values ('9999_future.sql', 'x')`);
    expect((await migrate(url)).applied).toEqual([]);
  });

  it('goes on without the reading role where it may not make it', async () => {
    const url = await emptyDatabase();
    const role = `owner_${Date.now()}`;
    const { pathname } = new URL(url);
    await readRows(url, `create role ${role} login`);
    onTestFinished(async () => {
      await readRows(url, `drop owned by ${role}`);
      await readRows(url, `drop role ${role}`);
    });
    await readRows(url, `grant create on database ${pathname.slice(1)} to ${role}`);
    const result = await migrate(`${url}${url.includes('?') ? '&' : '?'}options=-c%20role%3D${role}`);
    expect(result.applied).toHaveLength(5);
    expect(typeof result.readingRole).toBe('boolean');
  });
});

describe('the reading role', () => {
  it('reads posts as the engine does, and nothing that is sealed', async () => {
    const url = await emptyDatabase();
    await migrate(url);
    const asReader = `${url}${url.includes('?') ? '&' : '?'}options=-c%20role%3Dherald_read`;
    expect(await readRows(asReader, 'select id, state, user_uuid from herald.post')).toEqual([]);
    expect(await readRows(asReader, 'select text, tweet_id from herald.part')).toEqual([]);
    expect(await readRows(asReader, 'select username, state, is_default from herald.account')).toEqual([]);
    // The engine's queries have the whole row in them, whatever they are asked for.
    for (const table of ['post', 'part', 'account'])
      expect(await readRows(asReader, `select 1 from (select * from herald.${table}) as base`)).toEqual([]);
    for (const forbidden of [
      'select kid from herald.post_credential',
      'select fence from herald.attempt',
      'select reason from herald.pause',
      'select access_token from herald.account_credential',
      'select account_id from herald.account_credential',
      'select sealed from herald.account_key',
      'select account_id from herald.account_key',
      'select sealed from herald.single_use',
      'select id from herald.single_use',
      'select sealed from herald.issuer_entry',
      'select id from herald.issuer_entry',
      'select not_before from herald.revocation',
      'select id from herald.event',
      'select text from herald.post_request',
      'select x_media_id from herald.media',
      'select limit_micro_usd from herald.budget',
      'select micro_usd from herald.spending',
      'select weighted_limit from herald.x_account',
      `update herald.post set user_id = 'x'`,
      'delete from herald.part',
    ]) {
      await expect(readRows(asReader, forbidden), forbidden).rejects.toThrow(/permission denied/);
    }
  });
});

describe('the role of the events door', () => {
  const asEvents = async () => {
    const url = await emptyDatabase();
    await migrate(url);
    return {
      url,
      run: (sql: string) =>
        readRows(`${url}${url.includes('?') ? '&' : '?'}options=-c%20role%3Dherald_events`, sql),
    };
  };

  it('asks for posts, sees what became of them, and nothing else', async () => {
    const { run } = await asEvents();
    const [row] = await run(
      `insert into herald.post_request (user_id, text) values ('alice', 'hello') returning id, post_id`,
    );
    expect(row).toMatchObject({ id: expect.any(String), post_id: null });
    expect(await run('select * from herald.post_request')).toHaveLength(1);
    for (const forbidden of [
      'insert into herald.post_request (id, user_id) values (gen_random_uuid(), 1)',
      'insert into herald.post_request (user_id, post_id) values (1, gen_random_uuid())',
      `insert into herald.post_request (user_id, error_code) values (1, 'X')`,
      `update herald.post_request set text = 'other'`,
      'delete from herald.post_request',
      'select id from herald.event',
      'select id from herald.post',
      'select sealed from herald.account_key',
    ]) {
      await expect(run(forbidden), forbidden).rejects.toThrow(/permission denied/);
    }
  });

  it('makes triggers on the tables that the engine listens to, and on no other', async () => {
    const { url, run } = await asEvents();
    await readRows(url, 'create schema engine');
    await readRows(url, 'grant usage on schema engine to herald_events');
    await readRows(
      url,
      `create function engine.note() returns trigger language plpgsql as $$ begin return null; end $$`,
    );
    const trigger = (table: string) =>
      run(`create trigger note after insert on herald.${table} for each row execute function engine.note()`);
    await trigger('post_request');
    await trigger('post');
    for (const table of ['part', 'account', 'event'])
      await expect(trigger(table), table).rejects.toThrow(/permission denied/);
  });
});
