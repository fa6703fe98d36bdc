import { createLocalJWKSet, importJWK, importSPKI, jwtVerify, SignJWT } from 'jose';
import { describe, expect, it } from 'vitest';
import { hasuraJwtSecret, KeyringProblem, loadKeyring, publicKeys } from '../../src/credentials/index.ts';
import * as f from './fixtures.ts';

const sign = f.rsa('s-2');
const old = f.rsa('s-1', { status: 'open' });
const curve = f.curve('a-1');
const json = f.ringOf(
  old,
  f.symmetric('e-1'),
  f.rest('r-1'),
  f.cookie('c-1'),
  sign,
  { ...f.rsa('s-0'), status: 'retired' },
  curve,
  f.publicHalf(f.curve('b-1', { iss: 'https://other.example/' })),
);

const sign256 = async (key: f.KeyJson) =>
  new SignJWT({})
    .setProtectedHeader({ alg: 'RS256', kid: String(key.kid) })
    .setIssuer('https://herald.example')
    .setAudience('app')
    .sign(await importJWK(key, 'RS256'));

describe('the public keys', () => {
  const { keys } = publicKeys(json);

  it('are those that sign and those that an outside issuer seals under, the active ones first', () => {
    expect(keys.map(({ kid, use, alg }) => [kid, use, alg])).toEqual([
      ['s-2', 'sig', 'RS256'],
      ['s-1', 'sig', 'RS256'],
      ['a-1', 'enc', 'ECDH-ES'],
      ['b-1', 'enc', 'ECDH-ES'],
    ]);
  });

  it('have no private part and nothing symmetric', () => {
    const names = new Set(keys.flatMap((key) => Object.keys(key)));
    expect([...names].sort()).toEqual(['alg', 'crv', 'e', 'kid', 'kty', 'n', 'use', 'x', 'y']);
    expect(JSON.stringify(keys)).not.toContain(String(curve.d));
  });

  it('verify, as a JWKS, what the active key signed and what the one before signed', async () => {
    const jwks = createLocalJWKSet({ keys: keys.map((key) => ({ ...key })) });
    for (const key of [sign, old]) {
      await expect(jwtVerify(await sign256(key), jwks, { algorithms: ['RS256'] })).resolves.toBeDefined();
    }
  });

  it('are those that the keyring itself publishes', async () => {
    const { signKeys } = await loadKeyring(json);
    expect(signKeys.map(({ publicJwk }) => publicJwk)).toEqual(keys.slice(0, 2));
  });
});

describe("the engine's JWT secret", () => {
  const origin = { issuer: 'https://herald.example', audiences: ['app', 'other'] };

  it('is the object that Hasura documents, with the active key as PEM', async () => {
    const { key, ...secret } = JSON.parse(hasuraJwtSecret(json, origin)) as { key: string };
    expect(secret).toEqual({
      type: 'RS256',
      issuer: 'https://herald.example',
      audience: ['app', 'other'],
      claims_namespace: 'https://hasura.io/jwt/claims',
      allowed_skew: 30,
    });
    expect(key).toMatch(/^-----BEGIN PUBLIC KEY-----\n[A-Za-z0-9+/=\n]+-----END PUBLIC KEY-----\n$/);
    const options = { issuer: origin.issuer, audience: origin.audiences };
    const spki = await importSPKI(key, 'RS256');
    await expect(jwtVerify(await sign256(sign), spki, options)).resolves.toBeDefined();
    await expect(jwtVerify(await sign256(old), spki, options)).rejects.toThrow('signature');
  });

  it('is one line, to be pasted', () => {
    expect(hasuraJwtSecret(json, origin)).not.toContain('\n');
  });

  it('needs a key that signs', () => {
    expect(() => hasuraJwtSecret(f.ringOf(f.symmetric('e-1'), old), origin)).toThrow(KeyringProblem);
  });
});
