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
import { tieRequest } from './post-requests.ts';
import { isRevoked, readRevoked } from './revocation.ts';
import { type PostRow, postColumns, toOnePost } from './rows.ts';
import type { LedgerSettings } from './settings.ts';
import { ms, pausesFor } from './sql.ts';

const REPEAT_FOR_MS = 2_000;
/** Longer, because giving up now would leave a post behind that its user believes was refused. */
const ANSWER_LOST_REPEAT_FOR_MS = 15_000;
const RETRY_AFTER_MS = 5_000;
/** The database's clock decides what is over; this process' own may be a little behind it. */
const CLOCKS_DIFFER_MS = 60_000;
const PAUSE_MS = 50;

/**
 * A post that is over already, comes with what a revoked sign-in gave, or is of an account that is no longer connected, is
 * not written down. One that was written down
 * before is found all the same, but not told to a revoked sign-in.
 */
const isWelcome = `($7::timestamptz is null or $7 > now()) and not ${isRevoked('$2', '$19::timestamptz')}
    and ($18::uuid is null or exists (select from herald.account where id = $18::uuid and state = 'CONNECTED'))`;

/**
 * One statement. Without an idempotency key a row in `recent_post` is taken first: whoever comes second within the
 * window, or while the first post is still open, or with a known key or id, inserts nothing. Part 0 is born SENDING, with its attempt, unless it has to wait.
 */
const acceptWith = (besides: string): string => `
with taken as (
  insert into herald.recent_post as recent (user_id, x_user_id, fingerprint, post_id)
  select $2, $3, $6, $1 where $5::text is null and $14::float8 > 0 and ${isWelcome}
  on conflict (user_id, x_user_id, fingerprint)
    do update set post_id = excluded.post_id, accepted_at = excluded.accepted_at
    where exists (select from herald.post where post.id = recent.post_id and post.state in ('FAILED', 'CANCELLED'))
      or (recent.accepted_at <= now() - ${ms('$14')} and not exists (
        select from herald.post where post.id = recent.post_id and post.state in ('QUEUED', 'SENDING', 'UNKNOWN')))
  returning post_id
), hold as (
  select exists (select from herald.pause where ${pausesFor('$2', '$3')})
    or exists (select from herald.deployment where public_url <> $16) as paused
), post as (
  insert into herald.post (id, user_id, x_user_id, account_id, operation, idempotency_key, fingerprint, expires_at,
    trace_id, attempted, part_count, queued_parts, sending_parts)
  select $1::uuid, $2, $3, $18::uuid, $4, $5, $6, coalesce($7, now() + ${ms('$8')}),
    $20, not waits, count, case when waits then count else count - 1 end, case when waits then 0 else 1 end
  from (select paused or $12::text is not null as waits, cardinality($9::text[]) as count from hold) as first
  where ($5 is not null or $14 = 0 or exists (select from taken)) and ${isWelcome}
  on conflict do nothing
  returning *
), part as (
  insert into herald.part (post_id, position, text, options, state, attempts, fence, lease_until, not_before, error_code,
    error_retry_at)
  select post.id, new.number - 1, new.text, new.options,
    case when now_sending then 'SENDING' else 'QUEUED' end,
    case when now_sending then 1 else 0 end,
    case when now_sending then nextval('herald.fence') end,
    case when now_sending then now() + ${ms('$15')} end,
    case when now_sending then null when new.number = 1 then coalesce($13, now()) else now() end,
    case when new.number = 1 then case when hold.paused then 'PAUSED' else $12 end end,
    case when new.number = 1 and not hold.paused then $13::timestamptz end
  from post, hold, unnest($9::text[], $10::jsonb[]) with ordinality as new (text, options, number),
    lateral (select new.number = 1 and post.sending_parts = 1) as first (now_sending)
  returning *
), attempt as (
  insert into herald.attempt (post_id, position, fence, attempt, deadline_at, at_birth)
  select post_id, position, fence, attempts, lease_until, true from part where fence is not null
), credential as (
  insert into herald.post_credential (post_id, kid, sealed, sealed_at)
  select id, $11, $17::bytea, $19 from post where $11::text is not null
)${besides}
select ${postColumns}, part.fence from post, part order by part.position`;

const acceptPost = { name: 'accept', text: acceptWith('') };
const acceptRequested = { name: 'accept_requested', text: acceptWith(tieRequest('$21', '$22')) };

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

interface AcceptRow extends PostRow {
  readonly fence: string | null;
}

interface ExistingRow extends AcceptRow {
  /** The part's claim was made by the statement that wrote its post down. */
  readonly claimed_at_birth: boolean;
  readonly fingerprint: Buffer;
}

/**
 * Bridges a database that is not there for two seconds, and one whose answer was lost for fifteen. The claim goes to the call that wrote the post and to no other: whoever
 * accepts the same id again is told that the post exists.
 */
export const accept = async (
  database: Database,
  settings: LedgerSettings,
  post: NewPost,
): Promise<Accepted> => {
  const startedAtMs = performance.now();
  const lease = { endsAtMs: startedAtMs + settings.leaseMs, answerLost: false };
  for (;;) {
    const repeatForMs = lease.answerLost ? ANSWER_LOST_REPEAT_FOR_MS : REPEAT_FOR_MS;
    const isLastTry = performance.now() > startedAtMs + repeatForMs;
    try {
      const accepted = await acceptOnce(database, settings, post, lease);
      if (accepted !== undefined) return accepted;
      if (post.expiresAt !== undefined && post.expiresAt.getTime() <= Date.now() + CLOCKS_DIFFER_MS)
        return { kind: 'expired' };
      if (isLastTry) throw new Error(`Post ${post.id} was neither accepted nor found`);
    } catch (error) {
      if (!isOutage(error)) throw error;
      lease.answerLost ||= mayBeCommitted(error);
      if (isLastTry) throw lease.answerLost ? notTold(error) : error;
      await delay(PAUSE_MS);
    }
  }
};

/** Undefined when whatever stood in the way was gone a moment later. */
const acceptOnce = async (
  database: Database,
  settings: LedgerSettings,
  post: NewPost,
  lease: { readonly endsAtMs: number; readonly answerLost: boolean },
): Promise<Accepted | undefined> => {
  const rows = await writeDown(database, settings, post);
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

const writeDown = (database: Database, settings: LedgerSettings, post: NewPost): Promise<AcceptRow[]> => {
  const values = acceptValues(settings, post);
  const request = post.origin?.request;
  return request === undefined
    ? database.query(acceptPost, values)
    : database.query(acceptRequested, [...values, request.id, request.eventId]);
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

const acceptValues = (settings: LedgerSettings, post: NewPost): unknown[] => [
  post.id,
  post.userId,
  post.xUserId,
  post.operation,
  post.idempotencyKey ?? null,
  post.fingerprint,
  post.expiresAt ?? null,
  settings.postTtlMs,
  post.parts.map(({ text }) => text ?? null),
  post.parts.map(({ options }) => JSON.stringify(options)),
  post.credential?.kid ?? null,
  post.wait?.code ?? null,
  post.wait?.until ?? null,
  settings.dedupeWindowMs,
  settings.leaseMs,
  settings.publicUrl ?? null,
  post.credential?.sealed ?? null,
  post.accountId ?? null,
  post.sealedAt ?? null,
  post.origin?.traceId ?? null,
];

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
    ? { postId: post.id, position: row.position, fence: row.fence, attempt: row.attempts, leaseEndsAtMs }
    : undefined;
