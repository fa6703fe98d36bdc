import { constants, createPrivateKey, generateKeyPairSync, randomBytes, sign } from 'node:crypto';
import { generate } from 'selfsigned';
import { describe, expect, it } from 'vitest';
import { createBearerCheck } from '../../src/session/index.ts';
import {
  AUDIENCE,
  bearerCheck,
  ecSigner,
  hasuraClaims,
  hmacSigner,
  ISSUER,
  jws,
  NAMESPACE,
  NOW,
  nowSeconds,
  outcomeOf,
  payloadOf,
  pemOf,
  REFUSED,
  rsa,
  rsaSigner,
  secretOf,
  token,
} from './tokens.ts';

describe('a token that the engine would take', () => {
  it.each(['256', '384', '512'])('is taken with HS%s', async (bits) => {
    const key = randomBytes(64).toString('base64url');
    const { verify } = bearerCheck(secretOf({ type: `HS${bits}`, key }));
    const given = jws({ alg: `HS${bits}` }, payloadOf(), hmacSigner(key, `sha${bits}`));
    expect((await verify(given)).variables).toMatchObject({ 'x-hasura-user-id': 'user-1' });
  });

  it.each(['256', '384', '512'])('is taken with RS%s', async (bits) => {
    const { verify } = bearerCheck(secretOf({ type: `RS${bits}` }));
    const given = jws({ alg: `RS${bits}` }, payloadOf(), rsaSigner(`sha${bits}`));
    expect(await outcomeOf(verify(given))).toBe('accepted');
  });

  it.each([
    ['ES256', 'prime256v1', 'sha256'],
    ['ES384', 'secp384r1', 'sha384'],
    ['ES512', 'secp521r1', 'sha512'],
  ])('is taken with %s', async (alg, namedCurve, hash) => {
    const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve });
    const { verify } = bearerCheck(secretOf({ type: alg, key: pemOf(publicKey) }));
    expect(await outcomeOf(verify(jws({ alg }, payloadOf(), ecSigner(hash, privateKey))))).toBe('accepted');
  });

  it.each(['Ed25519', 'EdDSA'])('is taken with %s', async (type) => {
    const { publicKey, privateKey } = generateKeyPairSync('ed25519');
    const { verify } = bearerCheck(secretOf({ type, key: pemOf(publicKey) }));
    const given = jws({ alg: 'EdDSA' }, payloadOf(), (input) => sign(null, Buffer.from(input), privateKey));
    expect(await outcomeOf(verify(given))).toBe('accepted');
  });

  it('is taken with the key in an X.509 certificate', async () => {
    const { cert, private: key } = await generate([{ name: 'commonName', value: 'issuer' }], {
      keySize: 2048,
    });
    const { verify } = bearerCheck(secretOf({ key: cert }));
    const given = jws({ alg: 'RS256' }, payloadOf(), rsaSigner('sha256', createPrivateKey(key)));
    expect(await outcomeOf(verify(given))).toBe('accepted');
  });

  it('gives its variables and the time it was issued', async () => {
    const { verify, log } = bearerCheck(secretOf());
    const claims = hasuraClaims({ 'X-Hasura-Access-Token': 'a', 'x-hasura-org': 'acme', other: 7 });
    expect(await verify(token({ [NAMESPACE]: claims }))).toEqual({
      variables: {
        'x-hasura-user-id': 'user-1',
        'x-hasura-role': 'user',
        'x-hasura-access-token': 'a',
        'x-hasura-org': 'acme',
      },
      issuedAt: new Date((nowSeconds - 60) * 1000),
    });
    expect(log).toEqual([]);
  });

  it('is of its subject when it names no user, and of no certain time without iat', async () => {
    const { verify } = bearerCheck(secretOf());
    const claims = hasuraClaims({ 'x-hasura-user-id': undefined });
    const { variables, issuedAt } = await verify(token({ iat: undefined, [NAMESPACE]: claims }));
    expect(variables).toEqual({ 'x-hasura-user-id': 'subject-1', 'x-hasura-role': 'user' });
    expect(issuedAt).toBeUndefined();
  });

  it.each(['JWT', 'jwt', 'at+jwt', 'application/at+jwt', undefined])('may have the type %s', async (typ) => {
    expect(await outcomeOf(bearerCheck(secretOf()).verify(token({}, { typ })))).toBe('accepted');
  });

  it.each([
    ['one audience of several', { aud: ['other', AUDIENCE] }, {}],
    ['a second audience of the configuration', { aud: 'second' }, { audience: [AUDIENCE, 'second'] }],
    ['a namespace of another name', { claims: hasuraClaims() }, { claims_namespace: 'claims' }],
    [
      'a namespace at a path',
      { app: { 'a b': [hasuraClaims()] } },
      { claims_namespace_path: "$.app['a b'][0]" },
    ],
    ['claims beside the others', hasuraClaims(), { claims_namespace_path: '$' }],
    [
      'claims as a string',
      { [NAMESPACE]: JSON.stringify(hasuraClaims()) },
      { claims_format: 'stringified_json' },
    ],
    [
      'claims from a map',
      { [NAMESPACE]: undefined, app: { roles: ['user'] } },
      {
        claims_map: {
          'x-hasura-allowed-roles': { path: '$.app.roles' },
          'x-hasura-default-role': 'user',
          'X-Hasura-User-Id': { path: '$.uid', default: 'user-1' },
        },
      },
    ],
  ])('may have %s', async (_what, claims, configuration) => {
    const { verify } = bearerCheck(secretOf(configuration));
    expect((await verify(token(claims))).variables).toMatchObject({
      'x-hasura-user-id': 'user-1',
      'x-hasura-role': 'user',
    });
  });

  it('lets its user choose among the roles it allows, and no other', async () => {
    const { verify } = bearerCheck(secretOf());
    expect((await verify(token(), 'editor')).variables).toMatchObject({ 'x-hasura-role': 'editor' });
    for (const role of ['admin', '', 'user,editor', 'User']) {
      expect(await outcomeOf(verify(token(), role))).toMatch(/^403 ROLE_NOT_ALLOWED/);
    }
  });
});

describe('clocks that differ (R17)', () => {
  it.each([
    ['expired for 30 s', { exp: nowSeconds - 30 }, 'accepted'],
    ['expired for 31 s', { exp: nowSeconds - 31 }, REFUSED],
    ['valid in 30 s', { nbf: nowSeconds + 30 }, 'accepted'],
    ['valid in 31 s', { nbf: nowSeconds + 31 }, REFUSED],
    ['issued in 30 s', { iat: nowSeconds + 30 }, 'accepted'],
    ['issued in 31 s', { iat: nowSeconds + 31 }, REFUSED],
  ])('%s', async (_what, claims, outcome) => {
    expect(await outcomeOf(bearerCheck(secretOf()).verify(token(claims)))).toBe(outcome);
  });

  it('differ by as much as the configuration says', async () => {
    const { verify } = bearerCheck(secretOf({ allowed_skew: 0 }));
    expect(await outcomeOf(verify(token({ exp: nowSeconds - 1 })))).toBe(REFUSED);
    expect(await outcomeOf(verify(token({ exp: nowSeconds })))).toBe('accepted');
  });
});

describe('a token that is refused', () => {
  const jwk = { ...rsa.publicKey.export({ format: 'jwk' }), kid: 'mine' };
  const foreign = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const foreignJwk = foreign.publicKey.export({ format: 'jwk' });
  const byForeigner = (header: Record<string, unknown>) =>
    jws({ alg: 'RS256', ...header }, payloadOf(), rsaSigner('sha256', foreign.privateKey));
  const pem = pemOf(rsa.publicKey);
  const pss = (input: string): Buffer =>
    sign('sha256', Buffer.from(input), {
      key: rsa.privateKey,
      padding: constants.RSA_PKCS1_PSS_PADDING,
      saltLength: 32,
    });

  it.each<[string, () => string]>([
    ['alg none', () => jws({ alg: 'none' }, payloadOf(), () => Buffer.alloc(0))],
    ['alg none with a signature', () => jws({ alg: 'none' }, payloadOf(), rsaSigner())],
    ['alg NONE', () => jws({ alg: 'NONE' }, payloadOf(), rsaSigner())],
    ['no alg', () => jws({ typ: 'JWT' }, payloadOf(), rsaSigner())],
    ['HS256 with the PEM as key', () => jws({ alg: 'HS256' }, payloadOf(), hmacSigner(pem))],
    ['HS256 with the PEM, trimmed', () => jws({ alg: 'HS256' }, payloadOf(), hmacSigner(pem.trim()))],
    [
      'HS256 with the DER as key',
      () =>
        jws({ alg: 'HS256' }, payloadOf(), hmacSigner(rsa.publicKey.export({ type: 'spki', format: 'der' }))),
    ],
    ['HS256 with the modulus', () => jws({ alg: 'HS256' }, payloadOf(), hmacSigner(String(jwk.n)))],
    ['HS256 with no key', () => jws({ alg: 'HS256' }, payloadOf(), hmacSigner(''))],
    ['RS512 with the right key', () => jws({ alg: 'RS512' }, payloadOf(), rsaSigner('sha512'))],
    ['PS256 with the right key', () => jws({ alg: 'PS256' }, payloadOf(), pss)],
    ['RS256 of another key', () => byForeigner({})],
    ['an embedded jwk', () => byForeigner({ jwk: foreignJwk })],
    ['an embedded jwk with our kid', () => byForeigner({ jwk: { ...foreignJwk, kid: 'mine' }, kid: 'mine' })],
    ['a jku', () => byForeigner({ jku: 'https://evil.example/jwks.json' })],
    ['an x5u', () => byForeigner({ x5u: 'https://evil.example/cert.pem' })],
    ['an x5c', () => byForeigner({ x5c: ['MIIB'] })],
    ['a kid that is a path', () => byForeigner({ kid: '../../../../dev/null' })],
    ['a kid that is SQL', () => byForeigner({ kid: "' union select 'key' --" })],
    ['a crit that nobody knows', () => token({}, { crit: ['x'], x: 1 })],
    ['an unencoded payload', () => token({}, { crit: ['b64'], b64: false })],
    ['expired', () => token({ exp: nowSeconds - 3600 })],
    ['no exp', () => token({ exp: undefined })],
    ['exp as a string', () => token({ exp: String(nowSeconds + 60) })],
    ['not yet valid', () => token({ nbf: nowSeconds + 3600 })],
    ['iat as a string', () => token({ iat: 'yesterday' })],
    ['another audience', () => token({ aud: 'another' })],
    ['no audience', () => token({ aud: undefined })],
    ['an empty audience', () => token({ aud: '' })],
    ['a list without our audience', () => token({ aud: ['a', 'b'] })],
    ['another issuer', () => token({ iss: 'https://issuer.example' })],
    ['no issuer', () => token({ iss: undefined })],
    ['the type of a logout token', () => token({}, { typ: 'logout+jwt' })],
    ['the type of an envelope', () => token({}, { typ: 'herald+jwt' })],
    ['a type that is no string', () => token({}, { typ: 7 })],
    [
      'no user',
      () => token({ sub: undefined, [NAMESPACE]: hasuraClaims({ 'x-hasura-user-id': undefined }) }),
    ],
    ['a number as user', () => token({ [NAMESPACE]: hasuraClaims({ 'x-hasura-user-id': 7 }) })],
    ['no claims', () => token({ [NAMESPACE]: undefined })],
    ['claims as a string', () => token({ [NAMESPACE]: JSON.stringify(hasuraClaims()) })],
    ['claims as a list', () => token({ [NAMESPACE]: [hasuraClaims()] })],
    ['no allowed roles', () => token({ [NAMESPACE]: hasuraClaims({ 'x-hasura-allowed-roles': undefined }) })],
    [
      'allowed roles as a string',
      () => token({ [NAMESPACE]: hasuraClaims({ 'x-hasura-allowed-roles': 'user' }) }),
    ],
    ['no default role', () => token({ [NAMESPACE]: hasuraClaims({ 'x-hasura-default-role': undefined }) })],
    ['a claim that is a number', () => token({ [NAMESPACE]: hasuraClaims({ 'x-hasura-org': 7 }) })],
    ['a claim given twice', () => token({ [NAMESPACE]: hasuraClaims({ 'X-Hasura-User-Id': 'user-2' }) })],
    ['a token of more than 8 kB', () => token({ filler: 'x'.repeat(7_000) })],
    ['a payload that is no object', () => jws({ alg: 'RS256' }, ['a'], rsaSigner())],
    ['an encrypted token', () => `${token()}.a.b`],
    ['no signature', () => token().replace(/[^.]+$/, '')],
    ['nothing', () => ''],
    ['white space inside', () => token().replace('.', ' .')],
  ])('for %s, with the one message', async (_what, make) => {
    const { verify, log } = bearerCheck(secretOf());
    const given = make();
    expect(await outcomeOf(verify(given))).toBe(REFUSED);
    expect(log).toEqual([{ evt: 'bearer_refused', fields: { reason: expect.any(String) } }]);
    expect(JSON.stringify(log)).not.toMatch(/user-1|eyJ/);
  });

  it.each([
    '',
    'Bearer',
    'Bearer ',
    'Basic YTpi',
    'bearer',
    `Token ${token()}`,
    `Bearer  ${token()}`,
    token(),
  ])('for a header that is no bearer token: %.20s', async (header) => {
    expect(await outcomeOf(bearerCheck(secretOf()).check(header, undefined))).toBe(REFUSED);
  });

  it('whatever it is when no issuer is configured', async () => {
    const check = createBearerCheck({ weaknessOfHmacKey: () => undefined, log: () => {}, now: () => NOW });
    expect(await outcomeOf(check(`Bearer ${token()}`, undefined))).toBe(REFUSED);
  });

  it('10,000 times altered by chance, with one and the same answer', { timeout: 60_000 }, async () => {
    const { verify } = bearerCheck(secretOf());
    const good = token();
    const outcomes = new Set<string>();
    for (let n = 0; n < 10_000; n += 1) outcomes.add(await outcomeOf(verify(mutate(good, n))));
    expect([...outcomes]).toEqual([REFUSED]);
  });
});

describe("Herald's own issuer", () => {
  const own = {
    issuer: ISSUER,
    audiences: [AUDIENCE],
    jwks: () => [{ ...rsa.publicKey.export({ format: 'jwk' }), kid: 'k', alg: 'RS256', use: 'sig' }],
  };
  const check = createBearerCheck({
    own,
    weaknessOfHmacKey: () => undefined,
    log: () => {},
    now: () => NOW,
  });

  it('is believed', async () => {
    const given = token({}, { kid: 'k', typ: 'at+jwt' });
    expect((await check(`Bearer ${given}`, undefined)).variables).toMatchObject({
      'x-hasura-user-id': 'user-1',
    });
  });

  it.each([
    ['another key', token({}, { kid: 'other' })],
    ['another algorithm', jws({ alg: 'RS512', kid: 'k' }, payloadOf(), rsaSigner('sha512'))],
    ['another audience', token({ aud: 'x' }, { kid: 'k' })],
    [
      'HS256 with the modulus',
      jws({ alg: 'HS256', kid: 'k' }, payloadOf(), hmacSigner(String(own.jwks()[0]?.n))),
    ],
  ])('is not believed with %s', async (_what, given) => {
    expect(await outcomeOf(check(`Bearer ${given}`, undefined))).toBe(REFUSED);
  });
});

/** One random alteration: a character replaced, removed, added, swapped, a part cut, doubled, moved or reversed. */
const mutate = (text: string, seed: number): string => {
  const random = seededRandom(seed);
  const at = Math.floor(random() * text.length);
  const parts = text.split('.');
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.= \n\0é';
  const character = alphabet[Math.floor(random() * alphabet.length)] ?? '';
  const altered = [
    () => text.slice(0, at) + character + text.slice(at + 1),
    () => text.slice(0, at) + text.slice(at + 1),
    () => text.slice(0, at) + character + text.slice(at),
    () => text.slice(0, at),
    () => parts.map((part, n) => (n === at % 3 ? '' : part)).join('.'),
    () => [parts[2], parts[0], parts[1]].join('.'),
    () => parts.map((part, n) => (n === at % 3 ? [...part].reverse().join('') : part)).join('.'),
    () => text + text.slice(at),
  ][Math.floor(random() * 8)]?.();
  return altered === undefined || altered === text ? `${text}A` : altered;
};

const seededRandom = (seed: number) => {
  let state = seed + 0x6d2b79f5;
  return () => {
    state = Math.imul(state ^ (state >>> 15), state | 1);
    state ^= state + Math.imul(state ^ (state >>> 7), state | 61);
    return ((state ^ (state >>> 14)) >>> 0) / 4_294_967_296;
  };
};
