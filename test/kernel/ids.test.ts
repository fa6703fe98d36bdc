import { describe, expect, it } from 'vitest';
import { parsePostId, parseTweetId, parseUserId, parseXUserId } from '../../src/kernel/index.ts';

describe('ids', () => {
  it.each(['1', '20', '1849275130495238144', '9999999999999999999'])(
    'takes %s as a tweet id, as a string',
    (id) => {
      expect(parseTweetId(id)).toBe(id);
    },
  );

  it.each(['', '0', '01', '-1', '1.0', '1e3', ' 1', '1 ', '١', '0x10', '12345678901234567890', 'abc', '1\n'])(
    'refuses %j as a tweet id',
    (id) => {
      expect(parseTweetId(id)).toBeUndefined();
    },
  );

  it('takes a user id of any shape but control characters and emptiness', () => {
    expect(parseUserId('twitter|844619452427751424')).toBe('twitter|844619452427751424');
    expect(parseUserId('auth0|a b ü')).toBe('auth0|a b ü');
    for (const id of ['', 'a\nb', 'a\u0000', 'a\u007f', 'x'.repeat(256)])
      expect(parseUserId(id)).toBeUndefined();
  });

  it('takes an X user id of up to 20 digits and nothing else', () => {
    expect(parseXUserId('844619452427751424')).toBe('844619452427751424');
    for (const id of ['', 'x', '1'.repeat(21), '1\n']) expect(parseXUserId(id)).toBeUndefined();
  });

  it('takes a post id in lower-case uuid form only', () => {
    expect(parsePostId('0f8fad5b-d9cb-469f-a165-70867728950e')).toBeDefined();
    for (const id of ['', '0F8FAD5B-D9CB-469F-A165-70867728950E', '0f8fad5bd9cb469fa16570867728950e']) {
      expect(parsePostId(id)).toBeUndefined();
    }
  });
});
