import { pbkdf2Sync } from 'node:crypto';
import { inspect } from 'node:util';
import { CompactEncrypt, EncryptJWT } from 'jose';
import { describe, expect, it } from 'vitest';
import { EnvelopeRefusal, openForInspection, openPbkdf2 } from '../../src/credentials/index.ts';
import { Secret } from '../../src/kernel/index.ts';
import { after, before, flip, forge, keyring, keys, seal } from './envelopes.ts';
import * as f from './fixtures.ts';

const reasonOf = async (opening: Promise<unknown>): Promise<string> => {
  const error = await opening.catch((thrown: unknown) => thrown);
  if (error instanceof EnvelopeRefusal) return error.reason;
  throw new Error(`expected an EnvelopeRefusal, got ${inspect(error)}`);
};

describe('an envelope on the table', () => {
  const seconds = Math.floor(f.now.getTime() / 1000);

  it('shows its key and claims, and its credential only when that is revealed', async () => {
    const { accessToken } = await seal();
    const { value, ...shown } = await openForInspection(keyring, accessToken, f.now);
    expect(shown).toEqual({
      kid: 'h-2026-11',
      alg: 'dir',
      status: 'active',
      claims: {
        iss: 'herald',
        aud: 'herald',
        sub: f.aliceId,
        iat: seconds,
        exp: seconds + 36_000,
        pur: 'x.access_token',
        pair: expect.any(String),
      },
      refusedBecause: undefined,
    });
    expect(inspect({ value, ...shown }, { depth: 9 })).not.toContain(f.alice.token);
    expect(value?.reveal()).toBe(f.alice.token);
  });

  it.each<[string, string, Parameters<typeof forge>[0]]>([
    ['expired', 'ERR_JWT_EXPIRED exp', { claims: { exp: seconds - 3600 } }],
    ['for another audience', 'ERR_JWT_CLAIM_VALIDATION_FAILED aud', { claims: { aud: 'another' } }],
    ["under another issuer's key", 'ERR_JWT_CLAIM_VALIDATION_FAILED iss', { key: keys.curve }],
    ['of another type', 'ERR_JWT_CLAIM_VALIDATION_FAILED typ', { header: { typ: 'JWT' } }],
    ['without a value', 'value', { claims: { v: '' } }],
  ])('is shown %s, with the reason why its user would be refused', async (_, reason, forgery) => {
    const shown = await openForInspection(keyring, await forge(forgery), f.now);
    expect(shown.refusedBecause).toBe(reason);
    expect(shown.claims.sub).toBe(f.aliceId);
  });

  it('is refused when no key here opens it', async () => {
    const { accessToken } = await seal(f.alice, f.aliceId, before);
    expect(await reasonOf(openForInspection(after, accessToken, f.now))).toBe('retired kid');
    expect(await reasonOf(openForInspection(keyring, flip(accessToken, 3), f.now))).toBe(
      'ERR_JWE_DECRYPTION_FAILED',
    );
    expect(await reasonOf(openForInspection(keyring, 'no envelope', f.now))).toBe('format');
    const strange = await forge({ header: { kid: 'nobody' } });
    expect(await reasonOf(openForInspection(keyring, strange, f.now))).toBe('kid');
  });
});

/** The article's own lines, but for its secret. */
const asTheArticle = (passphrase: string) => pbkdf2Sync(passphrase, 'salt', 2000, 32, 'sha512');
const articleToken = (passphrase: string, payload: Record<string, unknown>) =>
  new EncryptJWT(payload)
    .setProtectedHeader({ alg: 'dir', enc: 'A256GCM' })
    .encrypt(asTheArticle(passphrase));

describe('a token as the article on encrypted JWTs makes it', () => {
  const payload = { userId: 7, nested: { note: 'ünïcode' }, exp: 1 };
  const passphrase = new Secret('my_secret_key');

  it('opens with its passphrase, expired or not', async () => {
    const token = await articleToken('my_secret_key', payload);
    expect(await openPbkdf2(token, passphrase)).toEqual(payload);
  });

  it('opens with a passphrase beyond ASCII', async () => {
    const token = await articleToken('pässwörd-鍵-🔑', payload);
    expect(await openPbkdf2(token, new Secret('pässwörd-鍵-🔑'))).toEqual(payload);
  });

  it('is refused with another passphrase, altered, or in another form', async () => {
    const token = await articleToken('my_secret_key', payload);
    const refused = (text: string, word = passphrase) => reasonOf(openPbkdf2(text, word));
    expect(await refused(token, new Secret('my_secret_kez'))).toBe('ERR_JWE_DECRYPTION_FAILED');
    expect(await refused(flip(token, 4))).toBe('ERR_JWE_DECRYPTION_FAILED');
    expect(await refused('a.b.c')).toBe('format');
  });

  it('is refused with another algorithm, although the bytes of the key would do', async () => {
    const key = asTheArticle('my_secret_key');
    const make = (alg: string, enc: string, plaintext = '{}') =>
      new CompactEncrypt(Buffer.from(plaintext)).setProtectedHeader({ alg, enc }).encrypt(key);
    for (const [alg, enc] of [
      ['A256KW', 'A256GCM'],
      ['A256GCMKW', 'A256GCM'],
      ['dir', 'A128CBC-HS256'],
    ] as const) {
      expect(await reasonOf(openPbkdf2(await make(alg, enc), passphrase))).toBe('ERR_JOSE_ALG_NOT_ALLOWED');
    }
    for (const plaintext of ['no JSON', '[]', 'null', '"text"']) {
      expect(await reasonOf(openPbkdf2(await make('dir', 'A256GCM', plaintext), passphrase))).toBe('payload');
    }
  });
});
