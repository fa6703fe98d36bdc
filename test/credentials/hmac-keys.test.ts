import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { weaknessOfHmacKey } from '../../src/credentials/index.ts';

describe('a key of HS256', () => {
  it('is sound as random bytes, or as hex or base64 of them', () => {
    for (let length = 32; length <= 96; length += 1) {
      const bytes = randomBytes(length);
      const texts = [bytes.toString('hex'), bytes.toString('base64'), bytes.toString('base64url')];
      expect([bytes, ...texts].map(weaknessOfHmacKey)).toEqual([undefined, undefined, undefined, undefined]);
    }
  });

  it.each<[string, string | Uint8Array, string]>([
    ['nothing', '', 'must be at least 32 random bytes'],
    ['no bytes', new Uint8Array(), 'has 0 bytes'],
    ['31 bytes', randomBytes(31), 'has 31 bytes'],
    ['hex of 31 bytes', randomBytes(31).toString('hex'), 'has 31 bytes'],
    ['base64 of 31 bytes', randomBytes(31).toString('base64'), 'has 31 bytes'],
    ['32 characters of hex, which are 16 bytes', randomBytes(16).toString('hex'), 'has 16 bytes'],
    ['a word', 'secret', 'has 4 bytes'],
    ['a placeholder', 'my_secret_key', 'has 9 bytes'],
    ['a sentence', 'correct horse battery staple, and more of the same', 'must be at least'],
    ['a sentence as bytes', Buffer.from('correct horse battery staple, and more'), 'typed text'],
    [
      'a sentence as hex',
      Buffer.from('correct horse battery staple, and more').toString('hex'),
      'typed text',
    ],
    [
      'a sentence as base64',
      Buffer.from('correct horse battery staple, and more').toString('base64'),
      'typed',
    ],
    ['a sentence without spaces', 'correct_horse_battery_staple_correct_horse_battery', 'typed text'],
    ['capitals', 'CORRECT_HORSE_BATTERY_STAPLE_CORRECT_HORSE_BATTERY', 'typed text'],
    ['zeros', new Uint8Array(64), 'pattern'],
    ['zeros as hex', '0'.repeat(64), 'pattern'],
    ['digits that repeat', '1234567890'.repeat(7), 'pattern'],
    ['a count', Uint8Array.from({ length: 48 }, (_, index) => 200 + index), 'pattern'],
    ['eight bytes repeated', 'a1b2c3d4e5f60718'.repeat(5), 'pattern'],
  ])('is weak as %s', (_, key, sentence) => {
    const weakness = weaknessOfHmacKey(key);
    expect(weakness).toContain(sentence);
    if (typeof key === 'string' && key !== '') expect(weakness).not.toContain(key);
  });
});
