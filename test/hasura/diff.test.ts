import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compareLines } from '../../src/hasura/diff.ts';
import { renderDiff } from '../../src/hasura/index.ts';

const text = fc.array(fc.constantFrom('a', 'b', 'c', ''), { maxLength: 12 }).map((lines) => lines.join('\n'));

describe('a difference', () => {
  it('makes the new text of the old one', () => {
    fc.assert(
      fc.property(text, text, (before, after) => {
        const lines = before === '' ? [] : before.split('\n');
        const changes = compareLines(before, after);
        const removed = new Set(changes.filter(({ sign }) => sign === '-').map(({ number }) => number));
        const kept = lines.filter((_, place) => !removed.has(place + 1));
        for (const { sign, number, text } of changes) if (sign === '+') kept.splice(number - 1, 0, text);
        expect(kept.join('\n')).toBe(after);
      }),
    );
  });

  it('is as small as it can be', () => {
    expect(compareLines('a\nb\nc\nd', 'a\nc\nx\nd')).toEqual([
      { sign: '-', number: 2, text: 'b' },
      { sign: '+', number: 3, text: 'x' },
    ]);
    expect(compareLines('a\nb', 'a\nb')).toEqual([]);
  });

  it('names files that are new or gone, and shows no line that stays', () => {
    const before = new Map([
      ['gone', 'x\n'],
      ['same', 's\n'],
      ['some', 'secret\nold\n'],
    ]);
    const after = new Map([
      ['new', 'y\n'],
      ['same', 's\n'],
      ['some', 'secret\nfresh\n'],
    ]);
    expect(renderDiff(before, after)).toEqual([
      'gone (removed)',
      '    1 - x',
      'new (new)',
      '    1 + y',
      'some',
      '    2 - old',
      '    2 + fresh',
    ]);
  });
});
