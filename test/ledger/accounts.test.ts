import { describe, expect, it } from 'vitest';
import type { Account, UserId } from '../../src/kernel/index.ts';
import { createTestDatabase } from '../support/postgres.ts';
import {
  connectAccount,
  newAccountId,
  newConnection,
  newSealedAccount,
  newXUserId,
} from './account-fixture.ts';
import { type newPost, newThread, newUserId, openTestLedger, openTestPool } from './fixture.ts';
import { forceState } from './force-state.ts';

const { url } = await createTestDatabase('template0');
const ledger = await openTestLedger(url);
const { accounts } = ledger;
const replica = await openTestLedger(url);
const pool = openTestPool(url);

const defaultsOf = async (userId: UserId): Promise<string[]> =>
  (await accounts.accounts(userId)).filter(({ isDefault }) => isDefault).map(({ id }) => id);

describe('connect', () => {
  it('stores the first account of a user as the default, with what is sealed', async () => {
    const connection = newConnection({ username: 'Alice_1' });
    const account = await accounts.connect(connection);
    const { id, userId, xUserId, sealed } = connection;
    expect(account).toEqual({
      ...{ id, userId, xUserId, username: 'Alice_1', state: 'CONNECTED', isDefault: true, version: 1 },
      ...{ connectedAt: expect.any(Date), postsRemaining: undefined, postsResetAt: undefined },
    });
    expect(await accounts.account(userId, id)).toEqual({ ...account, sealed });
    expect(await accounts.account(userId, undefined)).toEqual({ ...account, sealed });
    expect(await accounts.accountOf(userId, xUserId)).toEqual({ ...account, sealed });
    expect(await accounts.accounts(userId)).toEqual([account]);
  });

  it('keeps the default when another account follows, and lists the oldest first', async () => {
    const first = await connectAccount(accounts);
    const second = await connectAccount(accounts, { userId: first.userId });
    expect(second.isDefault).toBe(false);
    await pool.query(
      `update herald.account set connected_at = connected_at - interval '1 hour' where id = $1`,
      [second.id],
    );
    const listed = await accounts.accounts(first.userId);
    expect(listed.map(({ id }) => id)).toEqual([second.id, first.id]);
    expect((await accounts.account(first.userId, undefined))?.id).toBe(first.id);
    expect((await accounts.account(first.userId, second.id))?.id).toBe(second.id);
  });

  it('renews an account with the next version, and keeps its age and place', async () => {
    const first = await connectAccount(accounts, { username: 'before' });
    await accounts.needReconnect(first.id, 1);
    const sealed = newSealedAccount('rest-2');
    const renewed = await accounts.connect({ ...first, version: 2, username: 'after', sealed });
    expect(renewed).toEqual({ ...first, version: 2, username: 'after' });
    expect(await accounts.account(first.userId, first.id)).toEqual({ ...renewed, sealed });
  });

  it('stores nothing when the version is taken, or the X account has another row', async () => {
    const first = await connectAccount(accounts);
    const before = await accounts.account(first.userId, first.id);
    const other = newSealedAccount();
    for (const changed of [
      { ...first, version: 1, id: newAccountId() },
      { ...first, version: 1 },
      { ...first, version: 3 },
      { ...first, version: 2, id: newAccountId() },
      { ...first, version: 2, userId: newUserId() },
      { ...first, version: 2, xUserId: newXUserId() },
    ]) {
      expect(await accounts.connect({ ...changed, sealed: other })).toBeUndefined();
    }
    expect(await accounts.account(first.userId, first.id)).toEqual(before);
    expect(await accounts.accounts(first.userId)).toHaveLength(1);
  });

  it('lets two users connect the same X account, each for themselves', async () => {
    const one = await connectAccount(accounts);
    const other = await connectAccount(accounts, { xUserId: one.xUserId });
    expect([one.isDefault, other.isDefault]).toEqual([true, true]);
    expect(await accounts.accounts(one.userId)).toEqual([one]);
    expect(await accounts.accounts(other.userId)).toEqual([other]);
  });
});

describe('somebody else', () => {
  it('finds no account: not to read, use or disconnect', async () => {
    const { id, userId, xUserId } = await connectAccount(accounts);
    const stranger = newUserId();
    expect(await accounts.account(stranger, id)).toBeUndefined();
    expect(await accounts.account(stranger, undefined)).toBeUndefined();
    expect(await accounts.accountOf(stranger, xUserId)).toBeUndefined();
    expect(await accounts.accounts(stranger)).toEqual([]);
    expect(await accounts.disconnect(stranger, id)).toBeUndefined();
    expect(await accounts.account(userId, newAccountId())).toBeUndefined();
    expect((await accounts.account(userId, id))?.state).toBe('CONNECTED');
  });
});

describe('at the same moment on two replicas', () => {
  const both = (index: number) => (index % 2 === 0 ? ledger : replica).accounts;

  it('the same X account is connected once', async () => {
    const { userId, xUserId } = newConnection();
    const connected = await Promise.all(
      Array.from({ length: 6 }, (_, n) => both(n).connect(newConnection({ userId, xUserId }))),
    );
    expect(connected.filter((account) => account !== undefined)).toHaveLength(1);
    const first = await accounts.accountOf(userId, xUserId);
    if (first === undefined) throw new Error('connected');
    const renewed = await Promise.all(
      Array.from({ length: 6 }, (_, n) =>
        both(n).connect({ ...first, version: 2, sealed: newSealedAccount() }),
      ),
    );
    expect(renewed.filter((account) => account !== undefined)).toHaveLength(1);
    expect((await accounts.accountOf(userId, xUserId))?.version).toBe(2);
  });

  it('first accounts give one default', async () => {
    for (let round = 0; round < 5; round += 1) {
      const userId = newUserId();
      await Promise.all(Array.from({ length: 6 }, (_, n) => connectAccount(both(n), { userId })));
      expect(await accounts.accounts(userId)).toHaveLength(6);
      expect(await defaultsOf(userId)).toHaveLength(1);
    }
  });

  it('connecting and disconnecting leaves a default as long as there is an account', async () => {
    for (let round = 0; round < 5; round += 1) {
      const userId = newUserId();
      const old = await Promise.all(Array.from({ length: 3 }, (_, n) => connectAccount(both(n), { userId })));
      await Promise.all([
        ...old.map(({ id }, n) => both(n).disconnect(userId, id)),
        ...old.map((_, n) => connectAccount(both(n + 1), { userId })),
      ]);
      expect(await accounts.accounts(userId)).toHaveLength(3);
      expect(await defaultsOf(userId)).toHaveLength(1);
    }
  });
});

describe('needReconnect', () => {
  it('holds for the version that X refused only', async () => {
    const account = await connectAccount(accounts);
    expect(await accounts.needReconnect(account.id, 2)).toBe(false);
    expect(await accounts.needReconnect(newAccountId(), 1)).toBe(false);
    expect(await accounts.needReconnect(account.id, 1)).toBe(true);
    expect(await accounts.needReconnect(account.id, 1)).toBe(false);
    expect(await accounts.account(account.userId, undefined)).toMatchObject({
      state: 'NEEDS_RECONNECT',
      isDefault: true,
      sealed: { dataKey: { kid: 'rest-1' } },
    });
    await accounts.connect({ ...account, version: 2, sealed: newSealedAccount() });
    expect(await accounts.needReconnect(account.id, 1)).toBe(false);
    expect((await accounts.account(account.userId, account.id))?.state).toBe('CONNECTED');
    await accounts.disconnect(account.userId, account.id);
    expect(await accounts.needReconnect(account.id, 2)).toBe(false);
  });

  it('makes what waits for the account due when it is connected again, and nothing else', async () => {
    const account = await connectAccount(accounts);
    const other = await connectAccount(accounts, { userId: account.userId });
    const waiting = async (
      changed: Partial<Parameters<typeof newPost>[0]>,
      code: string,
    ): Promise<string> => {
      const post = newThread(2, { userId: account.userId, credential: undefined, ...changed });
      await ledger.accept(post);
      await forceState(pool, post.id, 0, 'QUEUED');
      await pool.query(
        `update herald.part set error_code = $2, not_before = now() + interval '5 minutes', setbacks = 9
         where post_id = $1 and position = 0`,
        [post.id, code],
      );
      return post.id;
    };
    const ids = [
      await waiting({ accountId: account.id }, 'ACCOUNT_NEEDS_RECONNECT'),
      await waiting({ accountId: account.id }, 'RATE_LIMITED'),
      await waiting({ accountId: other.id }, 'ACCOUNT_NEEDS_RECONNECT'),
      await waiting({}, 'ACCOUNT_NEEDS_RECONNECT'),
    ];
    await accounts.needReconnect(account.id, 1);
    await accounts.connect({ ...account, version: 2, sealed: newSealedAccount() });
    const { rows } = await pool.query(
      `select error_code, setbacks, not_before <= now() as due from herald.part
       where post_id = any ($1) and position = 0 order by array_position($1, post_id)`,
      [ids],
    );
    const held = { setbacks: 9, due: false };
    expect(rows).toEqual([
      { error_code: null, setbacks: 0, due: true },
      { error_code: 'RATE_LIMITED', ...held },
      { error_code: 'ACCOUNT_NEEDS_RECONNECT', ...held },
      { error_code: 'ACCOUNT_NEEDS_RECONNECT', ...held },
    ]);
  });
});

describe('noteLimits', () => {
  it('keeps the lowest number of the latest window, in whatever order the answers come', async () => {
    const { id, userId } = await connectAccount(accounts);
    const soon = new Date('2030-01-01T00:00:00Z');
    const later = new Date('2030-01-01T00:15:00Z');
    for (const [remaining, resetAt, expected] of [
      [90, soon, [90, soon]],
      [80, soon, [80, soon]],
      [85, soon, [80, soon]],
      [99, later, [99, later]],
      [70, soon, [99, later]],
    ] as const) {
      await accounts.noteLimits(id, { remaining, resetAt });
      const [account] = await accounts.accounts(userId);
      expect([account?.postsRemaining, account?.postsResetAt]).toEqual(expected);
    }
  });
});

describe('page', () => {
  it('gives everybody’s accounts or one user’s, tombstones too, in pages', async () => {
    const users = [newUserId(), newUserId()];
    const connected: Account[] = [];
    for (let n = 0; n < 5; n += 1)
      connected.push(await connectAccount(accounts, { userId: users[n % 2] as UserId }));
    await accounts.disconnect(users[0] as UserId, connected[0]?.id ?? newAccountId());
    const readAll = async (userId: UserId | undefined, first: number): Promise<Account[]> => {
      const seen: Account[] = [];
      for (let after: string | undefined; ; ) {
        const page = await accounts.page(userId, { first, after });
        seen.push(...page.accounts);
        if (!page.hasNextPage) return seen;
        after = page.endCursor;
      }
    };
    const everybody = await readAll(undefined, 3);
    const ids = everybody.map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids).toEqual(expect.arrayContaining(connected.map(({ id }) => id)));
    const own = await readAll(users[0], 2);
    expect(own.map(({ state }) => state).sort()).toEqual(['CONNECTED', 'CONNECTED', 'DISCONNECTED']);
    for (const request of [{ first: 0 }, { first: 101 }, { first: 1, after: 'x' }]) {
      await expect(accounts.page(undefined, request)).rejects.toMatchObject({ code: 'INVALID_INPUT' });
    }
  });
});
