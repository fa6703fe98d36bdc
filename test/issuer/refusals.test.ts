import * as oidc from 'openid-client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  Browser,
  beginSignIn,
  type IssuerWorld,
  randomText,
  redirectUris,
  returnOf,
  startIssuer,
  tokenError,
} from './fixtures.ts';

let world: IssuerWorld;

beforeAll(async () => {
  world = await startIssuer();
});
afterAll(() => world.close());

const challenge = await oidc.calculatePKCECodeChallenge(oidc.randomPKCECodeVerifier());

/** An authorization request that would pass, but for what is changed; `undefined` leaves a parameter out. */
const authorizationUrl = (changes: Record<string, string | undefined>): URL => {
  const url = new URL('/oauth/authorize', world.url);
  const parameters = {
    client_id: 'desktop',
    response_type: 'code',
    redirect_uri: redirectUris.desktop,
    scope: 'openid',
    state: 'abc',
    code_challenge: challenge,
    code_challenge_method: 'S256',
    ...changes,
  };
  for (const [name, value] of Object.entries(parameters))
    if (value !== undefined) url.searchParams.set(name, value);
  return url;
};

describe('an authorization request', () => {
  it.each([
    ['without state', { state: undefined }, 'invalid_request'],
    ['with an empty state', { state: '' }, 'invalid_request'],
    ['without PKCE', { code_challenge: undefined, code_challenge_method: undefined }, 'invalid_request'],
    ['with plain PKCE', { code_challenge_method: 'plain' }, 'invalid_request'],
    ['with PKCE of no named method', { code_challenge_method: undefined }, 'invalid_request'],
    ['for the implicit flow', { response_type: 'token' }, 'unsupported_response_type'],
    ['for an id token', { response_type: 'id_token', nonce: 'n' }, 'unsupported_response_type'],
    ['for the hybrid flow', { response_type: 'code id_token', nonce: 'n' }, 'unsupported_response_type'],
    ['without openid', { scope: 'offline_access' }, 'invalid_scope'],
    ['without a scope', { scope: undefined }, 'invalid_scope'],
    ['for somebody who is signed in already', { prompt: 'none' }, 'login_required'],
    ["for another client's audience", { resource: 'urn:herald:client:web' }, 'invalid_target'],
    ['for an audience of its own making', { resource: 'https://api.example.com' }, 'invalid_target'],
    ['with a request object', { request: 'eyJhbGciOiJub25lIn0.e30.' }, 'request_not_supported'],
  ])('%s is told to the application', async (_what, changes, error) => {
    const { left } = (await new Browser(world.url).follow(authorizationUrl(changes))) as { left: URL };
    expect(left.origin + left.pathname).toBe(redirectUris.desktop);
    const said = new URLSearchParams(left.search || left.hash.slice(1));
    expect(said.get('error')).toBe(error);
    expect(said.get('iss')).toBe(world.url.origin);
    expect(said.has('code')).toBe(false);
  });

  it('says what is missing when state is', async () => {
    const { left } = (await new Browser(world.url).follow(authorizationUrl({ state: undefined }))) as {
      left: URL;
    };
    expect(left.searchParams.get('error_description')).toBe('state is required.');
  });

  it.each([
    ['of an unknown client', { client_id: 'nobody' }],
    ['of no client', { client_id: undefined }],
    ['without a redirect URI', { redirect_uri: undefined }],
  ])('%s is told to nobody else: a page', async (_what, changes) => {
    const response = await new Browser(world.url).get(authorizationUrl(changes));
    expect(response.status).toBe(400);
    expect(response.headers.get('location')).toBeNull();
  });

  it.each(['form_post', 'fragment', 'web_message', 'query.jwt'])('never answers by %s', async (mode) => {
    const response = await new Browser(world.url).get(authorizationUrl({ response_mode: mode }));
    const page = response.status === 200 ? await response.text() : '';
    expect(page).toBe('');
    expect(response.headers.get('location') ?? '').not.toContain('code=');
  });

  it('with a parameter twice is refused', async () => {
    const url = authorizationUrl({});
    url.searchParams.append('state', 'second');
    const end = await new Browser(world.url).follow(url);
    const text = 'left' in end ? end.left.href : await end.page.text();
    expect(text).toContain('invalid_request');
  });
});

describe('a redirect URI', () => {
  const redirected = async (clientId: string, uri: string): Promise<boolean> => {
    const end = await new Browser(world.url).follow(
      authorizationUrl({ client_id: clientId, redirect_uri: uri }),
    );
    return 'left' in end;
  };

  it.each([
    ['desktop', 'http://127.0.0.1/callback'],
    ['desktop', 'http://127.0.0.1:1/callback'],
    ['desktop', 'http://127.0.0.1:65535/callback'],
    ['desktop', 'com.example.app:/callback'],
    ['web', 'https://app.example.com/callback'],
    ['hasura-app', 'http://localhost:9999/callback'],
  ])('of %s may be %s', async (clientId, uri) => {
    expect(await redirected(clientId, uri)).toBe(true);
  });

  it.each([
    ['desktop', 'http://127.0.0.1/callback/'],
    ['desktop', 'http://127.0.0.1/callback?x=1'],
    ['desktop', 'http://127.0.0.1/callback#x'],
    ['desktop', 'http://127.0.0.1/other'],
    ['desktop', 'http://localhost/callback'],
    ['desktop', 'http://[::1]/callback'],
    ['desktop', 'https://127.0.0.1/callback'],
    ['desktop', 'http://user@127.0.0.1/callback'],
    ['desktop', 'http://127.0.0.1.evil.example/callback'],
    ['desktop', 'http://127.0.0.1:80@evil.example/callback'],
    ['desktop', 'http://evil.example#@127.0.0.1/callback'],
    ['desktop', 'HTTP://127.0.0.1/callback'],
    ['desktop', 'http://127.0.0.1:8 0/callback'],
    ['desktop', 'http://2130706433/callback'],
    ['desktop', 'com.example.app:/callback/evil'],
    ['desktop', 'com.example.app.evil:/callback'],
    ['desktop', 'javascript:alert(1)'],
    ['desktop', '//evil.example/callback'],
    ['desktop', '/\\evil.example'],
    ['web', 'https://app.example.com:444/callback'],
    ['web', 'http://app.example.com/callback'],
    ['web', 'https://app.example.com.evil.example/callback'],
    ['web', 'https://app.example.com/callback/../callback'],
    ['web', 'https://APP.example.com/callback'],
    ['web', 'https://app.example.com./callback'],
    ['web', 'https://app.example.com/callback%0d%0aset-cookie:a=b'],
    ['web', 'https://app。example。com/callback'],
    ['web', 'https:evil.example'],
    ['web', 'http://127.0.0.1/callback'],
    ['web', ''],
  ])('of %s may not be %s', async (clientId, uri) => {
    expect(await redirected(clientId, uri)).toBe(false);
  });
});

describe('a code', () => {
  const codeOf = async () => {
    const attempt = await beginSignIn(world);
    const returned = await returnOf(world, attempt);
    return {
      grant_type: 'authorization_code',
      client_id: 'desktop',
      code: returned.searchParams.get('code') ?? '',
      redirect_uri: redirectUris.desktop ?? '',
      code_verifier: attempt.verifier,
    };
  };

  it.each([
    ['with another verifier', { code_verifier: oidc.randomPKCECodeVerifier() }],
    ['with another redirect URI', { redirect_uri: 'http://127.0.0.1:1/callback' }],
    ['by another client', { client_id: 'hasura-app' }],
    ['that nobody gave', { code: randomText() }],
  ])('%s gives nothing', async (_what, changes) => {
    expect(await tokenError(world, { ...(await codeOf()), ...changes })).toMatchObject({
      status: 400,
      error: 'invalid_grant',
    });
  });

  it.each(['code_verifier', 'redirect_uri', 'code', 'grant_type', 'client_id'])(
    'without %s gives nothing',
    async (name) => {
      const { [name]: _without, ...parameters } = (await codeOf()) as Record<string, string>;
      const { status, error } = await tokenError(world, parameters);
      expect(status).toBe(400);
      expect(error).toMatch(/^invalid_/);
    },
  );

  it('that is redeemed twice takes the first tokens back', async () => {
    const parameters = await codeOf();
    const first = (await tokenError(world, parameters)) as unknown as { refresh_token: string };
    expect(first.refresh_token).toBeDefined();
    expect(await tokenError(world, parameters)).toMatchObject({ error: 'invalid_grant' });
    const refresh = { grant_type: 'refresh_token', client_id: 'desktop', refresh_token: first.refresh_token };
    expect(await tokenError(world, refresh)).toMatchObject({ error: 'invalid_grant' });
  });
});

describe('the token endpoint', () => {
  it.each(['password', 'client_credentials', 'urn:ietf:params:oauth:grant-type:device_code', 'implicit'])(
    'knows no grant %s',
    async (grant_type) => {
      expect(await tokenError(world, { grant_type, client_id: 'desktop' })).toMatchObject({
        error: 'unsupported_grant_type',
      });
    },
  );

  it('knows no client with a secret', async () => {
    const basic = Buffer.from('desktop:secret').toString('base64');
    const answer = await tokenError(
      world,
      { grant_type: 'refresh_token', refresh_token: 'x' },
      { authorization: `Basic ${basic}` },
    );
    expect(answer).toMatchObject({ status: 401, error: 'invalid_client' });
  });

  it('takes no body over 56 KiB', async () => {
    const answer = await tokenError(world, { grant_type: 'refresh_token', client_id: 'x'.repeat(60_000) });
    expect(answer).toMatchObject({ status: 400, error: 'invalid_request' });
  });

  it('takes no JSON', async () => {
    const response = await fetch(new URL('/oauth/token', world.url), {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{"grant_type":"refresh_token"}',
    });
    expect(response.status).toBe(400);
  });
});
