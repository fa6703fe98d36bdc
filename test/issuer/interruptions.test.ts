import * as oidc from 'openid-client';
import { afterEach, describe, expect, it } from 'vitest';
import { HeraldError } from '../../src/kernel/index.ts';
import {
  alice,
  Browser,
  beginSignIn,
  bob,
  createMemoryStore,
  type IssuerWorld,
  payloadOf,
  redeem,
  returnOf,
  signedInAs,
  signIn,
  startIssuer,
  tokenError,
} from './fixtures.ts';

const started: IssuerWorld[] = [];
const start = async (...options: Parameters<typeof startIssuer>): Promise<IssuerWorld> => {
  const world = await startIssuer(...options);
  started.push(world);
  return world;
};
afterEach(async () => {
  for (const world of started.splice(0)) await world.close();
});

const aliceId = `twitter|${alice.xUserId}`;
const isConnect = ({ pathname }: URL): boolean => pathname === '/auth/x/connect';
const isResume = ({ pathname }: URL): boolean => pathname.startsWith('/oauth/authorize/');
const refreshError = (world: IssuerWorld, refreshToken: string) =>
  tokenError(world, { grant_type: 'refresh_token', client_id: 'desktop', refresh_token: refreshToken });

describe('a user who says no', () => {
  it.each([
    ['denied', 'access_denied'],
    ['unavailable', 'temporarily_unavailable'],
  ] as const)('%s at X is %s at the application, with its state', async (kind, error) => {
    const world = await start();
    world.outcome = { kind };
    const attempt = await beginSignIn(world);
    const returned = await returnOf(world, attempt);
    expect(returned.searchParams.get('error')).toBe(error);
    expect(returned.searchParams.get('state')).toBe(attempt.state);
    await expect(redeem(attempt, returned)).rejects.toMatchObject({ error });
    expect(world.saved).toEqual([]);
  });
});

describe('a sign-in', () => {
  it('is finished once', async () => {
    const world = await start();
    const { authorizeUrl } = await beginSignIn(world);
    const link = await new Browser(world.url).stopAt(authorizeUrl, isConnect);
    const uid = link.searchParams.get('ticket') ?? '';
    const [issuer] = world.replicas;
    await issuer?.finishLogin(uid, { kind: 'denied' });
    await expect(issuer?.finishLogin(uid, world.outcome)).rejects.toMatchObject({ code: 'INVALID_REQUEST' });
    await expect(issuer?.finishLogin('unknown', world.outcome)).rejects.toMatchObject({
      code: 'INVALID_REQUEST',
    });
    expect(world.saved).toEqual([]);
  });

  it('goes to X every time: no earlier sign-in speaks for whoever sits there now', async () => {
    const world = await start();
    const browser = new Browser(world.url);
    for (const user of [alice, bob, alice]) {
      world.outcome = { kind: 'signed_in', signedIn: signedInAs(user) };
      const attempt = await beginSignIn(world);
      const end = (await browser.follow(attempt.authorizeUrl)) as { left: URL };
      const { access_token } = await redeem(attempt, end.left);
      expect(payloadOf(access_token).sub).toBe(`twitter|${user.xUserId}`);
    }
  });

  it('survives a restart at any step', async () => {
    const world = await start();
    const restart = (): void => void world.replicas.splice(0, 1, world.another());
    const attempt = await beginSignIn(world);
    const browser = new Browser(world.url);
    const link = await browser.stopAt(attempt.authorizeUrl, isConnect);
    restart();
    const onward = await browser.stopAt(link, isResume);
    restart();
    const { left } = (await browser.follow(onward)) as { left: URL };
    restart();
    const { refresh_token = '' } = await redeem(attempt, left);
    restart();
    await expect(oidc.refreshTokenGrant(attempt.config, refresh_token)).resolves.toBeDefined();
  });

  it('may have each of its requests answered by another replica', async () => {
    const world = await start({ replicaCount: 2 });
    for (let round = 0; round < 3; round += 1) {
      const { config, refreshToken } = await signIn(world);
      const next = await oidc.refreshTokenGrant(config, refreshToken);
      await expect(oidc.refreshTokenGrant(config, refreshToken)).rejects.toMatchObject({
        error: 'invalid_grant',
      });
      await expect(oidc.refreshTokenGrant(config, next.refresh_token ?? '')).rejects.toMatchObject({
        error: 'invalid_grant',
      });
    }
  });
});

describe('a code at two replicas at once', () => {
  it('is redeemed at most once', async () => {
    const world = await start({ replicaCount: 2 });
    for (let round = 0; round < 5; round += 1) {
      const attempt = await beginSignIn(world);
      const returned = await returnOf(world, attempt);
      const both = await Promise.allSettled([redeem(attempt, returned), redeem(attempt, returned)]);
      expect(both.filter(({ status }) => status === 'fulfilled').length).toBeLessThanOrEqual(1);
    }
  });
});

describe('revoking all sign-ins of a user (R20)', () => {
  it('refuses a refresh of an earlier sign-in, and not that of a later one', async () => {
    const world = await start();
    const before = await signIn(world);
    world.revoked.set(aliceId, new Date(Date.now() + 1));
    await expect.poll(() => Date.now() > (world.revoked.get(aliceId)?.getTime() ?? 0)).toBe(true);
    const after = await signIn(world);
    expect(await refreshError(world, before.refreshToken)).toMatchObject({
      status: 400,
      error: 'invalid_grant',
    });
    await expect(oidc.refreshTokenGrant(after.config, after.refreshToken)).resolves.toBeDefined();
  });

  it('gives whoever signs in within the same second a token that says a later one', async () => {
    const world = await start();
    const revoked = new Date();
    world.revoked.set(aliceId, revoked);
    const attempt = await beginSignIn(world);
    const { access_token } = await redeem(attempt, await returnOf(world, attempt));
    expect(payloadOf(access_token).iat * 1000).toBeGreaterThanOrEqual(revoked.getTime());
  });

  it('refuses a code from before it', async () => {
    const world = await start();
    const attempt = await beginSignIn(world);
    const returned = await returnOf(world, attempt);
    world.revoked.set(aliceId, new Date(Date.now() + 60_000));
    await expect(redeem(attempt, returned)).rejects.toMatchObject({ error: 'invalid_grant' });
  });

  it('leaves other users alone', async () => {
    const world = await start();
    const { config, refreshToken } = await signIn(world);
    world.revoked.set(`twitter|${bob.xUserId}`, new Date(Date.now() + 60_000));
    await expect(oidc.refreshTokenGrant(config, refreshToken)).resolves.toBeDefined();
  });
});

describe('an account that is disconnected or needs to be connected again', () => {
  it('gives no more tokens, and says so', async () => {
    const world = await start();
    const { refreshToken } = await signIn(world);
    world.disconnected.add(alice.xUserId);
    expect(await refreshError(world, refreshToken)).toEqual({
      status: 400,
      error: 'invalid_grant',
      error_description: 'The X account is disconnected or X refuses it. Sign in again.',
    });
  });
});

describe('a database that is away', () => {
  it('costs nobody the refresh token: the same request passes later', async () => {
    const store = createMemoryStore();
    const world = await start({ store });
    const { config, refreshToken } = await signIn(world);
    store.away = true;
    expect(await refreshError(world, refreshToken)).toMatchObject({
      status: 503,
      error: 'temporarily_unavailable',
    });
    store.away = false;
    await expect(oidc.refreshTokenGrant(config, refreshToken)).resolves.toBeDefined();
  });

  it('is told at every step', async () => {
    const store = createMemoryStore();
    const world = await start({ store });
    const attempt = await beginSignIn(world);
    const browser = new Browser(world.url);
    store.away = true;
    expect((await browser.get(attempt.authorizeUrl)).headers.get('location')).toContain(
      'error=temporarily_unavailable',
    );
    store.away = false;
    const link = await browser.stopAt(attempt.authorizeUrl, isConnect);
    store.away = true;
    await expect(world.replicas[0]?.finishLogin('some', world.outcome)).rejects.toMatchObject({
      code: 'TEMPORARILY_UNAVAILABLE',
    });
    store.away = false;
    const onward = await browser.stopAt(link, isResume);
    store.away = true;
    const page = await browser.get(onward);
    expect(page.status).toBe(503);
    expect(await page.text()).toContain('Try again in a moment');
    store.away = false;
    expect(await browser.follow(onward)).toHaveProperty('left');
  });
});

describe('what fails while the user is on the way back from X', () => {
  it.each([
    ['a bug', new TypeError('nothing of this leaves'), 'server_error'],
    ['a database that is away', new HeraldError('TEMPORARILY_UNAVAILABLE'), 'temporarily_unavailable'],
  ])('%s is told to the application and logged', async (_what, thrown, error) => {
    const world = await start({
      saveAccount: async () => {
        throw thrown;
      },
    });
    const returned = await returnOf(world, await beginSignIn(world));
    expect(returned.searchParams.get('error')).toBe(error);
    expect(returned.href).not.toContain('nothing');
    expect(world.log.map(({ evt }) => evt)).toContain('issuer_failed');
  });
});

it('a refresh that fails for a bug is a server error, and the refresh token stays good', async () => {
  let broken = false;
  const world = await start({
    revokedBefore: async () => {
      if (broken) throw new TypeError('nothing of this leaves');
      return undefined;
    },
  });
  const { config, refreshToken } = await signIn(world);
  broken = true;
  const answer = await refreshError(world, refreshToken);
  expect(answer).toMatchObject({ status: 500, error: 'server_error' });
  expect(JSON.stringify(answer)).not.toContain('nothing');
  broken = false;
  await expect(oidc.refreshTokenGrant(config, refreshToken)).resolves.toBeDefined();
});
