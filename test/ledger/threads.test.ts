import { describe, expect, it } from 'vitest';
import { createTestDatabase } from '../support/postgres.ts';
import {
  acceptClaimed,
  alice,
  created,
  hasCredential,
  letTimePass,
  newThread,
  openTestLedger,
  openTestPool,
} from './fixture.ts';
import { onPartFailure, readRollback, sendUntilRefused, statesOf, takeDeletion } from './rollback-scene.ts';

const { url } = await createTestDatabase('template0');
const ledger = await openTestLedger(url, { dedupeWindowMs: 0 });
const pool = openTestPool(url);

describe('a part of a thread that is refused', () => {
  it.each([undefined, 'RESUME', 'STOP'] as const)(
    'ends the later parts and leaves the earlier: %s',
    async (policy) => {
      const { id, userId, refused } = await sendUntilRefused(ledger, 4, 2, { onPartFailure: policy });
      expect(refused).toMatchObject({ state: 'PARTLY_SENT', onPartFailure: policy ?? 'RESUME' });
      expect(statesOf(refused)).toEqual(['SENT', 'SENT', 'FAILED', 'CANCELLED']);
      expect(refused.parts[3]?.error?.code).toBe('PARENT_FAILED');
      expect(await ledger.nextToDelete()).toBeUndefined();
      const retried = await ledger.retry({ id, userId, xUserId: alice, credential: undefined });
      expect(retried.kind).toBe(policy === 'STOP' ? 'conflict' : 'changed');
      if (policy === 'STOP') return;
      expect((await ledger.claimPost(id))?.claim.position).toBe(2);
    },
  );

  it('lets a STOP post be retried while nothing of it is live', async () => {
    const { id, userId } = await sendUntilRefused(ledger, 3, 0, { onPartFailure: 'STOP' });
    const retried = await ledger.retry({ id, userId, xUserId: alice, credential: undefined });
    expect(retried.kind).toBe('changed');
  });

  it('has the earlier ones deleted, newest first; then the post is FAILED', async () => {
    const { id, userId, tweetIds, refused } = await sendUntilRefused(ledger, 5, 3);
    expect(refused.state).toBe('SENDING');
    expect(statesOf(refused)).toEqual(['SENT', 'SENT', 'SENT', 'FAILED', 'CANCELLED']);
    for (const position of [2, 1, 0]) {
      expect(await hasCredential(pool, id)).toBe(true);
      const owed = await takeDeletion(ledger, id);
      expect(owed).toMatchObject({ position, tweetId: tweetIds[position], credential: { kid: 'rest-1' } });
      expect(await ledger.nextToDelete()).toBeUndefined();
      const post =
        position === 1
          ? await ledger.recordUndeletable(owed, 'X_FORBIDDEN')
          : await ledger.recordDeleted(owed, 10);
      // Whoever lost the answer says it again.
      if (position === 2) await ledger.recordDeleted(owed, 10);
      expect(post.state).toBe(position === 0 ? 'FAILED' : 'SENDING');
    }
    const post = await ledger.post(userId, id);
    expect(post?.parts.slice(0, 3)).toMatchObject([
      { state: 'SENT', deletedAt: expect.any(Date), deleteError: undefined, costMicroUsd: 10 },
      { state: 'SENT', deletedAt: undefined, deleteError: 'X_FORBIDDEN', costMicroUsd: 0 },
      { state: 'SENT', deletedAt: expect.any(Date), deleteError: undefined, costMicroUsd: 10 },
    ]);
    expect(await hasCredential(pool, id)).toBe(false);
    expect(await ledger.nextToDelete()).toBeUndefined();
    expect(await ledger.retry({ id, userId, xUserId: alice, credential: undefined })).toMatchObject({
      kind: 'conflict',
      post: { state: 'FAILED' },
    });
  });

  it('owes nothing when no part is live, and can be retried then', async () => {
    const { id, userId, refused } = await sendUntilRefused(ledger, 2, 0);
    expect(refused.state).toBe('FAILED');
    expect(await readRollback(pool, id)).toBeNull();
    expect((await ledger.retry({ id, userId, xUserId: alice, credential: undefined })).kind).toBe('changed');
  });

  it('owes nothing when a person cancels; what expires after a day is a failure', async () => {
    const begin = async () => {
      const { post, claim } = await acceptClaimed(ledger, newThread(2, { onPartFailure }));
      await ledger.record(claim, created());
      return post;
    };
    const cancelled = await begin();
    expect(await ledger.cancel(undefined, cancelled.id)).toMatchObject({ post: { state: 'PARTLY_SENT' } });
    const expired = await begin();
    await letTimePass(pool, expired.id, 25 * 3_600_000);
    await ledger.expireQueued();
    const owed = await takeDeletion(ledger, expired.id);
    expect((await ledger.recordDeleted(owed, 0)).state).toBe('FAILED');
  });
});
