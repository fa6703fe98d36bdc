import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { compactDecrypt } from 'jose';
import { expect, it } from 'vitest';
import {
  forgeWith,
  keystreamUnder,
  legacyEncrypt,
  openWith,
  recoverWithoutPlaintext,
  shareRecovered,
} from '../../docs/articles/two-time-pad.ts';
import { byAlice, flip, keys, open, refused, seal } from '../credentials/envelopes.ts';
import * as f from '../credentials/fixtures.ts';

/** What Node.js 20's own `crypto.createCipher('aes-256-ctr', password)` made. */
const vectors: [password: string, plaintext: string, hex: string][] = [
  ['correct horse battery staple', '', ''],
  ['correct horse battery staple', 'a', '7c'],
  [
    '<VERY_STRONG_PASSWORD>',
    f.alice.token,
    '617a2a70a9962a7b88f6d702420d47ad4968952b1348a90f42146d0f43234ff6efb4177433f805deaca03ba792653eff3f49',
  ],
  [
    '<VERY_STRONG_PASSWORD>',
    f.alice.secret,
    '1e194476a99d2d7a8ff4d20d4c5914fa1f39de0d1962a721483e6b29591951c8f58e115239d20bca98b407bbae',
  ],
  [
    'pässwörd-鍵-🔑',
    'ünïcode ✓ 🐦 exactly more than one AES block',
    '8b5b2549a293a503608529f5ad60152800194a97b14913329899d880569edbfab0d733cfe899eb5462c4bbde18b34ff81ae1',
  ],
];
const password = 'any password at all, however long: it makes no difference';
const encrypt = (plaintext: string) => legacyEncrypt(password, plaintext);

it.each(vectors)('the demonstration breaks the real cipher: %s, %s', (secret, plaintext, hex) => {
  expect(legacyEncrypt(secret, plaintext)).toBe(hex);
});

it('one known token opens every other of the same length, whosever it is', () => {
  const keystream = keystreamUnder(encrypt(f.bob.token), f.bob.token);
  expect(openWith(keystream, encrypt(f.alice.token))).toBe(f.alice.token);
  expect(openWith(keystream, encrypt(f.alice.secret))).toBe(f.alice.secret);
});

it('the public user id alone opens the beginning of the secret, from one JWT', () => {
  const known = '844619452427751424-';
  const keystream = keystreamUnder(encrypt(f.alice.token), known);
  expect(openWith(keystream, encrypt(f.alice.secret))).toBe(f.alice.secret.slice(0, known.length));
});

it('whoever knows a token encrypts another, which nobody can tell from a real one', () => {
  const forged = forgeWith(
    keystreamUnder(encrypt(f.alice.token), f.alice.token),
    f.alice.token.toUpperCase(),
  );
  expect(forged).toBe(encrypt(f.alice.token.toUpperCase()));
});

it('80 rows are enough without any known plaintext, under random passwords of 48 bytes', () => {
  const share = (rows: number) => shareRecovered(rows, { trials: 25, seed: 'test' });
  expect(share(10)).toBeLessThan(0.3);
  expect(share(40)).toBeGreaterThan(0.8);
  expect(share(80)).toBeGreaterThan(0.98);
  expect(share(160)).toBeGreaterThan(0.999);
  expect(share(80)).toBe(share(80));
});

it('says so where the rows do not tell', () => {
  expect(recoverWithoutPlaintext([encrypt('A'), encrypt('B')])).toEqual(['?', '?']);
});

it('runs as a program', async () => {
  const program = fileURLToPath(new URL('../../docs/articles/two-time-pad.ts', import.meta.url));
  const { stdout } = await promisify(execFile)(process.execPath, ['--import', 'tsx', program, 'test']);
  expect(stdout).toContain('1234567890123456789-ZyXw');
  expect(stdout).toMatch(/ 80 rows {3}9[89]\.\d %/);
});

it("Herald's envelopes share no keystream: everything about one's own opens nothing of anybody", async () => {
  const [mine, theirs, again] = [await seal(f.bob, f.bobId), await seal(), await seal(f.bob, f.bobId)];
  const key = Buffer.from(String(keys.own.k), 'base64url');
  const { plaintext } = await compactDecrypt(mine.accessToken, key);
  expect(Buffer.from(plaintext).toString()).toContain(f.bob.token);

  const ciphertextOf = (envelope: string) =>
    Buffer.from(envelope.split('.')[3] ?? '', 'base64url').toString('hex');
  const keystream = keystreamUnder(ciphertextOf(mine.accessToken), Buffer.from(plaintext).toString());
  for (const other of [theirs.accessToken, theirs.accessTokenSecret, again.accessToken])
    expect(openWith(keystream, ciphertextOf(other))).not.toContain('"pur"');
  expect(openWith(keystream, ciphertextOf(mine.accessToken))).toContain('"pur"');
});

it('Herald refuses an altered envelope, another user, swapped credentials, and the old format', async () => {
  const pair = await seal();
  expect(await open(byAlice(pair))).toMatchObject({ opened: { token: f.alice.token } });
  await refused(byAlice({ ...pair, accessToken: flip(pair.accessToken, 3) }));
  await refused(f.sessionOf(f.bobId, pair));
  await refused(byAlice({ accessToken: pair.accessTokenSecret, accessTokenSecret: pair.accessToken }));
  expect(
    await refused(
      byAlice({ accessToken: encrypt(f.alice.token), accessTokenSecret: encrypt(f.alice.secret) }),
    ),
  ).toBe('format');
});
