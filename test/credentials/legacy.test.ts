import { createHash } from 'node:crypto';
import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { createLegacyReader } from '../../src/credentials/index.ts';
import { decryptLegacy, deriveLegacyKey } from '../../src/credentials/legacy-cipher.ts';
import { HeraldError, type SealedPair, Secret, type XUserId } from '../../src/kernel/index.ts';
import { now } from './fixtures.ts';

const password = '<VERY_STRONG_PASSWORD>';
const token = {
  plain: '844619452427751424-AbCdEfGhIjKlMnOpQrStUvWxYz01234',
  hex: '617a2a70a9962a7b88f6d702420d47ad4968952b1348a90f42146d0f43234ff6efb4177433f805deaca03ba792653eff3f49',
};
const secret = {
  plain: 'GWZ0123456789abcdefghijklmnopqrstuvwxyzABCDEF',
  hex: '1e194476a99d2d7a8ff4d20d4c5914fa1f39de0d1962a721483e6b29591951c8f58e115239d20bca98b407bbae',
};

/** What `crypto.createCipher('aes-256-ctr', password)` of Node 20 gave, which later versions do not have. */
describe('the cipher of the old rule', () => {
  it.each([
    ['correct horse battery staple', '', ''],
    ['correct horse battery staple', 'a', '7c'],
    [password, token.plain, token.hex],
    [password, secret.plain, secret.hex],
    [
      'pässwörd-鍵-🔑',
      'ünïcode ✓ 🐦 exactly more than one AES block',
      '8b5b2549a293a503608529f5ad60152800194a97b14913329899d880569edbfab0d733cfe899eb5462c4bbde18b34ff81ae1',
    ],
  ])('with the password %s reads: %s', (word, plain, hex) => {
    expect(decryptLegacy(deriveLegacyKey(word), hex).toString('utf8')).toBe(plain);
  });

  it.each([
    [
      'correct horse battery staple',
      '9cc2ae8a1ba7a93da39b46fc1019c481f5eed4f36a1de6859cad92c665562831',
      'a898665fe1740c48a4c4d00d3b6dc17a',
    ],
    [
      password,
      '802954f440048dde8cc8d69742921cc6eb06caab8c005e9dbe8c8ff9c05d88e2',
      '9ef6c9be89d3053e9097bc6f5fe9bdfe',
    ],
    [
      'pässwörd-鍵-🔑',
      '156e72975467f6558663337a934afce95afd609b50f616ecb73269221c16daa5',
      'c7767d815a08f3b9ebc308cfcbf12393',
    ],
  ])('has for ever the same key and counter with the password %s', (word, key, counterBlock) => {
    const derived = deriveLegacyKey(word);
    expect(derived.key.export().toString('hex')).toBe(key);
    expect(derived.counterBlock.toString('hex')).toBe(counterBlock);
  });
});

const until = new Date(now.getTime() + 86_400_000);
const readerAt = (at: Date, word = password) => {
  const counted: true[] = [];
  const reader = createLegacyReader({
    password: new Secret(word),
    until,
    now: () => at,
    count: () => void counted.push(true),
  });
  return { reader, counted };
};
const pair = { accessToken: token.hex, accessTokenSecret: secret.hex };
/** As an attacker makes one who knows a token and its hex: the keystream is always the same. */
const forge = (plain: string, known = token): string => {
  const keystream = Buffer.from(known.hex, 'hex').map((byte, index) => byte ^ known.plain.charCodeAt(index));
  const bytes = Buffer.from(plain, 'latin1').map((byte, index) => byte ^ (keystream[index] ?? 0));
  return Buffer.from(bytes).toString('hex');
};

describe('the reader of the old format', () => {
  it('reads a pair, and counts it', () => {
    const { reader, counted } = readerAt(now);
    const { xUserId, accessToken, accessTokenSecret, ...more } = reader.open(pair);
    expect([xUserId, accessToken.reveal(), accessTokenSecret.reveal()]).toEqual([
      '844619452427751424',
      token.plain,
      secret.plain,
    ]);
    expect(more).toEqual({});
    expect(counted).toHaveLength(1);
    expect(reader.open(pair, '844619452427751424' as XUserId).xUserId).toBe('844619452427751424');
  });

  it('is deceived by whoever knows one token, which is why X has to be asked', () => {
    const accessToken = forge(`1-${'A'.repeat(40)}`);
    expect(readerAt(now).reader.open({ ...pair, accessToken }).xUserId).toBe('1');
  });

  const garbage = createHash('sha512').update('garbage').digest('hex');
  it.each<[string, SealedPair, boolean]>([
    [
      'an envelope',
      { accessToken: 'eyJhbGciOiJkaXIifQ..a.b.c', accessTokenSecret: 'eyJhbGciOiJkaXIifQ..a.b.c' },
      false,
    ],
    ['an envelope beside hex', { ...pair, accessTokenSecret: 'eyJhbGciOiJkaXIifQ..a.b.c' }, false],
    ['hex with a dot', { ...pair, accessToken: `${token.hex}.` }, false],
    ['hex with a line break', { ...pair, accessToken: `${token.hex}\n` }, false],
    ['upper-case hex', { ...pair, accessToken: token.hex.toUpperCase() }, false],
    ['59 digits', { ...pair, accessToken: token.hex.slice(0, 59) }, false],
    ['221 digits', { ...pair, accessToken: 'a'.repeat(221) }, false],
    ['an array', { ...pair, accessToken: [token.hex] as unknown as string }, false],
    ['nothing', { accessToken: '', accessTokenSecret: '' }, false],
    ['other bytes', { ...pair, accessToken: garbage }, true],
    ['other bytes as secret', { ...pair, accessTokenSecret: garbage }, true],
    ['the two swapped', { accessToken: secret.hex, accessTokenSecret: token.hex }, true],
    [
      'a token with too short an end',
      { ...pair, accessToken: forge(`8446194524277514240-${'a'.repeat(19)}`) },
      true,
    ],
    ['a token without an X user', { ...pair, accessToken: forge(`handle-${'a'.repeat(40)}`) }, true],
    ['a token with a letter beyond ASCII', { ...pair, accessToken: forge(`1-${'a'.repeat(39)}é`) }, true],
  ])('refuses %s', (_, refused, isLegacy) => {
    const { reader } = readerAt(now);
    expect(reader.isLegacy(refused)).toBe(isLegacy);
    expect(() => reader.open(refused)).toThrow(new HeraldError('CREDENTIALS_INVALID'));
  });

  it('refuses the token of another X user than the session names', () => {
    expect(() => readerAt(now).reader.open(pair, '1' as XUserId)).toThrow(HeraldError);
  });

  it('refuses everything under another password', () => {
    expect(() => readerAt(now, `${password}!`).reader.open(pair)).toThrow(HeraldError);
  });

  it('stops at its date, and decrypts nothing more', () => {
    expect(readerAt(new Date(until.getTime() - 1)).reader.open(pair).xUserId).toBeDefined();
    const { reader, counted } = readerAt(until);
    expect(() => reader.open(pair)).toThrow(HeraldError);
    expect(counted).toEqual([]);
  });

  it('prints neither password nor token', () => {
    const { reader } = readerAt(now);
    const printed = inspect([reader, reader.open(pair)], { showHidden: true, depth: 9 });
    for (const word of [password, token.plain, secret.plain]) expect(printed).not.toContain(word);
  });
});
