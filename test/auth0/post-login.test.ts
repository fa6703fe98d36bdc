import { generateKeyPairSync } from 'node:crypto';
import { decodeProtectedHeader, SignJWT } from 'jose';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createEnvelopeOpener, loadKeyring } from '../../src/credentials/index.ts';
import type { Session } from '../../src/kernel/index.ts';
import * as f from '../credentials/fixtures.ts';
import {
  aliceIdentity,
  aliceXId,
  audience,
  claimsNamespace,
  googleIdentity,
  hasuraClaimsOf,
  key,
  type Outcome,
  signIn,
  xIdentity,
} from './action.ts';
import { managementToken, startTenant, type Tenant } from './tenant.ts';

let tenant: Tenant;
beforeEach(async () => {
  tenant = await startTenant();
  tenant.user = [{ body: { identities: [aliceIdentity] } }];
});
afterEach(() => tenant.close());

/** What Herald itself finds in the claims, as the action door would see them. */
const openWithHerald = async (claims: Record<string, string>, now = new Date()) => {
  const keyring = await loadKeyring(f.ringOf(key, f.rest('rest-2026-11')));
  const { log, lines } = f.recordLog();
  const session: Session = f.sessionOf(
    claims['x-hasura-user-id'] ?? '',
    {
      accessToken: claims['x-hasura-access-token'] ?? '',
      accessTokenSecret: claims['x-hasura-access-token-secret'] ?? '',
    },
    claims['x-hasura-x-user-id'],
  );
  const useEnvelopes = createEnvelopeOpener({ keyring, log, now: () => now });
  const opened = await useEnvelopes(session, async (lent) => ({
    xUserId: lent.xUserId,
    token: lent.accessToken.reveal(),
    secret: lent.accessTokenSecret.reveal(),
  })).catch(() => lines[0]?.reason);
  return opened;
};
const aliceOpened = { xUserId: aliceXId, token: f.alice.token, secret: f.alice.secret };

const textOf = (outcome: Outcome): string =>
  JSON.stringify([[...outcome.claims], outcome.denied, outcome.logged]);

describe('a sign-in for the API that Hasura trusts', () => {
  it('gets both credentials, which Herald opens', async () => {
    const outcome = await signIn({}, { tenant });
    expect(outcome.denied).toEqual([]);
    expect(outcome.logged).toEqual([]);
    expect(await openWithHerald(hasuraClaimsOf(outcome))).toEqual(aliceOpened);
  });

  it('gets every claim as a string but the allowed roles, since Hasura refuses anything else', async () => {
    const outcome = await signIn({}, { tenant });
    const { 'x-hasura-allowed-roles': roles, ...others } = hasuraClaimsOf(outcome);
    expect(roles).toEqual(['user']);
    expect(Object.keys(others).sort()).toEqual([
      'x-hasura-access-token',
      'x-hasura-access-token-secret',
      'x-hasura-default-role',
      'x-hasura-user-id',
      'x-hasura-x-user-id',
    ]);
    for (const value of Object.values(others)) expect(typeof value).toBe('string');
    expect(others['x-hasura-user-id']).toBe(`twitter|${aliceXId}`);
    expect([...outcome.claims.keys()]).toEqual([claimsNamespace]);
  });

  it('shows no credential to whoever decodes the token', async () => {
    const outcome = await signIn({}, { tenant });
    for (const canary of [f.alice.token, f.alice.secret, managementToken, 'client-secret-canary-91bc']) {
      expect(textOf(outcome)).not.toContain(canary);
      expect(textOf(outcome)).not.toContain(Buffer.from(canary).toString('base64url'));
    }
    const header = decodeProtectedHeader(hasuraClaimsOf(outcome)['x-hasura-access-token'] ?? '');
    expect(header).toMatchObject({ alg: 'ECDH-ES', enc: 'A256GCM', kid: key.kid, typ: 'herald+jwt' });
    expect(Object.keys(header).sort()).toEqual(['alg', 'enc', 'epk', 'kid', 'typ']);
  });

  it('never gets the same ciphertext twice', async () => {
    const [first, second] = [await signIn({}, { tenant }), await signIn({}, { tenant })].map(hasuraClaimsOf);
    expect(first?.['x-hasura-access-token']).not.toBe(second?.['x-hasura-access-token']);
    const mixed = {
      ...first,
      'x-hasura-access-token-secret': second?.['x-hasura-access-token-secret'] ?? '',
    };
    expect(await openWithHerald(mixed)).toBe('pair');
  });

  it('lets the envelopes open an hour longer than the access token, and no longer', async () => {
    const claims = hasuraClaimsOf(await signIn({ secrets: { ACCESS_TOKEN_SECONDS: '3600' } }, { tenant }));
    const inHours = (hours: number) => new Date(Date.now() + hours * 3_600_000);
    expect(await openWithHerald(claims, inHours(1.9))).toEqual(aliceOpened);
    expect(await openWithHerald(claims, inHours(2.1))).toBe('ERR_JWT_EXPIRED exp');
  });

  it.each([
    ['another user', { 'x-hasura-user-id': `twitter|${'1'.repeat(18)}` }],
    ['another X account', { 'x-hasura-x-user-id': '1234567890123456789' }],
  ])('gets envelopes that are refused in the session of %s', async (_, changed) => {
    const claims = hasuraClaimsOf(await signIn({}, { tenant }));
    expect(await openWithHerald({ ...claims, ...changed })).toEqual(expect.any(String));
  });

  it('stays within the sizes that headers and cookies have room for', async () => {
    const xUserId = '9'.repeat(20);
    const longest = { token: `${xUserId}-${'t'.repeat(30)}`, secret: 's'.repeat(45) };
    tenant.user = [{ body: { identities: [xIdentity(xUserId, longest)] } }];
    const claims = hasuraClaimsOf(await signIn({ userId: `twitter|${xUserId}` }, { tenant }));
    expect(claims['x-hasura-access-token']?.length).toBeLessThan(1_000);
    expect(claims['x-hasura-access-token-secret']?.length).toBeLessThan(1_000);
    const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    const jwt = await new SignJWT({
      [claimsNamespace]: {
        ...claims,
        'x-hasura-allowed-roles': Array.from({ length: 15 }, () => 'a-role-of-18-chars'),
      },
      azp: 'a'.repeat(32),
      scope: 'openid profile offline_access',
      permissions: [],
    })
      .setProtectedHeader({ alg: 'RS256', typ: 'JWT', kid: 'k'.repeat(21) })
      .setIssuer(`https://${'t'.repeat(48)}.eu.auth0.com/`)
      .setSubject(`twitter|${xUserId}`)
      .setAudience([audience, `https://${'t'.repeat(48)}.eu.auth0.com/userinfo`])
      .setIssuedAt()
      .setExpirationTime('10h')
      .sign(privateKey);
    expect(jwt.length).toBeLessThan(3_600);
  });
});

describe('a sign-in for anything else', () => {
  it.each([
    ['another API', { identifier: 'https://other.example.com' }],
    ['no API', undefined],
  ])('for %s gets no claim, is not refused and causes no request', async (_, resourceServer) => {
    const outcome = await signIn({ resourceServer }, { tenant });
    expect(outcome).toEqual({ claims: new Map(), denied: [], logged: [] });
    expect(tenant.calls).toEqual([]);
  });

  it('gets no claim either while the audience is not set, although both are then absent', async () => {
    const unset = { secrets: { HERALD_AUDIENCE: undefined } };
    for (const login of [unset, { ...unset, resourceServer: undefined }]) {
      const outcome = await signIn(login, { tenant });
      expect(outcome.claims.size).toBe(0);
      expect(outcome.denied).toEqual([]);
      expect(outcome.logged).toEqual([expect.stringContaining('HERALD_AUDIENCE is not set')]);
    }
    expect(tenant.calls).toEqual([]);
  });
});

describe('the right identity', () => {
  const bobXId = '1234567890123456789';
  const bobIdentity = xIdentity(bobXId, f.bob);
  const everybody = [googleIdentity, bobIdentity, aliceIdentity];

  it('is found behind others, of other providers and of other X accounts', async () => {
    tenant.user = [{ body: { identities: everybody } }];
    const outcome = await signIn({}, { tenant });
    expect(await openWithHerald(hasuraClaimsOf(outcome))).toEqual(aliceOpened);
    expect(textOf(outcome)).not.toContain('google-canary-token');
  });

  it('is found where the Management API gives the id as a number', async () => {
    tenant.user = [
      {
        body: {
          identities: [
            {
              ...xIdentity('12345', { token: '12345-AbCdEfGhIjKlMnOp', secret: f.alice.secret }),
              user_id: 12345,
            },
          ],
        },
      },
    ];
    const claims = hasuraClaimsOf(await signIn({ userId: 'twitter|12345' }, { tenant }));
    expect(claims['x-hasura-user-id']).toBe('twitter|12345');
  });

  it('is the one linked X account of a user with another primary identity', async () => {
    tenant.user = [{ body: { identities: [googleIdentity, aliceIdentity] } }];
    const linked = [
      { provider: 'google-oauth2', user_id: '1122334455' },
      { provider: 'twitter', user_id: aliceXId },
    ];
    const outcome = await signIn({ userId: 'google-oauth2|1122334455', linked }, { tenant });
    expect(await openWithHerald(hasuraClaimsOf(outcome))).toEqual(aliceOpened);
    expect(tenant.calls.at(-1)?.path).toBe('/api/v2/users/google-oauth2%7C1122334455?fields=identities');
  });
});
