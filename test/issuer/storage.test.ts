import { createRemoteJWKSet, jwtVerify } from 'jose';
import * as oidc from 'openid-client';
import { afterEach, describe, expect, it } from 'vitest';
import { createRestSeal, generateKeyring, loadKeyring } from '../../src/credentials/index.ts';
import type { UserId } from '../../src/kernel/index.ts';
import { openTestLedger } from '../ledger/fixture.ts';
import { createTestDatabase } from '../support/postgres.ts';
import {
  alice,
  Browser,
  beginSignIn,
  createMemoryStore,
  headerOf,
  type IssuerWorld,
  redeem,
  returnOf,
  signIn,
  startIssuer,
} from './fixtures.ts';

const database = await createTestDatabase();

const started: IssuerWorld[] = [];
const start = async (...options: Parameters<typeof startIssuer>): Promise<IssuerWorld> => {
  const world = await startIssuer(...options);
  started.push(world);
  return world;
};
afterEach(async () => {
  for (const world of started.splice(0)) await world.close();
});

describe('what is stored', () => {
  it('redeems nothing: ids are digests, and the rest is sealed', async () => {
    const store = createMemoryStore();
    const world = await start({ store });
    const attempt = await beginSignIn(world);
    const returned = await returnOf(world, attempt);
    const { refresh_token = '' } = await redeem(attempt, returned);
    const secrets = [refresh_token, returned.searchParams.get('code') ?? '', attempt.state, attempt.nonce];
    const entries = [...store.entries.values()];
    expect(new Set(entries.map(({ kind }) => kind))).toEqual(
      new Set(['AuthorizationCode', 'Grant', 'RefreshToken', 'SignIn']),
    );
    for (const { id, grantId, value } of entries) {
      expect(id).toMatch(/^[0-9a-f]{64}$/);
      if (grantId !== undefined) expect(grantId).toMatch(/^[0-9a-f]{64}$/);
      const dumped = JSON.stringify([id, grantId, Buffer.from(value.sealed).toString('latin1')]);
      for (const secret of [...secrets, alice.username, 'openid']) expect(dumped).not.toContain(secret);
    }
    expect(entries.filter(({ kind }) => kind !== 'Grant').every(({ grantId }) => grantId !== undefined)).toBe(
      true,
    );
    expect(entries.every(({ userId }) => userId === `twitter|${alice.xUserId}`)).toBe(true);
  });

  it('opens nowhere but where it was put', async () => {
    const store = createMemoryStore();
    const world = await start({ store });
    const first = await signIn(world);
    const second = await signIn(world);
    const names = [...store.entries].filter(([, { kind }]) => kind === 'RefreshToken').map(([name]) => name);
    const [mine, other] = names.map((name) => store.entries.get(name));
    if (mine === undefined || other === undefined) throw new Error('two refresh tokens expected');
    store.entries.set(names[1] ?? '', { ...other, value: mine.value });
    await expect(oidc.refreshTokenGrant(second.config, second.refreshToken)).rejects.toMatchObject({
      error: 'invalid_grant',
    });
    await expect(oidc.refreshTokenGrant(first.config, first.refreshToken)).resolves.toBeDefined();
    expect(world.log.map(({ fields }) => fields.reason)).toContain('a stored RefreshToken does not open');
  });

  it('is nothing for an unknown client, and nothing that sessions need', async () => {
    const store = createMemoryStore();
    const world = await start({ store });
    await fetch(new URL('/oauth/authorize?client_id=nobody&response_type=code', world.url));
    expect(store.entries.size).toBe(0);
  });
});

describe('the real ledger', () => {
  it('serves two replicas: rotation, reuse, log-out, revocation', async () => {
    const ledger = await openTestLedger(database.url);
    const world = await start({
      store: ledger.issuer,
      replicaCount: 2,
      revokedBefore: (userId) => ledger.revocations.revokedBefore(userId),
    });
    const { config, refreshToken } = await signIn(world);
    const next = await oidc.refreshTokenGrant(config, refreshToken);
    await expect(oidc.refreshTokenGrant(config, refreshToken)).rejects.toMatchObject({
      error: 'invalid_grant',
    });
    await expect(oidc.refreshTokenGrant(config, next.refresh_token ?? '')).rejects.toMatchObject({
      error: 'invalid_grant',
    });
    const second = await signIn(world);
    await oidc.tokenRevocation(config, second.refreshToken);
    await expect(oidc.refreshTokenGrant(config, second.refreshToken)).rejects.toMatchObject({
      error: 'invalid_grant',
    });
    const third = await signIn(world);
    await ledger.revocations.revoke(`twitter|${alice.xUserId}` as UserId);
    await expect(oidc.refreshTokenGrant(config, third.refreshToken)).rejects.toMatchObject({
      error: 'invalid_grant',
    });
    const fourth = await signIn(world);
    await expect(oidc.refreshTokenGrant(config, fourth.refreshToken)).resolves.toBeDefined();
  });
});

describe('a rotation', () => {
  it('of the signing key keeps verifying what the old one signed, and refuses nobody', async () => {
    const fresh = await loadKeyring(await generateKeyring(new Date('2027-01-01'), ['envelope', 'sign']));
    const world = await start();
    const [old] = world.keyring.signKeys;
    const [young] = fresh.signKeys;
    if (old === undefined || young === undefined) throw new Error('two keys expected');
    const keys = createRemoteJWKSet(new URL('/.well-known/jwks.json', world.url), { cooldownDuration: 0 });
    const verify = (jwt: string) => jwtVerify(jwt, keys, { issuer: world.url.origin, audience: 'desktop' });
    const swap = (signKeys: (typeof old)[]): void =>
      void world.replicas.splice(0, 1, world.another({ signKeys }));

    const { config, tokens, refreshToken } = await signIn(world);
    expect(headerOf(tokens.access_token).kid).toBe(old.kid);
    swap([old, young]); // published everywhere before it signs
    await verify(tokens.access_token);
    swap([young, old]);
    const next = await oidc.refreshTokenGrant(config, refreshToken);
    expect(headerOf(next.access_token).kid).toBe(young.kid);
    await verify(next.access_token);
    await verify(tokens.access_token);
    swap([young]); // retired: what the old one signed no longer counts for who asks now
    const published = world.replicas[0]?.publicJwks().keys.map(({ kid }) => kid);
    expect(published).toEqual([young.kid]);
  });

  it('of the cookie key lets those go on who are on their way', async () => {
    const fresh = await loadKeyring(await generateKeyring(new Date('2027-01-01'), ['envelope', 'cookie']));
    const world = await start();
    const attempt = await beginSignIn(world);
    const browser = new Browser(world.url);
    const link = await browser.stopAt(attempt.authorizeUrl, ({ pathname }) => pathname === '/auth/x/connect');
    const cookieKeys = [...fresh.cookieKeys, ...world.keyring.cookieKeys];
    world.replicas.splice(0, 1, world.another({ cookieKeys }));
    const { left } = (await browser.follow(link)) as { left: URL };
    await expect(redeem(attempt, left)).resolves.toBeDefined();
  });

  it('of the rest key leaves sign-ins be that this Herald has no key for yet', async () => {
    const fresh = await loadKeyring(await generateKeyring(new Date('2027-01-01'), ['envelope', 'rest']));
    const world = await start();
    const { config, refreshToken } = await signIn(world);
    const [known] = world.replicas.splice(0, 1, world.another({ seal: createRestSeal(fresh) }));
    await expect(oidc.refreshTokenGrant(config, refreshToken)).rejects.toMatchObject({
      cause: { status: 503 },
    });
    await expect(signIn(world)).resolves.toBeDefined();
    if (known !== undefined) world.replicas.splice(0, 1, known);
    await expect(oidc.refreshTokenGrant(config, refreshToken)).resolves.toBeDefined();
  });
});
