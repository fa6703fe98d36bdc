import { createHash, createHmac, randomBytes } from 'node:crypto';
import { type JWTPayload, jwtVerify, SignJWT } from 'jose';
import { describe, expect, it } from 'vitest';
import { weaknessOfHmacKey } from '../../src/credentials/index.ts';
import { HookFault, readHookResult } from '../../src/issuer/hook-result.ts';
import { createBearerCheck, jwtSecretProblems } from '../../src/session/index.ts';
import * as f from '../credentials/fixtures.ts';

const hmac = (key: Uint8Array | string, text: string) => createHmac('sha256', key).update(text).digest('hex');

describe('the length of the secret', () => {
  it('buys nothing beyond 64 bytes: a longer key is hashed to 32 first (RFC 2104, section 2)', () => {
    const of2048Bits = randomBytes(256);
    const of256Bits = createHash('sha256').update(of2048Bits).digest();
    expect(hmac(of2048Bits, 'header.payload')).toBe(hmac(of256Bits, 'header.payload'));
  });

  it('says nothing about its strength: a long sentence is still a sentence', () => {
    const sentence =
      'this secret has more than sixty-four characters and a person thought of every one of them';
    expect(sentence.length).toBeGreaterThan(64);
    expect(weaknessOfHmacKey(sentence)).toMatch(/random bytes/);
  });
});

const issuer = 'https://app.example.com';
const audience = 'hasura';
const hasura = {
  'x-hasura-allowed-roles': ['user'],
  'x-hasura-default-role': 'user',
  'x-hasura-user-id': f.aliceId,
};
const sign = (secret: string, claims: JWTPayload = {}): Promise<string> =>
  new SignJWT({ 'https://hasura.io/jwt/claims': hasura, ...claims })
    .setProtectedHeader({ alg: 'HS256' })
    .setIssuer(issuer)
    .setAudience(audience)
    .setSubject(f.aliceId)
    .setExpirationTime(f.inTenHours)
    .sign(Buffer.from(secret));

/** The part of an attack that costs anything: one HMAC for each guess, on the attacker's own machine. */
const guess = (token: string, words: readonly string[]): string | undefined => {
  const [header, payload, signature] = token.split('.');
  return words.find(
    (word) => createHmac('sha256', word).update(`${header}.${payload}`).digest('base64url') === signature,
  );
};
const dictionary = Array.from({ length: 5_000 }, (_, index) => `word-${index}`);
dictionary.splice(4_321, 0, 'supersecret');

describe('the length of the payload', () => {
  const padding = { padding: 'x'.repeat(4_000) };

  it.each([
    ['small', {}],
    ['large', padding],
  ])('does not matter to a weak secret: it is found from one token with a %s payload', async (_, claims) => {
    const token = await sign('supersecret', claims);
    expect(guess(token, dictionary)).toBe('supersecret');
    const forged = await sign(guess(token, dictionary) ?? '', { admin: true });
    const { payload } = await jwtVerify(forged, Buffer.from('supersecret'), { currentDate: f.now });
    expect(payload.admin).toBe(true);
  });

  it.each([
    ['small', {}],
    ['large', padding],
  ])('does not matter to a random secret either, with a %s payload', async (_, claims) => {
    const secret = randomBytes(32).toString('base64');
    const token = await sign(secret, claims);
    expect(guess(token, dictionary)).toBeUndefined();
    const check = bearerCheck(secret);
    expect((await check(`Bearer ${token}`, undefined)).variables['x-hasura-user-id']).toBe(f.aliceId);
  });
});

const jwtSecret = (key: string) => JSON.stringify({ type: 'HS256', key, issuer, audience });
const bearerCheck = (key: string) =>
  createBearerCheck({
    jwtSecret: jwtSecret(key),
    weaknessOfHmacKey,
    log: f.recordLog().log,
    now: () => f.now,
  });

describe('a symmetric key in the configuration', () => {
  it.each([
    ['a word', 'supersecret'],
    ['the published placeholder', 'mysupersecretkey'],
    ['32 typed characters', 'this-is-a-32-character-password!'],
    ['a long sentence', 'correct horse battery staple '.repeat(8)],
    ['one character many times', 'a'.repeat(64)],
    ['16 random bytes', randomBytes(16).toString('base64')],
    ['16 random bytes as hex', randomBytes(16).toString('hex')],
    ['nothing', ''],
  ])('is refused when it is %s, before any token is seen', (_, key) => {
    expect(jwtSecretProblems(jwtSecret(key), weaknessOfHmacKey)).not.toEqual([]);
    expect(() => bearerCheck(key)).toThrow('HASURA_GRAPHQL_JWT_SECRET');
  });

  it.each([
    ['base64', randomBytes(32).toString('base64')],
    ['hex', randomBytes(32).toString('hex')],
  ])('is taken when it is 32 random bytes as %s', (_, key) => {
    expect(jwtSecretProblems(jwtSecret(key), weaknessOfHmacKey)).toEqual([]);
  });
});

describe('claims from the application', () => {
  /** The article's way: whatever came with the request is merged into the payload. */
  const merged = (payload: JWTPayload, fromRequest: object) => Object.assign({}, payload, fromRequest);

  it('merged into the payload, a request names its own user and role', () => {
    const payload = { sub: f.aliceId, 'https://hasura.io/jwt/claims': hasura };
    const request = { sub: f.bobId, 'https://hasura.io/jwt/claims': { 'x-hasura-default-role': 'admin' } };
    expect(merged(payload, request)).toEqual(request);
  });

  it.each<[string, object]>([
    ['the subject', { claims: { sub: f.bobId } }],
    ['the expiry', { claims: { exp: 9_999_999_999 } }],
    ['the whole namespace', { claims: { 'https://hasura.io/jwt/claims': { 'x-hasura-user-id': 'x' } } }],
    ['the user id', { hasura: { 'x-hasura-user-id': f.bobId } }],
    ['the allowed roles', { hasura: { 'x-hasura-allowed-roles': '["admin"]' } }],
    ['a credential', { hasura: { 'x-hasura-access-token': 'x' } }],
    ['a role that is not configured', { defaultRole: 'admin' }],
    ['anything by another name', { payload: { admin: true } }],
    ['a prototype', JSON.parse('{"claims": {"__proto__": {"admin": true}}}')],
  ])("through Herald's claims hook, nobody sets %s", (_, result) => {
    expect(() => readHookResult(result, ['user'])).toThrow(HookFault);
  });

  it("through Herald's claims hook, an organisation of one's own is set", () => {
    const result = { hasura: { 'x-hasura-org-id': 'org-7' }, claims: { plan: 'free' } };
    expect(readHookResult(result, ['user'])).toMatchObject(result);
  });
});
