import type { Look, PartErrorCode, PartState, TweetId } from '../kernel/index.ts';
import { type Database, violates } from './database.ts';
import { proveSent } from './prove-sent.ts';
import { joinCredential } from './revocation.ts';
import { type CredentialRow, type PostRow, postColumns, toCredential, toOnePost } from './rows.ts';
import type { LedgerSettings } from './settings.ts';
import { charge, limitValues } from './spending.ts';
import { countMoves, endLaterParts, eraseCredentials, isExpired, maxAttempts, ms } from './sql.ts';

const REPEAT_FOR_MS = 10_000;

/** Pauses between looks: 30 s, 2, 5, 10, 15 min for a settle window of 15 min, and in proportion for another. */
const pauseAfter = (looks: string, settleWindowMs: string): string =>
  ms(`(${settleWindowMs}::float8 * (array[2, 8, 20, 40, 60])[least(${looks}, 5)] / 60)`);

/** Takes the part for one look. Fence, number of the look and the time before it guard whatever is concluded. */
const takeNext = {
  name: 'next_to_reconcile',
  text: `
with next as (
  select post_id, position from herald.part
  where state = 'UNKNOWN' and not_before <= now()
  order by not_before limit 1
  for update skip locked
), part as (
  update herald.part set looks = least(looks + 1, 30000), not_before = now() + ${ms('$1')}
  from next where part.post_id = next.post_id and part.position = next.position
  returning part.*
), past as (
  select min(attempt.started_at) filter (where outcome is null or outcome in ('unknown', 'duplicate')) as unanswered_at,
    min(attempt.started_at) as started_at, max(attempt.deadline_at) as deadline_at
  from herald.attempt join part on attempt.post_id = part.post_id and attempt.position = part.position
)
select ${postColumns}, part.taken, part.fence, part.looks, now() as looked_at, credential.kid, credential.sealed,
  coalesce(past.unanswered_at, past.started_at, post.created_at) as started_at,
  coalesce(past.deadline_at, now()) as deadline_at
from past, herald.post ${joinCredential}, lateral (
  select *, true as taken from part where part.post_id = post.id
  union all
  select sibling.*, false from herald.part as sibling
  where sibling.post_id = post.id and sibling.position not in (select position from part)) as part
where post.id in (select post_id from part)
order by part.position`,
};

/**
 * UNKNOWN -> UNKNOWN, or with the second absence in a row after the settle window what is left to do. Absence proves
 * nothing while X may have created the tweet as far as its own answers go: then a person has to look.
 */
const concludeAbsent = {
  name: 'record_absent',
  text: `
with past as (
  select max(deadline_at) as deadline_at,
    coalesce(bool_or(outcome = 'duplicate'), false) as duplicate,
    coalesce(bool_or(outcome in ('unknown', 'created') and http_status between 200 and 299), false) as likely
  from herald.attempt where post_id = $1 and position = $2
), seen as (
  select part.post_id, part.position, past.*, cancel_requested_at is not null as cancelled,
    $5 > past.deadline_at + ${ms('$6')} as settled,
    ${isExpired('1 + post.queued_parts')} as expired
  from past, herald.part join herald.post on post.id = part.post_id
  where part.post_id = $1 and part.position = $2
), part as (
  update herald.part
  set (state, state_since, error_code, absences, not_before) = (
    select verdict, case verdict when 'UNKNOWN' then part.state_since else now() end,
      case verdict when 'QUEUED' then null when 'CANCELLED' then null when 'FAILED'
        then case when expired then 'EXPIRED' else 'NOT_POSTED' end else part.error_code end,
      case when settled then least(part.absences + 1, 2) else 0 end,
      case
        when verdict = 'QUEUED' then now()
        when verdict <> 'UNKNOWN' then null
        when not settled then least(now() + ${pauseAfter('part.looks', '$6')}, greatest(deadline_at + ${ms('$6 + 2')}, now()))
        when part.absences = 0 then now() + ${ms('$6 / 15')}
        else now() + ${ms('$6 * 4')}
      end
    from (select case
        when not settled or part.absences + 1 < 2 then 'UNKNOWN'
        when duplicate then 'NEEDS_REVIEW'
        when likely and $5 > deadline_at + interval '24 hours' then 'NEEDS_REVIEW'
        when likely then 'UNKNOWN'
        when cancelled then 'CANCELLED'
        when expired or part.attempts >= ${maxAttempts} then 'FAILED'
        else 'QUEUED'
      end as verdict) as concluded),
    error_retry_at = null
  from seen
  where part.post_id = seen.post_id and part.position = seen.position
    and part.state = 'UNKNOWN' and part.fence = $3 and part.looks = $4
  returning part.*, 'UNKNOWN' as was
), later as (${endLaterParts('part')}), post as (${countMoves('(select * from part union all select * from later) as moves')}),
erased as (${eraseCredentials('post')})
select state from part`,
};

const postponeLook = {
  name: 'record_unread',
  text: `
update herald.part set not_before = now() + ${pauseAfter('looks', '$5')}
where post_id = $1 and position = $2 and state = 'UNKNOWN' and fence = $3 and looks = $4`,
};

/** UNKNOWN -> NEEDS_REVIEW. */
const askPerson = {
  name: 'record_needs_review',
  text: `
with part as (
  update herald.part
  set state = 'NEEDS_REVIEW', state_since = now(), error_code = $5, error_retry_at = null, not_before = null
  where post_id = $1 and position = $2 and state = 'UNKNOWN' and fence = $3 and looks = $4
  returning post_id, state, 'UNKNOWN' as was
)
${countMoves('part')}`,
};

/** X charged it, whatever the budget says. */
const addRead = {
  name: 'charge_read',
  text: `
with part as (
  update herald.part set extra_micro_usd = extra_micro_usd + $3::integer where post_id = $1 and position = $2
  returning post_id
), charged as (${charge('(select post.user_id from herald.post join part on part.post_id = post.id)', '$3::integer', { app: '$4', user: '$5' }, 'X')})
select post_id from part`,
};

const selectUnclaimed = {
  name: 'unclaimed',
  text: `
select id from unnest($1::text[]) as seen (id)
where not exists (select from herald.part where part.tweet_id = seen.id)`,
};

interface LookRow extends PostRow, CredentialRow {
  readonly taken: boolean;
  readonly fence: string;
  readonly looks: number;
  readonly looked_at: Date;
  readonly started_at: Date;
  readonly deadline_at: Date;
}

export const nextToReconcile = async (
  database: Database,
  { leaseMs }: LedgerSettings,
): Promise<Look | undefined> => {
  const rows = await database.query<LookRow>(takeNext, [leaseMs]);
  const post = toOnePost(rows);
  const row = rows.find(({ taken }) => taken);
  const part = post?.parts.find(({ position }) => position === row?.position);
  if (post === undefined || row === undefined || part === undefined) return undefined;
  return {
    postId: post.id,
    position: part.position,
    fence: row.fence,
    look: row.looks,
    lookedAt: row.looked_at,
    startedAt: row.started_at,
    deadlineAt: row.deadline_at,
    post,
    part,
    parentTweetId: post.parts.find(({ position }) => position === part.position - 1)?.tweetId,
    credential: toCredential(row),
  };
};

/** Needs no guard: whatever happened meanwhile, the tweet is there. */
export const recordFound = async (
  database: Database,
  { postId, position }: Look,
  tweetId: TweetId,
  matchedBy: string,
): Promise<'recorded' | 'taken'> => {
  try {
    await proveSent(database, { postId, position, tweetId, resolution: 'RECONCILED', matchedBy });
    return 'recorded';
  } catch (error) {
    if (violates(error, 'part_tweet')) return 'taken';
    throw error;
  }
};

export const recordAbsent = async (
  database: Database,
  { settleWindowMs }: LedgerSettings,
  look: Look,
): Promise<PartState | undefined> => {
  const values = [...lookValues(look), look.lookedAt, settleWindowMs];
  const [row] = await database.query<{ state: PartState }>(concludeAbsent, values, REPEAT_FOR_MS);
  return row?.state;
};

export const recordUnread = async (
  database: Database,
  { settleWindowMs }: LedgerSettings,
  look: Look,
): Promise<void> => {
  await database.query(postponeLook, [...lookValues(look), settleWindowMs], REPEAT_FOR_MS);
};

export const recordNeedsReview = async (
  database: Database,
  look: Look,
  code: PartErrorCode,
): Promise<boolean> =>
  (await database.query(askPerson, [...lookValues(look), code], REPEAT_FOR_MS)).length > 0;

export const chargeRead = async (
  database: Database,
  settings: LedgerSettings,
  { postId, position }: Look,
  microUsd: number,
): Promise<void> => {
  await database.query(addRead, [postId, position, microUsd, ...limitValues(settings)]);
};

const lookValues = ({ postId, position, fence, look }: Look): unknown[] => [postId, position, fence, look];

export const unclaimed = async (database: Database, ids: readonly TweetId[]): Promise<readonly TweetId[]> =>
  (await database.query<{ id: TweetId }>(selectUnclaimed, [ids], REPEAT_FOR_MS)).map(({ id }) => id);
