import { describe, expect, it } from 'vitest';
import {
  doors,
  engineFiles,
  type JsonObject,
  mergeIntoDirectory,
  mergeIntoEngine,
  readSdl,
  readSurface,
} from '../../src/hasura/index.ts';
import { inhabited } from './inhabited-engine.ts';
import { empty } from './projects.ts';

const surface = readSurface(readSdl());

describe('metadata of an engine', () => {
  it.each(doors)('gets what files get, with --door %s', (door) => {
    const choice = { door, roles: ['user', 'editor'], source: 'default' };
    const bare = { version: 3, sources: [{ name: 'default', kind: 'postgres', tables: [] }] };
    const merged = mergeIntoEngine(bare, surface, choice) as unknown as Merged;
    const names = merged.actions?.map(({ name }) => name) ?? [];
    const files = mergeIntoDirectory(empty, surface, choice);
    const inFiles = [...(files.get('actions.graphql') ?? '').matchAll(/^ {2}(\w+)(?:\(.*\))?: .*\n}$/gm)];
    expect(names.filter((name) => inFiles.some(([, other]) => other === name))).toEqual(names);
    for (const { definition } of merged.actions ?? []) {
      expect(definition.output_type).toMatch(/^\w+!?$/);
      expect(definition.handler).toBe('{{HERALD_URL}}/hasura/actions');
    }
    expect(merged.sources[0]?.tables.map(({ table }) => table.name)).toEqual(['post', 'part', 'account']);
    expect(merged.remote_schemas?.map(({ name }) => name)).toEqual(
      door === 'actions' ? undefined : ['herald'],
    );
    expect(mergeIntoEngine(merged as unknown as JsonObject, surface, choice)).toEqual(merged);
  });

  it('has every argument, field and value with its type', () => {
    const merged = mergeIntoEngine(inhabited, surface, {
      door: 'actions',
      roles: ['user'],
      source: 'default',
    });
    const { actions, custom_types: types } = merged as unknown as Merged;
    expect(actions?.find(({ name }) => name === 'postTweet')?.definition).toMatchObject({
      type: 'mutation',
      arguments: [{ name: 'input', type: 'PostTweetInput!' }],
      output_type: 'XPost!',
    });
    expect(actions?.find(({ name }) => name === 'xMe')?.definition).toMatchObject({
      type: 'query',
      arguments: [],
    });
    expect(types?.objects.find(({ name }) => name === 'XPost')?.fields).toContainEqual({
      name: 'parts',
      type: '[XPart!]!',
    });
    expect(types?.enums.find(({ name }) => name === 'XUserAction')?.values).toContainEqual({
      value: 'SIGN_IN',
    });
    expect(types?.scalars).toEqual([{ name: 'DateTime', description: null }]);
  });

  it('loses what is not chosen any more, and nothing of others', () => {
    const choose = (door: (typeof doors)[number]) => ({ door, roles: ['user'], source: 'default' });
    const both = mergeIntoEngine(inhabited, surface, choose('both'));
    const remote = mergeIntoEngine(both, surface, choose('remote-schema')) as unknown as Merged;
    expect(remote.actions).toEqual(inhabited.actions);
    expect(remote.custom_types?.objects).toEqual([expect.objectContaining({ name: 'Liked' })]);
    expect(remote.remote_schemas?.[0]).not.toHaveProperty('definition.customization', expect.anything());
    expect(engineFiles(mergeIntoEngine(both, surface, choose('both')))).toEqual(engineFiles(both));
  });
});

interface Named {
  readonly name: string;
  readonly fields?: readonly unknown[];
  readonly values?: readonly unknown[];
}

interface Merged {
  readonly actions?: readonly {
    readonly name: string;
    readonly definition: { handler: string; output_type: string };
  }[];
  readonly custom_types?: Readonly<Record<'objects' | 'enums' | 'scalars', readonly Named[]>>;
  readonly remote_schemas?: readonly Named[];
  readonly sources: readonly { readonly tables: readonly { readonly table: { readonly name: string } }[] }[];
}
