import { CompactEncrypt, importJWK } from 'jose';
import { describe, expect, it } from 'vitest';
import type { Session } from '../../src/kernel/index.ts';
import { byAlice, type Forgery, flip, forge, forgedPair, keys, refused, seal } from './envelopes.ts';
import * as f from './fixtures.ts';

describe('one and the same refusal', () => {
  const oversized = 'A'.repeat(5 * 1024);
  const rows: [string, string, () => Promise<Session>][] = [
    [
      'of another user',
      'ERR_JWT_CLAIM_VALIDATION_FAILED sub',
      async () => f.sessionOf(f.bobId, await seal()),
    ],
    ['of nobody', 'no user', async () => ({ ...byAlice(await seal()), userId: '' as typeof f.aliceId })],
    [
      'of token and secret swapped',
      'purpose',
      async () => {
        const { accessToken, accessTokenSecret } = await seal();
        return byAlice({ accessToken: accessTokenSecret, accessTokenSecret: accessToken });
      },
    ],
    [
      'of two sign-ins mixed',
      'pair',
      async () => byAlice({ ...(await seal()), accessTokenSecret: (await seal()).accessTokenSecret }),
    ],
    [
      'of the secret of another user',
      'ERR_JWT_CLAIM_VALIDATION_FAILED sub',
      async () =>
        byAlice({ ...(await seal()), accessTokenSecret: (await seal(f.bob, f.bobId)).accessTokenSecret }),
    ],
    ["of another X user's token", 'x user', async () => byAlice(await seal(f.bob))],
    [
      'of a public key without an X user',
      'x user',
      async () => {
        const more = { key: keys.curve };
        const issued = { iss: f.issuerOfAuth0, sub: 'someone' };
        return f.sessionOf('someone', {
          accessToken: await forge({ ...more, claims: issued }),
          accessTokenSecret: await forge({
            ...more,
            claims: { ...issued, pur: 'x.access_token_secret', v: 's' },
          }),
        });
      },
    ],
    [
      'of a legacy hex string',
      'format',
      async () => byAlice({ ...(await seal()), accessToken: '617a2a70a9962a7b88f6' }),
    ],
    ['of 5 KiB', 'format', async () => byAlice({ ...(await seal()), accessToken: oversized })],
    [
      'of 5 KiB in five parts',
      'format',
      async () => byAlice({ ...(await seal()), accessToken: `${oversized}.a.a.a.a` }),
    ],
    [
      'of a duplicated header',
      'format',
      async () => {
        const { accessToken, accessTokenSecret } = await seal();
        return byAlice({ accessToken: [accessToken, accessToken] as unknown as string, accessTokenSecret });
      },
    ],
    ...[0, 2, 3, 4].map((part): [string, string, () => Promise<Session>] => [
      `of one bit flipped in part ${part}`,
      part === 0 ? 'header' : 'ERR_JWE_DECRYPTION_FAILED',
      async () => {
        const sealed = await seal();
        return byAlice({ ...sealed, accessToken: flip(sealed.accessToken, part) });
      },
    ]),
    [
      'of a truncated tag',
      'ERR_JWE_INVALID',
      async () => {
        const sealed = await seal();
        const parts = sealed.accessToken.split('.');
        const tag = Buffer.from(parts[4] ?? '', 'base64url').subarray(0, 4);
        return byAlice({ ...sealed, accessToken: parts.with(4, tag.toString('base64url')).join('.') });
      },
    ],
    [
      'of ciphertext and tag swapped',
      'ERR_JWE_INVALID',
      async () => {
        const sealed = await seal();
        const [header, key, iv, ciphertext, tag] = sealed.accessToken.split('.');
        return byAlice({ ...sealed, accessToken: [header, key, iv, tag, ciphertext].join('.') });
      },
    ],
    [
      'of a second spelling of the same tag',
      'format',
      async () => {
        const sealed = await seal();
        const last = sealed.accessToken.slice(-1);
        const twin = String.fromCharCode(last.charCodeAt(0) + 1);
        return byAlice({ ...sealed, accessToken: sealed.accessToken.slice(0, -1) + twin });
      },
    ],
  ];
  it.each(rows)('%s', async (_, reason, session) => {
    expect(await refused(await session())).toBe(reason);
  });

  const failed = 'ERR_JWT_CLAIM_VALIDATION_FAILED';
  it.each<[string, string, Forgery]>([
    ['audience', `${failed} aud`, { claims: { aud: 'herald/prod' } }],
    ['issuer', `${failed} iss`, { claims: { iss: f.issuerOfAuth0 } }],
    ['issuer for a public key', `${failed} iss`, { key: keys.curve }],
    ['expired', 'ERR_JWT_EXPIRED exp', { claims: { exp: Math.floor(f.now.getTime() / 1000) - 31 } }],
    [
      'older than a day',
      'ERR_JWT_EXPIRED iat',
      { claims: { iat: Math.floor(f.now.getTime() / 1000) - 86_431 } },
    ],
    ...['iss', 'aud', 'sub', 'iat', 'exp', 'pur', 'pair', 'v'].map((claim): [string, string, Forgery] => [
      `no ${claim}`,
      `${failed} ${claim}`,
      { claims: { [claim]: undefined } },
    ]),
    ['another typ', `${failed} typ`, { header: { typ: 'JWT' } }],
    ['no typ', `${failed} typ`, { header: { typ: undefined } }],
    ['unknown kid', 'kid', { header: { kid: 'nobody' } }],
    ['no kid', 'header', { header: { kid: undefined } }],
    ['kid that is no text', 'header', { header: { kid: 7 } }],
    ['empty value', 'value', { claims: { v: '' } }],
    ['a value that is no text', 'value', { claims: { v: 7 } }],
    ['empty pair', 'pair', { claims: { pair: '' } }],
    ['a token without an X user', 'token shape', { claims: { v: 'AbCdEfGhIjKlMnOpQrStUvWxYz' } }],
    ['A256KW with the dir key', 'ERR_JOSE_ALG_NOT_ALLOWED', { header: { alg: 'A256KW' } }],
    ['A256GCMKW with the dir key', 'ERR_JOSE_ALG_NOT_ALLOWED', { header: { alg: 'A256GCMKW' } }],
  ])('of an envelope with a fault: %s', async (_, reason, forgery) => {
    expect(await refused(byAlice(await forgedPair(forgery)))).toBe(reason);
  });

  it.each(['none', 'RSA1_5', 'RSA-OAEP-256', 'PBES2-HS256+A128KW', 'ECDH-ES', 'constructor'])(
    'of a header that claims %s',
    async (alg) => {
      const sealed = await seal();
      const header = Buffer.from(
        JSON.stringify({ alg, enc: 'A256GCM', kid: 'h-2026-11', typ: 'herald+jwt', p2c: 1 }),
      );
      const parts = sealed.accessToken.split('.').with(0, header.toString('base64url'));
      expect(await refused(byAlice({ ...sealed, accessToken: parts.join('.') }))).toMatch(
        /^ERR_JOSE_ALG_NOT_ALLOWED$/,
      );
    },
  );

  it('of a compressed envelope', async () => {
    const sealed = await seal();
    const bomb = await new CompactEncrypt(Buffer.from(JSON.stringify({ v: 'x'.repeat(300_000) })))
      .setProtectedHeader({ alg: 'dir', enc: 'A256GCM', kid: 'h-2026-11', typ: 'herald+jwt', zip: 'DEF' })
      .encrypt(await importJWK(keys.own, 'dir'));
    expect(bomb.length).toBeLessThan(4096);
    expect(await refused(byAlice({ ...sealed, accessToken: bomb }))).toBe('ERR_JOSE_NOT_SUPPORTED');
  });
});
