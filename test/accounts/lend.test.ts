import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  type AccountId,
  HeraldError,
  parseAccountId,
  type StoredAccount,
  type XCredentials,
} from '../../src/kernel/index.ts';
import { openWorld, RETURN_TO, sessionOf, userIdOf, type World } from './world.ts';

const alice = sessionOf('alice');
const mallory = sessionOf('mallory');

let world: World;
beforeEach(async () => {
  world = await openWorld();
});
afterEach(() => world.close());

const idOf = (value: string): AccountId => {
  const id = parseAccountId(value);
  if (id === undefined) throw new Error('not an id');
  return id;
};
const rowOf = (id: string): StoredAccount => {
  const row = world.memory.rows.get(id);
  if (row === undefined) throw new Error('no such row');
  return row;
};
const postAs = (session: typeof alice, accountId?: string | null) =>
  world.room.useCredentials(session, accountId, world.me);

describe('what a session posts with', () => {
  it('is the account that it names, else the default', async () => {
    const carol = await world.connect(alice, 'carol');
    const dave = await world.connect(alice, 'dave');
    expect(await postAs(alice, carol.id)).toBe('carol');
    expect(await postAs(alice, dave.id)).toBe('dave');
    expect(await postAs(alice)).toBe('carol');
    expect(await postAs(alice, null)).toBe('carol');
  });

  it('is what its envelopes hold, when it names no account', async () => {
    await world.connect(alice, 'carol');
    const eve = await world.xUser('eve');
    const session = sessionOf('alice', await world.envelopesFor('alice', eve));
    expect(await postAs(session)).toBe('eve');
    await world.room.useCredentials(session, undefined, async (credentials) => {
      expect(credentials.accountId).toBeUndefined();
      expect(credentials.sealedAt).toBeInstanceOf(Date);
    });
  });

  it('is the account that it names, in spite of its envelopes', async () => {
    const carol = await world.connect(alice, 'carol');
    const eve = await world.xUser('eve');
    const session = sessionOf('alice', await world.envelopesFor('alice', eve));
    expect(await postAs(session, carol.id)).toBe('carol');
    await world.room.useCredentials(session, carol.id, async ({ accountId }) =>
      expect(accountId).toBe(carol.id),
    );
  });

  it('is never the default account when its envelopes do not open', async () => {
    await world.connect(alice, 'carol');
    const envelopes = { accessToken: 'a.b.c.d.e', accessTokenSecret: 'a.b.c.d.e' };
    await expect(postAs(sessionOf('alice', envelopes))).rejects.toMatchObject({
      code: 'CREDENTIALS_INVALID',
    });
  });

  it('is no account either, by name or connected, once its sign-in was revoked', async () => {
    const carol = await world.connect(alice, 'carol');
    const session = sessionOf('alice', await world.envelopesFor('alice', await world.xUser('carol')));
    const code = await world.codeFor(alice, 'dave');
    world.clock.aheadMs = 2_000;
    await world.memory.revocations.revoke(userIdOf('alice'));
    const { startXConnect, connectXAccount, disconnectXAccount } = world.room.operations;
    for (const attempt of [
      () => postAs(session, carol.id),
      () => startXConnect(session, { returnTo: RETURN_TO }),
      () => connectXAccount(session, { code }),
      () => disconnectXAccount(session, carol.id),
    ]) {
      await expect(attempt()).rejects.toMatchObject({ code: 'CREDENTIALS_INVALID' });
    }
    world.clock.aheadMs = 4_000;
    const later = sessionOf('alice', await world.envelopesFor('alice', await world.xUser('carol')));
    expect(await postAs(later, carol.id)).toBe('carol');
  });

  it('is ACCOUNT_REQUIRED without envelopes and accounts', async () => {
    await expect(postAs(alice)).rejects.toMatchObject({ code: 'ACCOUNT_REQUIRED' });
  });

  it("is NOT_FOUND for another user's account, an unknown and a malformed id: one message", async () => {
    const { id } = await world.connect(alice, 'carol');
    const ids = [id, '00000000-0000-0000-0000-000000000000', '', 'x', id.toUpperCase(), `${id}\n`];
    const refusals = await Promise.all(
      ids.map((given) => postAs(mallory, given).catch((error: HeraldError) => [error.code, error.message])),
    );
    expect(new Set(refusals.map(String)).size).toBe(1);
    expect(refusals[0]).toEqual(['NOT_FOUND', expect.stringContaining('account')]);
  });

  it('is ACCOUNT_REQUIRED for an account that was disconnected', async () => {
    const { id } = await world.connect(alice, 'carol');
    await world.room.operations.disconnectXAccount(alice, id);
    await expect(postAs(alice, id)).rejects.toMatchObject({
      code: 'ACCOUNT_REQUIRED',
      userAction: 'CONNECT',
    });
    await expect(postAs(alice)).rejects.toMatchObject({ code: 'ACCOUNT_REQUIRED' });
  });

  it('passes on what its borrower gives and throws', async () => {
    await world.connect(alice, 'carol');
    expect(await world.room.useCredentials(alice, undefined, async () => 42)).toBe(42);
    const failing = world.room.useCredentials(alice, undefined, () => Promise.reject(new Error('mine')));
    await expect(failing).rejects.toThrow('mine');
  });
});

describe('a row that was tampered with', () => {
  it('does not open with the values of another row, user, X account or version', async () => {
    const carol = rowOf((await world.connect(alice, 'carol')).id);
    const dave = rowOf((await world.connect(alice, 'dave')).id);
    const his = rowOf((await world.connect(mallory, 'carol')).id);
    const mixed = carol.sealed && dave.sealed && { ...carol.sealed, accessToken: dave.sealed.accessToken };
    const tampered: StoredAccount[] = [
      { ...carol, sealed: dave.sealed },
      { ...carol, sealed: his.sealed },
      { ...carol, sealed: mixed },
      { ...carol, xUserId: dave.xUserId },
      { ...carol, version: 2 },
      { ...carol, sealed: undefined },
    ];
    for (const row of tampered) {
      world.memory.rows.set(carol.id, row);
      await expect(postAs(alice, carol.id)).rejects.toMatchObject({ code: 'CREDENTIALS_INVALID' });
    }
    world.memory.rows.set(carol.id, carol);
    expect(await postAs(alice, carol.id)).toBe('carol');
  });
});

describe('an account whose credentials X refuses', () => {
  const lentTo = (id: string) =>
    world.room.useCredentials(alice, id, async (credentials: XCredentials) => credentials);

  it('needs to be connected again before anything is posted as it', async () => {
    const { id } = await world.connect(alice, 'carol');
    await world.room.notes.needsReconnect(await lentTo(id));
    expect(await world.room.operations.xAccounts(alice)).toMatchObject([{ id, state: 'NEEDS_RECONNECT' }]);
    for (const accountId of [id, undefined]) {
      await expect(postAs(alice, accountId)).rejects.toMatchObject({
        code: 'ACCOUNT_NEEDS_RECONNECT',
        userAction: 'RECONNECT',
      });
    }
    expect(world.lines.filter((line) => line.includes('"account_needs_reconnect"'))).toHaveLength(1);

    expect(await world.connect(alice, 'carol')).toMatchObject({ id, state: 'CONNECTED' });
    expect(await postAs(alice, id)).toBe('carol');
  });

  it('has to be connected again when X refuses a read, too', async () => {
    const { id } = await world.connect(alice, 'carol');
    const refused = world.room.useCredentials(alice, undefined, () =>
      Promise.reject(new HeraldError('ACCOUNT_NEEDS_RECONNECT')),
    );
    await expect(refused).rejects.toMatchObject({ code: 'ACCOUNT_NEEDS_RECONNECT' });
    expect(await world.room.operations.xAccounts(alice)).toMatchObject([{ id, state: 'NEEDS_RECONNECT' }]);
  });

  it('is not blamed for what was lent before it was connected again', async () => {
    const { id } = await world.connect(alice, 'carol');
    const old = await lentTo(id);
    await world.connect(alice, 'carol');
    await world.room.notes.needsReconnect(old);
    expect(await postAs(alice, id)).toBe('carol');
    expect(world.lines.join('')).not.toContain('account_needs_reconnect');
  });

  it('is told once, however many notice', async () => {
    const { id } = await world.connect(alice, 'carol');
    const [one, two] = [await lentTo(id), await lentTo(id)];
    await Promise.all([world.room.notes.needsReconnect(one), world.room.notes.needsReconnect(two)]);
    expect(world.lines.filter((line) => line.includes('"account_needs_reconnect"'))).toHaveLength(1);
  });

  it("is no account at all for a session's own credentials", async () => {
    const eve = await world.xUser('eve');
    const session = sessionOf('alice', await world.envelopesFor('alice', eve));
    const credentials = await world.room.useCredentials(session, undefined, async (lent) => lent);
    await world.room.notes.needsReconnect(credentials);
    expect(world.memory.rows.size).toBe(0);
  });
});

describe('credentials of an accepted post', () => {
  const useFor = (user: string, id: string) => world.room.useAccount(userIdOf(user), idOf(id), world.me);

  it("are the account's, with its id", async () => {
    const { id } = await world.connect(alice, 'carol');
    expect(await useFor('alice', id)).toBe('carol');
    const lent = await world.room.useAccount(userIdOf('alice'), idOf(id), async (credentials) => credentials);
    expect(lent.accountId).toBe(id);
    await world.room.notes.needsReconnect(lent);
    await expect(useFor('alice', id)).rejects.toMatchObject({ code: 'ACCOUNT_NEEDS_RECONNECT' });
  });

  it('are CREDENTIALS_INVALID when the account is disconnected, not there or does not open', async () => {
    const { id } = await world.connect(alice, 'carol');
    await expect(useFor('mallory', id)).rejects.toMatchObject({ code: 'CREDENTIALS_INVALID' });
    world.memory.rows.set(id, { ...rowOf(id), version: 9 });
    await expect(useFor('alice', id)).rejects.toMatchObject({ code: 'CREDENTIALS_INVALID' });
    await world.room.operations.disconnectXAccount(alice, id);
    await expect(useFor('alice', id)).rejects.toMatchObject({ code: 'CREDENTIALS_INVALID' });
  });
});

describe('what X says about posts', () => {
  const inAnHour = () => new Date(world.now().getTime() + 3_600_000);
  const limit = (remaining: number, resetAt = inAnHour()) => ({ limit: 100, remaining, resetAt });

  it('is shown with the account until it is over: the counter of its own that runs out first', async () => {
    const { id } = await world.connect(alice, 'carol');
    const credentials = await world.room.useCredentials(alice, id, async (lent) => lent);
    const resetAt = inAnHour();
    world.room.notes.limits(credentials, { window: limit(40), userDay: limit(7, resetAt), appDay: limit(1) });
    expect(await world.room.operations.xAccounts(alice)).toMatchObject([
      { postsRemaining: 7, postsResetAt: resetAt.toISOString() },
    ]);
    world.clock.aheadMs = 3_700_000;
    expect(await world.room.operations.xAccounts(alice)).toMatchObject([
      { postsRemaining: null, postsResetAt: null },
    ]);
  });

  it('is left out when it says nothing of the account, and fails nobody', async () => {
    const { id } = await world.connect(alice, 'carol');
    const credentials = await world.room.useCredentials(alice, id, async (lent) => lent);
    world.room.notes.limits(credentials, { appDay: limit(1) });
    world.room.notes.limits(
      { ...credentials, accountId: idOf('00000000-0000-0000-0000-000000000000') },
      { window: limit(1) },
    );
    Object.assign(world.memory.accounts, {
      noteLimits: () => Promise.reject(new HeraldError('TEMPORARILY_UNAVAILABLE')),
    });
    world.room.notes.limits(credentials, { window: limit(1) });
    expect(await world.room.operations.xAccounts(alice)).toMatchObject([{ postsRemaining: null }]);
  });
});
