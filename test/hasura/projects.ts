import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { afterAll } from 'vitest';
import type { Files } from '../../src/hasura/index.ts';

export const database = `- name: default
  kind: postgres
  configuration:
    connection_info:
      database_url:
        from_env: PG_DATABASE_URL
  tables: "!include default/tables/tables.yaml"
`;

/** What `hasura init` writes, and a database. */
export const empty: Files = new Map([
  ['version.yaml', 'version: 3\n'],
  ['actions.graphql', ''],
  [
    'actions.yaml',
    'actions: []\ncustom_types:\n  enums: []\n  input_objects: []\n  objects: []\n  scalars: []\n',
  ],
  ['remote_schemas.yaml', '[]\n'],
  ['databases/databases.yaml', database],
  ['databases/default/tables/tables.yaml', '[]\n'],
]);

const table = (schema: string, name: string, more = ''): string =>
  `table:\n  name: ${name}\n  schema: ${schema}\n${more}`;

/** A project that has been lived in: tables of the same names as Herald's, actions, types, comments, odd formatting. */
export const livedIn: Files = new Map([
  ['version.yaml', 'version: 3\n'],
  [
    'actions.graphql',
    `# Ours. Ask the web team.
type Mutation {
  "Signs up."
  signUp ( email : String! , password : String! ): SignUpOutput


  like(postId: uuid!): Boolean   # no output type of our own
}

extend type Query { weather(city: String!): Weather }

type SignUpOutput { id: uuid!, at: DateTime }
type Weather { degrees: Float }

scalar DateTime   # ISO


`,
  ],
  [
    'actions.yaml',
    `# Actions of the shop.

actions:
    - name:   signUp   # the old one
      definition:
          kind: ""
          handler: '{{ACTION_BASE_URL}}/sign-up'
          headers: [ { name: x-secret, value: "hunter2" } ]
      permissions: [{role: anonymous}]
      # timeout: 60

    - {name: like, definition: {kind: asynchronous, handler: "{{ACTION_BASE_URL}}/like"}}

    # - name: retired
    #   definition: {}

    - name: weather
      comment: >-
          Folded,
          over lines.
      definition:
          handler: 'https://weather.example'
custom_types:
    objects:
    - name: "SignUpOutput"
    - name: Weather
      description: |+
        Kept.

    scalars: [ name: DateTime ]
`,
  ],
  [
    'remote_schemas.yaml',
    `---
# Payments first.
- name: payments
  definition:
    url_from_env: PAYMENTS_URL
    customization: {}
  comment: ""
...
`,
  ],
  [
    'databases/databases.yaml',
    `- name: archive
  kind: mssql
  configuration: {connection_info: {connection_string: {from_env: ARCHIVE}}}
  tables: []
# The main one.
- name: default
  kind: postgres
  configuration:
    connection_info:
      database_url: {from_env: PG_DATABASE_URL}
  customization:
    naming_convention: graphql-default
  tables: "!include default/tables/tables.yaml"
  functions: "!include default/functions/functions.yaml"
`,
  ],
  [
    'databases/default/tables/tables.yaml',
    `- "!include public_post.yaml"
- !include public_posts.yaml
-   '!include public_accounts.yaml'
- table:   # inline
    schema: public
    name: media
  select_permissions: []

# the end`,
  ],
  ['databases/default/tables/public_post.yaml', table('public', 'post', 'event_triggers: []\n')],
  ['databases/default/tables/public_posts.yaml', table('public', 'posts')],
  ['databases/default/tables/public_accounts.yaml', table('public', 'accounts')],
  ['databases/default/functions/functions.yaml', '[]\n'],
]);

/** A project with almost nothing: no actions files at all, keys without values, line ends of Windows. */
export const sparse: Files = new Map([
  ['version.yaml', 'version: 3'],
  ['remote_schemas.yaml', '# none yet'],
  ['databases/databases.yaml', '- name: default\r\n  kind: postgres # main\r\n  configuration: {}\r\n'],
]);

/** The same in brackets. */
export const brackets: Files = new Map([
  ['version.yaml', '{"version": 3}'],
  ['actions.graphql', 'type Query { ping: Boolean }'],
  [
    'actions.yaml',
    '{"actions": [{"name": "ping", "definition": {"handler": "x"}}], "custom_types": {"enums": [ ], "objects": null}}',
  ],
  ['remote_schemas.yaml', '[ ]\n'],
  [
    'databases/databases.yaml',
    '[{"name": "default", "kind": "postgres", "configuration": {}, "tables": [{"table": {"name": "t", "schema": "public"}}]}]\n',
  ],
]);

/** Lists that are there in every way in which a list can be empty. */
export const nothings: Files = new Map([
  ...empty,
  ['actions.graphql', '# Nothing here.\n\n'],
  [
    'actions.yaml',
    `actions:   [   ] # none
custom_types: # none either
  enums:
  input_objects: ~
  objects: [
    # one day
  ]
# the end
`,
  ],
  ['remote_schemas.yaml', '\n'],
  [
    'databases/databases.yaml',
    '- name: default\n  kind: postgres\n  tables:\n    - table: {name: x, schema: y}\n  configuration: {}\n',
  ],
]);

export const projects: readonly (readonly [string, Files])[] = [
  ['an empty project', empty],
  ['a project that has been lived in', livedIn],
  ['a project with almost nothing', sparse],
  ['a project in brackets', brackets],
  ['a project with every kind of nothing', nothings],
];

const folders: string[] = [];

afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

/** A folder of its own with the files, removed after the test file. */
export const createFolder = (files: Files): string => {
  const folder = mkdtempSync(join(tmpdir(), 'herald-hasura-'));
  folders.push(folder);
  for (const [path, text] of files) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
  return folder;
};

/** Every file under a folder. */
export const readFolder = (folder: string): Files =>
  new Map(
    readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name))
      .sort()
      .map((path) => [relative(folder, path).replaceAll('\\', '/'), readFileSync(path, 'utf8')]),
  );
