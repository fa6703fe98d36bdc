import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { weaknessOfHmacKey } from '../../src/credentials/index.ts';
import { createBearerCheck, jwtSecretProblems } from '../../src/session/index.ts';
import { NOW, pemOf, rsa, secretOf } from './tokens.ts';

const problemsOf = (json: string) => jwtSecretProblems(json, weaknessOfHmacKey);
const byUrl = (jwk_url: unknown, changes: Record<string, unknown> = {}) =>
  secretOf({ type: undefined, key: undefined, jwk_url, ...changes });

describe("the engine's JWT secret", () => {
  it.each([
    ['a static key', secretOf()],
    [
      'everything that is optional',
      secretOf({ claims_namespace: 'c', claims_format: 'json', allowed_skew: 5 }),
    ],
    ['the header that it takes', secretOf({ header: { type: 'Authorization' } })],
    ['a list of audiences', secretOf({ audience: ['a', 'b'] })],
    ['keys by https', byUrl('https://issuer.example/jwks.json')],
    ['keys by http of this machine', byUrl('http://localhost:4000/jwks.json')],
    ['a shared key of 32 random bytes', secretOf({ type: 'HS256', key: randomBytes(32).toString('hex') })],
  ])('is sound with %s', (_what, json) => {
    expect(problemsOf(json)).toEqual([]);
  });

  const small = generateKeyPairSync('rsa', { modulusLength: 1024 });
  const p384 = generateKeyPairSync('ec', { namedCurve: 'secp384r1' });
  it.each([
    ['no JSON', 'type=RS256', /must be a JSON object/],
    ['a list', '[]', /must be a JSON object/],
    ['an empty object', '{}', /type and key, or jwk_url/],
    ['no audience', secretOf({ audience: undefined }), /^audience is required/],
    ['an empty audience', secretOf({ audience: '' }), /^audience is required/],
    ['an empty list of audiences', secretOf({ audience: [] }), /^audience is required/],
    ['an empty audience among others', secretOf({ audience: ['a', ''] }), /^audience is required/],
    ['no issuer', secretOf({ issuer: undefined }), /^issuer is required/],
    ['an empty issuer', secretOf({ issuer: '' }), /^issuer is required/],
    ['both kinds of keys', secretOf({ jwk_url: 'https://i.example' }), /not both/],
    ['an unknown type', secretOf({ type: 'PS256' }), /^type must be one of/],
    ['the type none', secretOf({ type: 'none' }), /^type must be one of/],
    ['a key that is no PEM', secretOf({ key: 'abc' }), /^key must be a public key/],
    [
      'a private key',
      secretOf({ key: String(rsa.privateKey.export({ type: 'pkcs8', format: 'pem' })) }),
      /^key is a private key/,
    ],
    ['a small key', secretOf({ key: pemOf(small.publicKey) }), /1024 bits/],
    ['a key of another kind', secretOf({ type: 'ES256' }), /not on the curve/],
    ['a key on another curve', secretOf({ type: 'ES256', key: pemOf(p384.publicKey) }), /not on the curve/],
    ['an RSA type with an EC key', secretOf({ key: pemOf(p384.publicKey) }), /no RSA key/],
    ['Ed25519 with an RSA key', secretOf({ type: 'Ed25519' }), /no Ed25519 key/],
    [
      'a typed shared key',
      secretOf({ type: 'HS256', key: 'my_secret_key_that_is_long_enough_to_pass' }),
      /^key /,
    ],
    ['a short shared key', secretOf({ type: 'HS256', key: 'abc' }), /^key /],
    [
      'a shared key shorter than the hash',
      secretOf({ type: 'HS512', key: randomBytes(32).toString('base64url') }),
      /^key has 43 bytes, and HS512 needs 64/,
    ],
    ['keys by plain http', byUrl('http://issuer.example/jwks.json'), /^jwk_url must be https/],
    ['keys from a file', byUrl('file:///etc/passwd'), /^jwk_url must be https/],
    ['keys from nowhere', byUrl('jwks'), /^jwk_url must be https/],
    ['keys with a password', byUrl('https://u:p@issuer.example/'), /password/],
    ['a skew that is no number', secretOf({ allowed_skew: '30' }), /^allowed_skew/],
    ['a skew of a day', secretOf({ allowed_skew: 86_400 }), /^allowed_skew/],
    ['a cookie', secretOf({ header: { type: 'Cookie', name: 'jwt' } }), /^header is not supported.*cookie/],
    ['another format', secretOf({ claims_format: 'yaml' }), /^claims_format/],
    [
      'a namespace and a path',
      secretOf({ claims_namespace: 'a', claims_namespace_path: '$.a' }),
      /at most one/,
    ],
    ['a path that is none', secretOf({ claims_namespace_path: '$..a' }), /^claims_namespace_path/],
    ['a path of another kind', secretOf({ claims_namespace_path: 7 }), /^claims_namespace_path/],
    ['a map without roles', secretOf({ claims_map: {} }), /x-hasura-allowed-roles/],
    [
      'a map with a source that is none',
      secretOf({ claims_map: { 'x-hasura-user-id': { path: 'sub' } } }),
      /cannot be read: x-hasura-user-id/,
    ],
    ['a misspelt field', secretOf({ audiance: 'a' }), /^has no field audiance/],
  ])('is refused with %s', (_what, json, problem) => {
    const problems = problemsOf(json);
    expect(problems.join('\n')).toMatch(problem);
    expect(problems.join('\n')).not.toContain('BEGIN');
  });

  it('has all its problems told at once', () => {
    expect(problemsOf(secretOf({ audience: undefined, issuer: undefined, key: 'x' }))).toHaveLength(3);
  });

  it('that is malformed never becomes a check', () => {
    const make = () =>
      createBearerCheck({ jwtSecret: '{}', weaknessOfHmacKey, log: () => {}, now: () => NOW });
    expect(make).toThrow(/^HASURA_GRAPHQL_JWT_SECRET must have type and key/);
  });
});
