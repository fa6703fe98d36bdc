import { describe, expect, it } from 'vitest';
import { readMetadata } from '../support/engine/metadata.ts';
import { startProject, writeProject } from './support/project.ts';

describe('a metadata directory', () => {
  it('may be named by config.yaml, include files by string or tag, and lack most files', async () => {
    const folder = await writeProject({
      'config.yaml': { version: 3, metadata_directory: 'meta' },
      'meta/version.yaml': 'version: 3\n',
      'meta/actions.graphql': '# nothing yet\n',
      'meta/databases/databases.yaml':
        '- name: default\n  configuration: {connection_info: {database_url: postgres://none}}\n  tables: !include default/tables.yaml\n',
      'meta/databases/default/tables.yaml': '- "!include public_post.yaml"\n',
      'meta/databases/default/public_post.yaml': 'table: {schema: public, name: post}\n',
    });
    const { actions, remoteSchemas, cronTriggers, sources } = readMetadata(folder);
    expect({ actions, remoteSchemas, cronTriggers }).toEqual({
      actions: [],
      remoteSchemas: [],
      cronTriggers: [],
    });
    expect(sources[0]?.tables).toEqual([{ table: { schema: 'public', name: 'post' } }]);
  });

  it('of another version is refused', async () => {
    const folder = await writeProject({ 'version.yaml': 'version: 2\n' });
    expect(() => readMetadata(folder)).toThrow('no metadata directory of version 3');
  });

  it('with an action that actions.graphql does not have is inconsistent', async () => {
    const engine = await startProject(
      { 'actions.yaml': { actions: [{ name: 'make', definition: { handler: 'http://none' } }] } },
      {},
    );
    expect(engine.inconsistent()).toEqual(['actions: actions.graphql has no action make']);
  });
});
