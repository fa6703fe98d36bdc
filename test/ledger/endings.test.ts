import { describe, expect, it } from 'vitest';
import type { LedgerPost, NewPost } from '../../src/kernel/index.ts';
import { createTestDatabase } from '../support/postgres.ts';
import {
  acceptClaimed,
  hasCredential,
  letTimePass,
  newPost,
  newThread,
  notSent,
  openTestLedger,
  openTestPool,
  rejected,
  unknown,
} from './fixture.ts';
import { forceState, stateOf } from './force-state.ts';

const { url } = await createTestDatabase('template0');
const ledger = await openTestLedger(url);
const pool = openTestPool(url);
const MINUTE_MS = 60_000;

/** A post that has to wait, and is due. */
const acceptWaiting = async (changed: Partial<NewPost> = {}): Promise<LedgerPost> => {
  const accepted = await ledger.accept(
    newPost({ wait: { code: 'X_UNAVAILABLE', until: new Date(0) }, ...changed }),
  );
  if (accepted.kind !== 'accepted') throw new Error(accepted.kind);
  return accepted.post;
};

const statesOf = (post: LedgerPost | undefined) => post?.parts.map(({ state }) => state);

describe('what ends a thread', () => {
  it('cancels the later parts when one fails, and erases the credential', async () => {
    const { post, claim } = await acceptClaimed(ledger, newThread(3));
    const recorded = await ledger.record(claim, rejected());
    expect(statesOf(recorded.post)).toEqual(['FAILED', 'CANCELLED', 'CANCELLED']);
    expect(recorded.post.parts[2]?.error?.code).toBe('PARENT_FAILED');
    expect(recorded.post.state).toBe('FAILED');
    expect(await hasCredential(pool, post.id)).toBe(false);
  });

  it('keeps them waiting while the one before is unknown', async () => {
    const { claim, post } = await acceptClaimed(ledger, newThread(2));
    expect((await ledger.record(claim, unknown())).post.state).toBe('UNKNOWN');
    expect(await ledger.claimPost(post.id)).toBeUndefined();
    expect(await hasCredential(pool, post.id)).toBe(true);
  });

  it('cancels a part that comes back after its post was cancelled', async () => {
    const { post, claim } = await acceptClaimed(ledger, newThread(2));
    expect(await ledger.cancel(post.userId, post.id)).toMatchObject({
      kind: 'changed',
      post: { state: 'SENDING' },
    });
    const recorded = await ledger.record(claim, notSent());
    expect(statesOf(recorded.post)).toEqual(['CANCELLED', 'CANCELLED']);
    expect(recorded.post.state).toBe('CANCELLED');
    expect(await hasCredential(pool, post.id)).toBe(false);
  });

  it('never claims a part that slipped back to QUEUED beside the cancellation', async () => {
    const post = await acceptWaiting();
    await pool.query('update herald.post set cancel_requested_at = now() where id = $1', [post.id]);
    expect(await ledger.claimPost(post.id)).toBeUndefined();
    await ledger.expireQueued();
    expect((await stateOf(pool, post.id)).state).toBe('CANCELLED');
  });
});

describe('expiry', () => {
  it('ends what waited too long, and no earlier', async () => {
    const post = await acceptWaiting();
    const thread = await acceptWaiting(newThread(3));
    for (const { id } of [post, thread]) await letTimePass(pool, id, 29 * MINUTE_MS);
    await ledger.expireQueued();
    expect((await stateOf(pool, post.id)).state).toBe('QUEUED');
    for (const { id } of [post, thread]) await letTimePass(pool, id, 2 * MINUTE_MS);
    expect(await ledger.claimPost(post.id)).toBeUndefined();
    await ledger.expireQueued();
    expect(await ledger.post(post.userId, post.id)).toMatchObject({
      state: 'FAILED',
      parts: [{ error: { code: 'EXPIRED' } }],
    });
    expect(statesOf(await ledger.post(undefined, thread.id))).toEqual(['FAILED', 'CANCELLED', 'CANCELLED']);
    expect(await hasCredential(pool, post.id)).toBe(false);
  });

  it('leaves a thread that began 24 hours to end', async () => {
    for (const begun of ['SENT', 'SENDING', 'UNKNOWN', 'NEEDS_REVIEW'] as const) {
      const { post } = await acceptClaimed(ledger, newThread(2));
      await forceState(pool, post.id, 0, begun);
      await letTimePass(pool, post.id, 31 * MINUTE_MS);
      await ledger.expireQueued();
      expect((await stateOf(pool, post.id, 1)).state, begun).toBe('QUEUED');
      if (begun === 'SENT') {
        const delivery = await ledger.claimPost(post.id);
        if (delivery === undefined) throw new Error('still due');
        await ledger.record(delivery.claim, notSent(new Date(0)));
      }
      await letTimePass(pool, post.id, 24 * 60 * MINUTE_MS);
      await ledger.expireQueued();
      expect((await stateOf(pool, post.id, 1)).state, begun).toBe('FAILED');
    }
  });

  it('makes a part whose lease ran out UNKNOWN, never QUEUED', async () => {
    const { post } = await acceptClaimed(ledger, newPost());
    await ledger.expireLeases();
    expect((await stateOf(pool, post.id)).state).toBe('SENDING');
    await letTimePass(pool, post.id, MINUTE_MS + 1_000);
    expect(await ledger.expireLeases()).toBeGreaterThan(0);
    expect(await stateOf(pool, post.id)).toMatchObject({ state: 'UNKNOWN', error_code: 'OUTCOME_UNKNOWN' });
  });
});
