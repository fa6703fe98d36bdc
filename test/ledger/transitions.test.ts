import { describe, expect, it } from 'vitest';
import type { Claim, Look, PartState, PostId, UserId } from '../../src/kernel/index.ts';
import { type OpenLedger, type TransitionName, transitions } from '../../src/ledger/index.ts';
import { createTestDatabase } from '../support/postgres.ts';
import { connectAccount } from './account-fixture.ts';
import {
  acceptClaimed,
  alice,
  created,
  letTimePass,
  newPost,
  newThread,
  newTweetId,
  notSent,
  openTestLedger,
  openTestPool,
  rejected,
  unknown,
} from './fixture.ts';
import { forceState, stateOf } from './force-state.ts';

/*
 * Drives every transition of the table from every state through the database: where the table has the state, the part
 * must end as the table says; where it has not, nothing may change.
 */

const { url } = await createTestDatabase('template0');
const ledger: OpenLedger = await openTestLedger(url, { dedupeWindowMs: 0 });
const pool = openTestPool(url);

const states = ['QUEUED', 'SENDING', 'SENT', 'FAILED', 'UNKNOWN', 'NEEDS_REVIEW', 'CANCELLED'] as const;
const HOUR_MS = 3_600_000;

interface Scene {
  readonly id: PostId;
  readonly userId: UserId;
  readonly claim: Claim;
  readonly look: Look;
}

const setScene = async (state: PartState): Promise<Scene> => {
  const { post, claim } = await acceptClaimed(ledger, newPost());
  await forceState(pool, post.id, 0, state);
  const part = post.parts[0];
  if (part === undefined) throw new Error('a post has a part');
  const look: Look = {
    ...{
      postId: post.id,
      position: 0,
      fence: claim.fence,
      look: 0,
      lookedAt: new Date(Date.now() + HOUR_MS),
    },
    ...{ startedAt: post.createdAt, deadlineAt: post.createdAt, post, part },
    ...{ parentTweetId: undefined, credential: undefined },
  };
  return { id: post.id, userId: post.userId, claim, look };
};

const sql =
  (text: string) =>
  async ({ id }: Scene) => {
    await pool.query(text, [id]);
  };
const letExpire = sql(`update herald.post set expires_at = now() - interval '1 second' where id = $1`);
const markCancelled = sql('update herald.post set cancel_requested_at = now() where id = $1');
const seenAbsentOnce = sql('update herald.part set absences = 1 where post_id = $1');
const useUpAttempts = sql(`update herald.part set attempts = 3 where post_id = $1 and state <> 'QUEUED'`);
const leaveEarlierUnanswered = sql(
  `insert into herald.attempt (post_id, position, fence, attempt, started_at, deadline_at)
   values ($1, 0, 0, 1, now() - interval '1 hour', now() - interval '1 hour')`,
);
const leaveDuplicate = sql(
  `update herald.attempt set outcome = 'duplicate', finished_at = now() where post_id = $1`,
);

/** How each transition of the table is made to happen: what goes before, and the ledger's method. */
const drive: Record<TransitionName, (scene: Scene) => Promise<unknown>> = {
  claim: ({ id }) => ledger.claimPost(id),
  created: ({ claim }) => ledger.record(claim, created()),
  notSent: ({ claim }) => ledger.record(claim, notSent()),
  notSentCancelled: async (scene) => {
    await markCancelled(scene);
    await ledger.record(scene.claim, notSent());
  },
  rejected: ({ claim }) => ledger.record(claim, rejected()),
  unanswered: ({ claim }) => ledger.record(claim, unknown()),
  duplicateOfOwn: async (scene) => {
    await leaveEarlierUnanswered(scene);
    await ledger.record(scene.claim, rejected('DUPLICATE_CONTENT'));
  },
  displaced: async (scene) => {
    const { tweet_id: tweetId } = await stateOf(pool, scene.id);
    const owner = await acceptClaimed(ledger, newPost());
    await ledger.record(owner.claim, created(tweetId ?? newTweetId()));
  },
  expireLease: async (scene) => {
    await sql(`update herald.part set lease_until = now() - interval '1 second'
      where post_id = $1 and state = 'SENDING'`)(scene);
    await ledger.expireLeases();
  },
  expire: async (scene) => {
    await letExpire(scene);
    await ledger.expireQueued();
  },
  endCancelled: async (scene) => {
    await markCancelled(scene);
    await ledger.expireQueued();
  },
  parentEnded: async () => {},
  found: ({ look }) => ledger.recordFound(look, newTweetId(), 'text'),
  absent: async (scene) => {
    await seenAbsentOnce(scene);
    await ledger.recordAbsent(scene.look);
  },
  absentExhausted: async (scene) => {
    await seenAbsentOnce(scene);
    await useUpAttempts(scene);
    await ledger.recordAbsent(scene.look);
  },
  absentCancelled: async (scene) => {
    await seenAbsentOnce(scene);
    await markCancelled(scene);
    await ledger.recordAbsent(scene.look);
  },
  absentDoubtful: async (scene) => {
    await seenAbsentOnce(scene);
    await leaveDuplicate(scene);
    await ledger.recordAbsent(scene.look);
  },
  unreadable: ({ look }) => ledger.recordNeedsReview(look, 'ACCOUNT_NEEDS_RECONNECT'),
  cancel: ({ userId, id }) => ledger.cancel(userId, id),
  retry: ({ userId, id }) => ledger.retry({ userId, id, xUserId: alice, credential: undefined }),
  itIsThere: ({ userId, id }) => ledger.resolve(userId, id, { kind: 'IT_IS_THERE', tweetId: newTweetId() }),
  sendIt: ({ userId, id }) => ledger.resolve(userId, id, { kind: 'SEND_IT' }),
  giveUp: ({ userId, id }) => ledger.resolve(userId, id, { kind: 'GIVE_UP' }),
  disconnect: async ({ userId, id }) => {
    const account = await connectAccount(ledger.accounts, { userId });
    await pool.query('update herald.post set account_id = $2 where id = $1', [id, account.id]);
    await ledger.accounts.disconnect(userId, account.id);
  },
  revoke: ({ userId }) => ledger.revocations.revoke(userId),
  revokeUnknown: ({ userId }) => ledger.revocations.revoke(userId),
  recover: async (scene) => {
    await sql(`update herald.part set lease_until = now() - interval '1 second'
      where post_id = $1 and state = 'SENDING'`)(scene);
    await ledger.recover(new Date(Date.now() - HOUR_MS));
  },
};

/** What the same call does from other states. */
const together: Partial<Record<TransitionName, TransitionName[]>> = {
  revoke: ['revokeUnknown'],
  revokeUnknown: ['revoke'],
};

const names = (Object.keys(drive) as TransitionName[]).filter((name) => name !== 'parentEnded');

describe.each(names)('%s', (name) => {
  it.each(states)('from %s', async (state) => {
    const scene = await setScene(state);
    await drive[name](scene);
    const rows: { from: readonly PartState[]; to: PartState }[] = [name, ...(together[name] ?? [])].map(
      (row) => transitions[row],
    );
    const expected = rows.find(({ from }) => from.includes(state))?.to ?? state;
    expect((await stateOf(pool, scene.id)).state).toBe(expected);
  });
});

describe('parentEnded', () => {
  it.each(states)('from %s', async (state) => {
    const { post, claim } = await acceptClaimed(ledger, newThread(2));
    await forceState(pool, post.id, 1, state);
    await ledger.record(claim, rejected());
    const expected = state === 'QUEUED' ? transitions.parentEnded.to : state;
    expect((await stateOf(pool, post.id, 1)).state).toBe(expected);
  });
});

describe('guards', () => {
  it('refuse a failure from an older fence, but never a proof', async () => {
    const { post, claim } = await acceptClaimed(ledger, newPost());
    await letTimePass(pool, post.id, 61_000);
    await ledger.expireLeases();
    for (const outcome of [notSent(), rejected(), unknown()]) {
      expect((await ledger.record(claim, outcome)).applied).toBe(false);
      expect((await stateOf(pool, post.id)).state).toBe('UNKNOWN');
    }
    await forceState(pool, post.id, 0, 'QUEUED');
    const second = await ledger.claimPost(post.id);
    expect(second?.claim.fence).not.toBe(claim.fence);
    expect((await ledger.record(claim, rejected())).applied).toBe(false);
    expect((await stateOf(pool, post.id)).state).toBe('SENDING');
    const proof = await ledger.record(claim, created());
    expect(proof).toMatchObject({ applied: true, doublePost: undefined, post: { state: 'SENT' } });
  });

  it('report a second tweet for the same part', async () => {
    const { claim } = await acceptClaimed(ledger, newPost());
    const [first, second] = [newTweetId(), newTweetId()];
    await ledger.record(claim, created(first));
    const again = await ledger.record(claim, created(first));
    expect(again).toMatchObject({ applied: true, doublePost: undefined });
    const double = await ledger.record(claim, created(second));
    expect(double).toMatchObject({ applied: false, doublePost: second });
  });

  it('refuse a conclusion from an older look or an older fence, and one before the settle window', async () => {
    const { look, id } = await setScene('UNKNOWN');
    await seenAbsentOnce({ id } as Scene);
    expect(await ledger.recordAbsent({ ...look, look: 1 })).toBeUndefined();
    expect(await ledger.recordAbsent({ ...look, fence: '0' })).toBeUndefined();
    expect(await ledger.recordNeedsReview({ ...look, look: 1 }, 'OUTCOME_UNKNOWN')).toBe(false);
    expect(await ledger.recordAbsent({ ...look, lookedAt: new Date() })).toBe('UNKNOWN');
    // The early look took the absence back: it has to be twice in a row after the window.
    expect(await ledger.recordAbsent(look)).toBe('UNKNOWN');
    expect(await ledger.recordAbsent(look)).toBe('QUEUED');
  });

  it('keep what X may have created after an unreadable 201 for 24 h, then ask a person', async () => {
    const { post, claim } = await acceptClaimed(ledger, newPost());
    await ledger.record(claim, unknown(201));
    await seenAbsentOnce({ id: post.id } as Scene);
    const { look } = await setScene('UNKNOWN');
    const own: Look = { ...look, postId: post.id, fence: claim.fence };
    expect(await ledger.recordAbsent(own)).toBe('UNKNOWN');
    const later = new Date(Date.now() + 25 * HOUR_MS);
    expect(await ledger.recordAbsent({ ...own, lookedAt: later })).toBe('NEEDS_REVIEW');
  });

  it("fail a part that comes back when its post's time is over, as EXPIRED", async () => {
    const scene = await setScene('UNKNOWN');
    await seenAbsentOnce(scene);
    await letExpire(scene);
    expect(await ledger.recordAbsent(scene.look)).toBe('FAILED');
    expect((await stateOf(pool, scene.id)).error_code).toBe('EXPIRED');
  });
});
