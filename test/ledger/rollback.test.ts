import { describe, expect, it } from 'vitest';
import { createTestDatabase } from '../support/postgres.ts';
import { connectAccount } from './account-fixture.ts';
import { readMiscounted } from './counts.ts';
import {
  acceptClaimed,
  alice,
  created,
  newThread,
  newTweetId,
  notSent,
  openTestLedger,
  openTestPool,
} from './fixture.ts';
import { forceState } from './force-state.ts';
import {
  letLeaseEnd,
  onPartFailure,
  readRollback,
  sendUntilRefused,
  statesOf,
  takeDeletion,
  unexplained,
} from './rollback-scene.ts';

const { url } = await createTestDatabase('template0');
const ledger = await openTestLedger(url, { dedupeWindowMs: 0 });
const pool = openTestPool(url);

describe('a rollback', () => {
  it('waits as long as it is told, or longer each time', async () => {
    const { id } = await sendUntilRefused(ledger, 2, 1);
    const pauses: number[] = [];
    for (let times = 1; times <= 8; times += 1) {
      await ledger.postponeDeletion(await takeDeletion(ledger, id), undefined);
      const { rows } = await pool.query(
        `select round(extract(epoch from rollback_not_before - now()) / 60)::int as minutes from herald.post where id = $1`,
        [id],
      );
      pauses.push(rows[0].minutes);
      await letLeaseEnd(pool, id);
    }
    expect(pauses).toEqual([1, 2, 4, 8, 16, 32, 60, 60]);
    const retryAt = new Date(Date.now() + 7_200_000);
    await ledger.postponeDeletion(await takeDeletion(ledger, id), retryAt);
    const { rows } = await pool.query('select rollback_not_before as at from herald.post where id = $1', [
      id,
    ]);
    expect(rows[0].at).toEqual(retryAt);
    expect(await ledger.nextToDelete()).toBeUndefined();
    await letLeaseEnd(pool, id);
    await ledger.recordDeleted(await takeDeletion(ledger, id), 0);
  });

  it('comes to an end although X is never there', async () => {
    const { id, userId } = await sendUntilRefused(ledger, 2, 1);
    for (let times = 1; times <= 30; times += 1) {
      await ledger.postponeDeletion(await takeDeletion(ledger, id), undefined);
      await letLeaseEnd(pool, id);
    }
    expect(await ledger.nextToDelete()).toBeUndefined();
    expect(await ledger.post(userId, id)).toMatchObject({
      state: 'FAILED',
      parts: [{ deleteError: 'X_UNAVAILABLE' }, {}],
    });
  });

  it('respects pauses, and a database that is somebody else`s', async () => {
    const { id, userId } = await sendUntilRefused(ledger, 2, 1);
    for (const scope of [{ scope: 'ALL' }, { scope: 'USER', userId }] as const) {
      await ledger.pause(scope, 'by hand');
      expect(await ledger.nextToDelete()).toBeUndefined();
      await ledger.resume(scope);
    }
    await ledger.adopt('https://one.example');
    const copy = await openTestLedger(url, { publicUrl: 'https://other.example' });
    expect(await copy.nextToDelete()).toBeUndefined();
    await ledger.recordDeleted(await takeDeletion(ledger, id), 0);
    await pool.query('delete from herald.deployment');
  });

  it('ends when the credentials are gone: the sign-ins revoked, or the account disconnected', async () => {
    const revoked = await sendUntilRefused(ledger, 3, 2);
    await ledger.revocations.revoke(revoked.userId);
    const account = await connectAccount(ledger.accounts, { xUserId: alice });
    const { userId } = (
      await pool.query('select user_id as "userId" from herald.account where id = $1', [account.id])
    ).rows[0];
    const ofAccount = await sendUntilRefused(ledger, 2, 1, {
      userId,
      accountId: account.id,
      credential: undefined,
    });
    // As long as the account is there, its credentials are lent for it.
    const owed = await takeDeletion(ledger, ofAccount.id);
    expect(owed.credential).toBeUndefined();
    expect(owed.post.accountId).toBe(account.id);
    await ledger.accounts.disconnect(userId, account.id);
    await letLeaseEnd(pool, ofAccount.id);
    expect(await ledger.nextToDelete()).toBeUndefined();
    for (const { id } of [revoked, ofAccount]) {
      const post = await ledger.post(undefined, id);
      expect(post?.state).toBe('FAILED');
      const live = post?.parts.filter(({ state }) => state === 'SENT');
      expect(new Set(live?.map(({ deleteError }) => deleteError))).toEqual(new Set(['CREDENTIALS_INVALID']));
    }
  });

  it('begins when revoking the sign-ins fails a waiting part, and ends the same way', async () => {
    const { post, claim } = await acceptClaimed(ledger, newThread(2, { onPartFailure }));
    await ledger.record(claim, created());
    await ledger.revocations.revoke(post.userId);
    expect(await readRollback(pool, post.id)).toBe('OWED');
    expect(await ledger.nextToDelete()).toBeUndefined();
    expect(await ledger.post(undefined, post.id)).toMatchObject({
      state: 'FAILED',
      parts: [{ deleteError: 'CREDENTIALS_INVALID' }, { error: { code: 'CREDENTIALS_INVALID' } }],
    });
  });

  it('is over when its user deleted the last tweet', async () => {
    const { id, userId, tweetIds } = await sendUntilRefused(ledger, 2, 1);
    await ledger.noteDeleted(userId, alice, tweetIds[0] ?? newTweetId(), 0);
    expect(await ledger.nextToDelete()).toBeUndefined();
    expect((await ledger.post(undefined, id))?.state).toBe('FAILED');
  });

  it('takes a part back that turns out to be live while it is owed', async () => {
    const { id, claim } = await sendUntilRefused(ledger, 3, 1);
    const late = newTweetId();
    const recorded = await ledger.record(claim, created(late));
    expect(recorded).toMatchObject({ applied: true, doublePost: undefined, post: { state: 'SENDING' } });
    const owed = await takeDeletion(ledger, id);
    expect(owed.tweetId).toBe(late);
    expect((await ledger.recordDeleted(owed, 0)).state).toBe('SENDING');
    const post = await ledger.recordDeleted(await takeDeletion(ledger, id), 0);
    expect(post.state).toBe('FAILED');
    expect(statesOf(post)).toEqual(['SENT', 'SENT', 'CANCELLED']);
    expect(unexplained(post)).toEqual([]);
  });

  it('takes it back when it is done, as far as there are credentials still', async () => {
    const ofSession = await sendUntilRefused(ledger, 2, 1);
    const account = await connectAccount(ledger.accounts, { xUserId: alice });
    const { rows } = await pool.query('select user_id from herald.account where id = $1', [account.id]);
    const changed = { userId: rows[0].user_id, accountId: account.id, credential: undefined };
    const ofAccount = await sendUntilRefused(ledger, 2, 1, changed);
    for (const _ of [ofSession, ofAccount]) {
      const owed = await ledger.nextToDelete();
      if (owed === undefined) throw new Error('due');
      await ledger.recordDeleted(owed, 0);
    }
    for (const { id, claim } of [ofSession, ofAccount]) {
      await ledger.record(claim, created());
      expect(await readRollback(pool, id)).toBe('OWED');
    }
    expect((await ledger.recordDeleted(await takeDeletion(ledger, ofAccount.id), 0)).state).toBe('FAILED');
    expect(await ledger.nextToDelete()).toBeUndefined();
    expect(await ledger.post(undefined, ofSession.id)).toMatchObject({
      state: 'FAILED',
      parts: [{ deletedAt: expect.any(Date) }, { deleteError: 'CREDENTIALS_INVALID' }],
    });
  });

  it('sends nothing more of the post: what comes back ends, and nobody decides to send it', async () => {
    // The part before was displaced while this one was being sent.
    const { post, claim } = await acceptClaimed(ledger, newThread(4, { onPartFailure }));
    await ledger.record(claim, created());
    const second = await ledger.claimPost(post.id);
    if (second === undefined) throw new Error('due');
    await ledger.record(second.claim, created());
    const third = await ledger.claimPost(post.id);
    if (third === undefined) throw new Error('due');
    await forceState(pool, post.id, 1, 'NEEDS_REVIEW');
    await ledger.resolve(undefined, post.id, { kind: 'GIVE_UP' });
    expect(await readRollback(pool, post.id)).toBe('OWED');
    const { post: back } = await ledger.record(third.claim, notSent(new Date(0)));
    expect(statesOf(back)).toEqual(['SENT', 'FAILED', 'CANCELLED', 'CANCELLED']);
    await forceState(pool, post.id, 3, 'QUEUED');
    expect(await ledger.nextToDelete()).toBeUndefined();
    await ledger.expireQueued();
    await forceState(pool, post.id, 2, 'NEEDS_REVIEW');
    expect(await ledger.resolve(undefined, post.id, { kind: 'SEND_IT' })).toMatchObject({ kind: 'conflict' });
    await ledger.recordDeleted(await takeDeletion(ledger, post.id), 0);
    expect((await ledger.post(undefined, post.id))?.state).toBe('NEEDS_REVIEW');
    expect(await ledger.resolve(undefined, post.id, { kind: 'GIVE_UP' })).toMatchObject({
      post: { state: 'FAILED' },
    });
    expect(await readMiscounted(pool)).toEqual([]);
  });

  it('is not done beside a part that turns out to be live at the same moment', async () => {
    for (let round = 1; round <= 5; round += 1) {
      const { id, claim } = await sendUntilRefused(ledger, 2, 1);
      const owed = await takeDeletion(ledger, id);
      await Promise.all([ledger.record(claim, created()), ledger.recordDeleted(owed, 0)]);
      expect(await readRollback(pool, id)).toBe('OWED');
      // The proof may have come when the credential was erased already: then it is told.
      for (let next = await ledger.nextToDelete(); next !== undefined; next = await ledger.nextToDelete())
        await ledger.recordDeleted(next, 0);
      const post = await ledger.post(undefined, id);
      expect(post?.state).toBe('FAILED');
      expect(unexplained(post)).toEqual([]);
    }
  });
});
