import { createHash } from 'node:crypto';
import { createRemoteJWKSet, decodeJwt, decodeProtectedHeader, jwtVerify } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { XAccount, XPost } from '../../src/kernel/index.ts';
import { openBrowser } from '../../src/local/browser.ts';
import { loopbackReturn, sessionOf, signInWithPkce } from '../../src/local/oauth.ts';
import { callGraphql } from '../../src/local/requests.ts';
import { createWorld, type World } from '../support/world.ts';

let world: World;
beforeAll(async () => {
  world = await createWorld({ issues: true });
}, 30_000);
afterAll(() => world.close());

const POST =
  'mutation ($input: PostTweetInput!) { postTweet(input: $input) { id state accountId error { code } } }';
const signIn = (username: string) => signInWithPkce(world.url, world.config, username);
const refresh = (refreshToken: string, url = world.url) =>
  fetch(`${url}/oauth/token`, {
    method: 'POST',
    body: new URLSearchParams({
      grant_type: 'refresh_token',
      client_id: 'herald-dev',
      refresh_token: refreshToken,
    }),
  });

describe('an app without auth', () => {
  it('posts through Hasura with the claims of the token, and directly with the bearer', async () => {
    const { id } = await world.account('alice');
    const tokens = await signIn('alice');
    const session = sessionOf(tokens);
    expect(session).toMatchObject({
      'x-hasura-role': 'user',
      'x-hasura-user-id': `twitter|${id}`,
      'x-hasura-x-user-id': id,
    });
    const { body } = await world.act('postTweet', { input: { text: 'with the claims' } }, session);
    expect(body).toMatchObject({ state: 'SENT', xUserId: id });
    const { postTweet } = await callGraphql<{ postTweet: XPost }>(world.url, tokens.access_token, POST, {
      input: { text: 'with the bearer' },
    });
    expect(postTweet).toMatchObject({ state: 'SENT' });
  });

  it('issues a token that anybody can verify and nobody can read a credential from', async () => {
    const alice = await world.account('alice');
    const { access_token } = await signIn('alice');
    const keys = createRemoteJWKSet(new URL(`${world.url}/.well-known/jwks.json`));
    const { payload } = await jwtVerify(access_token, keys, {
      algorithms: ['RS256'],
      issuer: world.url,
      audience: 'herald-dev',
    });
    expect(payload.sub).toBe(`twitter|${alice.id}`);
    expect((payload.exp ?? 0) - (payload.iat ?? 0)).toBeLessThanOrEqual(3600);
    expect(access_token.length).toBeLessThanOrEqual(3600);
    const claims = payload['https://hasura.io/jwt/claims'] as Record<string, unknown>;
    for (const [name, value] of Object.entries(claims)) {
      if (name !== 'x-hasura-allowed-roles') expect(value, name).toBeTypeOf('string');
    }
    const readable = JSON.stringify([decodeProtectedHeader(access_token), decodeJwt(access_token)]);
    for (const credential of [alice.access_token, alice.access_token_secret]) {
      expect(readable).not.toContain(credential);
      expect(readable).not.toContain(Buffer.from(credential).toString('base64url'));
    }
  });

  it('renews tokens, once each, and seals the credentials anew', async () => {
    const first = await signIn('alice');
    const answer = await refresh(first.refresh_token);
    expect(answer.status).toBe(200);
    const second = (await answer.json()) as typeof first;
    expect(sessionOf(second)['x-hasura-access-token']).not.toBe(sessionOf(first)['x-hasura-access-token']);
    const { body } = await world.act('postTweet', { input: { text: 'renewed' } }, sessionOf(second));
    expect(body.state).toBe('SENT');
    expect((await refresh(first.refresh_token)).status).toBe(400);
    expect((await refresh(second.refresh_token)).status).toBe(400);
  });

  it('ends with the sign-ins of the user: refresh, bearer and envelopes', async () => {
    const { id } = await world.account('carol');
    const tokens = await signIn('carol');
    await world.revoke(`twitter|${id}`);
    expect((await refresh(tokens.refresh_token)).status).toBe(400);
    await expect(
      callGraphql(world.url, tokens.access_token, POST, { input: { text: 'revoked' } }),
    ).rejects.toThrow('UNAUTHENTICATED');
    const { body } = await world.act('postTweet', { input: { text: 'revoked' } }, sessionOf(tokens));
    expect(body.code).toBe('CREDENTIALS_INVALID');
    const { body: accounts } = await world.act('xAccounts', {}, sessionOf(tokens));
    const [account] = accounts as unknown as XAccount[];
    const asAccount = { input: { text: 'revoked, as the account', accountId: account?.id } };
    expect((await world.act('postTweet', asAccount, sessionOf(tokens))).body.code).toBe(
      'CREDENTIALS_INVALID',
    );
  });

  it('is told when the user refuses at X', async () => {
    const { clientId, redirectUri } = loopbackReturn(world.config);
    const authorize = new URL('/oauth/authorize', world.url);
    authorize.search = new URLSearchParams({
      response_type: 'code',
      client_id: clientId,
      redirect_uri: redirectUri,
      scope: 'openid offline_access',
      state: 'a-state-of-the-client',
      code_challenge: createHash('sha256').update('v'.repeat(43)).digest('base64url'),
      code_challenge_method: 'S256',
    }).toString();
    const back = await openBrowser(undefined, 'deny').travel(authorize, 'alice', redirectUri);
    expect(back.searchParams.get('error')).toBe('access_denied');
    expect(back.searchParams.get('state')).toBe('a-state-of-the-client');
    expect(back.searchParams.get('code')).toBeNull();
  });
});

describe('two replicas', () => {
  it('share tickets, request tokens, codes and refresh tokens', async () => {
    const other = await world.replica();
    try {
      const tokens = await signIn('alice');
      const answer = await refresh(tokens.refresh_token, other.url);
      expect(answer.status).toBe(200);
      expect((await refresh(tokens.refresh_token)).status).toBe(400);
    } finally {
      await other.close();
    }
  });
});

describe('the published documents', () => {
  it('tell relying parties where everything is, and how long keys may be kept', async () => {
    const discovery = (await (await fetch(`${world.url}/.well-known/openid-configuration`)).json()) as Record<
      string,
      unknown
    >;
    expect(discovery).toMatchObject({
      issuer: world.url,
      authorization_endpoint: `${world.url}/oauth/authorize`,
      token_endpoint: `${world.url}/oauth/token`,
      revocation_endpoint: `${world.url}/oauth/revoke`,
      jwks_uri: `${world.url}/.well-known/jwks.json`,
      code_challenge_methods_supported: ['S256'],
      response_types_supported: ['code'],
    });
    const jwks = await fetch(`${world.url}/.well-known/jwks.json`);
    expect(jwks.headers.get('cache-control')).toMatch(/max-age=\d+/);
    const { keys } = (await jwks.json()) as { keys: Record<string, unknown>[] };
    expect(keys.length).toBeGreaterThan(0);
    for (const key of keys) expect(Object.keys(key)).not.toContain('d');
  });
});
