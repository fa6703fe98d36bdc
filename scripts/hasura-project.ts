import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { type Files, mergeIntoDirectory, readSdl, readSurface } from '../src/hasura/index.ts';

const config = `version: 3
endpoint: http://localhost:8080
metadata_directory: metadata
migrations_directory: migrations
seeds_directory: seeds
`;

/** A project with nothing but a Postgres, as the CLI writes one. */
const emptyMetadata: Files = new Map([
  ['version.yaml', 'version: 3\n'],
  ['actions.graphql', ''],
  [
    'actions.yaml',
    `actions: []
custom_types:
  enums: []
  input_objects: []
  objects: []
  scalars: []
`,
  ],
  ['remote_schemas.yaml', '[]\n'],
  [
    'databases/databases.yaml',
    `- name: default
  kind: postgres
  configuration:
    connection_info:
      database_url:
        from_env: PG_DATABASE_URL
      isolation_level: read-committed
      use_prepared_statements: true
  tables: "!include default/tables/tables.yaml"
`,
  ],
  ['databases/default/tables/tables.yaml', '[]\n'],
]);

/** What `herald hasura sync` makes of an empty project, by path inside of the metadata directory. */
export const renderHasuraMetadata = (): Files =>
  mergeIntoDirectory(emptyMetadata, readSurface(readSdl()), {
    door: 'actions',
    roles: ['user'],
    source: 'default',
  });

/** Writes the project: config.yaml and metadata/. What else is in `folder` stays. */
export const writeHasuraProject = (folder: string): void => {
  const metadata = join(folder, 'metadata');
  rmSync(metadata, { recursive: true, force: true });
  for (const [path, text] of [
    [join(folder, 'config.yaml'), config],
    ...[...renderHasuraMetadata()].map(([path, text]) => [join(metadata, path), text]),
  ] as [string, string][]) {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
  }
};
