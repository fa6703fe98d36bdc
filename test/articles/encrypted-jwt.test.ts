import { pbkdf2Sync } from 'node:crypto';
import { EncryptJWT, jwtDecrypt } from 'jose';
import { expect, it } from 'vitest';
import { KeyringProblem, loadKeyring, openPbkdf2 } from '../../src/credentials/index.ts';
import { Secret } from '../../src/kernel/index.ts';
import { byAlice, type Forgery, forge, keys, open, refused, seal } from '../credentials/envelopes.ts';
import * as f from '../credentials/fixtures.ts';

/** The article's key: a word, one salt for everybody, 2,000 iterations. */
const keyFrom = (passphrase: string): Uint8Array => pbkdf2Sync(passphrase, 'salt', 2_000, 32, 'sha512');
/** The article's token: an encrypted payload, and nothing about whose it is, for whom, or until when. */
const articleToken = (payload: Record<string, unknown>, key: Uint8Array): Promise<string> =>
  new EncryptJWT(payload).setProtectedHeader({ alg: 'dir', enc: 'A256GCM' }).encrypt(key);

const payload = { accessToken: f.alice.token, accessTokenSecret: f.alice.secret };
const token = await articleToken(payload, keyFrom('my_secret_key'));

it('whoever read the article derives the key and reads the token', async () => {
  const { payload: read } = await jwtDecrypt(token, keyFrom('my_secret_key'));
  expect(read).toEqual(payload);
});

it('a passphrase that is a word is found from one token, offline', async () => {
  const dictionary = [
    'password',
    'secret',
    'letmein',
    'changeme',
    'my_secret',
    'secret_key',
    'my_secret_key',
  ];
  const opened = await Promise.all(
    dictionary.map((word) =>
      jwtDecrypt(token, keyFrom(word)).then(
        () => word,
        () => undefined,
      ),
    ),
  );
  expect(opened.filter((word) => word !== undefined)).toEqual(['my_secret_key']);
});

it('the check as the article makes it accepts the token for ever, for anyone, for any purpose', async () => {
  const currentDate = new Date('2126-01-01T00:00:00Z');
  const { payload: read } = await jwtDecrypt(token, keyFrom('my_secret_key'), { currentDate });
  expect(read).toEqual(payload);
});

it('and the same bytes with another algorithm, which the token itself chooses', async () => {
  const key = keyFrom('my_secret_key');
  const chosen = await new EncryptJWT(payload)
    .setProtectedHeader({ alg: 'A256KW', enc: 'A128CBC-HS256' })
    .encrypt(key);
  expect((await jwtDecrypt(chosen, key)).payload).toEqual(payload);

  const lists = { keyManagementAlgorithms: ['dir'], contentEncryptionAlgorithms: ['A256GCM'] };
  await expect(jwtDecrypt(chosen, key, lists)).rejects.toMatchObject({ code: 'ERR_JOSE_ALG_NOT_ALLOWED' });
  expect((await jwtDecrypt(token, key, lists)).payload).toEqual(payload);
});

it("Herald refuses the article's token, also when it is under Herald's own key", async () => {
  const sealed = await seal();
  expect(await open(byAlice(sealed))).toMatchObject({ opened: { token: f.alice.token } });
  const withFirst = (accessToken: string) => refused(byAlice({ ...sealed, accessToken }));

  expect(await withFirst(token)).toBe('header');
  const ownKey = Buffer.from(String(keys.own.k), 'base64url');
  expect(await withFirst(await articleToken(payload, ownKey))).toBe('header');
  const named = await new EncryptJWT(payload)
    .setProtectedHeader({ alg: 'dir', enc: 'A256GCM', kid: String(keys.own.kid), typ: 'herald+jwt' })
    .encrypt(ownKey);
  expect(await withFirst(named)).toMatch(/^ERR_JWT_CLAIM_VALIDATION_FAILED/);
});

const without = (claim: string): Forgery => ({ claims: { [claim]: undefined } });

it.each<[string, Forgery]>([
  ['without an expiry', without('exp')],
  ['after its expiry', { claims: { exp: Math.floor(f.now.getTime() / 1_000) - 31 } }],
  ['older than a day', { claims: { iat: Math.floor(f.now.getTime() / 1_000) - 86_431 } }],
  ['for another audience', { claims: { aud: 'somebody-else' } }],
  ['from another issuer', { claims: { iss: 'somebody-else' } }],
  ['of another user', { claims: { sub: f.bobId } }],
  ['for another purpose', { claims: { pur: 'session' } }],
  ['with another key management', { header: { alg: 'A256KW' } }],
  ['with another content encryption', { header: { alg: 'A256KW', enc: 'A128CBC-HS256' } }],
])('Herald refuses an envelope %s', async (_, forgery) => {
  const sealed = await seal();
  await refused(byAlice({ ...sealed, accessToken: await forge(forgery) }));
});

it.each([
  ["the article's word", 'my_secret_key'],
  ['a sentence of 32 characters', 'my_secret_key_is_32_letters_long'],
])('Herald does not start with %s as a key', async (_, word) => {
  const typed = f.symmetric('typed', { k: Buffer.from(word).toString('base64url') });
  await expect(loadKeyring(f.ringOf(typed, f.rest('rest-2026-11')))).rejects.toThrow(KeyringProblem);
});

it('`herald open --pbkdf2` reads the token, so that one can look at what an old system made', async () => {
  expect(await openPbkdf2(token, new Secret('my_secret_key'))).toEqual(payload);
  await expect(openPbkdf2(token, new Secret('another word'))).rejects.toThrow('ERR_JWE_DECRYPTION_FAILED');
});
