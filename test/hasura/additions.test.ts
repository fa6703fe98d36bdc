import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parse as parseYaml } from 'yaml';
import {
  type Choice,
  type Files,
  mergeIntoDirectory,
  readSdl,
  readSurface,
  removeFromDirectory,
} from '../../src/hasura/index.ts';
import { checkShape } from './metadata-shape.ts';
import { empty } from './projects.ts';

const surface = readSurface(readSdl());
/** The tables as they are: `table.column type`. */
const schema = readFileSync(new URL('../ledger/schema.sql', import.meta.url), 'utf8');
const merge = (files: Files, choice: Partial<Choice> = {}): Files =>
  mergeIntoDirectory(files, surface, { door: 'actions', roles: ['user'], source: 'default', ...choice });

/** Files as an object, in the order of their names, so that a difference can be read. */
const seen = (files: Files): Record<string, string> => Object.fromEntries([...files].sort());

describe('what Herald adds', () => {
  const merged = merge(empty, { roles: ['user', 'editor'] });
  const actions = parseYaml(merged.get('actions.yaml') ?? '');
  const mutations = surface.all.fields
    .filter(({ root }) => root === 'Mutation')
    .map(({ node }) => node.name.value);

  it('is every mutation, and of the queries what no table answers', () => {
    const names = actions.actions.map(({ name }: { name: string }) => name);
    expect(names.slice(0, mutations.length)).toEqual(mutations);
    expect(names.slice(mutations.length)).toEqual(['xMe', 'xMedia', 'previewTweet']);
    for (const read of ['xPost', 'xPosts', 'xAccounts']) expect(names).not.toContain(read);
  });

  it('keeps the secret in the environment, forwards no client header, and waits longer than Herald does', () => {
    for (const { name, definition, permissions, comment } of actions.actions) {
      expect(definition).toEqual({
        kind: 'synchronous',
        handler: '{{HERALD_URL}}/hasura/actions',
        forward_client_headers: false,
        headers: [{ name: 'x-hasura-webhook-secret', value_from_env: 'HERALD_WEBHOOK_SECRET' }],
        timeout: name === 'uploadTweetMedia' ? 180 : 30,
      });
      expect(permissions).toEqual([{ role: 'user' }, { role: 'editor' }]);
      expect(comment).toMatch(/\w/);
    }
  });

  it('leads from an answer to the tracked row', () => {
    const post = actions.custom_types.objects.find(({ name }: { name: string }) => name === 'XPost');
    expect(post.relationships).toEqual([
      {
        name: 'post',
        type: 'object',
        source: 'default',
        remote_table: { name: 'post', schema: 'herald' },
        field_mapping: { id: 'id' },
      },
    ]);
  });

  it.each(['post', 'part', 'account'])(
    'tracks columns of herald.%s that there are, none of them sealed',
    (name) => {
      const table = parseYaml(merged.get(`databases/default/tables/herald_${name}.yaml`) ?? '');
      const columns = [...schema.matchAll(new RegExp(`^${name}\\.(\\w+) (\\w+)`, 'gm'))];
      const readable = columns.filter(([, , type]) => type !== 'bytea').map(([, column]) => column);
      expect(readable.length).toBeGreaterThan(8);
      expect(table.select_permissions.map(({ role }: { role: string }) => role)).toEqual(['user', 'editor']);
      for (const { permission } of table.select_permissions) {
        expect(readable).toEqual(expect.arrayContaining(permission.columns));
        expect(permission.columns.length).toBeGreaterThan(5);
        expect(JSON.stringify(permission.filter)).toContain('{"user_id":{"_eq":"X-Hasura-User-Id"}}');
        expect(Object.keys(permission)).toEqual(['columns', 'filter']);
      }
      for (const key of ['insert_permissions', 'update_permissions', 'delete_permissions'])
        expect(table).not.toHaveProperty(key);
    },
  );

  it('moves with --source', () => {
    const two = new Map([
      ...empty,
      [
        'databases/databases.yaml',
        `${empty.get('databases/databases.yaml')}- name: second\n  kind: postgres\n  tables: []\n`,
      ],
    ]);
    const moved = merge(merge(two), { source: 'second' });
    expect(moved.get('databases/default/tables/tables.yaml')).toBe('[]\n');
    expect(moved.has('databases/default/tables/herald_post.yaml')).toBe(false);
    expect(moved.has('databases/second/tables/herald_post.yaml')).toBe(true);
    expect(checkShape(moved)).toEqual([]);
    expect(seen(removeFromDirectory(moved))).toEqual(seen(two));
  });
});

describe('the check of the shape', () => {
  it.each([
    ['actions.yaml', 'handler:', 'handlr:', /\.definition\.handlr is unknown/],
    ['actions.yaml', 'timeout: 30', 'timeout: "30"', /\.timeout is no number/],
    ['actions.yaml', 'kind: synchronous', 'kind: quick', /\.kind is "quick"/],
    ['actions.graphql', 'postTweet(', 'postTweets(', /does not define postTweet once/],
    ['actions.graphql', 'type XPart {', 'type XParts {', /does not define XPart once/],
    ['remote_schemas.yaml', 'timeout_seconds: 180', 'timeout: 180', /\.timeout is unknown/],
    ['remote_schemas.yaml', 'schema {', 'type Other {', /is no SDL with a schema/],
    ['databases/default/tables/herald_post.yaml', 'columns:', 'column:', /\.columns is missing/],
    ['databases/default/tables/herald_post.yaml', 'schema: herald', 'schema: 1', /\.schema is no text/],
    ['version.yaml', '3', '2', /version is 2/],
  ])('notices a fault in %s: %j', (file, from, to, finding) => {
    const files = merge(empty, { door: 'both' });
    const text = files.get(file) ?? '';
    expect(text).toContain(from);
    expect(checkShape(new Map([...files, [file, text.replace(from, to)]])).join('\n')).toMatch(finding);
  });
});
