import { describe, expect, it } from 'vitest';
import type { Account, LedgerPost, PartState } from '../../src/kernel/index.ts';
import { createTestDatabase } from '../support/postgres.ts';
import { connectAccount, newAccountId, newSealedAccount } from './account-fixture.ts';
import { readMiscounted } from './counts.ts';
import {
  acceptClaimed,
  created,
  hasCredential,
  letTimePass,
  newPost,
  newThread,
  newTweetId,
  notSent,
  openTestLedger,
  openTestPool,
  unknown,
} from './fixture.ts';
import { forceState, stateOf } from './force-state.ts';

const { url } = await createTestDatabase('template0');
const ledger = await openTestLedger(url);
const { accounts } = ledger;
const pool = openTestPool(url);

/** A post of the account whose parts are in these states. */
const postWith = async ({ id, userId, xUserId }: Account, ...states: PartState[]): Promise<LedgerPost> => {
  const { post } = await acceptClaimed(
    ledger,
    newThread(states.length, { userId, xUserId, accountId: id, credential: undefined }),
  );
  for (const [position, state] of states.entries()) await forceState(pool, post.id, position, state);
  return post;
};

const readPost = async ({ id }: LedgerPost): Promise<LedgerPost> => {
  const post = await ledger.post(undefined, id);
  if (post === undefined) throw new Error('posts are never deleted');
  return post;
};

describe('disconnect', () => {
  it('gives what was sealed, destroys it and leaves a tombstone', async () => {
    const sealed = newSealedAccount();
    const account = await connectAccount(accounts, { sealed });
    const disconnected = await accounts.disconnect(account.userId, account.id);
    const tombstone = { ...account, state: 'DISCONNECTED', isDefault: false };
    expect(disconnected).toMatchObject({ before: { ...account, sealed }, after: tombstone });
    expect(await accounts.account(account.userId, account.id)).toEqual({ ...tombstone, sealed: undefined });
    expect(await accounts.account(account.userId, undefined)).toBeUndefined();
    expect(await accounts.accounts(account.userId)).toEqual([]);
    const { rows } = await pool.query(
      `select disconnected_at is not null as dated,
         (select count(*)::int from herald.account_key where account_id = id) as keys,
         (select count(*)::int from herald.account_credential where account_id = id) as credentials
       from herald.account where id = $1`,
      [account.id],
    );
    expect(rows).toEqual([{ dated: true, keys: 0, credentials: 0 }]);
  });

  it('tells whether another user has the same X account', async () => {
    const first = await connectAccount(accounts);
    const second = await connectAccount(accounts, { xUserId: first.xUserId });
    expect(await accounts.disconnect(first.userId, first.id)).toMatchObject({ shared: true });
    expect(await accounts.disconnect(second.userId, second.id)).toMatchObject({ shared: false });
  });

  it('can be asked for twice, and undone by connecting again under the next version', async () => {
    const account = await connectAccount(accounts);
    await accounts.disconnect(account.userId, account.id);
    const again = await accounts.disconnect(account.userId, account.id);
    expect(again).toMatchObject({ before: { state: 'DISCONNECTED', sealed: undefined } });
    expect(await accounts.connect({ ...account, sealed: newSealedAccount() })).toBeUndefined();
    await pool.query(`update herald.account set connected_at = '2020-01-01' where id = $1`, [account.id]);
    const connected = await accounts.connect({ ...account, version: 2, sealed: newSealedAccount() });
    expect(connected).toMatchObject({ id: account.id, state: 'CONNECTED', isDefault: true, version: 2 });
    expect(connected?.connectedAt.getTime()).toBeGreaterThan(Date.parse('2026-01-01'));
  });

  it('makes the oldest of the others the default', async () => {
    const first = await connectAccount(accounts);
    const { userId } = first;
    const younger = await connectAccount(accounts, { userId });
    const older = await connectAccount(accounts, { userId });
    await pool.query(
      `update herald.account set connected_at = connected_at - interval '1 day' where id = $1`,
      [older.id],
    );
    await accounts.disconnect(userId, first.id);
    expect((await accounts.account(userId, undefined))?.id).toBe(older.id);
    await accounts.disconnect(userId, younger.id);
    expect((await accounts.account(userId, undefined))?.id).toBe(older.id);
    await accounts.disconnect(userId, older.id);
    expect(await accounts.account(userId, undefined)).toBeUndefined();
    expect(await accounts.disconnect(userId, newAccountId())).toBeUndefined();
  });

  it.each([
    [['QUEUED'], ['CANCELLED'], 'CANCELLED'],
    [['SENDING'], ['SENDING'], 'SENDING'],
    [['UNKNOWN'], ['UNKNOWN'], 'UNKNOWN'],
    [['NEEDS_REVIEW'], ['NEEDS_REVIEW'], 'NEEDS_REVIEW'],
    [['SENT'], ['SENT'], 'SENT'],
    [['FAILED'], ['FAILED'], 'FAILED'],
    [['QUEUED', 'QUEUED'], ['CANCELLED', 'CANCELLED'], 'CANCELLED'],
    [['SENT', 'QUEUED', 'QUEUED'], ['SENT', 'CANCELLED', 'CANCELLED'], 'PARTLY_SENT'],
    [['SENDING', 'QUEUED'], ['SENDING', 'CANCELLED'], 'SENDING'],
    [['UNKNOWN', 'QUEUED'], ['UNKNOWN', 'CANCELLED'], 'UNKNOWN'],
  ] as [PartState[], PartState[], string][])('cancels what waits of %j', async (states, expected, state) => {
    const account = await connectAccount(accounts);
    const post = await postWith(account, ...states);
    await accounts.disconnect(account.userId, account.id);
    const after = await readPost(post);
    expect(after.parts.map((part) => part.state)).toEqual(expected);
    expect(after.state).toBe(state);
  });

  it('leaves posts alone that are of another account, or came with a session', async () => {
    const account = await connectAccount(accounts);
    const other = await connectAccount(accounts, { userId: account.userId });
    const ofOther = await postWith(other, 'QUEUED');
    const { post } = await acceptClaimed(
      ledger,
      newPost({ userId: account.userId, xUserId: account.xUserId }),
    );
    await forceState(pool, post.id, 0, 'QUEUED');
    await accounts.disconnect(account.userId, account.id);
    expect((await readPost(ofOther)).state).toBe('QUEUED');
    expect((await readPost(post)).state).toBe('QUEUED');
    expect(await hasCredential(pool, post.id)).toBe(true);
  });

  it('cancels what comes back after it, but not a proof', async () => {
    const account = await connectAccount(accounts);
    const { id: accountId, userId } = account;
    const accept = () => acceptClaimed(ledger, newPost({ userId, accountId, credential: undefined }));
    const [comesBack, arrives, lost] = [await accept(), await accept(), await accept()];
    await ledger.record(lost.claim, unknown());
    await accounts.disconnect(userId, accountId);
    await ledger.record(comesBack.claim, notSent());
    expect((await stateOf(pool, comesBack.post.id)).state).toBe('CANCELLED');
    await ledger.record(arrives.claim, created(newTweetId()));
    expect((await stateOf(pool, arrives.post.id)).state).toBe('SENT');
    await letTimePass(pool, lost.post.id, 3_600_000);
    await pool.query('update herald.part set absences = 1 where post_id = $1', [lost.post.id]);
    const look = await ledger.nextToReconcile();
    if (look?.postId !== lost.post.id) throw new Error('the lost one is the only one to look for');
    expect(look.credential).toBeUndefined();
    expect(await ledger.recordAbsent(look)).toBe('CANCELLED');
  });

  it('keeps the counts right while the posts are claimed, cancelled and retried', async () => {
    const replica = await openTestLedger(url);
    for (let round = 0; round < 10; round += 1) {
      const account = await connectAccount(accounts);
      const posts = await Promise.all(
        Array.from({ length: 4 }, () => postWith(account, 'QUEUED', 'QUEUED', 'QUEUED')),
      );
      const { userId, xUserId } = account;
      await Promise.all([
        accounts.disconnect(userId, account.id),
        ...posts.flatMap(({ id }) => [
          replica.claimPost(id),
          replica.cancel(userId, id),
          replica.retry({ id, userId, xUserId, credential: undefined }),
        ]),
      ]);
      await accounts.disconnect(userId, account.id);
      for (const post of posts) {
        const { parts } = await readPost(post);
        expect(parts.map(({ state }) => state)).not.toContain('QUEUED');
      }
    }
    expect(await readMiscounted(pool)).toEqual([]);
  });
});
