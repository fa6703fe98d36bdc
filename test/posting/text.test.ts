import { describe, expect, it } from 'vitest';
import { HeraldError } from '../../src/kernel/index.ts';
import {
  checkTweetText,
  findCashtags,
  findMentions,
  hostOf,
  measureText,
  takeOutUrls,
} from '../../src/posting/text/index.ts';

const lengthOf = (text: string): number => measureText(text).weightedLength;
const url = 23;

describe('the weighted length', () => {
  it.each<[string, number]>([
    // X's own example, docs.x.com/fundamentals/counting-characters.
    ['Hello, world! 👋', 16],
    ['', 0],
    ['This is a test.', 15],
    ['two\nlines', 9],
    // Weight 1: Latin to Georgian, and a few punctuation marks.
    ['Käse', 4],
    ['Ka\u0308se', 4],
    ['Привет', 6],
    ['שלום', 4],
    ['مرحبا', 5],
    ['สวัสดี', 6],
    ['नमस्ते', 6],
    ['\u10FF', 1],
    ['‘’“”', 4],
    ['– —', 3],
    ['′″', 2],
    ['a\u200Bb\u200Dc', 5],
    // Weight 2: everything else.
    ['\u1100', 2],
    ['…', 2],
    ['•', 2],
    ['€', 2],
    ['日本語', 6],
    ['저찀쯿쿿', 8],
    ['のの', 4],
    ['ﾊﾝｶｸ', 8],
    ['𠮷', 2],
    ['\u{10FFFD}', 2],
    ['\u2060', 2],
    // General punctuation: U+2010 to U+201F and U+2032 to U+2037 are 1, what is between them is 2.
    ['\u2010\u2012\u2013\u2014\u2015\u2016\u2017\u2018\u2019\u201A\u201B\u201C\u201D\u201E\u201F', 15],
    ['\u2020\u2021\u2022\u2023\u2024\u2025\u2026\u2027', 16],
    ['\u2030\u2031', 4],
    ['\u2032\u2033\u2034\u2035\u2036\u2037', 6],
    ['\u2038\u2039\u203A', 6],
    ['\u2002\u2009\u200A', 3],
    ['\u200E\u200F', 4],
    ['\u061C', 1],
    ['\u2066a\u2069', 5],
    ['\u202Aa\u202C', 5],
    // Scripts up to U+10FF are 1 for each code point, later ones 2.
    ['\u10E5\u10D0\u10E0\u10D7', 4],
    ['\u1019\u103C\u1014\u103A\u1019\u102C', 6],
    ['\u0F56\u0F7C\u0F51', 3],
    ['\u09B9\u09CD\u09AF\u09BE', 4],
    ['\u0E20\u0E32\u0E29\u0E32\u0E44\u0E17\u0E22', 7],
    ['\u1230\u120B\u121D', 6],
    ['\u1781\u17D2\u1798\u17C2\u179A', 10],
    ['\u13A3\u13CF\u13F2', 6],
    ['\u1E9E', 2],
    ['\uAC00\uD7A3', 4],
    ['\uFF21\u2460\u2192\u2116\uFB01', 10],
    ['\u00BD\u00A9\u00AE', 3],
    // NFC comes first: a composed Hangul syllable, the ohm and the angstrom sign, and a letter that is always taken apart.
    ['\u1112\u1161\u11AB', 2],
    ['\u2126', 1],
    ['\u212B', 1],
    ['\u0958', 2],
  ])('of %j is %i', (text, length) => {
    expect(lengthOf(text)).toBe(length);
  });

  it.each<[string, string, number]>([
    ['a face', '😀', 2],
    ['a skin tone', '👋🏽', 2],
    ['a family', '👨‍👩‍👧‍👦', 2],
    ['a profession with a skin tone', '👩🏽‍🚀', 2],
    ['a flag', '🇩🇪', 2],
    ['two flags', '🇩🇪🇫🇷', 4],
    ['letters that are no flag', '🇦🇦', 4],
    ['half a flag', '🇩', 2],
    ['a flag of a region (Unicode 10)', '🏴󠁧󠁢󠁥󠁮󠁧󠁿', 2],
    ['a pirate', '🏴‍☠️', 2],
    ['a keycap', '1️⃣', 2],
    ['a keycap without U+FE0F', '1⃣', 2],
    ['a number sign as keycap', '#️⃣', 2],
    ['text digits', '10 #1 *', 7],
    ['text symbols of Latin-1', '©®', 2],
    ['the same as emoji', '©️®️', 4],
    ['a trade mark', '™™️', 4],
    ['a heart with and without U+FE0F', '❤️❤', 4],
    ['a heart on fire (Unicode 13.1)', '❤️‍🔥', 2],
    ['a heart on fire, unqualified', '❤‍🔥', 2],
    ['a black bird (Unicode 15)', '🐦‍⬛', 2],
    ['a phoenix (Unicode 15.1)', '🐦‍🔥', 2],
    ['a nod (Unicode 15.1)', '🙂‍↔️', 2],
    ['a lime (Unicode 15.1)', '🍋‍🟩', 2],
    ['hands of two tones (Unicode 14)', '🫱🏻‍🫲🏿', 2],
    ['a goose, a shaking face, a pink heart (Unicode 15)', '🪿🫨🩷', 6],
    ['a pushing hand with a skin tone (Unicode 15)', '🫷🏽', 2],
    ['a broken chain (Unicode 15.1)', '⛓️‍💥', 2],
    ['a family of silhouettes (Unicode 15.1)', '🧑‍🧑‍🧒', 2],
    ['a face with bags under its eyes (Unicode 16)', '🫩', 2],
    ['a dancer (Unicode 17)', '🧑‍🩰', 2],
    ['an eye in a speech bubble', '👁️‍🗨️', 2],
    ['a couple with two tones', '👩🏻‍❤️‍💋‍👨🏿', 2],
    ['coffee as keyboards write it', '☕️', 2],
    ['a text heart (U+FE0E)', '❤︎', 4],
    ['a skin tone where none belongs', '😀🏽', 4],
    ['emoji in a row', '😷👾😡🔥💩', 10],
    ['letters between', 'H🐱☺👨‍👩‍👧‍👦', 7],
  ])('of %s: %s is %i', (_, text, length) => {
    expect(lengthOf(text)).toBe(length);
  });

  it.each<[string, number]>([
    ['http://test.com', url],
    ['HTTPS://Example.COM', url],
    ['test.com', url],
    ['a.b.com', url],
    ['foo.co.jp', url],
    ['t.co', url],
    ['http://t.co/abc', url],
    ["http://t.co/pbY2NfTZ's", url + 2],
    ['http://t.co/8MkmHU0k+c', url + 2],
    ['http://t.co/abc?x=1', url],
    ['https://example.com/a/very/long/path/that/goes/on?and=on&and=on#and-on', url],
    ['example.com/path', url],
    ['example.com:8080/path', url],
    ['example.com:8080', url + 5],
    ['example.com?q=1', url + 4],
    ['http://example.com:8080', url],
    ['http://example.com?q=1', url],
    ['http://example.com/.', url + 1],
    ['http://example.com/path...', url + 3],
    ['(http://example.com)', url + 2],
    ['http://en.wikipedia.org/wiki/Primer_(film)', url],
    ['http://example.com/(a(b)c)', url],
    ['http://example.com/(a', url + 2],
    ['http://example.com/Русские_слова', url],
    ['http://example.com/日本', url + 4],
    ['Test https://test.com test https://test.com test.com test', 86],
    ['example.com/http://test.com', url],
    ['http://example.com/http://test.com', url],
    ['example.com/a,http://test.com/b example.org http://test.com', 3 * url + 2],
    // Other scripts next to an address.
    ['日本語example.com日本語', 6 + url + 6],
    ['。example.com', 2 + url],
    ['http://日本.com/', url],
    ['http://✪df.ws/ejp', url],
    ['http://foobar.みんな/', url],
    ['foobar.みんな', url],
    ['日本.com', 8],
    ['bücher.de', url],
    ['http://xn--ls8h.XN--ls8h.la/', url],
    ['🐱example.com🐱', 2 + url + 2],
    ['\u2067example.com\u2069', 2 + url + 2],
    ['example.com\nexample.com', 2 * url + 1],
    // Hyphens and underscores.
    ['http://sub_domain-dash.example.com', url],
    ['http://a_b.example.com', url],
    ['http://ex_ample.com', 19],
    ['http://-example.com', 19],
    ['http://example-.com', 19],
    ['_example.com', 12],
    ['-example.com', 12],
    ['a_b.example.com', 2 + url],
    [`${'a'.repeat(63)}.com`, url],
    [`${'a'.repeat(64)}.com`, 68],
    [`http://t.co/${'a'.repeat(41)}`, 53],
    // No addresses.
    ['foo.bar1', 8],
    ['x.test', 6],
    ['http://no-tld', 13],
    ['http://192.168.0.1', 18],
    ['localhost:3000', 14],
    ['e.g. this', 9],
    ['user@example.com', 16],
    ['john.doe.jp@mail.com', 20],
    ['@example.com #example.com $example.com', 38],
    ['@http://example.com', 19],
    ['ftp://example.com', 17],
    ['xhttp://example.com', 19],
    ['long.tar.bz2', 12],
    ['example.comm', 12],
  ])('of addresses: %s is %i', (text, length) => {
    expect(lengthOf(text)).toBe(length);
  });

  it('counts from 1 to 280 as valid', () => {
    expect(measureText('a'.repeat(280))).toMatchObject({ weightedLength: 280, limit: 280, valid: true });
    expect(measureText('a'.repeat(281)).valid).toBe(false);
    expect(measureText('').valid).toBe(false);
  });

  it('gives the text in NFC', () => {
    expect(measureText('Ka\u0308se').normalized).toBe('K\u00E4se');
  });
});

const refusalOf = (text: string): HeraldError => {
  try {
    checkTweetText(text);
  } catch (error) {
    if (error instanceof HeraldError) return error;
    throw error;
  }
  throw new Error(`${JSON.stringify(text)} was accepted`);
};

describe('a text to post', () => {
  it.each<[string, string]>([
    ['plain', 'plain'],
    ['Ka\u0308se', 'K\u00E4se'],
    ['a\r\nb\rc\nd', 'a\nb\nc\nd'],
    ['tab\tulated', 'tab\tulated'],
    ['\u200Fשלום\u200E', '\u200Fשלום\u200E'],
    ['\u2067שלום\u2069 \u2068\u2066x\u2069\u2069', '\u2067שלום\u2069 \u2068\u2066x\u2069\u2069'],
    ['\u202A+49 30 1234\u202C', '\u202A+49 30 1234\u202C'],
    ['  spaces stay  ', '  spaces stay  '],
    ['👨‍👩‍👧‍👦'.repeat(140), '👨‍👩‍👧‍👦'.repeat(140)],
  ])('may be %j', (text, sent) => {
    expect(checkTweetText(text)).toBe(sent);
  });

  it.each([
    '',
    ' ',
    ' \n\t\r\n ',
    '\u00A0\u3000',
    '\u200B\u200D\u2060',
    '\uFE0F',
    '\u3164',
    '\u2800',
    '\u2067\u2069',
    '\u00AD',
  ])('is empty when nothing can be seen: %j', (text) => {
    expect(refusalOf(text)).toMatchObject({ code: 'TEXT_EMPTY', field: 'text' });
  });

  it('is too long above 280, and says by how much', () => {
    expect(refusalOf('日'.repeat(144))).toMatchObject({
      code: 'TEXT_TOO_LONG',
      field: 'text',
      message: 'The text has 288 weighted characters, 8 more than the 280 that X allows.',
    });
  });

  it('is not looked at beyond 25,000 UTF-16 units', () => {
    expect(refusalOf('\0'.repeat(25_001))).toMatchObject({ code: 'TEXT_TOO_LONG', field: 'text' });
  });

  it.each<[string, string]>([
    ['\uD83D', 'U+D83D'],
    ['\uDC4B', 'U+DC4B'],
    ['\uFFFE', 'U+FFFE'],
    ['\uFEFF', 'U+FEFF'],
    ['\uFFFF', 'U+FFFF'],
    ['\0', 'U+0000'],
    ['\u001B', 'U+001B'],
    ['\v', 'U+000B'],
    ['\u007F', 'U+007F'],
    ['\u0085', 'U+0085'],
    ['\u202D', 'U+202D'],
    ['\u202E', 'U+202E'],
  ])('cannot have %j', (character, name) => {
    const { code, field, message } = refusalOf(`a${character}b`);
    expect({ code, field }).toEqual({ code: 'INVALID_INPUT', field: 'text' });
    expect(message).toContain(name);
  });

  it.each(['a\u2067b', 'a\u2069b', 'a\u202Ab', 'a\u202Cb', '\u2067\u202Ab\u2069\u202C'])(
    'closes each text direction that it opens: %j',
    (text) => {
      expect(refusalOf(text)).toMatchObject({ code: 'INVALID_INPUT', field: 'text' });
    },
  );
});

describe('a text to post elsewhere', () => {
  it('has the limit and the field that it is given', () => {
    expect(checkTweetText('a'.repeat(4000), 4000)).toHaveLength(4000);
    expect(() => checkTweetText('a'.repeat(41), 40, 'parts.3.text')).toThrow(
      expect.objectContaining({
        code: 'TEXT_TOO_LONG',
        field: 'parts.3.text',
        message: 'The text has 41 weighted characters, 1 more than the 40 that X allows.',
      }),
    );
    expect(measureText('aaa', 2)).toMatchObject({ weightedLength: 3, limit: 2, valid: false });
  });
});

describe('what is found in a text', () => {
  it.each<[string, string]>([
    ['See https://x.com now', 'See now'],
    ['See https://x.com.', 'See.'],
    ['https://x.com now', 'now'],
    ['See\nhttps://x.com\nnow', 'See\nnow'],
    ['See\n\nhttps://x.com https://y.com\n\nnow', 'See\n\n\nnow'],
    ['Read it (https://x.com/a_(b)) now', 'Read it now'],
    ['日本語example.com日本語', '日本語 日本語'],
    ['a http://t.co/b.com', ''],
    ['https://x.com', ''],
    ['\u2067example.com\u2069 a', '\u2067 \u2069 a'],
    ['  no address  ', '  no address  '],
  ])('addresses can be taken out of %j', (text, rest) => {
    expect(takeOutUrls(text)).toBe(rest);
  });

  it.each<[string, string[]]>([
    ['$TSLA and $AAPL', ['$TSLA', '$AAPL']],
    ['$brk.b, $BTC!', ['$brk.b', '$BTC']],
    ['$5 a$b US$TSLA $TOOLONGA https://x.com/$TSLA', []],
  ])('cashtags of %j are %j', (text, cashtags) => {
    expect(findCashtags(text)).toEqual(cashtags);
  });

  it.each<[string, string[]]>([
    ['@alice, hi @bob_1', ['@alice', '@bob_1']],
    ['日本語＠alice日本語', ['＠alice']],
    ['bob@example.com @@ a@b https://medium.com/@alice', []],
  ])('mentions of %j are %j', (text, mentions) => {
    expect(findMentions(text)).toEqual(mentions);
  });

  it.each<[string, string]>([
    ['https://Example.com:80/a?b', 'Example.com'],
    ['example.com', 'example.com'],
  ])('the host of %s is %s', (url, host) => {
    expect(hostOf(url)).toBe(host);
  });
});
