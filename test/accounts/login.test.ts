import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parseXUserId } from '../../src/kernel/index.ts';
import { openWorld, ticketOf, userIdOf, type World } from './world.ts';

let world: World;
beforeEach(async () => {
  world = await openWorld();
});
afterEach(() => world.close());

const alice = userIdOf('twitter|1');

describe("the issuer's login", () => {
  it('hands over the account that X gave, and goes where the issuer says', async () => {
    const link = await world.room.login.start('interaction-1');
    expect(link.href).toMatch(/^https:\/\/herald\.example\/auth\/x\/connect\?ticket=[\w-]{43}$/);
    const { redirectTo } = await world.room.browser.arrive(await world.travel(link, 'carol'));
    expect(redirectTo.href).toBe('https://herald.example/oauth/authorize/interaction-1');
    const carol = await world.xUser('carol');
    expect(world.logins).toMatchObject([
      [
        'interaction-1',
        { kind: 'signed_in', signedIn: { username: 'carol', credentials: { xUserId: carol.id } } },
      ],
    ]);
    expect(world.memory.rows.size).toBe(0);
    expect(world.memory.tokens.size).toBe(0);
  });

  it('hands over that the user refused', async () => {
    const link = await world.room.login.start('interaction-1');
    await world.room.browser.arrive(await world.travel(link, 'carol', 'deny'));
    expect(world.logins).toEqual([['interaction-1', { kind: 'denied' }]]);
  });

  it('hands over that X refused, and that X is away', async () => {
    const first = await world.travel(await world.room.login.start('interaction-1'), 'carol');
    await world.room.browser.arrive({ ...first, verifier: 'guessed' });
    const second = await world.travel(await world.room.login.start('interaction-2'), 'carol');
    await world.failX('/oauth/access_token', '503');
    await world.room.browser.arrive(second);
    expect(world.logins).toEqual([
      ['interaction-1', { kind: 'denied' }],
      ['interaction-2', { kind: 'unavailable' }],
    ]);
  });

  it('is told nothing by a browser that did not go, nor twice', async () => {
    const returned = await world.travel(await world.room.login.start('interaction-1'), 'carol');
    const stolen = world.room.browser.arrive({ ...returned, cookie: 'x'.repeat(43) });
    await expect(stolen).rejects.toMatchObject({ code: 'INVALID_REQUEST' });
    expect(world.logins).toEqual([]);
    await world.room.browser.arrive(returned);
    await expect(world.room.browser.arrive(returned)).rejects.toMatchObject({ code: 'INVALID_REQUEST' });
    expect(world.logins).toHaveLength(1);
  });

  it('begins with a ticket that works once', async () => {
    const ticket = ticketOf(await world.room.login.start('interaction-1'));
    await world.room.browser.depart(ticket);
    await expect(world.room.browser.depart(ticket)).rejects.toMatchObject({ code: 'INVALID_REQUEST' });
  });
});

describe('what the issuer keeps of it', () => {
  const signIn = async (username: string) => {
    await world.room.browser.arrive(await world.travel(await world.room.login.start('uid'), username));
    const outcome = world.logins.at(-1)?.[1];
    if (outcome?.kind !== 'signed_in') throw new Error('not signed in');
    return outcome.signedIn;
  };

  it('is an account like any other', async () => {
    const account = await world.room.saveSignedIn(alice, await signIn('carol'));
    expect(account).toMatchObject({ userId: alice, username: 'carol', state: 'CONNECTED', isDefault: true });
    const again = await world.room.saveSignedIn(alice, await signIn('carol'));
    expect(again).toMatchObject({ id: account.id, version: 2 });
  });

  it('is stored once by many at once', async () => {
    const signedIn = await signIn('carol');
    const saved = await Promise.all(
      Array.from({ length: 12 }, () => world.room.saveSignedIn(alice, signedIn)),
    );
    expect(new Set(saved.map(({ id }) => id)).size).toBe(1);
    expect(world.memory.rows.size).toBe(1);
    const lent = await world.room.credentialsOfUser(alice, signedIn.credentials.xUserId, world.me);
    expect(lent).toBe('carol');
  });

  it('gives up when it loses every race', async () => {
    const signedIn = await signIn('carol');
    Object.assign(world.memory.accounts, { connect: async () => undefined });
    await expect(world.room.saveSignedIn(alice, signedIn)).rejects.toMatchObject({
      code: 'TEMPORARILY_UNAVAILABLE',
    });
  });

  it('is lent for sealing again while it is connected', async () => {
    const { credentials } = await signIn('carol');
    const { xUserId } = credentials;
    expect(await world.room.credentialsOfUser(alice, xUserId, world.me)).toBeUndefined();
    const { id } = await world.room.saveSignedIn(alice, { credentials, username: 'carol' });
    const tokens = await world.room.credentialsOfUser(alice, xUserId, async (lent) =>
      lent.accessToken.reveal(),
    );
    expect(tokens).toBe(credentials.accessToken.reveal());

    const other = parseXUserId('42');
    if (other === undefined) throw new Error('not an id');
    expect(await world.room.credentialsOfUser(alice, other, world.me)).toBeUndefined();
    expect(await world.room.credentialsOfUser(userIdOf('twitter|2'), xUserId, world.me)).toBeUndefined();
    await world.memory.accounts.needReconnect(id, 1);
    expect(await world.room.credentialsOfUser(alice, xUserId, world.me)).toBeUndefined();
    await world.memory.accounts.disconnect(alice, id);
    expect(await world.room.credentialsOfUser(alice, xUserId, world.me)).toBeUndefined();
  });

  it('is not lent when it does not open, and what the borrower throws passes through', async () => {
    const signedIn = await signIn('carol');
    const { xUserId } = signedIn.credentials;
    const { id } = await world.room.saveSignedIn(alice, signedIn);
    const failing = world.room.credentialsOfUser(alice, xUserId, () => Promise.reject(new Error('no key')));
    await expect(failing).rejects.toThrow('no key');
    const row = world.memory.rows.get(id);
    if (row === undefined) throw new Error('not stored');
    world.memory.rows.set(id, { ...row, version: 7 });
    expect(await world.room.credentialsOfUser(alice, xUserId, world.me)).toBeUndefined();
  });
});
