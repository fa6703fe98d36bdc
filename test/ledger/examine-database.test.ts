import { expect, inject, it, onTestFinished } from 'vitest';
import { examineDatabase, migrate } from '../../src/ledger/index.ts';
import { cloneDatabase } from '../support/postgres.ts';

it('examines a database before and after its migrations, and changes nothing', async () => {
  const { url, drop } = await cloneDatabase(inject('postgres'), 'template0');
  onTestFinished(drop);
  const empty = await examineDatabase(url);
  expect(empty).toMatchObject({ version: inject('postgres').version, pooler: undefined, readingRole: false });
  expect(Math.abs(empty.clockAheadMs)).toBeLessThan(60_000);
  const { applied } = await migrate(url);
  expect(empty.pendingMigrations).toEqual(applied);
  expect(await examineDatabase(url)).toMatchObject({ pendingMigrations: [], readingRole: true });
});

it('throws when there is no such database', async () => {
  const url = new URL(inject('postgres').url);
  url.pathname = '/no_such_database';
  await expect(examineDatabase(url.href)).rejects.toMatchObject({ code: '3D000' });
});
