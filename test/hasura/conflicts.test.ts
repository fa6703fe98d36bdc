import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  type Choice,
  type Files,
  MetadataProblem,
  mergeIntoDirectory,
  openProject,
  readSdl,
  readSurface,
} from '../../src/hasura/index.ts';
import { createFolder, database, empty } from './projects.ts';

const surface = readSurface(readSdl());
const choose = (choice: Partial<Choice> = {}): Choice => ({
  door: 'actions',
  roles: ['user'],
  source: 'default',
  ...choice,
});

const refusal = (work: () => unknown): string => {
  try {
    work();
  } catch (error) {
    if (error instanceof MetadataProblem) return [error.message, ...error.next].join('\n');
    throw error;
  }
  return 'nothing was refused';
};

const refusalOf = (changes: Readonly<Record<string, string>>, choice?: Partial<Choice>): string =>
  refusal(() => mergeIntoDirectory(new Map([...empty, ...Object.entries(changes)]), surface, choose(choice)));

const actions = (entries: string): string => `actions:\n${entries}custom_types: {}\n`;
const foreign = '  - name: postTweet\n    definition: {handler: "https://mine"}\n';

describe('a name that is taken', () => {
  const tables = (entry: string): Record<string, string> => ({
    'databases/default/tables/tables.yaml': entry,
  });

  it.each([
    [
      'an action',
      { 'actions.graphql': 'type Mutation { postTweet: Boolean }', 'actions.yaml': actions(foreign) },
      {},
      /an action postTweet already, and it is not Herald's\.\nRename yours/,
    ],
    ['an action in one file only', { 'actions.yaml': actions(foreign) }, {}, /an action postTweet already/],
    ['a type', { 'actions.graphql': 'type XPost { a: Int }' }, {}, /a type XPost already.*\nRename yours/],
    [
      'an input',
      { 'actions.graphql': 'input PostTweetInput { a: Int }' },
      {},
      /a type PostTweetInput already/,
    ],
    ['an enum', { 'actions.graphql': 'enum XUserAction { A }' }, {}, /a type XUserAction already/],
    [
      'a type for the remote schema only',
      { 'actions.graphql': 'type XPostPage { a: Int }' },
      { door: 'remote-schema' },
      /a type XPostPage already/,
    ],
    [
      'a query for the remote schema only',
      { 'actions.graphql': 'type Query { xPosts: Boolean }' },
      { door: 'remote-schema' },
      /an action xPosts already/,
    ],
    [
      'a remote schema',
      { 'remote_schemas.yaml': '- name: herald\n  definition: {url: "https://other"}\n' },
      { door: 'both' },
      /a remote schema herald with another address/,
    ],
    [
      'a table',
      tables('- table: {schema: public, name: herald_post}\n'),
      {},
      /a table public\.herald_post that is herald_post/,
    ],
    [
      'a table by its custom name',
      tables('- table: {schema: a, name: b}\n  configuration: {custom_name: herald_part}\n'),
      {},
      /a table a\.b that is herald_part in GraphQL already.*\nGive it another custom_name/,
    ],
    [
      'a table by a root field',
      tables(
        '- table: {schema: a, name: b}\n  configuration: {custom_root_fields: {select: herald_account}}\n',
      ),
      {},
      /a table a\.b that is herald_account/,
    ],
    [
      'a file',
      { 'databases/default/tables/herald_post.yaml': 'x: 1\n' },
      {},
      /herald_post\.yaml is there, but the source default does not include it/,
    ],
  ] as const)('is refused: %s', (_what, changes, choice, sentence) => {
    expect(refusalOf(changes as Record<string, string>, choice)).toMatch(sentence);
  });

  it.each([
    ['a scalar DateTime', { 'actions.graphql': 'scalar DateTime' }],
    [
      'tables post, posts, accounts, media',
      tables(
        ['post', 'posts', 'accounts', 'media']
          .map((name) => `- table: {schema: public, name: ${name}}\n`)
          .join(''),
      ),
    ],
    [
      'a remote schema of that name that is not needed',
      { 'remote_schemas.yaml': '- name: herald\n  definition: {url: "https://other"}\n' },
    ],
    [
      'types of the remote schema that the actions do not use',
      { 'actions.graphql': 'type XPostPage { a: Int }' },
    ],
  ])('is not: %s', (_what, changes) => {
    expect(refusalOf(changes)).toBe('nothing was refused');
  });
});

describe('a source', () => {
  it.each([
    ['databases/databases.yaml', '[]\n', 'default', /no source default, nor any other\.\nAdd the database/],
    ['databases/databases.yaml', database, 'other', /no source other; it has default\.\n.*--source/],
    ['databases/databases.yaml', database.replace('postgres', 'mssql'), 'default', /of the kind mssql/],
    ['databases/databases.yaml', '{}\n', 'default', /is not a list of sources/],
    [
      'databases/databases.yaml',
      '- "!include default.yaml"\n',
      'default',
      /includes a source from another file/,
    ],
  ])('that cannot be: %s %j', (file, text, source, sentence) => {
    expect(refusalOf({ [file]: text }, { source })).toMatch(sentence);
  });
});

describe('a file that cannot be read', () => {
  it.each([
    ['actions.yaml', 'actions: [\n', /actions\.yaml is not YAML/],
    ['actions.yaml', '- 1\n', /actions\.yaml is not an object/],
    ['actions.yaml', 'actions: {a: 1}\n', /actions of actions\.yaml is not a list/],
    ['actions.yaml', 'custom_types: [1]\n', /custom_types is not an object/],
    ['actions.graphql', 'type {', /actions\.graphql cannot be read: Syntax Error/],
    ['actions.graphql', 'schema { query: Query }', /schema definition/],
    ['remote_schemas.yaml', 'a: 1\n', /remote_schemas\.yaml is not a list/],
    ['herald.lock', '{', /herald\.lock is damaged/],
  ])('%s: %j', (file, text, sentence) => {
    expect(refusalOf({ [file]: text }, { door: 'both' })).toMatch(sentence);
  });

  it('is one with a comment where the list begins', () => {
    expect(refusalOf({ 'remote_schemas.yaml': '[] # none\n' }, { door: 'both' })).toMatch(
      /on a line of its own/,
    );
  });
});

describe('a directory', () => {
  const opening = (files: Files, folder = ''): string =>
    refusal(() => openProject(join(createFolder(files), folder)));
  const project = (config: string, files: Files = empty): Files =>
    new Map([
      ['config.yaml', config],
      ...[...files].map(([path, text]) => [`metadata/${path}`, text] as const),
    ]);

  it.each([
    ['a project', project('version: 3\nendpoint: http://localhost\n'), ''],
    [
      'a project whose metadata is elsewhere',
      new Map([
        ['config.yaml', 'version: 3\nmetadata_directory: meta/data\n'],
        ...[...empty].map(([path, text]) => [`meta/data/${path}`, text] as const),
      ]),
      '',
    ],
    ['metadata itself', project('version: 3\n'), 'metadata'],
  ])('may be %s', (_what, files, folder) => {
    expect(opening(files, folder)).toBe('nothing was refused');
  });

  it.each([
    ['that is not there', new Map(), 'nowhere', /There is no directory .*\nName the directory/],
    ['with nothing', new Map(), '', /has no version\.yaml/],
    [
      'of config v2',
      project('version: 2\n'),
      '',
      /config\.yaml does not say "version: 3"\.\n.*\n.*update-project-v3/,
    ],
    [
      'of config v1',
      new Map([['config.yaml', 'endpoint: http://localhost\n']]),
      '',
      /does not say "version: 3"/,
    ],
    [
      'of metadata v2',
      project('version: 3\n', new Map([['version.yaml', 'version: 2\n']])),
      '',
      /version\.yaml does not say/,
    ],
    [
      'whose metadata is nowhere',
      new Map([['config.yaml', 'version: 3\n']]),
      '',
      /names the metadata directory metadata, which is not there/,
    ],
    ['with a config that is no YAML', new Map([['config.yaml', 'a: [']]), '', /config\.yaml is not YAML/],
  ] as const)('is refused %s', (_what, files, folder, sentence) => {
    expect(opening(files, folder)).toMatch(sentence);
  });

  it('is refused when a file is not UTF-8, because it could not be given back', () => {
    const folder = createFolder(empty);
    writeFileSync(join(folder, 'query_collections.yaml'), Buffer.from([0x61, 0xff]));
    expect(refusal(() => openProject(folder))).toMatch(
      /query_collections\.yaml cannot be read: it is not UTF-8/,
    );
  });

  it('may hold folders with the names of files', () => {
    const folder = createFolder(empty);
    mkdirSync(join(folder, 'odd.yaml'));
    expect(openProject(folder).files.size).toBe(empty.size);
  });
});
