import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { parse as parseYaml } from 'yaml';
import { renderHasuraMetadata } from '../../scripts/hasura-project.ts';
import {
  type Choice,
  doors,
  type Files,
  mergeIntoDirectory,
  readSdl,
  readSurface,
  removeFromDirectory,
} from '../../src/hasura/index.ts';
import { checkShape } from './metadata-shape.ts';
import { createFolder, empty, livedIn, projects, readFolder, sparse } from './projects.ts';

const surface = readSurface(readSdl());
const choose = (choice: Partial<Choice> = {}): Choice => ({
  door: 'actions',
  roles: ['user'],
  source: 'default',
  ...choice,
});
const merge = (files: Files, choice?: Partial<Choice>): Files =>
  mergeIntoDirectory(files, surface, choose(choice));

/** Files as an object, in the order of their names, so that a difference can be read. */
const seen = (files: Files): Record<string, string> => Object.fromEntries([...files].sort());

/** Whether each line of the one stands in the other, in the same order. */
const keepsLines = (before: string, after: string): boolean => {
  const lines = after.split('\n');
  let at = 0;
  return before.split('\n').every((line) => {
    const found = lines.indexOf(line, at);
    at = found + 1;
    return found >= 0;
  });
};

const everyWay = projects.flatMap(([name, files]) => doors.map((door) => [name, door, files] as const));

describe.each(everyWay)('%s with --door %s', (_name, door, files) => {
  const merged = merge(files, { door });

  it('has the shape of metadata', () => {
    expect(checkShape(merged)).toEqual([]);
  });

  it('is the same a second time', () => {
    expect(seen(merge(merged, { door }))).toEqual(seen(merged));
  });

  it('is what it was, byte for byte, after --remove', () => {
    expect(seen(removeFromDirectory(merged))).toEqual(seen(files));
  });

  it('is what it was after each other door and other roles in between', () => {
    const others = doors.filter((other) => other !== door);
    const wandered = others.reduce(
      (found, other) => merge(found, { door: other, roles: ['a', 'b'] }),
      merged,
    );
    expect(seen(merge(wandered, { door }))).toEqual(seen(merged));
    expect(seen(removeFromDirectory(wandered))).toEqual(seen(files));
  });
});

describe('a project that has been lived in', () => {
  const merged = merge(livedIn, { door: 'both' });

  it('keeps every line of its own, in order', () => {
    for (const [file, text] of livedIn)
      expect([file, keepsLines(text, merged.get(file) ?? '')]).toEqual([file, true]);
  });

  it('means the same to Hasura, apart from what is new', () => {
    const actions = (files: Files): { name: string }[] => parseYaml(files.get('actions.yaml') ?? '').actions;
    expect(actions(merged).slice(0, 3)).toEqual(actions(livedIn));
    const types = parseYaml(merged.get('actions.yaml') ?? '').custom_types;
    expect(types.objects[1]).toEqual({ name: 'Weather', description: 'Kept.\n\n' });
    expect(types.scalars).toEqual([{ name: 'DateTime' }]);
  });

  it('has one DateTime, its own, which stays', () => {
    expect(merged.get('actions.graphql')?.match(/^scalar DateTime/gm)).toHaveLength(1);
    expect(removeFromDirectory(merged).get('actions.graphql')).toContain('scalar DateTime   # ISO');
  });
});

describe('what a project adds to Herald’s own entries', () => {
  const merged = merge(empty);
  const post = 'databases/default/tables/herald_post.yaml';
  const mine = `${merged.get(post)}event_triggers: # mine\n  - name: on_post\n    definition: {}\n`.replace(
    'object_relationships:\n',
    'object_relationships:\n  - name: author\n    using: {manual_configuration: {column_mapping: {user_uuid: id}, remote_table: {schema: public, name: users}}}\n',
  );

  it('stays as it is', () => {
    expect(merge(new Map([...merged, [post, mine]])).get(post)).toBe(mine);
  });

  it('stays when the roles change', () => {
    const changed = merge(new Map([...merged, [post, mine]]), { roles: ['member'] }).get(post) ?? '';
    expect(changed).toContain('event_triggers: # mine\n  - name: on_post');
    expect(changed).toContain('- name: author\n');
    expect(parseYaml(changed).select_permissions.map(({ role }: { role: string }) => role)).toEqual([
      'member',
    ]);
  });
});

describe('what a project changes after a sync', () => {
  it('is kept by --remove, and everything of Herald’s is gone', () => {
    const added = '\n    - name: later # mine\n      definition: {handler: "https://later"}';
    const sdl = '\ntype Mutation { later: Weather }\n';
    const merged = merge(livedIn);
    const xMe = /(comment: The X account that the session posts as\.)/;
    const edited = new Map([
      ...merged,
      ['actions.yaml', (merged.get('actions.yaml') ?? '').replace(xMe, `$1${added}`)],
      ['actions.graphql', `${merged.get('actions.graphql')}${sdl}`],
    ]);
    expect(edited.get('actions.yaml')).not.toBe(merged.get('actions.yaml'));
    expect(seen(merge(edited))).toEqual(seen(edited));
    const removed = removeFromDirectory(edited);
    expect(removed.get('actions.yaml')).toBe(
      livedIn.get('actions.yaml')?.replace("handler: 'https://weather.example'", (text) => text + added),
    );
    expect(removed.get('actions.graphql')).toBe(`${livedIn.get('actions.graphql')}${sdl}`);
  });

  it('keeps a file that Herald made and the project uses now', () => {
    const merged = merge(sparse);
    const sdl = `${merged.get('actions.graphql')}\ntype Query { mine: XMe }\n`;
    const yaml = (merged.get('actions.yaml') ?? '').replace(
      'actions:\n',
      'actions:\n  - name: mine\n    definition: {handler: "x"}\n',
    );
    const removed = removeFromDirectory(
      new Map([...merged, ['actions.graphql', sdl], ['actions.yaml', yaml]]),
    );
    expect(parseYaml(removed.get('actions.yaml') ?? '')).toEqual({
      actions: [{ name: 'mine', definition: { handler: 'x' } }],
      custom_types: { objects: [{ name: 'XMe' }] },
    });
    expect(removed.get('actions.graphql')).toContain('type XMe {');
    expect(removed.get('actions.graphql')).not.toContain('XPost');
    expect(checkShape(removed)).toEqual([]);
  });
});

describe('a file that went through the engine', () => {
  it('is as wanted although the export leaves defaults out and adds nulls', () => {
    const merged = merge(empty);
    const exported = (merged.get('actions.yaml') ?? '')
      .replaceAll(
        '      kind: synchronous\n',
        '      kind: ""\n      ignored_client_headers:\n        - Content-Length\n',
      )
      .replaceAll('      timeout: 30\n', '')
      .replaceAll('      forward_client_headers: false\n', '')
      .replace(
        '- name: XPostState\n',
        '- name: XPostState\n      values:\n        - description: null\n          value: SENT\n',
      );
    const sdl = (merged.get('actions.graphql') ?? '').replace(
      '"""One tweet of a post."""\ntype XPart {',
      '""" One tweet of a post. """ type XPart {',
    );
    const files = new Map([...merged, ['actions.yaml', exported], ['actions.graphql', sdl]]);
    expect(files.get('actions.graphql')).not.toBe(merged.get('actions.graphql'));
    expect(seen(merge(files))).toEqual(seen(files));
  });
});

describe('an SDL that changes', () => {
  const newer = readSurface(
    readSdl()
      .replace('The X account that the session posts as.', 'Another word.')
      .replace('One tweet of a post.', 'One of them.'),
  );

  it('changes the entries in place, and nothing else', () => {
    const merged = merge(livedIn);
    const changed = mergeIntoDirectory(merged, newer, choose());
    expect(changed.get('actions.yaml')).toBe(
      merged
        .get('actions.yaml')
        ?.replace('The X account that the session posts as.', 'Another word.')
        .replace('One tweet of a post.', 'One of them.'),
    );
    expect(changed.get('actions.graphql')).toBe(
      merged.get('actions.graphql')?.replace('One tweet of a post.', 'One of them.'),
    );
    expect(seen(merge(changed))).toEqual(seen(merged));
  });

  it('takes fields, types and actions away that it has no more', () => {
    const sdl = readSdl();
    const bigger = sdl
      .replace('type Query {', 'type Query {\n  "Old."\n  oldThing(id: ID!): XOld!\n')
      .concat('\ntype XOld { id: ID!, at: DateTime, kind: XOldKind }\nenum XOldKind { A }\n');
    const old = mergeIntoDirectory(livedIn, readSurface(bigger), choose());
    expect(old.get('actions.yaml')).toContain('name: oldThing');
    expect(seen(merge(old))).toEqual(seen(merge(livedIn)));
    expect(seen(removeFromDirectory(old))).toEqual(seen(livedIn));
  });
});

describe('herald.lock', () => {
  it('is not there where an export would be given back as it was', () => {
    expect(merge(empty, { door: 'both' }).has('herald.lock')).toBe(false);
  });

  it('says what stood where nothing did', () => {
    const lock = JSON.parse(merge(sparse).get('herald.lock') ?? '');
    expect(lock.made).toContain('actions.graphql');
    expect(lock.about).toContain('--remove');
  });

  it('is not needed for the sake of the project’s own entries', () => {
    const merged = new Map(merge(livedIn));
    merged.delete('herald.lock');
    const removed = removeFromDirectory(merged);
    expect(checkShape(removed)).toEqual([]);
    for (const file of livedIn.keys())
      if (file !== 'actions.yaml') expect(removed.get(file)).toBe(livedIn.get(file));
    expect(removed.get('actions.yaml')).toBe(
      `${livedIn.get('actions.yaml')}    enums: []\n    input_objects: []\n`,
    );
  });
});

describe('hasura/', () => {
  it('is what sync makes of an empty project', () => {
    const written = readFolder(fileURLToPath(new URL('../../hasura/metadata', import.meta.url)));
    expect(seen(written)).toEqual(seen(renderHasuraMetadata()));
    expect(checkShape(written)).toEqual([]);
    expect(readFileSync(new URL('../../hasura/config.yaml', import.meta.url), 'utf8')).toMatch(
      /^version: 3$/m,
    );
  });

  it('is read from a disk as it is written to one', () => {
    expect(seen(readFolder(createFolder(livedIn)))).toEqual(seen(livedIn));
  });
});
