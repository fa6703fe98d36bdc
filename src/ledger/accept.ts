import { setTimeout as delay } from 'node:timers/promises';
import {
  type Accepted,
  type AccountId,
  type Claim,
  HeraldError,
  type LedgerPost,
  type NewPost,
} from '../kernel/index.ts';
import { type Database, mayBeCommitted } from './database.ts';
import { readRevoked } from './revocation.ts';
import { postColumns, rollsBack, toOnePost } from './rows.ts';
import type { LedgerSettings } from './settings.ts';
import { unlessOverBudget } from './spending.ts';
import type { AcceptRow, PostWriter } from './write-post.ts';

const REPEAT_FOR_MS = 2_000;
/** Longer, because giving up now would leave a post behind that its user believes was refused. */
const ANSWER_LOST_REPEAT_FOR_MS = 15_000;
const RETRY_AFTER_MS = 5_000;
/** The database's clock decides what is over; this process' own may be a little behind it. */
const CLOCKS_DIFFER_MS = 60_000;
const PAUSE_MS = 50;

/** Whatever stands in the way of a post: the same id, the same key, or the same input a moment ago. */
const readExisting = {
  name: 'accept_existing',
  text: `
select ${postColumns}, part.fence, post.fingerprint, exists (
    select from herald.attempt
    where attempt.post_id = part.post_id and attempt.position = part.position and attempt.fence = part.fence
      and attempt.at_birth) as claimed_at_birth
from herald.post join herald.part on part.post_id = post.id
where post.id = coalesce(
  (select id from herald.post where id = $1),
  case when $3::text is not null
    then (select id from herald.post where user_id = $2 and idempotency_key = $3)
    else (select post_id from herald.recent_post where user_id = $2 and x_user_id = $4 and fingerprint = $5)
  end)
order by part.position`,
};

const selectConnected = {
  name: 'accept_account',
  text: `select from herald.account where id = $1 and state = 'CONNECTED'`,
};

const readConnected = async (database: Database, id: AccountId): Promise<boolean> =>
  (await database.query(selectConnected, [id])).length > 0;

interface ExistingRow extends AcceptRow {
  /** The part's claim was made by the statement that wrote its post down. */
  readonly claimed_at_birth: boolean;
  readonly fingerprint: Buffer;
}

/**
 * Bridges a database that is not there for two seconds, and one whose answer was lost for fifteen. The claim goes to the
 * call that wrote the post and to no other: whoever accepts the same id again is told that the post exists.
 */
export const accept = async (
  database: Database,
  settings: LedgerSettings,
  writer: PostWriter,
  post: NewPost,
): Promise<Accepted> => {
  const startedAtMs = performance.now();
  const lease = { endsAtMs: startedAtMs + settings.leaseMs, answerLost: false };
  for (;;) {
    const repeatForMs = lease.answerLost ? ANSWER_LOST_REPEAT_FOR_MS : REPEAT_FOR_MS;
    const isLastTry = performance.now() > startedAtMs + repeatForMs;
    try {
      const accepted = await acceptOnce(database, writer, post, lease);
      if (accepted !== undefined) return accepted;
      if (isOver(post)) return { kind: 'expired' };
      if (isLastTry) throw new Error(`Post ${post.id} was neither accepted nor found`);
    } catch (error) {
      if (!isOutage(error)) throw error;
      lease.answerLost ||= mayBeCommitted(error);
      if (isLastTry) throw lease.answerLost ? notTold(error) : error;
      await delay(PAUSE_MS);
    }
  }
};

const isOver = ({ expiresAt, expiresAtMost }: NewPost): boolean =>
  [expiresAt, expiresAtMost].some((at) => at !== undefined && at.getTime() <= Date.now() + CLOCKS_DIFFER_MS);

/** Undefined when whatever stood in the way was gone a moment later. */
const acceptOnce = async (
  database: Database,
  writer: PostWriter,
  post: NewPost,
  lease: { readonly endsAtMs: number; readonly answerLost: boolean },
): Promise<Accepted | undefined> => {
  const rows = await unlessOverBudget(database, () => writer.write(post));
  if ('kind' in rows) return rows;
  const accepted = toOnePost(rows);
  if (accepted !== undefined) return answerAccepted(accepted, rows, lease.endsAtMs);
  const stored = await readStored(database, post);
  if (stored?.post.id === post.id && lease.answerLost) return answerLostAccept(stored, lease.endsAtMs);
  if (post.sealedAt !== undefined && (await readRevoked(database, post.userId, post.sealedAt)))
    return { kind: 'revoked' };
  if (
    stored === undefined &&
    post.accountId !== undefined &&
    !(await readConnected(database, post.accountId))
  )
    return { kind: 'account_changed' };
  return stored && answerStored(post, stored);
};

/**
 * An earlier try was committed and its answer lost. The claim in it is this call's only when the part was born SENDING: one
 * that waited may have been claimed by the sweep meanwhile, and two would send it.
 */
const answerLostAccept = ({ post, rows }: Stored, leaseEndsAtMs: number): Accepted =>
  rows[0]?.claimed_at_birth === true
    ? answerAccepted(post, rows, leaseEndsAtMs)
    : { kind: 'accepted', post, claim: undefined };

/** The one refusal after which a row may exist: a repeat with the same key, or within the window, finds it. */
const notTold = (cause: unknown): HeraldError =>
  new HeraldError('TEMPORARILY_UNAVAILABLE', {
    cause,
    retryAt: new Date(Date.now() + RETRY_AFTER_MS),
    message:
      'The database did not say whether the post was written down. Repeat it unchanged, best with an idempotency key.',
  });

const isOutage = (error: unknown): boolean =>
  error instanceof HeraldError && error.code === 'TEMPORARILY_UNAVAILABLE';

interface Stored {
  readonly post: LedgerPost;
  readonly rows: readonly ExistingRow[];
}

const readStored = async (database: Database, post: NewPost): Promise<Stored | undefined> => {
  const values = [post.id, post.userId, post.idempotencyKey ?? null, post.xUserId, post.fingerprint];
  const rows = await database.query<ExistingRow>(readExisting, values);
  const existing = toOnePost(rows);
  return existing && { post: existing, rows };
};

const answerStored = (post: NewPost, { post: existing, rows }: Stored): Accepted => {
  const sameInput =
    existing.xUserId === post.xUserId && rows[0]?.fingerprint.equals(post.fingerprint) === true;
  return sameInput ? { kind: 'existing', post: existing } : { kind: 'key_reused' };
};

const answerAccepted = (post: LedgerPost, rows: readonly AcceptRow[], leaseEndsAtMs: number): Accepted => ({
  kind: 'accepted',
  post,
  claim: claimOfFirst(post, rows, leaseEndsAtMs),
});

const claimOfFirst = (
  post: LedgerPost,
  [row]: readonly AcceptRow[],
  leaseEndsAtMs: number,
): Claim | undefined =>
  row?.state === 'SENDING' && row.fence !== null
    ? {
        postId: post.id,
        position: row.position,
        fence: row.fence,
        attempt: row.attempts,
        rollsBack: rollsBack(post),
        leaseEndsAtMs,
      }
    : undefined;
