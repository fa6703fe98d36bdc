import { randomUUID } from 'node:crypto';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import type { AccountId, UserId, XUserId } from '../../src/kernel/index.ts';
import { openLedger } from '../../src/ledger/index.ts';
import { acceptClaimed, newPost, newUserId, openTestPool, options } from '../ledger/fixture.ts';
import { forceState, stateOf } from '../ledger/force-state.ts';
import { createTestDatabase } from '../support/postgres.ts';
import { createHerald } from './herald.ts';

const database = await createTestDatabase();
const pool = openTestPool(database.url);
const ledger = await openLedger({ ...options, connectionString: database.url });
afterAll(() => ledger.close());
const herald = createHerald({ DATABASE_URL: database.url });

beforeEach(async () => {
  await pool.query('truncate herald.account, herald.account_key cascade');
});

const sealed = Buffer.from('canary');

const connect = async (userId: UserId, xUserId: string, username: string): Promise<AccountId> => {
  const id = randomUUID() as AccountId;
  const account = { id, userId, xUserId: xUserId as XUserId, version: 1, username };
  await ledger.accounts.connect({
    ...account,
    sealed: { dataKey: { kid: 'rest-1', sealed }, accessToken: sealed, accessTokenSecret: sealed },
  });
  return id;
};

interface Body {
  readonly accounts: readonly Record<string, unknown>[];
  readonly endCursor: string | null;
  readonly hasNextPage: boolean;
}

describe('herald accounts list', () => {
  it("shows a user's accounts, and no credential", async () => {
    const [userId, other] = [newUserId(), newUserId()];
    const first = await connect(userId, '8446', 'alice');
    const second = await connect(userId, '8447', 'work');
    await connect(other, '8446', 'alice');
    await ledger.accounts.needReconnect(second, 1);

    const { code, body } = await herald.json<Body>('accounts', 'list', '--user', userId);
    expect(code).toBe(0);
    expect(body.accounts).toHaveLength(2);
    expect(body.accounts).toContainEqual({
      id: first,
      userId,
      xUserId: '8446',
      username: 'alice',
      state: 'CONNECTED',
      isDefault: true,
      connectedAt: expect.stringMatching(/Z$/),
    });
    const { output } = await herald('accounts', 'list');
    expect(output).toMatch(new RegExp(`${first} +${userId} +8446 +@alice +CONNECTED +default +20`));
    expect(output).toContain('connects the account again');
    expect(output).toContain(other);
  });

  it('goes on page by page', async () => {
    for (const username of ['a', 'b', 'c']) await connect(newUserId(), '1', username);
    const { body } = await herald.json<Body>('accounts', 'list', '--limit', '2');
    expect([body.accounts.length, body.hasNextPage]).toEqual([2, true]);
    const rest = await herald.json<Body>('accounts', 'list', '--after', body.endCursor ?? '');
    expect([rest.body.accounts.length, rest.body.hasNextPage]).toEqual([1, false]);
  });

  it('says that there are none', async () => {
    expect((await herald('accounts', 'list')).output).toBe('No accounts.\n');
  });

  it.each([
    [['--user', ''], /1 to 255 characters/],
    [['--limit', '0'], /from 1 to 100/],
    [['--after', 'nonsense'], /--after is the cursor/],
  ])('refuses %j', async (args, sentence) => {
    const { code, output } = await herald('accounts', 'list', ...args);
    expect({ code, output }).toEqual({ code: 2, output: expect.stringMatching(sentence) });
  });
});

describe('herald accounts revoke', () => {
  it('ends every sign-in of the user, keeps the accounts, and says what follows', async () => {
    const [userId, other] = [newUserId(), newUserId()];
    await connect(userId, '8446', 'alice');
    const waiting = async (owner: UserId) => {
      const { post } = await acceptClaimed(
        ledger,
        newPost({ userId: owner, credential: { kid: 'rest-1', sealed } }),
      );
      await forceState(pool, post.id, 0, 'QUEUED');
      return post.id;
    };
    const [mine, theirs] = [await waiting(userId), await waiting(other)];
    const { code, output } = await herald('accounts', 'revoke', '--user', userId);
    expect(code).toBe(0);
    expect(output).toContain(`Every sign-in of ${userId} from before now is ended.`);
    expect(output).toContain('1 X accounts stay connected: @alice.');
    expect(await ledger.revocations.revokedBefore(userId)).toBeInstanceOf(Date);
    expect(await ledger.revocations.revokedBefore(other)).toBeUndefined();
    expect([(await stateOf(pool, mine)).state, (await stateOf(pool, theirs)).state]).toEqual([
      'FAILED',
      'QUEUED',
    ]);
  });

  it('may be repeated, and needs a user', async () => {
    const userId = newUserId();
    await herald('accounts', 'revoke', '--user', userId);
    const { code, body } = await herald.json('accounts', 'revoke', '--user', userId);
    expect({ code, body }).toMatchObject({ code: 0, body: { userId, revoked: true, connectedAccounts: [] } });
    expect((await herald('accounts', 'revoke')).code).toBe(2);
  });
});
