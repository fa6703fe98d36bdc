import type pg from 'pg';
import type { LedgerPost, OwedDeletion, PostId, TweetId } from '../../src/kernel/index.ts';
import type { OpenLedger } from '../../src/ledger/index.ts';
import { acceptClaimed, created, newThread, newTweetId, rejected } from './fixture.ts';

export const onPartFailure = 'ROLLBACK_DELETE';
export const statesOf = (post: LedgerPost | undefined) => post?.parts.map(({ state }) => state);
/** Live parts that a FAILED post does not tell about. */
export const unexplained = (post: LedgerPost | undefined) =>
  post?.parts.filter(
    ({ state, deletedAt, deleteError }) =>
      state === 'SENT' && deletedAt === undefined && deleteError === undefined,
  );
export const readRollback = async (pool: pg.Pool, id: PostId): Promise<string | null> =>
  (await pool.query('select rollback from herald.post where id = $1', [id])).rows[0]?.rollback;

/** Sends parts one after the other; the last one is refused. */
export const sendUntilRefused = async (
  ledger: OpenLedger,
  parts: number,
  sent: number,
  changed: Parameters<typeof newThread>[1] = {},
) => {
  const { post, claim: first } = await acceptClaimed(ledger, newThread(parts, { onPartFailure, ...changed }));
  const tweetIds: TweetId[] = [];
  let claim = first;
  while (tweetIds.length < sent) {
    const tweetId = newTweetId();
    await ledger.record(claim, created(tweetId));
    tweetIds.push(tweetId);
    const delivery = await ledger.claimPost(post.id);
    if (delivery === undefined) throw new Error('due');
    claim = delivery.claim;
  }
  const { post: refused } = await ledger.record(claim, rejected());
  return { id: post.id, userId: post.userId, tweetIds, refused, claim };
};

export const takeDeletion = async (ledger: OpenLedger, id: PostId): Promise<OwedDeletion> => {
  const owed = await ledger.nextToDelete();
  if (owed?.post.id !== id) throw new Error(`Expected ${id}, got ${owed?.post.id}`);
  return owed;
};
export const letLeaseEnd = (pool: pg.Pool, id: PostId) =>
  pool.query('update herald.post set rollback_not_before = now() where id = $1', [id]);
