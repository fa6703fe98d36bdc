import { createLocalJWKSet, createRemoteJWKSet, jwtVerify } from 'jose';
import * as oidc from 'openid-client';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import {
  alice,
  beginSignIn,
  canary,
  discover,
  hasuraOf,
  headerOf,
  type IssuerWorld,
  payloadOf,
  redeem,
  returnOf,
  signIn,
  startIssuer,
} from './fixtures.ts';

let world: IssuerWorld;
const printed = [vi.spyOn(console, 'info'), vi.spyOn(console, 'warn'), vi.spyOn(console, 'error')];

beforeAll(async () => {
  world = await startIssuer();
});
afterAll(() => world.close());

describe('discovery', () => {
  it('names what a plain relying party needs, and nothing that is not there', async () => {
    const metadata = (await discover(world)).serverMetadata();
    const issuer = world.url.origin;
    expect(metadata).toMatchObject({
      issuer,
      authorization_endpoint: `${issuer}/oauth/authorize`,
      token_endpoint: `${issuer}/oauth/token`,
      revocation_endpoint: `${issuer}/oauth/revoke`,
      jwks_uri: `${issuer}/.well-known/jwks.json`,
      response_types_supported: ['code'],
      response_modes_supported: ['query'],
      grant_types_supported: ['authorization_code', 'refresh_token'],
      code_challenge_methods_supported: ['S256'],
      token_endpoint_auth_methods_supported: ['none'],
      id_token_signing_alg_values_supported: ['RS256'],
      authorization_response_iss_parameter_supported: true,
    });
    for (const absent of ['userinfo', 'registration', 'introspection', 'end_session', 'device_authorization'])
      expect(metadata).not.toHaveProperty(`${absent}_endpoint`);
  });
});

describe('a sign-in with code, PKCE and state', () => {
  it('ends in tokens for the user of X', async () => {
    const { tokens, authorizeUrl } = await signIn(world);
    expect(authorizeUrl.origin).toBe(world.url.origin);
    expect(tokens.token_type).toBe('bearer');
    expect(tokens.expires_in).toBe(3600);
    expect(tokens.claims()?.sub).toBe(`twitter|${alice.xUserId}`);
    expect(world.saved).toContain(`twitter|${alice.xUserId}`);
  });

  it('carries state and iss back to the application, and no token in any URL', async () => {
    const attempt = await beginSignIn(world);
    const returned = await returnOf(world, attempt);
    expect([...returned.searchParams.keys()].sort()).toEqual(['code', 'iss', 'state']);
    expect(returned.searchParams.get('state')).toBe(attempt.state);
    expect(returned.searchParams.get('iss')).toBe(world.url.origin);
  });

  it('is refused by the application when the state is another one', async () => {
    const attempt = await beginSignIn(world);
    const returned = await returnOf(world, attempt);
    await expect(redeem({ ...attempt, state: 'another' }, returned)).rejects.toThrow(/response/);
  });

  it.each([
    ['desktop', 'desktop'],
    ['web', 'web'],
    ['hasura-app', 'https://api.example.com'],
  ])('gives %s tokens for its own audience', async (clientId, audience) => {
    const { tokens } = await signIn(world, clientId);
    expect(payloadOf(tokens.access_token)).toMatchObject({ aud: audience, client_id: clientId });
    expect(tokens.claims()?.aud).toBe(clientId);
  });
});

describe('an access token', () => {
  it('is an RS256 JWT of type at+jwt that the published keys verify', async () => {
    const { tokens } = await signIn(world);
    const keys = createRemoteJWKSet(new URL('/.well-known/jwks.json', world.url));
    const { payload, protectedHeader } = await jwtVerify(tokens.access_token, keys, {
      issuer: world.url.origin,
      audience: 'desktop',
      typ: 'at+jwt',
      algorithms: ['RS256'],
    });
    expect(protectedHeader.kid).toBe(world.keyring.signKeys[0]?.kid);
    expect((payload.exp ?? 0) - (payload.iat ?? 0)).toBe(3600);
    const published = createLocalJWKSet({ keys: world.replicas[0]?.publicJwks().keys as [] });
    await expect(jwtVerify(tokens.access_token, published)).resolves.toBeDefined();
  });

  it('holds session variables for Hasura, all of them text but the allowed roles', async () => {
    const { tokens } = await signIn(world);
    const { 'x-hasura-allowed-roles': allowed, ...others } = hasuraOf(tokens.access_token);
    expect(allowed).toEqual(['user', 'editor']);
    expect(others).toMatchObject({
      'x-hasura-default-role': 'user',
      'x-hasura-user-id': `twitter|${alice.xUserId}`,
      'x-hasura-x-user-id': alice.xUserId,
    });
    for (const value of Object.values(others)) expect(typeof value).toBe('string');
  });

  it('shows no credential when it is decoded, only two sealed envelopes', async () => {
    const { tokens } = await signIn(world);
    const claims = hasuraOf(tokens.access_token);
    expect(JSON.stringify([headerOf(tokens.access_token), payloadOf(tokens.access_token)])).not.toContain(
      canary,
    );
    for (const name of ['x-hasura-access-token', 'x-hasura-access-token-secret'] as const)
      expect(claims[name]?.split('.')).toHaveLength(5);
  });

  it('names no handle: those change hands', async () => {
    const { tokens } = await signIn(world);
    expect(JSON.stringify(payloadOf(tokens.access_token))).not.toContain(alice.username);
  });
});

describe('a refresh', () => {
  it('gives a new token with freshly sealed envelopes, and a new refresh token', async () => {
    const { config, tokens, refreshToken } = await signIn(world);
    const next = await oidc.refreshTokenGrant(config, refreshToken);
    expect(next.refresh_token).toBeDefined();
    expect(next.refresh_token).not.toBe(refreshToken);
    expect(payloadOf(next.access_token).sub).toBe(payloadOf(tokens.access_token).sub);
    expect(hasuraOf(next.access_token)['x-hasura-access-token']).not.toBe(
      hasuraOf(tokens.access_token)['x-hasura-access-token'],
    );
    expect(next.claims()?.sub).toBe(tokens.claims()?.sub);
  });

  it('with a token that was used before ends the whole sign-in', async () => {
    const { config, refreshToken } = await signIn(world);
    const next = await oidc.refreshTokenGrant(config, refreshToken);
    await expect(oidc.refreshTokenGrant(config, refreshToken)).rejects.toMatchObject({
      error: 'invalid_grant',
    });
    await expect(oidc.refreshTokenGrant(config, next.refresh_token ?? '')).rejects.toMatchObject({
      error: 'invalid_grant',
    });
  });

  it('of two at once lets at most one through', async () => {
    const { config, refreshToken } = await signIn(world);
    const both = await Promise.allSettled([
      oidc.refreshTokenGrant(config, refreshToken),
      oidc.refreshTokenGrant(config, refreshToken),
    ]);
    expect(both.filter(({ status }) => status === 'fulfilled').length).toBeLessThanOrEqual(1);
  });

  it('by another application is refused', async () => {
    const { refreshToken } = await signIn(world, 'desktop');
    const other = await discover(world, 'hasura-app');
    await expect(oidc.refreshTokenGrant(other, refreshToken)).rejects.toMatchObject({
      error: 'invalid_grant',
    });
  });
});

describe('log-out (RFC 7009)', () => {
  it('ends the sign-in and every token that it could still give', async () => {
    const { config, refreshToken } = await signIn(world);
    const next = await oidc.refreshTokenGrant(config, refreshToken);
    await oidc.tokenRevocation(config, next.refresh_token ?? '');
    await expect(oidc.refreshTokenGrant(config, next.refresh_token ?? '')).rejects.toMatchObject({
      error: 'invalid_grant',
    });
  });

  it('by another application changes nothing', async () => {
    const { config, refreshToken } = await signIn(world);
    await oidc.tokenRevocation(await discover(world, 'web'), refreshToken);
    await expect(oidc.refreshTokenGrant(config, refreshToken)).resolves.toBeDefined();
  });
});

describe('a client', () => {
  it('that cannot be served is named at start', async () => {
    const unusable = { id: 'odd', redirectUris: ['http://127.0.0.2/callback'], audience: 'odd' };
    expect(() => world.another({ clients: [unusable] })).toThrow(/HERALD_CLIENTS: client odd: redirect_uris/);
  });

  it('gets nothing without a key that signs', () => {
    expect(() => world.another({ signKeys: [] })).toThrow(/key of use sign/);
  });
});

it('prints nothing, and logs no token, code, state or credential', async () => {
  const attempt = await beginSignIn(world);
  const returned = await returnOf(world, attempt);
  const { access_token, refresh_token = '', id_token = '' } = await redeem(attempt, returned);
  await expect(redeem(attempt, returned)).rejects.toThrow();
  await expect(oidc.refreshTokenGrant(attempt.config, refresh_token)).rejects.toThrow();
  const logged = JSON.stringify(world.log);
  expect(logged).toContain('authorization code already consumed');
  const code = returned.searchParams.get('code') ?? '';
  for (const secret of [access_token, refresh_token, id_token, code, attempt.state, attempt.verifier, canary])
    expect(logged).not.toContain(secret);
  for (const spy of printed) expect(spy).not.toHaveBeenCalled();
});
