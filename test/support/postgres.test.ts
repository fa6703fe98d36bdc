import { describe, expect, inject, it, onTestFinished } from 'vitest';
import { prepareTemplate } from './global-setup.ts';
import { cloneDatabase, createTestDatabase, readRows, runSql } from './postgres.ts';

const database = await createTestDatabase();

describe('a test database', () => {
  it('is UTF8, writable and apart from the next one', async () => {
    await runSql(database.url, 'create table note (text text)');
    const other = await cloneDatabase(inject('postgres'));
    onTestFinished(() => other.drop());
    expect(await readRows(other.url, `select to_regclass('note') as found`)).toEqual([{ found: null }]);
    expect(await readRows(other.url, 'show server_encoding')).toEqual([{ server_encoding: 'UTF8' }]);
  });

  it('is cloned from the migrated template, by several at once', async () => {
    const { url } = inject('postgres');
    const server = await prepareTemplate(url, (template) =>
      runSql(template, 'create table migrated (id int)'),
    );
    const clones = await Promise.all([1, 2, 3].map(() => cloneDatabase(server)));
    for (const clone of clones) {
      expect(await readRows(clone.url, 'select count(*)::int as rows from migrated')).toEqual([{ rows: 0 }]);
    }
    for (const clone of clones) await clone.drop();
    await runSql(url, `drop database ${server.template}`);
  });

  it('is gone after drop, whoever is connected', async () => {
    const { url } = inject('postgres');
    const clone = await cloneDatabase(inject('postgres'), 'template0');
    await clone.drop();
    await clone.drop();
    expect(await readRows(url, 'select 1 from pg_database where datname = $1', [clone.name])).toEqual([]);
  });
});
