import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parse, parseDocument, stringify } from 'yaml';
import {
  doors,
  type Files,
  mergeIntoDirectory,
  readSdl,
  readSurface,
  removeFromDirectory,
} from '../../src/hasura/index.ts';
import { checkShape } from './metadata-shape.ts';
import { empty } from './projects.ts';

const surface = readSurface(readSdl());

const word = fc.stringMatching(/^[a-z]{1,6}$/);
/** Texts that YAML writes in every style: plain, quoted, folded, literal, with blank lines to keep. */
const words = fc.oneof(word, fc.stringMatching(/^[ -~]{0,12}(\n[ -~]{0,12}){0,3}\n{0,3}$/));

const actions = fc.uniqueArray(
  fc.record(
    {
      name: word.map((name) => `own_${name}`),
      definition: fc.record({
        handler: words,
        headers: fc.array(fc.record({ name: word, value: words }), { maxLength: 2 }),
      }),
      comment: words,
    },
    { requiredKeys: ['name', 'definition'] },
  ),
  { selector: ({ name }) => name, maxLength: 3 },
);

const style = fc.record({
  indent: fc.constantFrom(2, 4, 3),
  indentSeq: fc.boolean(),
  singleQuote: fc.boolean(),
  lineWidth: fc.constantFrom(0, 20, 80),
  collectionStyle: fc.constantFrom('any' as const, 'block' as const, 'flow' as const),
  windows: fc.boolean(),
  lastLineEnds: fc.boolean(),
  head: fc.constantFrom('', '# head\n', '---\n', '\n\n# a\n\n'),
  tail: fc.constantFrom('', '\n# tail\n', '    # far in\n', '\n\n'),
});

const written = fc
  .record({ actions, style, keys: fc.subarray(['actions', 'custom_types'], { minLength: 0 }) })
  .map(({ actions, style: { windows, lastLineEnds, head, tail, ...options }, keys }) => {
    const all = {
      actions,
      custom_types: { objects: actions.map(({ name }) => ({ name: `T_${name}` })), scalars: [] },
    };
    const found = Object.fromEntries(Object.entries(all).filter(([key]) => keys.includes(key)));
    const body = keys.length === 0 ? '' : stringify(found, options);
    const text = head + body + (options.collectionStyle === 'flow' || /\+/.test(body) ? '' : tail);
    const ended = lastLineEnds ? text : text.replace(/\n$/, '');
    return {
      text: windows ? ended.replaceAll('\n', '\r\n') : ended,
      names: actions.map(({ name }) => name),
      keys,
    };
  });

const filesOf = (text: string, names: readonly string[]): Files =>
  new Map([
    ...empty,
    ['actions.yaml', text],
    [
      'actions.graphql',
      names.map((name) => `type Query { ${name}: T_${name} }\ntype T_${name} { a: Int }`).join('\n'),
    ],
  ]);

describe('actions.yaml in any formatting', () => {
  it('gets Herald’s entries, keeps the meaning of all others, and is given back byte for byte', () => {
    fc.assert(
      fc.property(written, fc.constantFrom(...doors), ({ text, names, keys }, door) => {
        // The library's own writer makes no YAML of some texts in some widths.
        fc.pre(parseDocument(text).errors.length === 0);
        const choice = { door, roles: ['user'], source: 'default' };
        const files = filesOf(text, names);
        const merged = mergeIntoDirectory(files, surface, choice);
        if (keys.length === 2) expect(checkShape(merged)).toEqual([]);
        const [before, after] = [parse(text) ?? {}, parse(merged.get('actions.yaml') ?? '') ?? {}];
        const old = before.actions ?? [];
        expect((after.actions ?? []).slice(0, old.length)).toEqual(old);
        expect([...mergeIntoDirectory(merged, surface, choice)]).toEqual([...merged]);
        const removed = removeFromDirectory(merged);
        expect(removed.get('actions.yaml')).toBe(text);
        expect(removed.get('actions.graphql')).toBe(files.get('actions.graphql'));
      }),
      { numRuns: 40, seed: 1 },
    );
  });
});
