import { createHmac, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { exportJWK, type JSONWebKeySet, type JWTPayload, jwtVerify, SignJWT } from 'jose';
import { describe, expect, it } from 'vitest';
import { verifyOffline } from '../../docs/examples/desktop.ts';
import { verifyToken } from '../../src/cli/token/verify-token.ts';
import { HeraldError } from '../../src/kernel/index.ts';
import { createBearerCheck } from '../../src/session/index.ts';
import * as f from '../credentials/fixtures.ts';

const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 3072 });
const stranger = generateKeyPairSync('rsa', { modulusLength: 2048 });
const pem = publicKey.export({ type: 'spki', format: 'pem' }).toString();
const jwks: JSONWebKeySet = {
  keys: [{ ...(await exportJWK(publicKey)), kid: 'sign-2026-11', alg: 'RS256', use: 'sig' }],
};

const issuer = 'https://herald.example.com';
const audience = 'desktop-app';
const seconds = Math.floor(f.now.getTime() / 1_000);
const soundClaims: JWTPayload = {
  iss: issuer,
  aud: audience,
  sub: f.aliceId,
  iat: seconds,
  exp: seconds + 3_600,
  'https://hasura.io/jwt/claims': {
    'x-hasura-allowed-roles': ['user'],
    'x-hasura-default-role': 'user',
    'x-hasura-user-id': f.aliceId,
  },
};

interface Change {
  readonly header?: Record<string, unknown>;
  readonly claims?: JWTPayload;
  readonly key?: KeyObject;
}
const sign = ({ header = {}, claims = {}, key = privateKey }: Change = {}): Promise<string> =>
  new SignJWT({ ...soundClaims, ...claims })
    .setProtectedHeader({ alg: 'RS256', kid: 'sign-2026-11', typ: 'at+jwt', ...header })
    .sign(key);
const without = (claim: string): Change => ({ claims: { [claim]: undefined } });

/** A token whose "signature" is an HMAC under the public key's text, which everybody has. */
const signWithPublicKey = (): string => {
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const body = `${part({ alg: 'HS256', kid: 'sign-2026-11', typ: 'at+jwt' })}.${part(soundClaims)}`;
  return `${body}.${createHmac('sha256', pem).update(body).digest('base64url')}`;
};
const unsigned = (): string => {
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
  return `${part({ alg: 'none', typ: 'at+jwt' })}.${part(soundClaims)}.`;
};

describe('what a check with the wrong options takes', () => {
  const currentDate = f.now;

  it.each(['RS512', 'PS384'])('without a list of algorithms: %s, which the token chose', async (alg) => {
    const token = await sign({ header: { alg } });
    expect((await jwtVerify(token, publicKey, { currentDate })).payload.sub).toBe(f.aliceId);
    await expect(jwtVerify(token, publicKey, { currentDate, algorithms: ['RS256'] })).rejects.toMatchObject({
      code: 'ERR_JOSE_ALG_NOT_ALLOWED',
    });
  });

  it('with the public key as mere bytes and no list: a token that anybody made', async () => {
    const bytes = Buffer.from(pem);
    expect((await jwtVerify(signWithPublicKey(), bytes, { currentDate })).payload.sub).toBe(f.aliceId);
    await expect(
      jwtVerify(signWithPublicKey(), bytes, { currentDate, algorithms: ['RS256'] }),
    ).rejects.toMatchObject({ code: 'ERR_JOSE_ALG_NOT_ALLOWED' });
  });

  it('without an audience, or with the one that the caller names: a token for another application', async () => {
    const token = await sign({ claims: { aud: 'another-app' } });
    const algorithms = ['RS256'];
    const header: string = 'another-app';
    for (const options of [{}, { audience: header }])
      expect((await jwtVerify(token, publicKey, { currentDate, algorithms, ...options })).payload.sub).toBe(
        f.aliceId,
      );
  });

  it('without requiring an expiry: a token of 2020', async () => {
    const token = await sign({ claims: { iat: 1_577_836_800, ...without('exp').claims } });
    const options = { currentDate, algorithms: ['RS256'], audience };
    expect((await jwtVerify(token, publicKey, options)).payload.iat).toBe(1_577_836_800);
    await expect(jwtVerify(token, publicKey, { ...options, requiredClaims: ['exp'] })).rejects.toMatchObject({
      claim: 'exp',
    });
  });
});

it('anybody reads what is signed: signing is not encrypting', async () => {
  const [, payload = ''] = (await sign({ claims: { email: 'alice@example.com' } })).split('.');
  expect(Buffer.from(payload, 'base64url').toString()).toContain('alice@example.com');
});

/** Herald's direct door, the command line and a desktop application: all have to refuse the same tokens. */
const door = createBearerCheck({
  own: { issuer, audiences: [audience], jwks: () => jwks.keys },
  weaknessOfHmacKey: () => undefined,
  log: f.recordLog().log,
  now: () => f.now,
});
const checks: [string, (token: string) => Promise<unknown>][] = [
  ["Herald's direct door", (token) => door(`Bearer ${token}`, undefined)],
  ['herald token verify', async (token) => verifyToken(token, jwks.keys, { issuer, audience, now: f.now })],
  ['the desktop example', (token) => verifyOffline(token, { issuer, audience, jwks }, f.now)],
];

describe.each(checks)('%s', (_, check) => {
  it('takes a sound token, and one that is 20 s over', async () => {
    await check(await sign());
    await check(await sign({ claims: { exp: seconds - 20 } }));
  });

  it.each<[string, () => Promise<string> | string]>([
    ['unsigned', unsigned],
    ['signed with the public key', signWithPublicKey],
    ['RS512', () => sign({ header: { alg: 'RS512' } })],
    ['PS256', () => sign({ header: { alg: 'PS256' } })],
    ['signed by another key under the same kid', () => sign({ key: stranger.privateKey })],
    [
      'with a key of its own in the header',
      async () => sign({ key: stranger.privateKey, header: { jwk: await exportJWK(stranger.publicKey) } }),
    ],
    ['of an unknown key', () => sign({ header: { kid: 'another' }, key: stranger.privateKey })],
    ['of another kind', () => sign({ header: { typ: 'logout+jwt' } })],
    ['for another audience', () => sign({ claims: { aud: 'another-app' } })],
    ['for the empty audience', () => sign({ claims: { aud: '' } })],
    ['for no audience', () => sign(without('aud'))],
    ['from another issuer', () => sign({ claims: { iss: 'https://evil.example.com' } })],
    ['from no issuer', () => sign(without('iss'))],
    ['expired', () => sign({ claims: { exp: seconds - 31 } })],
    ['without an expiry', () => sign(without('exp'))],
    ['not yet valid', () => sign({ claims: { nbf: seconds + 40 } })],
    ['no token', () => 'Bearer'],
  ])('refuses a token that is %s', async (_name, make) => {
    await expect(Promise.resolve(make()).then(check)).rejects.toThrow();
  });
});

it('the door tells nobody which of these it was', async () => {
  const messages = await Promise.all(
    [unsigned(), signWithPublicKey(), await sign(without('exp')), 'x'].map((token) =>
      door(`Bearer ${token}`, undefined).catch((error) =>
        error instanceof HeraldError ? error.code : error,
      ),
    ),
  );
  expect(new Set(messages)).toEqual(new Set(['UNAUTHENTICATED']));
});
