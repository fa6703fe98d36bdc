import { describe, expect, test } from 'vitest';
import { findLinks } from '../../src/sandbox/links.ts';
import { weightedLength } from '../../src/sandbox/weighted-length.ts';

describe('weighted length, configuration 3', () => {
  test.each([
    ['', 0],
    ['This is a test.', 15],
    ['caf\u00e9', 4],
    ['cafe\u0301', 4],
    ['저찀쯿쿿', 8],
    ['漢字かな', 8],
    ['Привет', 6],
    ['مرحبا', 5],
    ['สวัสดี', 6],
    ['नमस्ते', 6],
    ['…', 2],
    ['‘’“”–—', 6],
    ['′″‴', 3],
    ['€', 2],
    ['\u{10000}\u{10ffff}', 4],
    ['H🐱☺', 5],
    ['Hello, world! 👋', 16],
    ['👨‍👩‍👧‍👦', 2],
    ['👋🏿', 2],
    ['🇩🇪🇫🇷', 4],
    ['1️⃣', 2],
    ['1\u20E3', 2],
    ['\u26BD\uFE0F', 2],
    ['\u2764', 2],
    ['\u00A9', 1],
    ['\u00A9\uFE0F', 2],
    ['❤️‍🔥', 2],
    ['🐦‍⬛', 2],
    ['🫱🏻‍🫲🏿', 2],
    ['🏴󠁧󠁢󠁳󠁣󠁴󠁿', 2],
    ['http://test.com', 23],
    ['test.com', 23],
    ['Test https://test.com test https://test.com test.com test', 86],
    [`https://example.com/${'a'.repeat(500)}`, 23],
    [
      'A lie gets halfway around the world before the truth has a chance to get its pants on. Winston Churchill (1874-1965) http://bit.ly/dJpywL',
      140,
    ],
  ])('%s weighs %i', (text, weight) => expect(weightedLength(text)).toBe(weight));
});

describe('links', () => {
  test.each([
    ['see https://example.com.', ['https://example.com']],
    ['HTTPS://www.ExaMPLE.COM/index.html', ['HTTPS://www.ExaMPLE.COM/index.html']],
    ['(https://example.com/a_(b))', ['https://example.com/a_(b)']],
    ['https://example.com:8080/a?b=c&d=e#f!', ['https://example.com:8080/a?b=c&d=e#f']],
    ['http://☃.net/', ['http://☃.net/']],
    ['http://münchen.de/straße', ['http://münchen.de/straße']],
    ['https://例え.テスト.com/', ['https://例え.テスト.com/']],
    ['http://xn--mnchen-3ya.de', ['http://xn--mnchen-3ya.de']],
    ['foo.co.jp and t.co, example.museum', ['foo.co.jp', 't.co', 'example.museum']],
    ['me@example.com', []],
    ['@example.com #example.com $example.com', []],
    ['file.txt, v1.2.3, e.g., Node.js', []],
    ['http://localhost http://192.168.0.1/', []],
    ['ftp://www.example.com/', []],
    ['no.links.zzzzzz', []],
    ['日本語https://example.com/日本語', ['https://example.com/']],
    ['a\nexample.com\nb', ['example.com']],
    ['münchen.de and t.co漢 漢t.co', ['münchen.de', 't.co', 't.co']],
    ['a_b.com a_b.example.com', ['b.example.com']],
    ['example.com:80 example.com?q example.com/?q', ['example.com', 'example.com', 'example.com/?q']],
  ])('in %j', (text, links) => expect(findLinks(text).map((link) => link.text)).toEqual(links));

  test('a long text without an end is looked through at once', () => {
    const startedAt = performance.now();
    for (const text of [
      'a.'.repeat(20_000),
      `http://${'a-'.repeat(20_000)}`,
      `https://example.com/${'('.repeat(20_000)}`,
    ]) {
      findLinks(text);
    }
    expect(performance.now() - startedAt).toBeLessThan(5000);
  });
});
