import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { checkTweetText, measureText } from '../../src/posting/text/index.ts';
import { weightedLength as lengthInSandbox } from '../../src/sandbox/weighted-length.ts';

const lengthOf = (text: string): number => measureText(text).weightedLength;
const anyText = fc.oneof(fc.string({ unit: 'grapheme' }), fc.string({ unit: 'binary' }));
const word = fc.stringMatching(/^[a-zA-Z]{1,12}$/);

/** Every fully-qualified emoji that this runtime knows, of one code point or made of those by the usual rules. */
const emoji = (() => {
  const isOne = /^\p{RGI_Emoji}$/v;
  const points = Array.from({ length: 0x20000 }, (_, point) => point).filter(
    (point) => point < 0xd800 || point > 0xdfff,
  );
  const plain = points.map((point) => String.fromCodePoint(point));
  const bases = plain.filter((text) => /\p{Emoji}/u.test(text));
  const letters = plain.filter((text) => /\p{RI}/u.test(text));
  const tones = plain.filter((text) => /\p{Emoji_Modifier}/u.test(text));
  const people = ['👨', '👩', '🧑'];
  return [
    ...bases,
    ...bases.map((base) => `${base}\uFE0F`),
    ...bases.map((base) => `${base}\uFE0F\u20E3`),
    ...bases.flatMap((base) => tones.map((tone) => base + tone)),
    ...letters.flatMap((one) => letters.map((other) => one + other)),
    ...people.flatMap((person) =>
      bases.flatMap((base) => [`${person}\u200D${base}`, `${person}\u200D${base}\uFE0F`]),
    ),
  ].filter((text) => isOne.test(text));
})();

describe('the weighted length', () => {
  it('is 2 for every emoji', () => {
    expect(emoji.length).toBeGreaterThan(2000);
    expect(emoji.filter((text) => lengthOf(text) !== 2)).toEqual([]);
  });

  it('does not depend on the normal form', () => {
    const forms = ['NFC', 'NFD'] as const;
    fc.assert(
      fc.property(anyText, (text) => {
        const [composed, decomposed] = forms.map((form) => lengthOf(text.normalize(form)));
        expect(composed).toBe(decomposed);
      }),
    );
  });

  it('is never negative, never above twice the code points or 23 an address', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        const length = lengthOf(text);
        const points = [...text.normalize('NFC')].length;
        expect(length).toBeGreaterThanOrEqual(0);
        expect(length).toBeLessThanOrEqual(23 * points);
        if (!text.includes('.')) expect(length).toBeLessThanOrEqual(2 * points);
      }),
    );
  });

  it('adds up over lines', () => {
    fc.assert(
      fc.property(anyText, anyText, (one, other) => {
        expect(lengthOf(`${one}\n${other}`)).toBe(lengthOf(one) + 1 + lengthOf(other));
      }),
    );
  });

  it('grows by one with each plain letter', () => {
    fc.assert(
      fc.property(fc.array(word), word, (words, last) => {
        const text = words.join(' ');
        expect(lengthOf(`${text} ${last}`)).toBe(lengthOf(text) + 1 + last.length);
      }),
    );
  });

  it('is what the sandbox counts', () => {
    const label = fc.stringMatching(/^[a-z][a-z0-9-]{0,8}[a-z0-9]$/);
    const host = fc
      .tuple(label, fc.constantFrom('com', 'de', 'co.uk', 'invalid', 'bz2'))
      .map((parts) => parts.join('.'));
    const path = fc.constantFrom('', '/', '/a', '/a/b_c?d=e&f=g#h', '/(a)', '/a.');
    const address = fc
      .tuple(fc.constantFrom('http://', 'https://', ''), host, path)
      .map((parts) => parts.join(''));
    const scripts = fc.constantFrom('日本語', 'Привет', 'สวัสดี', '…', '—', '€', '@alice', '#tag', 'a@b.com');
    const piece = fc.oneof(word, address, scripts, fc.constantFrom(...emoji));
    fc.assert(
      fc.property(fc.array(fc.tuple(piece, fc.constantFrom(' ', '\n', ', ', '! '))), (pieces) => {
        const text = pieces.flat().join('');
        expect(lengthInSandbox(text)).toBe(lengthOf(text));
      }),
      { numRuns: 2000 },
    );
  });
});

describe('a text to post', () => {
  it('is either sent in NFC within the limit or refused with a code', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        try {
          const sent = checkTweetText(text);
          expect(sent).toBe(sent.normalize('NFC'));
          expect(measureText(sent).valid).toBe(true);
        } catch (error) {
          expect(error).toMatchObject({ name: 'HeraldError', field: 'text' });
        }
      }),
    );
  });
});

describe('hostile texts', () => {
  it.each([
    'a.',
    'a.com',
    '.',
    'http://',
    'http://a.com/(',
    'http://a.com/?',
    'a_',
    'a.com_',
    '-',
    'é.',
    '日.',
    'http://日.com',
    '👨\u200D',
    '🇩',
    '\u0308',
    '1\uFE0F',
    '\u2067',
    'http://a.com/((a)',
    'xn--.',
  ])('are measured in no time: 10,000 characters of %j', (unit) => {
    const text = unit.repeat(10_000 / unit.length);
    const timeMs = (): number => {
      const before = performance.now();
      measureText(text);
      return performance.now() - before;
    };
    // It takes a few milliseconds; of ten tries one is undisturbed on the busiest machine.
    const best = Array.from({ length: 10 }).reduce<number>(
      (least) => (least < 100 ? least : timeMs()),
      Infinity,
    );
    expect(best).toBeLessThan(100);
  });
});
