import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { Claim, PartState, PostId, XMediaId } from '../../src/kernel/index.ts';
import { createTestDatabase } from '../support/postgres.ts';
import {
  acceptClaimed,
  alice,
  created,
  newThread,
  openTestLedger,
  openTestPool,
  rejected,
} from './fixture.ts';
import { forceState, stateOf } from './force-state.ts';

const { url } = await createTestDatabase('template0');
const ledger = await openTestLedger(url, { dedupeWindowMs: 0 });
const pool = openTestPool(url);

const readRollback = async (id: PostId): Promise<string | null> =>
  (await pool.query('select rollback from herald.post where id = $1', [id])).rows[0]?.rollback;

describe('whether a rollback is owed', () => {
  const states = ['QUEUED', 'SENDING', 'SENT', 'FAILED', 'UNKNOWN', 'NEEDS_REVIEW', 'CANCELLED'] as const;
  type Move = [
    name: string,
    from: PartState,
    to: PartState,
    run: (id: PostId, claim: Claim) => Promise<unknown>,
  ];
  const moves: Move[] = [
    ['created', 'SENDING', 'SENT', (_, claim) => ledger.record(claim, created())],
    ['a late proof', 'FAILED', 'SENT', (_, claim) => ledger.record(claim, created())],
    ['rejected', 'SENDING', 'FAILED', (_, claim) => ledger.record(claim, rejected())],
    ['give up', 'NEEDS_REVIEW', 'FAILED', (id) => ledger.resolve(undefined, id, { kind: 'GIVE_UP' })],
    ['cancel', 'QUEUED', 'CANCELLED', (id) => ledger.cancel(undefined, id)],
  ];
  const posts = [
    ['RESUME', null],
    ['STOP', null],
    ['ROLLBACK_DELETE', null],
    ['ROLLBACK_DELETE', 'OWED'],
    ['ROLLBACK_DELETE', 'DONE'],
  ] as const;

  it.each(moves)('follows from the counts, for every sibling and policy: %s', async (_, from, to, run) => {
    for (const [policy, before] of posts) {
      for (const sibling of states) {
        const { post, claim } = await acceptClaimed(ledger, newThread(2, { onPartFailure: policy }));
        await forceState(pool, post.id, 1, sibling);
        if (from !== 'SENDING') await forceState(pool, post.id, 0, from);
        await pool.query('update herald.post set rollback = $2 where id = $1', [post.id, before]);
        await run(post.id, claim);
        expect((await stateOf(pool, post.id)).state).toBe(to);
        const after = [to, sibling];
        const owes =
          before === null
            ? policy === 'ROLLBACK_DELETE' && after.includes('FAILED') && after.includes('SENT')
            : to === 'SENT';
        expect([policy, before, sibling, await readRollback(post.id)]).toEqual([
          policy,
          before,
          sibling,
          owes ? 'OWED' : before,
        ]);
      }
    }
  });
});

describe('the time of a post with media', () => {
  /** A thread whose parts at these positions have a file. */
  const withFileAt = (positions: readonly number[], changed: Parameters<typeof newThread>[1] = {}) =>
    newThread(2, {
      parts: [0, 1].map((position) => ({
        text: `part ${position} ${randomUUID()}`,
        options: positions.includes(position) ? { xMediaIds: ['1' as XMediaId] } : {},
      })),
      ...changed,
    });
  const retry = (id: PostId) =>
    ledger.retry({ id, userId: undefined, xUserId: alice, credential: undefined });

  it('ends with its media, also when it is retried', async () => {
    const expiresAtMost = new Date(Date.now() + 60_000);
    for (const expiresAt of [undefined, new Date(Date.now() + 120_000)]) {
      const { post, claim } = await acceptClaimed(ledger, withFileAt([1], { expiresAt, expiresAtMost }));
      expect(post.expiresAt).toEqual(expiresAtMost);
      await ledger.record(claim, rejected());
      expect(await retry(post.id)).toMatchObject({ kind: 'changed', post: { expiresAt: expiresAtMost } });
    }
    expect(await ledger.accept(withFileAt([1], { expiresAtMost: new Date(Date.now() - 1_000) }))).toEqual({
      kind: 'expired',
    });
    const sooner = new Date(Date.now() + 30_000);
    const { post } = await acceptClaimed(ledger, withFileAt([1], { expiresAt: sooner, expiresAtMost }));
    expect(post.expiresAt).toEqual(sooner);
  });

  it.each([
    ['goes on without the files of parts that are live', [0], true],
    ['does not go on without those of the others', [1], false],
  ] as const)('%s, when it is retried the day after', async (_, positions, goesOn) => {
    const { post, claim } = await acceptClaimed(
      ledger,
      withFileAt(positions, { expiresAtMost: new Date(Date.now() + 60_000) }),
    );
    await ledger.record(claim, created());
    await forceState(pool, post.id, 1, 'FAILED');
    await pool.query(
      `update herald.post set created_at = created_at - interval '1 day', expires_at = expires_at - interval '1 day',
         expires_at_most = expires_at_most - interval '1 day' where id = $1`,
      [post.id],
    );
    await retry(post.id);
    expect((await ledger.claimPost(post.id))?.claim.position).toBe(goesOn ? 1 : undefined);
    await ledger.expireQueued();
    expect((await stateOf(pool, post.id, 1)).state).toBe(goesOn ? 'SENDING' : 'FAILED');
  });
});
