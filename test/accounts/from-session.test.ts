import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createAccounts } from '../../src/accounts/index.ts';
import { openWorld, sessionOf, userIdOf, type World } from './world.ts';

let world: World;
beforeEach(async () => {
  world = await openWorld();
});
afterEach(() => world.close());

/** A session of the user with credentials of the X user in its envelopes. */
const withEnvelopes = async (user: string, username: string) =>
  sessionOf(user, await world.envelopesFor(user, await world.xUser(username)));

const connect = (session: Awaited<ReturnType<typeof withEnvelopes>>, code?: null) =>
  world.room.operations.connectXAccount(session, code === undefined ? {} : { code });

describe('connecting without a code', () => {
  it("stores the session's own credentials, under the handle that X gives", async () => {
    const account = await connect(await withEnvelopes('alice', 'Eve'));
    expect(account).toMatchObject({ username: 'Eve', state: 'CONNECTED', isDefault: true });
    expect(await world.room.useCredentials(sessionOf('alice'), undefined, world.me)).toBe('Eve');
    expect(await connect(await withEnvelopes('alice', 'Eve'), null)).toMatchObject({ id: account.id });
  });

  it('is ACCOUNT_REQUIRED for a session without envelopes', async () => {
    await expect(connect(sessionOf('alice'))).rejects.toMatchObject({ code: 'ACCOUNT_REQUIRED' });
  });

  it("is CREDENTIALS_INVALID for another user's envelopes", async () => {
    const { envelopes } = await withEnvelopes('alice', 'eve');
    await expect(connect(sessionOf('mallory', envelopes))).rejects.toMatchObject({
      code: 'CREDENTIALS_INVALID',
    });
    expect(world.memory.rows.size).toBe(0);
  });

  it('is CREDENTIALS_INVALID for envelopes from before a revocation', async () => {
    const session = await withEnvelopes('alice', 'eve');
    world.clock.aheadMs = 2_000;
    await world.memory.revocations.revoke(userIdOf('alice'));
    await expect(connect(session)).rejects.toMatchObject({ code: 'CREDENTIALS_INVALID' });
    expect(world.memory.rows.size).toBe(0);
    world.clock.aheadMs = 4_000;
    expect(await connect(await withEnvelopes('alice', 'eve'))).toMatchObject({ username: 'eve' });
  });

  it('is CREDENTIALS_INVALID when X takes them for somebody else', async () => {
    const [eve, dave] = [await withEnvelopes('alice', 'eve'), await withEnvelopes('alice', 'dave')];
    const { x } = world.needs;
    const me: typeof x.me = () => world.room.useCredentials(dave, undefined, x.me);
    const room = createAccounts({ ...world.needs, x: { ...x, me } });
    await expect(room.operations.connectXAccount(eve, {})).rejects.toMatchObject({
      code: 'CREDENTIALS_INVALID',
    });
    expect(world.memory.rows.size).toBe(0);
  });

  it.each([
    ['401', 'ACCOUNT_NEEDS_RECONNECT'],
    ['429', 'RATE_LIMITED'],
    ['503', 'TEMPORARILY_UNAVAILABLE'],
    ['drop-before-accept', 'TEMPORARILY_UNAVAILABLE'],
  ])('stores nothing when X answers %s: %s', async (kind, code) => {
    const session = await withEnvelopes('alice', 'eve');
    await world.failX('/2/users/me', kind, 'GET');
    await expect(connect(session)).rejects.toMatchObject({ code });
    expect(world.memory.rows.size).toBe(0);
  });
});
