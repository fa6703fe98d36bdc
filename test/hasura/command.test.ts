import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createHerald } from '../cli/herald.ts';
import { checkShape } from './metadata-shape.ts';
import { createFolder, empty, livedIn, readFolder } from './projects.ts';

const herald = createHerald({});
const seen = (folder: string): Record<string, string> => Object.fromEntries(readFolder(folder));

describe('herald hasura sync', () => {
  it('adds Herald, says what metadata cannot, and gives everything back', async () => {
    const folder = createFolder(livedIn);
    const before = seen(folder);
    const { code, output } = await herald(
      'hasura',
      'sync',
      '--into',
      folder,
      '--door',
      'both',
      '--roles',
      'user, editor',
    );
    expect(code).toBe(0);
    expect(checkShape(readFolder(folder))).toEqual([]);
    for (const word of [
      '  actions.graphql\n',
      '  databases/default/tables/herald_post.yaml\n',
      'HERALD_ROLES to list user, editor',
      'HASURA_GRAPHQL_ENABLE_REMOTE_SCHEMA_PERMISSIONS=true',
      'HASURA_GRAPHQL_CONFIGURED_HEADER_PRECEDENCE=true',
      'HASURA_GRAPHQL_UNAUTHORIZED_ROLE',
      'hasura metadata apply',
    ])
      expect(output).toContain(word);
    const synced = seen(folder);
    const again = await herald(
      'hasura',
      'sync',
      '--into',
      folder,
      '--door',
      'both',
      '--roles',
      'user,editor',
    );
    expect(again).toMatchObject({ code: 0, output: expect.stringMatching(/^Nothing to change/) });
    expect(seen(folder)).toEqual(synced);
    expect((await herald('hasura', 'sync', '--into', folder, '--remove')).code).toBe(0);
    expect(seen(folder)).toEqual(before);
    expect((await herald('hasura', 'sync', '--into', folder, '--remove')).output).toMatch(
      /^Nothing to remove/,
    );
  });

  it('works from the project’s directory as a process', async () => {
    const project = createFolder(new Map([['config.yaml', 'version: 3\nmetadata_directory: meta\n']]));
    for (const [path, text] of empty) {
      mkdirSync(join(project, 'meta', path, '..'), { recursive: true });
      writeFileSync(join(project, 'meta', path), text);
    }
    expect(await herald.process('hasura', 'sync', '--into', project)).toMatchObject({ code: 0 });
    expect(checkShape(readFolder(join(project, 'meta')))).toEqual([]);
    expect(readFileSync(join(project, 'config.yaml'), 'utf8')).toBe('version: 3\nmetadata_directory: meta\n');
  });

  it('is told to programs as JSON', async () => {
    const folder = createFolder(empty);
    const { body } = await herald.json<{ changed: string[] }>('hasura', 'sync', '--into', folder);
    expect(body.changed).toContain('actions.yaml');
  });
});

describe('herald hasura sync --check', () => {
  it('fails with the difference until sync was run, and changes nothing', async () => {
    const folder = createFolder(livedIn);
    const before = seen(folder);
    const first = await herald('hasura', 'sync', '--into', folder, '--check');
    expect(first.code).toBe(1);
    expect(first.output).toMatch(/^databases\/default\/tables\/herald_post\.yaml \(new\)\n +1 \+ table:$/m);
    expect(first.output).toMatch(/^actions\.yaml\n +\d+ \+ {5}- name: postTweet$/m);
    expect(first.output).not.toContain('hunter2');
    expect(seen(folder)).toEqual(before);
    await herald('hasura', 'sync', '--into', folder);
    expect((await herald('hasura', 'sync', '--into', folder, '--check')).code).toBe(0);
  });

  it('fails when a description differs, in either file, until sync', async () => {
    const folder = createFolder(empty);
    await herald('hasura', 'sync', '--into', folder);
    for (const [file, from, to] of [
      ['actions.graphql', 'What became of something', 'What came of something'],
      ['actions.yaml', 'Posts one tweet', 'Posts a tweet'],
    ] as const) {
      const path = join(folder, file);
      const text = readFileSync(path, 'utf8');
      expect(text).toContain(from);
      writeFileSync(path, text.replace(from, to));
      const { code, output } = await herald('hasura', 'sync', '--into', folder, '--check');
      expect(code).toBe(1);
      expect(output).toMatch(new RegExp(`- .*${to}.*\n(.*\n)? *\\d+ \\+ .*${from}`));
      expect((await herald('hasura', 'sync', '--into', folder)).code).toBe(0);
      expect(readFileSync(path, 'utf8')).toBe(text);
    }
  });
});

describe('what herald hasura sync refuses', () => {
  it('leaves every file as it was', async () => {
    const folder = createFolder(new Map([...livedIn, ['actions.graphql', 'type XPost { a: Int }\n']]));
    const before = seen(folder);
    const { code, output } = await herald('hasura', 'sync', '--into', folder);
    expect(code).toBe(1);
    expect(output).toMatch(/a type XPost already, and it is not Herald's\.\n\nNext: Rename yours/);
    expect(seen(folder)).toEqual(before);
  });

  it.each([
    [[], /needs --into/],
    [['--into', '.', '--door', 'rest'], /--door knows actions, remote-schema, both/],
    [['--into', '.', '--roles', 'admin'], /takes no admin/],
    [['--into', '.', '--roles', ''], /--roles are names/],
    [['--into', '.', '--roles', 'a b'], /--roles are names/],
    [['--into', '.', '--source', ' '], /--source is the name/],
    [['--into', '.', '--check', '--remove'], /one of --check, --remove/],
  ])('is wrong use: %j', async (options, sentence) => {
    const { code, output } = await herald('hasura', 'sync', ...options);
    expect(output).toMatch(sentence);
    expect(code).toBe(2);
  });

  it('is a directory that is none', async () => {
    const { code, output } = await herald('hasura', 'sync', '--into', join(createFolder(empty), 'nowhere'));
    expect(code).toBe(1);
    expect(output).toMatch(/There is no directory/);
  });
});

describe('docs/hasura.md', () => {
  const document = readFileSync(new URL('../../docs/hasura.md', import.meta.url), 'utf8');

  it('shows only command lines that work', async () => {
    const lines = [...document.matchAll(/^ *herald (hasura .*)$/gm)].map(([, line = '']) => line.split(' '));
    expect(lines.length).toBeGreaterThan(3);
    for (const line of lines) {
      const folder = createFolder(empty);
      const { code, output } = await herald(...line.map((word) => (word === '.' ? folder : word)));
      expect(code, output).toBe(line.includes('apply') ? 2 : line.includes('--check') ? 1 : 0);
    }
  });

  it('has a quick start of ten steps at most', () => {
    const start = document.split('\n## ')[1] ?? '';
    expect(start.match(/^\d+\. /gm)?.length).toBeLessThanOrEqual(10);
  });
});
