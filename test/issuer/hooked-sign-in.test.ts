import * as oidc from 'openid-client';
import { afterEach, describe, expect, it } from 'vitest';
import type { ClaimsHook } from '../../src/issuer/index.ts';
import {
  alice,
  beginSignIn,
  hasuraOf,
  type IssuerWorld,
  payloadOf,
  returnOf,
  signIn,
  startIssuer,
  tokenError,
} from './fixtures.ts';

describe('a sign-in with a hook', () => {
  const started: IssuerWorld[] = [];
  afterEach(async () => {
    for (const world of started.splice(0)) await world.close();
  });
  const start = async (hook: ClaimsHook): Promise<IssuerWorld> => {
    const world = await startIssuer({ hook });
    started.push(world);
    return world;
  };

  it('has its claims, variables, roles and user id in the token, the id token and the account', async () => {
    const world = await start(({ xUserId }) => ({
      userId: `uuid-of-${xUserId}`,
      claims: { plan: 'pro' },
      hasura: { 'x-hasura-org-id': '7' },
      allowedRoles: ['editor'],
    }));
    const { tokens } = await signIn(world);
    const userId = `uuid-of-${alice.xUserId}`;
    expect(payloadOf(tokens.access_token)).toMatchObject({ sub: userId, plan: 'pro' });
    expect(tokens.claims()?.sub).toBe(userId);
    expect(world.saved).toEqual([userId]);
    expect(hasuraOf(tokens.access_token)).toMatchObject({
      'x-hasura-org-id': '7',
      'x-hasura-allowed-roles': ['editor'],
      'x-hasura-default-role': 'editor',
      'x-hasura-user-id': userId,
      'x-hasura-x-user-id': alice.xUserId,
    });
  });

  it('asks once for a sign-in and once for each refresh', async () => {
    let asked = 0;
    const world = await start(() => ({ hasura: { 'x-hasura-asked': String(++asked) } }));
    const { config, tokens, refreshToken } = await signIn(world);
    expect(hasuraOf(tokens.access_token)['x-hasura-asked']).toBe('1');
    const next = await oidc.refreshTokenGrant(config, refreshToken);
    expect(hasuraOf(next.access_token)['x-hasura-asked']).toBe('2');
  });

  it.each([
    ['throws', () => Promise.reject(new Error('hunter2')), 'The claims hook threw an error.'],
    ['oversteps', () => ({ claims: { sub: 'admin' } }), 'The claims hook must not set the claim sub.'],
  ] as [string, ClaimsHook, string][])(
    'that %s fails it, and says so to the application and the log',
    async (_what, hook, sentence) => {
      const world = await start(hook);
      const returned = await returnOf(world, await beginSignIn(world));
      expect(returned.searchParams.get('error')).toBe('access_denied');
      expect(returned.searchParams.get('error_description')).toBe(sentence);
      expect(world.saved).toEqual([]);
      expect(world.log).toContainEqual(
        expect.objectContaining({
          evt: 'claims_hook_failed',
          fields: expect.objectContaining({ reason: sentence }),
        }),
      );
    },
  );

  it('that asks for too much fails it and names the three biggest claims', async () => {
    const world = await start(() => ({
      claims: { tenant: 't'.repeat(900), small: 's' },
      hasura: { 'x-hasura-org': 'o'.repeat(700), 'x-hasura-team': 'm'.repeat(500) },
    }));
    const returned = await returnOf(world, await beginSignIn(world));
    expect(returned.searchParams.get('error_description')).toMatch(
      /^The token would have \d{4} characters, more than 3600\. Its biggest claims: tenant \(902\), x-hasura-org \(702\), x-hasura-team \(502\)\.$/,
    );
  });

  it('that fails at a refresh costs nobody the refresh token', async () => {
    let broken = false;
    const world = await start(() => (broken ? Promise.reject(new Error('hunter2')) : {}));
    const { config, refreshToken } = await signIn(world);
    broken = true;
    const refresh = { grant_type: 'refresh_token', client_id: 'desktop', refresh_token: refreshToken };
    expect(await tokenError(world, refresh)).toEqual({
      status: 503,
      error: 'server_error',
      error_description: 'The claims hook threw an error.',
    });
    broken = false;
    await expect(oidc.refreshTokenGrant(config, refreshToken)).resolves.toBeDefined();
  });

  it('that changes the user id ends it at the next refresh', async () => {
    let userId = 'one';
    const world = await start(() => ({ userId }));
    const { config, refreshToken } = await signIn(world);
    userId = 'two';
    await expect(oidc.refreshTokenGrant(config, refreshToken)).rejects.toMatchObject({
      error: 'invalid_grant',
      error_description: 'The user id of this sign-in changed. Sign in again.',
    });
  });
});
