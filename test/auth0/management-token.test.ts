import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { aliceIdentity, aliceXId, type Cache, signIn } from './action.ts';
import { domain, managementToken, startTenant, type Tenant } from './tenant.ts';

let tenant: Tenant;
beforeEach(async () => {
  tenant = await startTenant();
  tenant.user = [{ body: { identities: [aliceIdentity] } }];
});
afterEach(() => tenant.close());

describe('the management token', () => {
  const shared = (): Cache => new Map();

  it('is asked for once and then taken from the cache, until five minutes before it ends', async () => {
    const cache = shared();
    for (let login = 0; login < 3; login += 1) await signIn({}, { tenant, cache });
    expect(tenant.calls.map(({ path }) => path.split('?')[0])).toEqual([
      '/oauth/token',
      `/api/v2/users/twitter%7C${aliceXId}`,
      `/api/v2/users/twitter%7C${aliceXId}`,
      `/api/v2/users/twitter%7C${aliceXId}`,
    ]);
    expect([...cache.values()]).toEqual([{ value: managementToken, ttl: 86_100_000 }]);
    expect(tenant.calls[3]?.authorization).toBe(`Bearer ${managementToken}`);
  });

  it('is asked for by client credentials, for the Management API of the tenant', async () => {
    await signIn({}, { tenant });
    expect(JSON.parse(tenant.calls[0]?.body ?? '')).toEqual({
      grant_type: 'client_credentials',
      client_id: 'm2m-client',
      client_secret: 'client-secret-canary-91bc',
      audience: `https://${domain}/api/v2/`,
    });
  });

  it('is not kept when it lives five minutes or less, nor longer than a day', async () => {
    const cache = shared();
    const lasting = (expires_in: number) => ({ body: { access_token: managementToken, expires_in } });
    tenant.token = [lasting(300), lasting(2_592_000)];
    await signIn({}, { tenant, cache });
    expect(cache.size).toBe(0);
    await signIn({}, { tenant, cache });
    expect([...cache.values()].map(({ ttl }) => ttl)).toEqual([86_400_000]);
  });

  it('is replaced once when a cached one is no longer taken', async () => {
    const cache = shared();
    await signIn({}, { tenant, cache });
    tenant.user = [{ status: 401 }, { body: { identities: [aliceIdentity] } }];
    const outcome = await signIn({}, { tenant, cache });
    expect(outcome.denied).toEqual([]);
    expect(tenant.calls.filter(({ path }) => path === '/oauth/token')).toHaveLength(2);

    tenant.user = [{ status: 401 }];
    const refused = await signIn({}, { tenant, cache });
    expect(refused.logged).toEqual(['herald: user: HTTP 401']);
    expect(tenant.calls.filter(({ path }) => path === '/oauth/token')).toHaveLength(3);
  });

  it('is not shared with another machine-to-machine application', async () => {
    const cache = shared();
    await signIn({}, { tenant, cache });
    await signIn({ secrets: { AUTH0_CLIENT_ID: 'another-client' } }, { tenant, cache });
    expect(tenant.calls.filter(({ path }) => path === '/oauth/token')).toHaveLength(2);
  });
});
