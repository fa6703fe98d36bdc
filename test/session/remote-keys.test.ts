import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  bearerCheck,
  hmacSigner,
  ISSUER,
  jws,
  NOW,
  nowSeconds,
  outcomeOf,
  payloadOf,
  REFUSED,
  rsa,
  rsaSigner,
} from './tokens.ts';

type Answer = (request: IncomingMessage, response: ServerResponse) => void;

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const UNAVAILABLE = /^429 TEMPORARILY_UNAVAILABLE/;

let server: Server;
let answer: Answer;
let fetches: number;
let clockMs: number;
let url: string;

beforeEach(async () => {
  fetches = 0;
  clockMs = NOW.getTime();
  answer = keys({ a: rsa.publicKey });
  server = createServer((request, response) => {
    fetches += 1;
    answer(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/jwks.json`;
});
afterEach(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

const jwkOf = (key: KeyObject, more: Record<string, unknown>) => ({
  ...key.export({ format: 'jwk' }),
  use: 'sig',
  ...more,
});

const keys =
  (named: Record<string, KeyObject>): Answer =>
  (_request, response) =>
    void response.end(
      JSON.stringify({ keys: Object.entries(named).map(([kid, key]) => jwkOf(key, { kid, alg: 'RS256' })) }),
    );

const fails: Answer = (_request, response) => void response.writeHead(503).end('no');

const wait = (ms: number) => {
  clockMs += ms;
};

const start = () =>
  bearerCheck(JSON.stringify({ jwk_url: url, audience: 'app', issuer: ISSUER }), {
    now: () => new Date(clockMs),
  });

/** A token that is valid at every time of these tests. */
const signed = (kid: string | undefined, key?: KeyObject, header: Record<string, unknown> = {}): string =>
  jws(
    { alg: 'RS256', kid, ...header },
    payloadOf({ exp: nowSeconds + 10 * 24 * 3600 }),
    rsaSigner('sha256', key),
  );

describe('keys by URL (R16)', () => {
  it('are fetched once for all who wait, and kept for ten minutes', async () => {
    const { verify } = start();
    const outcomes = await Promise.all(Array.from({ length: 50 }, () => outcomeOf(verify(signed('a')))));
    expect(new Set(outcomes)).toEqual(new Set(['accepted']));
    wait(10 * MINUTE_MS - 1);
    await verify(signed('a'));
    expect(fetches).toBe(1);
    wait(1);
    await verify(signed('a'));
    expect(fetches).toBe(2);
  });

  it('are fetched once in 30 seconds under a flood of unknown kids', async () => {
    const { verify } = start();
    await verify(signed('a'));
    wait(30_000);
    for (let n = 0; n < 200; n += 1) {
      expect(await outcomeOf(verify(signed(`random-${n}`)))).toBe(REFUSED);
      wait(100);
    }
    expect(fetches).toBe(2);
    wait(10_000);
    expect(await outcomeOf(verify(signed('random')))).toBe(REFUSED);
    expect(fetches).toBe(3);
    expect(await outcomeOf(verify(signed('a')))).toBe('accepted');
  });

  it('follow a rotation: the new key is found at once, and the old one counts as long as it is there', async () => {
    const next = generateKeyPairSync('rsa', { modulusLength: 2048 });
    const { verify } = start();
    await verify(signed('a'));
    answer = keys({ a: rsa.publicKey, b: next.publicKey });
    wait(31_000);
    expect(await outcomeOf(verify(signed('b', next.privateKey)))).toBe('accepted');
    expect(await outcomeOf(verify(signed('a')))).toBe('accepted');
    answer = keys({ b: next.publicKey });
    wait(10 * MINUTE_MS);
    expect(await outcomeOf(verify(signed('a')))).toBe(REFUSED);
    expect(await outcomeOf(verify(signed('b', next.privateKey)))).toBe('accepted');
  });

  it('are used for a day when they cannot be had anew, and asked for every 30 seconds', async () => {
    const { verify, log } = start();
    await verify(signed('a'));
    answer = fails;
    wait(11 * MINUTE_MS);
    for (let n = 0; n < 20; n += 1) expect(await outcomeOf(verify(signed('a')))).toBe('accepted');
    expect(fetches).toBe(2);
    expect(log).toEqual([{ evt: 'jwks_unavailable', fields: { failure: 'STATUS_503' } }]);
    wait(30_000);
    expect(await outcomeOf(verify(signed('unknown')))).toBe(REFUSED);
    expect(fetches).toBe(3);
    wait(24 * HOUR_MS - 11 * MINUTE_MS - 30_001);
    expect(await outcomeOf(verify(signed('a')))).toBe('accepted');
    wait(1);
    expect(await outcomeOf(verify(signed('a')))).toMatch(UNAVAILABLE);
    answer = keys({ a: rsa.publicKey });
    wait(30_000);
    expect(await outcomeOf(verify(signed('a')))).toBe('accepted');
  });

  it('that were never had are no fault of the token: TEMPORARILY_UNAVAILABLE, one request in 30 seconds', async () => {
    answer = fails;
    const { verify } = start();
    for (let n = 0; n < 20; n += 1) expect(await outcomeOf(verify(signed('a')))).toMatch(UNAVAILABLE);
    expect(fetches).toBe(1);
    answer = keys({ a: rsa.publicKey });
    wait(30_000);
    expect(await outcomeOf(verify(signed('a')))).toBe('accepted');
  });

  it('are not asked for by what is no token of an allowed algorithm', async () => {
    const { verify } = start();
    for (const alg of ['none', 'HS256', 'PS256', 'RS1']) {
      expect(await outcomeOf(verify(jws({ alg, kid: 'a' }, payloadOf(), rsaSigner())))).toBe(REFUSED);
    }
    expect(await outcomeOf(verify('x.y.z'))).toBe(REFUSED);
    expect(fetches).toBe(0);
  });

  it.each<[string, () => Answer, string | RegExp]>([
    ['no JSON', () => (_q, r) => void r.end('<html>'), 'SyntaxError'],
    ['no key set', () => (_q, r) => void r.end('{"keys":7}'), 'ERR_JWKS_INVALID'],
    [
      'more than 256 KiB',
      () => (_q, r) => void r.end(JSON.stringify({ keys: [], filler: 'x'.repeat(300_000) })),
      'TOO_LARGE',
    ],
    ['a redirect', () => redirectToItself, /.+/],
    ['a broken connection', () => (q) => void q.socket.destroy(), /UND_ERR_SOCKET|ECONNRESET/],
  ])('are not read from %s', async (_what, make, failure) => {
    answer = make();
    const { verify, log } = start();
    expect(await outcomeOf(verify(signed('a')))).toMatch(UNAVAILABLE);
    expect(fetches).toBe(1);
    expect(log).toEqual([
      { evt: 'jwks_unavailable', fields: { failure: expect.stringMatching(failure) as string } },
    ]);
  });

  it('are waited for five seconds and no longer', { timeout: 20_000 }, async () => {
    answer = (_request, response) => {
      response.writeHead(200);
      response.write('{"keys":');
    };
    const began = performance.now();
    const { verify, log } = start();
    expect(await outcomeOf(verify(signed('a')))).toMatch(UNAVAILABLE);
    expect(performance.now() - began).toBeGreaterThan(4_900);
    expect(log).toEqual([{ evt: 'jwks_unavailable', fields: { failure: 'TimeoutError' } }]);
  });
});

describe('which key', () => {
  it('is never a shared one, whatever the set holds', async () => {
    const k = Buffer.alloc(32, 7);
    answer = (_request, response) =>
      void response.end(JSON.stringify({ keys: [{ kty: 'oct', k: k.toString('base64url'), kid: 'a' }] }));
    const { verify } = start();
    const given = jws({ alg: 'HS256', kid: 'a' }, payloadOf(), hmacSigner(k));
    expect(await outcomeOf(verify(given))).toBe(REFUSED);
  });

  it("is used with its own algorithm, when it names one, and never with another's use", async () => {
    answer = (_request, response) =>
      void response.end(
        JSON.stringify({
          keys: [
            jwkOf(rsa.publicKey, { kid: 'a', alg: 'RS512' }),
            jwkOf(rsa.publicKey, { kid: 'b', use: 'enc' }),
            jwkOf(rsa.privateKey, { kid: 'c' }),
            jwkOf(rsa.publicKey, { kid: 'd' }),
          ],
        }),
      );
    const { verify } = start();
    for (const kid of ['a', 'b', 'c']) expect(await outcomeOf(verify(signed(kid)))).toBe(REFUSED);
    expect(await outcomeOf(verify(signed('d')))).toBe('accepted');
  });

  it('is not guessed: without a kid only one key may fit', async () => {
    const { verify } = start();
    expect(await outcomeOf(verify(signed(undefined)))).toBe('accepted');
    answer = keys({
      a: rsa.publicKey,
      b: generateKeyPairSync('rsa', { modulusLength: 2048 }).publicKey,
    });
    wait(10 * MINUTE_MS);
    expect(await outcomeOf(verify(signed(undefined)))).toBe(REFUSED);
  });

  it.each(['../../a', "a' or '1'='1", 'https://evil.example/jwks.json', '__proto__', ''])(
    'is compared by its name, which leads nowhere: %j',
    async (kid) => {
      const { verify } = start();
      const given = signed(kid, undefined, { jku: 'https://evil.example', x5u: 'https://evil.example' });
      expect(await outcomeOf(verify(given))).toBe(REFUSED);
      expect(fetches).toBe(1);
    },
  );
});

const redirectToItself: Answer = (request, response) =>
  void response.writeHead(302, { location: request.url ?? '/' }).end();
