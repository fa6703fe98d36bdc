import { statSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import * as f from '../credentials/fixtures.ts';
import { aliceIdentity, aliceXId, googleIdentity, key, type Login, signIn, xIdentity } from './action.ts';
import { managementToken, soundToken, startTenant, type Tenant } from './tenant.ts';

let tenant: Tenant;
beforeEach(async () => {
  tenant = await startTenant();
  tenant.user = [{ body: { identities: [aliceIdentity] } }];
});
afterEach(() => tenant.close());

const canaries = [f.alice.token, f.alice.secret, managementToken, 'client-secret-canary-91bc', 'UPSTREAM'];

/** Signs in, checks that it is refused in the one way, and gives the sentence in the tenant's log. */
const refusedBecause = async (login: Login = {}, waitsMs: number[] = []): Promise<string> => {
  const outcome = await signIn(login, { tenant, timeouts: { asked: [], waitsMs } });
  expect(outcome.claims.size).toBe(0);
  expect(outcome.denied).toEqual(['Sign-in with X could not be completed.']);
  expect(outcome.logged).toHaveLength(1);
  const [line = ''] = outcome.logged;
  expect(line.length).toBeLessThanOrEqual(120);
  for (const canary of canaries) expect(line).not.toContain(canary);
  return line.replace('herald: ', '');
};

describe('the Management API fails, and so does the sign-in, with no text of its answer', () => {
  const body = { error: 'UPSTREAM says too much', token: f.alice.token };

  it.each([
    ['429 for a token', 'management token: HTTP 429', { status: 429, body }],
    ['403 for a token', 'management token: HTTP 403', { status: 403, body }],
    ['500 for a token', 'management token: HTTP 500', { status: 500, body: '<h1>UPSTREAM</h1>' }],
    [
      'malformed JSON for a token',
      'management token: unreadable answer (SyntaxError)',
      { body: `UPSTREAM ${managementToken}` },
    ],
    ['null for a token', 'management token: no token in the answer', { body: 'null' }],
    ['an answer without a token', 'management token: no token in the answer', { body: { expires_in: 60 } }],
    ['a redirect', '/oauth/token: TypeError', { status: 302, location: '/elsewhere', body }],
    [
      'a token without the scope for tokens',
      'management token: grant the scope read:user_idp_tokens',
      { body: { access_token: managementToken, expires_in: 60, scope: 'read:users' } },
    ],
  ])('%s', async (_, sentence, answer) => {
    tenant.token = [answer];
    expect(await refusedBecause()).toBe(sentence);
    expect(tenant.calls).toHaveLength(1);
  });

  it.each([
    ['429 for the user', 'user: HTTP 429', { status: 429, body }],
    ['404 for the user', 'user: HTTP 404', { status: 404, body }],
    [
      'malformed JSON for the user',
      'user: unreadable answer (SyntaxError)',
      { body: `UPSTREAM ${f.alice.token}` },
    ],
    ['null for the user', 'user: no identities in the answer', { body: 'null' }],
    ['a user without identities', 'user: no identities in the answer', { body: {} }],
    ['no identity at all', 'the user has no identity of this X account', { body: { identities: [] } }],
    ['an identity that is null', 'unexpected TypeError', { body: { identities: [null] } }],
    ['a redirect', '/api/v2/users: TypeError', { status: 307, location: '/elsewhere', body }],
  ])('%s', async (_, sentence, answer) => {
    tenant.user = [answer];
    expect(await refusedBecause()).toBe(sentence);
    expect(tenant.calls).toHaveLength(2);
  });

  it('is silent: each request has five seconds', async () => {
    const asked: number[] = [];
    tenant.user = [{ hang: true }];
    const outcome = await signIn({}, { tenant, timeouts: { asked, waitsMs: [5_000, 50] } });
    expect(asked).toEqual([5_000, 5_000]);
    expect(outcome.logged).toEqual(['herald: /api/v2/users: TimeoutError']);
    expect(outcome.denied).toHaveLength(1);
    tenant.token = [{ hang: true }];
    expect(await refusedBecause({}, [50])).toBe('/oauth/token: TimeoutError');
  });

  it('is unreachable', async () => {
    await tenant.close();
    expect(await refusedBecause()).toBe('/oauth/token: TypeError');
  });
});

it('fails closed when something breaks that nobody thought of, and says little', async () => {
  class BrokenCache extends Map {
    override get(): never {
      throw Object.assign(new Error('UPSTREAM'), { name: 'N'.repeat(500) });
    }
  }
  const outcome = await signIn({}, { tenant, cache: new BrokenCache() });
  expect(outcome.claims.size).toBe(0);
  expect(outcome.denied).toHaveLength(1);
  expect(outcome.logged).toEqual([expect.stringMatching(/^herald: unexpected N{101}$/)]);
});

describe('the credentials are not those of the X account that signed in', () => {
  it.each([
    [
      'a token of another X account',
      { ...aliceIdentity, access_token: f.bob.token },
      'the access token is of another X account',
    ],
    [
      'a token that is no string',
      { ...aliceIdentity, access_token: 7 },
      'the access token is of another X account',
    ],
    [
      'another X account only',
      xIdentity('1234567890123456789', f.bob),
      'the user has no identity of this X account',
    ],
    [
      'an account elsewhere with the same number',
      { ...aliceIdentity, provider: 'google-oauth2' },
      'the user has no identity of this X account',
    ],
    ['no X account', googleIdentity, 'the user has no identity of this X account'],
    [
      'no tokens, as with Token Vault',
      { ...aliceIdentity, access_token: undefined, access_token_secret: undefined },
      'no X tokens in identities: is Token Vault on, or read:user_idp_tokens missing?',
    ],
    [
      'an OAuth 2.0 token',
      { ...aliceIdentity, access_token: 'oauth2-opaque', access_token_secret: undefined },
      'the X connection gives OAuth 2.0 tokens; Herald needs OAuth 1.0a',
    ],
  ])('%s', async (_, identity, sentence) => {
    tenant.user = [{ body: { identities: [identity] } }];
    expect(await refusedBecause()).toBe(sentence);
  });

  it.each([
    ['none', [{ provider: 'google-oauth2', user_id: '1' }], 0],
    [
      'two',
      [
        { provider: 'twitter', user_id: aliceXId },
        { provider: 'twitter', user_id: '12345' },
      ],
      2,
    ],
  ])('the primary identity is no X account and %s is linked', async (_, linked, count) => {
    expect(await refusedBecause({ userId: 'auth0|abc', linked })).toBe(
      `the user has ${count} linked X accounts and did not sign in with one`,
    );
    expect(tenant.calls).toEqual([]);
  });

  it.each(['twitter|', 'twitter|alice', `twitter|${'1'.repeat(21)}`, 'twitter|1/../2', 'xtwitter|12345'])(
    'the user id is %s',
    async (userId) => {
      expect(await refusedBecause({ userId, linked: [] })).toContain('linked X accounts');
    },
  );
});

describe('a secret of the Action is missing or malformed, which no sign-in survives', () => {
  const malformed: [string, string, string | undefined][] = [
    ['AUTH0_DOMAIN', 'missing', undefined],
    ['AUTH0_DOMAIN', 'a URL', 'https://example.eu.auth0.com/'],
    ['AUTH0_CLIENT_ID', 'missing', undefined],
    ['AUTH0_CLIENT_SECRET', 'empty', ''],
    ['HERALD_PUBLIC_KEY', 'missing', undefined],
    ['ACCESS_TOKEN_SECONDS', 'missing', undefined],
    ['ACCESS_TOKEN_SECONDS', 'words', '10 hours'],
  ];
  it.each(malformed)('%s: %s', async (name, _, value) => {
    expect(await refusedBecause({ secrets: { [name]: value } })).toBe(
      `the secret ${name} is missing or malformed`,
    );
  });

  it.each(['59', '86401'])('ACCESS_TOKEN_SECONDS: %s', async (value) => {
    expect(await refusedBecause({ secrets: { ACCESS_TOKEN_SECONDS: value } })).toContain('60 to 86400');
  });

  it('HERALD_PUBLIC_KEY: a private key, which has no business at Auth0', async () => {
    for (const jwk of [key, f.symmetric('shared')])
      expect(await refusedBecause({ secrets: { HERALD_PUBLIC_KEY: JSON.stringify(jwk) } })).toContain(
        'holds a private key',
      );
  });

  it.each([
    ['no JSON', 'UPSTREAM'],
    ['null', 'null'],
    ['without a kid', JSON.stringify({ ...f.publicHalf(key), kid: undefined })],
    ['of another curve', JSON.stringify({ ...f.publicHalf(key), crv: 'P-384' })],
    ['of another kind', JSON.stringify({ kty: 'RSA', n: 'AQAB', e: 'AQAB', kid: 'k' })],
  ])('HERALD_PUBLIC_KEY: %s', async (_, value) => {
    expect(await refusedBecause({ secrets: { HERALD_PUBLIC_KEY: value } })).toBe(
      'HERALD_PUBLIC_KEY is no P-256 public JWK with a kid',
    );
  });

  it('HERALD_PUBLIC_KEY: a point that is not on the curve', async () => {
    const jwk = { ...f.publicHalf(key), y: key.x };
    expect(await refusedBecause({ secrets: { HERALD_PUBLIC_KEY: JSON.stringify(jwk) } })).toMatch(
      /^unexpected /,
    );
  });

  it('before anything is asked of the tenant', async () => {
    await refusedBecause({ secrets: { HERALD_PUBLIC_KEY: 'null' } });
    expect(tenant.calls).toEqual([]);
  });
});

it('fits into an Action, and so do its secrets', () => {
  expect(statSync(new URL('../../auth0/post-login.js', import.meta.url)).size).toBeLessThan(100_000);
  expect(JSON.stringify(soundToken.body).length).toBeLessThan(4_096);
  expect(JSON.stringify(f.publicHalf(key)).length).toBeLessThan(4_096);
});
