import type { Files } from '../../../src/hasura/index.ts';

const tables = ['post', 'posts', 'accounts', 'media', 'users'] as const;

const tableFile = (name: string): string => `table:
    schema: public
    name: ${name}
# Whoever is signed in sees what is theirs.
select_permissions:
    - role: user
      permission:
          columns: [id, name]
          filter: {}
`;

/** A project in git as somebody keeps it: the names that Herald would like are taken, and the formatting is its own. */
export const foreignProject: Files = new Map([
  ['config.yaml', 'version: 3\nendpoint: http://localhost:8080\nmetadata_directory: meta\n'],
  ['meta/version.yaml', 'version: 3\n'],
  [
    'meta/actions.graphql',
    `# Ours. Ask the web team.
type Mutation {
  "Signs up."
  signUp ( email : String! ): SignUpOutput


  post(title: String!): Boolean   # a comment of the blog
}

extend type Query { weather(city: String!): Weather }

type SignUpOutput { id: ID!, at: DateTime }
type Weather { degrees: Float }
scalar DateTime   # ISO
`,
  ],
  [
    'meta/actions.yaml',
    `actions:
    - name:   signUp   # the old one
      definition:
          handler: '{{APP_URL}}/sign-up'
          headers: [ { name: x-secret, value: "hunter2" } ]
      permissions: [{role: user}]
    - {name: post, definition: {kind: synchronous, handler: "{{APP_URL}}/post"}, permissions: [{role: user}]}

    # - name: retired
    - name: weather
      definition:
          handler: '{{APP_URL}}/weather'
custom_types:
    objects:
    - name: "SignUpOutput"
    - name: Weather
    scalars: [ name: DateTime ]
`,
  ],
  ['meta/remote_schemas.yaml', '# none yet\n[]\n'],
  [
    'meta/databases/databases.yaml',
    `# The main one.
- name: default
  kind: postgres
  configuration: {connection_info: {database_url: {from_env: PG_DATABASE_URL}}}
  tables: "!include default/tables/tables.yaml"
`,
  ],
  [
    'meta/databases/default/tables/tables.yaml',
    `${tables.map((name) => `- "!include public_${name}.yaml"`).join('\n')}\n\n# the end`,
  ],
  ...tables.map((name) => [`meta/databases/default/tables/public_${name}.yaml`, tableFile(name)] as const),
]);

/** The tables of that project, each with a row. */
export const foreignTables = (userId: string): string =>
  tables
    .map(
      (
        name,
      ) => `create table public.${name} (id uuid primary key default gen_random_uuid(), name text not null);
insert into public.${name} (id, name) values ('${userId}', 'of ${name}');`,
    )
    .join('\n');
