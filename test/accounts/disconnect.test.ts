import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openWorld, sessionOf, type World } from './world.ts';

const alice = sessionOf('alice');
const INVALIDATE = '/1.1/oauth/invalidate_token';

let world: World;
beforeEach(async () => {
  world = await openWorld();
});
afterEach(() => world.close());

const disconnect = (id: string, session = alice) => world.room.operations.disconnectXAccount(session, id);
const told = () => world.lines.filter((line) => line.includes('"account_disconnected"'));

describe('disconnecting an account', () => {
  it('forgets its credentials here and at X', async () => {
    const { id } = await world.connect(alice, 'carol');
    const lent = await world.room.useCredentials(alice, id, async (credentials) => credentials);
    expect(await disconnect(id)).toMatchObject({
      id,
      username: 'carol',
      state: 'DISCONNECTED',
      isDefault: false,
    });
    expect(await world.room.operations.xAccounts(alice)).toEqual([]);
    expect(world.memory.rows.get(id)?.sealed).toBeUndefined();
    expect(await world.asked()).toContain(INVALIDATE);
    expect(await world.me(lent)).toBe('ACCOUNT_NEEDS_RECONNECT');
    expect(told()).toHaveLength(1);
    expect(told()[0]).toContain('X revoked its access');
  });

  it('happens here before X is asked', async () => {
    const order: string[] = [];
    const { disconnect: store } = world.memory.accounts;
    Object.assign(world.memory.accounts, {
      disconnect: async (...args: Parameters<typeof store>) => {
        order.push((await world.asked()).includes(INVALIDATE) ? 'X was asked' : 'X was not asked');
        return store(...args);
      },
    });
    await disconnect((await world.connect(alice, 'carol')).id);
    expect(order).toEqual(['X was not asked']);
    expect(await world.asked()).toContain(INVALIDATE);
  });

  it.each(['503', 'drop-before-accept', '401'])('succeeds although X does not confirm (%s)', async (kind) => {
    const { id } = await world.connect(alice, 'carol');
    await world.failX(INVALIDATE, kind);
    expect(await disconnect(id)).toMatchObject({ state: 'DISCONNECTED' });
    expect(world.memory.rows.get(id)?.sealed).toBeUndefined();
    expect(told()[0]).toContain('X did not confirm');
  });

  it('succeeds although the credentials no longer open', async () => {
    const { id } = await world.connect(alice, 'carol');
    const row = world.memory.rows.get(id);
    if (row === undefined) throw new Error('not stored');
    world.memory.rows.set(id, { ...row, version: 9 });
    expect(await disconnect(id)).toMatchObject({ state: 'DISCONNECTED' });
    expect(await world.asked()).not.toContain(INVALIDATE);
    expect(told()[0]).toContain('X did not confirm');
  });

  it('gives the same answer again, and asks X once', async () => {
    const { id } = await world.connect(alice, 'carol');
    const first = await disconnect(id);
    expect(await disconnect(id)).toEqual(first);
    expect((await world.asked()).filter((path) => path === INVALIDATE)).toHaveLength(1);
    expect(told()).toHaveLength(1);
  });

  it('leaves the other account, which becomes the default', async () => {
    const carol = await world.connect(alice, 'carol');
    const dave = await world.connect(alice, 'dave');
    await disconnect(carol.id);
    expect(await world.room.operations.xAccounts(alice)).toMatchObject([{ id: dave.id, isDefault: true }]);
    expect(await world.room.useCredentials(alice, undefined, world.me)).toBe('dave');
  });

  it('can be undone by connecting again, under the same id', async () => {
    const { id } = await world.connect(alice, 'carol');
    await disconnect(id);
    expect(await world.connect(alice, 'carol')).toMatchObject({ id, state: 'CONNECTED' });
    expect(await world.room.useCredentials(alice, id, world.me)).toBe('carol');
  });

  it.each(['', 'x', '00000000-0000-0000-0000-000000000000'])('is NOT_FOUND for %j', async (id) => {
    await expect(disconnect(id)).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });

  it("is NOT_FOUND for another user's account, which stays", async () => {
    const { id } = await world.connect(alice, 'carol');
    await expect(disconnect(id, sessionOf('mallory'))).rejects.toMatchObject({ code: 'NOT_FOUND' });
    expect(await world.room.useCredentials(alice, id, world.me)).toBe('carol');
    expect(await world.asked()).not.toContain(INVALIDATE);
  });
});
