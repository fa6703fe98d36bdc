import { createHmac, generateKeyPairSync, type JsonWebKey, type KeyObject, sign } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { createHerald } from './herald.ts';

const herald = createHerald({});
const keyPair = () => generateKeyPairSync('rsa', { modulusLength: 2048 });
const own = keyPair();
const stranger = keyPair();
const jwk = (key: KeyObject, more: JsonWebKey = {}): JsonWebKey => ({
  ...key.export({ format: 'jwk' }),
  ...more,
});
const pem = (key: KeyObject): string =>
  String(key.export({ type: key.type === 'private' ? 'pkcs8' : 'spki', format: 'pem' }));

const file = (name: string, content: string): string => {
  const path = join(herald.folder, name);
  writeFileSync(path, content);
  return path;
};
const keySet = file(
  'jwks.json',
  JSON.stringify({
    keys: [
      jwk(own.publicKey, { kid: 'own', alg: 'RS256', use: 'sig' }),
      jwk(stranger.publicKey, { kid: 'enc', use: 'enc' }),
      jwk(stranger.publicKey, { kid: 'other' }),
    ],
  }),
);
const publicKey = file('public.pem', pem(own.publicKey));

const nowS = Math.floor(Date.now() / 1000);
const claims = {
  iss: 'https://herald.example.org',
  aud: ['web', 'app'],
  sub: 'twitter|42',
  iat: nowS,
  exp: nowS + 600,
};
const encode = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');

interface Shape {
  readonly header?: Record<string, unknown>;
  readonly payload?: Record<string, unknown>;
  readonly key?: KeyObject;
  readonly digest?: string;
}

const makeToken = ({
  header = {},
  payload = {},
  key = own.privateKey,
  digest = 'RSA-SHA256',
}: Shape = {}): string => {
  const signed = `${encode({ alg: 'RS256', kid: 'own', ...header })}.${encode({ ...claims, ...payload })}`;
  return `${signed}.${sign(digest, Buffer.from(signed), key).toString('base64url')}`;
};

const verify = (token: string, ...options: string[]) =>
  herald.given({ input: token }, 'token', 'verify', '--audience', 'web', ...options);

const JWE = `${encode({ alg: 'dir' })}..aXY.Y2FuYXJ5.dGFn`;

describe('herald token verify', () => {
  it('shows the claims of a good token, sealed credentials excepted', async () => {
    const namespace = { 'x-hasura-user-id': 'twitter|42', 'x-hasura-access-token': JWE };
    const token = makeToken({
      header: { typ: 'at+jwt' },
      payload: { 'https://hasura.io/jwt/claims': namespace },
    });
    const { code, output } = await verify(`Bearer ${token}\n`, '--jwks', keySet, '--issuer', claims.iss);
    expect(code).toBe(0);
    expect(output).toMatch(/^The token is good\.\n/);
    expect(output).toMatch(/ {2}x-hasura-user-id +twitter\|42\n/);
    expect(output).toMatch(/ {2}x-hasura-access-token +sealed, \d+ characters\n/);
    expect(output).not.toContain(JWE);
    expect(output).not.toContain('Next: ');
  });

  it('takes a public key as PEM or JWK, and says when a credential is not sealed', async () => {
    const secret = `42-${'canary'.padEnd(40, 'x')}`;
    const token = makeToken({
      header: { kid: undefined },
      payload: { 'x-hasura-access-token': secret, other: [secret] },
    });
    for (const key of [publicKey, file('public.jwk', JSON.stringify(jwk(own.publicKey)))]) {
      const { code, output } = await verify(token, '--key', key);
      expect(code).toBe(0);
      expect(output).toMatch(/x-hasura-access-token +not sealed, not shown/);
      expect(output).toContain('x-hasura-access-token is not sealed: whoever sees this token can use it');
    }
  });

  it.each<[string, () => string, RegExp]>([
    ['none', () => `${encode({ alg: 'none' })}.${encode(claims)}.`, /three parts/],
    ['none with a signature', () => makeToken({ header: { alg: 'none' } }), /not RS256/],
    ['HS256 with the public key', () => hmacToken(), /not RS256/],
    ['RS512', () => makeToken({ header: { alg: 'RS512' }, digest: 'RSA-SHA512' }), /not RS256/],
    ['PS256', () => makeToken({ header: { alg: 'PS256' } }), /not RS256/],
    [
      'an embedded key',
      () => makeToken({ header: { jwk: jwk(stranger.publicKey) }, key: stranger.privateKey }),
      /signature/,
    ],
    [
      'a key by address',
      () => makeToken({ header: { jku: 'http://127.0.0.1:1/' }, key: stranger.privateKey }),
      /signature/,
    ],
    ['a path as kid', () => makeToken({ header: { kid: '../../../dev/null' } }), /not among these/],
    ['a kid that is no text', () => makeToken({ header: { kid: { a: 1 } } }), /not among these/],
    ['no kid', () => makeToken({ header: { kid: undefined } }), /names no key/],
    [
      'a key for encryption',
      () => makeToken({ header: { kid: 'enc' }, key: stranger.privateKey }),
      /not among these/,
    ],
    ['another key', () => makeToken({ key: stranger.privateKey }), /signature/],
    ['crit', () => makeToken({ header: { crit: ['b64'], b64: false } }), /crit/],
    ['another typ', () => makeToken({ header: { typ: 'logout+jwt' } }), /typ/],
    ['an expired one', () => makeToken({ payload: { exp: nowS - 60 } }), /expired/],
    ['no exp', () => makeToken({ payload: { exp: undefined } }), /no exp/],
    ['exp as text', () => makeToken({ payload: { exp: '9999999999' } }), /no time/],
    ['one of tomorrow', () => makeToken({ payload: { nbf: nowS + 86_400 } }), /only from/],
    ['one issued tomorrow', () => makeToken({ payload: { iat: nowS + 86_400 } }), /still to come/],
    ['another audience', () => makeToken({ payload: { aud: 'webb' } }), /another audience/],
    ['no audience', () => makeToken({ payload: { aud: undefined } }), /another audience/],
    ['another issuer', () => makeToken({ payload: { iss: `${claims.iss}.evil` } }), /another issuer/],
    ['an encrypted one', () => JWE, /encrypted/],
    ['an altered signature', () => alter(makeToken()), /signature|three parts/],
    ['garbage', () => 'canary', /three parts/],
    ['nothing', () => '', /Standard input is empty/],
  ])('refuses %s', async (_what, make, sentence) => {
    const { code, stdout, stderr } = await verify(make(), '--jwks', keySet, '--issuer', claims.iss);
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toMatch(sentence);
  });

  it('refuses every altered token', async () => {
    const token = makeToken();
    for (let index = 0; index < token.length; index += 7) {
      const altered = `${token.slice(0, index)}${token[index] === 'A' ? 'B' : 'A'}${token.slice(index + 1)}`;
      expect((await verify(altered, '--key', publicKey)).code).toBe(1);
    }
  });

  it.each([
    ['a private key', () => file('private.pem', pem(own.privateKey)), /is a private key/],
    [
      'a short key',
      () => file('short.pem', pem(generateKeyPairSync('rsa', { modulusLength: 1024 }).publicKey)),
      /2048/,
    ],
    [
      'a curve',
      () => file('curve.pem', pem(generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey)),
      /no RSA/,
    ],
    ['what is no key', () => file('none.pem', 'canary'), /no RSA/],
    ['a file that is not there', () => join(herald.folder, 'nowhere'), /There is no file/],
  ])('takes no keys from %s', async (_what, make, sentence) => {
    const { code, output } = await verify(makeToken(), '--key', make());
    expect({ code, output }).toEqual({ code: 1, output: expect.stringMatching(sentence) });
  });

  it('asks for an audience and one place of keys', async () => {
    const call = (...options: string[]) =>
      herald.given({ input: makeToken() }, 'token', 'verify', ...options);
    expect((await call('--key', publicKey)).output).toMatch(/needs --audience/);
    expect((await call('--key', publicKey, '--audience', '')).code).toBe(2);
    expect((await call('--key', publicKey, '--jwks', keySet, '--audience', 'web')).code).toBe(2);
    expect((await call('--audience', 'web')).output).toMatch(/There is no keyring/);
  });

  it('fetches a key set, from this machine or over https, and follows nobody elsewhere', async () => {
    const keys = JSON.stringify({ keys: [jwk(own.publicKey, { kid: 'own' })] });
    const server = createServer((request, response) => {
      if (request.url === '/moved') response.writeHead(302, { location: '/jwks' }).end();
      else response.writeHead(request.url === '/jwks' ? 200 : 404).end(keys);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    afterAll(() => void server.close());
    const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    expect((await verify(makeToken(), '--jwks', `${base}/jwks`)).code).toBe(0);
    expect((await verify(makeToken(), '--jwks', `${base}/moved`)).output).toMatch(/cannot be asked/);
    expect((await verify(makeToken(), '--jwks', `${base}/none`)).output).toMatch(/HTTP 404/);
    expect((await verify(makeToken(), '--jwks', 'http://keys.example.org/jwks')).output).toMatch(
      /over https/,
    );
  });

  it('checks with the keys of the configured keyring when nothing else is named', async () => {
    const made = (await herald('keys', 'generate', '--use', 'sign', '--json')).stdout;
    const { keyring } = JSON.parse(made) as { keyring: { keys: [JsonWebKey] } };
    const { createPrivateKey } = await import('node:crypto');
    const key = createPrivateKey({ key: keyring.keys[0], format: 'jwk' });
    const configured = createHerald({ HERALD_KEYRING: JSON.stringify(keyring) });
    const token = makeToken({ header: { kid: keyring.keys[0].kid }, key });
    expect((await configured.given({ input: token }, 'token', 'verify', '--audience', 'web')).code).toBe(0);
    expect(
      (await configured.given({ input: makeToken() }, 'token', 'verify', '--audience', 'web')).code,
    ).toBe(1);
  });
});

/** Signed with the public key's text as if it were a shared secret. */
const hmacToken = (): string => {
  const signed = `${encode({ alg: 'HS256', kid: 'own' })}.${encode(claims)}`;
  return `${signed}.${createHmac('sha256', pem(own.publicKey)).update(signed).digest('base64url')}`;
};

const alter = (token: string): string => `${token.slice(0, -4)}${token.endsWith('AAAA') ? 'BBBB' : 'AAAA'}`;
