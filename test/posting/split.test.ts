import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  checkTweetText,
  gatherUrls,
  measureText,
  normalizeText,
  splitText,
  urlsOf,
} from '../../src/posting/text/index.ts';

const plain = { numbering: false };
const split = (text: string, limit: number, numbering = false): readonly string[] | undefined =>
  splitText(text, { limit, numbering });

describe('a long text', () => {
  it('is cut between sentences that fit', () => {
    expect(split('One is here. Two follows it! And three?', 20)).toEqual([
      'One is here.',
      'Two follows it!',
      'And three?',
    ]);
  });

  it('keeps a sentence whole that fits in a part of its own', () => {
    expect(split('Short. This sentence has all the room it needs.', 42)).toEqual([
      'Short.',
      'This sentence has all the room it needs.',
    ]);
  });

  it('is cut between words where a sentence has to be cut anyway', () => {
    expect(split('Dr. Who was here for the whole long day and longer', 20)).toEqual([
      'Dr. Who was here for',
      'the whole long day',
      'and longer',
    ]);
  });

  it('keeps paragraphs together', () => {
    expect(split('First. It is short.\n\nSecond. It is short.', 30)).toEqual([
      'First. It is short.',
      'Second. It is short.',
    ]);
  });

  it('is cut between lines', () => {
    expect(split('- apples and pears\r\n- plums\r\n- cherries', 28)).toEqual([
      '- apples and pears\n- plums',
      '- cherries',
    ]);
  });

  it('is cut within a word that fills a part alone', () => {
    expect(split('a'.repeat(25), 10)).toEqual(['a'.repeat(10), 'a'.repeat(10), 'a'.repeat(5)]);
    expect(split('👨‍👩‍👧‍👦'.repeat(7), 6)).toEqual(['👨‍👩‍👧‍👦'.repeat(3), '👨‍👩‍👧‍👦'.repeat(3), '👨‍👩‍👧‍👦']);
  });

  it('is cut between the words of scripts without spaces', () => {
    expect(split('今日は天気がいいですね。散歩に行きましょう。', 26)).toEqual([
      '今日は天気がいいですね。',
      '散歩に行きましょう。',
    ]);
    const [first = ''] = split('สวัสดีชาวโลก', 8) ?? [];
    expect(first).toBe('สวัสดี');
  });

  it('never has a mention or a bracket cut from its word', () => {
    expect(split('日本語@alice日本語', 10)).toEqual(['日本語', '@alice', '日本語']);
    expect(split('日本語（日本語）', 10)).toEqual(['日本語', '（日本語）']);
  });

  it('keeps an address whole, however long', () => {
    const url = `https://example.com/${'a'.repeat(500)}`;
    expect(split(`Before it ${url} after it`, 24)).toEqual(['Before it', url, 'after it']);
  });

  it('makes no address out of what is none', () => {
    const address = `${'b'.repeat(16)}@example.com`;
    expect(urlsOf(address)).toEqual([]);
    expect(split(address, 20)?.flatMap(urlsOf)).toEqual([]);
  });

  it('closes and opens again the text directions that are open at a cut', () => {
    expect(split('\u2067שלום עולם שלום\u2069', 14)).toEqual(['\u2067שלום עולם\u2069', '\u2067שלום\u2069']);
  });

  it('has numbers that count, and none when it is one tweet', () => {
    expect(split('One two three four.', 13, true)).toEqual(['One two 1/3', 'three 2/3', 'four. 3/3']);
    expect(split('One two three four.', 19, true)).toEqual(['One two three four.']);
    const parts = split('word '.repeat(60), 36, true) ?? [];
    expect(parts).toHaveLength(10);
    expect(parts[0]).toBe('word word word word word word 1/10');
    expect(parts[9]).toMatch(/ 10\/10$/);
  });

  it('may have 25 parts and no more', () => {
    expect(split(`${'a'.repeat(10)} `.repeat(25), 10)).toHaveLength(25);
    expect(split(`${'a'.repeat(10)} `.repeat(26), 10)).toBeUndefined();
    expect(split('a'.repeat(7001), 280)).toBeUndefined();
    expect(split(`${'a'.repeat(280)}${' '.repeat(5000)}a`, 280)).toHaveLength(2);
  });

  it('is refused when a piece of it fits nowhere', () => {
    expect(split('https://example.com', 20)).toBeUndefined();
    expect(split(`a${'\u0301'.repeat(300)}`, 280)).toBeUndefined();
  });
});

describe('the addresses of a thread', () => {
  it('can be gathered in its last part', () => {
    expect(gatherUrls(['One a.com and (b.com).', 'Two', 'Three c.com here'], 82)).toEqual([
      'One and.',
      'Two',
      'Three c.com here a.com b.com',
    ]);
    expect(gatherUrls(['None', 'here c.com'], 280)).toEqual(['None', 'here c.com']);
  });

  it('follow in parts of their own where they do not fit', () => {
    expect(gatherUrls(['a.com b.com c.com one', 'two'], 50)).toEqual(['one', 'two', 'a.com b.com', 'c.com']);
  });
});

const grapheme = fc.string({ unit: 'grapheme', maxLength: 6 });
const word = fc.stringMatching(/^[a-zA-Z]{1,14}$/);
const isolated = fc
  .constantFrom('שלום עולם', 'مرحبا بالعالم', 'abc')
  .map((text) => `\u2067${text} ${text}\u2069`);
const piece = fc.oneof(
  { weight: 4, arbitrary: word },
  grapheme,
  isolated,
  fc.constantFrom(
    '日本語の文章です。',
    '안녕하세요',
    'สวัสดีชาวโลก',
    'नमस्ते',
    'Привет',
    'مرحبا',
    '\u200Fשלום\u200E',
  ),
  fc.constantFrom(
    '👨‍👩‍👧‍👦',
    '🇩🇪🇫🇷',
    '1️⃣',
    '👋🏽',
    '❤️‍🔥',
    'e\u0301\u0323',
    '…',
    '@alice',
    '#tag',
    '$TSLA',
    '(',
    ')',
    '“',
    '”',
  ),
  fc.constantFrom(
    'https://example.com/a/b?c=d#e',
    'example.com',
    'foo.co.jp',
    'http://日本.com/',
    'bob@example.com',
    'x.y.z',
  ),
  fc.integer({ min: 1, max: 90 }).map((length) => `https://example.com/${'p'.repeat(length)}`),
);
const gap = fc.constantFrom(' ', ' ', ' ', '. ', '! ', '\r\n', '\n\n', '', ', ', '。');
const longText = fc
  .array(fc.tuple(piece, gap), { maxLength: 60 })
  .map((pieces) => pieces.flat().join(''))
  .filter((text) => isSound(text));

const isSound = (text: string): boolean => {
  try {
    checkTweetText(text, 100_000);
    return true;
  } catch {
    return false;
  }
};

const visible = (text: string): string =>
  normalizeText(text).replace(/[\s\p{Default_Ignorable_Code_Point}\p{Cf}]/gu, '');
const withoutNumber = (part: string): string => part.replace(/ \d+\/\d+$/, '');

describe('the parts of any text', () => {
  const limits = fc.constantFrom(48, 100, 280);

  it('lose nothing that can be seen, keep its order and fit', () => {
    fc.assert(
      fc.property(longText, limits, fc.boolean(), (text, limit, numbering) => {
        const parts = splitText(text, { limit, numbering });
        fc.pre(parts !== undefined);
        const bare = numbering && parts.length > 1 ? parts.map(withoutNumber) : parts;
        expect(visible(bare.join(''))).toBe(visible(text));
        for (const part of parts) expect(measureText(part).weightedLength).toBeLessThanOrEqual(limit);
      }),
      { numRuns: 400 },
    );
  });

  it('have the same addresses', () => {
    fc.assert(
      fc.property(longText, limits, fc.boolean(), (text, limit, numbering) => {
        const parts = splitText(text, { limit, numbering });
        fc.pre(parts !== undefined);
        expect(parts.flatMap(urlsOf)).toEqual(urlsOf(normalizeText(text)));
      }),
      { numRuns: 400 },
    );
  });

  it('are texts that can be posted', () => {
    fc.assert(
      fc.property(longText, limits, (text, limit) => {
        for (const part of splitText(text, { limit, ...plain }) ?? []) {
          expect(checkTweetText(part, limit)).toBe(part);
        }
      }),
      { numRuns: 400 },
    );
  });

  it('never divide a grapheme', () => {
    const graphemes = (text: string): string[] =>
      [...new Intl.Segmenter('en', { granularity: 'grapheme' }).segment(text)].map(({ segment }) => segment);
    fc.assert(
      fc.property(fc.array(grapheme, { maxLength: 60 }), (pieces) => {
        const text = normalizeText(pieces.join(''));
        fc.pre(isSound(text));
        const ink = (all: string[]): string[] => all.filter((one) => visible(one) !== '');
        const parts = splitText(text, { limit: 24, ...plain });
        fc.pre(parts !== undefined);
        expect(ink(parts.flatMap(graphemes))).toEqual(ink(graphemes(text)));
      }),
      { numRuns: 400 },
    );
  });

  it('are found for every text of ordinary length', () => {
    fc.assert(
      fc.property(longText, (text) => {
        fc.pre(measureText(text).weightedLength <= 2000);
        expect(splitText(text, { limit: 280, numbering: true })).toBeDefined();
      }),
    );
  });
});

describe('hostile texts', () => {
  it.each([
    'a@b.com',
    '日.',
    'a.com日',
    'x.',
    'สวัสดี',
    '👨‍👩‍👧‍👦.',
    ' ',
    '\n',
    '. ',
    '👨\u200D',
    '\u2067\u2069',
    '(',
  ])('are split in no time: 25,000 characters of %j', (unit) => {
    const text = unit.repeat(25_000 / unit.length);
    const timeMs = (): number => {
      const before = performance.now();
      splitText(text, { limit: 280, numbering: true });
      return performance.now() - before;
    };
    // A tenth of it is usual; of five tries one is undisturbed on the busiest machine.
    const best = Array.from({ length: 5 }).reduce<number>(
      (least) => (least < 700 ? least : timeMs()),
      Infinity,
    );
    expect(best).toBeLessThan(700);
  });
});
