import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import * as client from '../../client/src/index.ts';

const docs = new URL('../../docs/', import.meta.url);
const migrations = new URL('../../src/ledger/migrations/', import.meta.url);
const read = (path: string): string => readFileSync(new URL(path, docs), 'utf8');

describe.each(['frontend.md', 'backend.md', 'herm-workshop.md', 'data-map.md'])('%s', (path) => {
  it('links only to what exists', () => {
    for (const [, target = ''] of read(path).matchAll(/\]\((?!https?:|#)([^)#]+)/g))
      expect([target, existsSync(new URL(target, docs))]).toEqual([target, true]);
  });
});

it('docs/frontend.md names every document', () => {
  for (const name of Object.keys(client).filter((one) => one.endsWith('Document')))
    expect(read('frontend.md')).toContain(`\`${name}\``);
});

it('docs/data-map.md names every table of the schema', () => {
  const sql = readdirSync(migrations).map((file) => readFileSync(new URL(file, migrations), 'utf8'));
  const tables = sql.flatMap((text) =>
    [...text.matchAll(/create table herald\.(\w+)/g)].map(([, name = '']) => name),
  );
  expect(tables.length).toBeGreaterThan(10);
  for (const table of [...tables, 'migration'])
    expect(read('data-map.md')).toMatch(new RegExp(`^\\|[^|]*\`${table}\``, 'm'));
});
