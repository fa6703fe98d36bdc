import type { Claim, LedgerPost, PostId, Recorded, TweetId, XAnswer, XOutcome } from '../kernel/index.ts';
import { type Database, violates } from './database.ts';
import { proveSent, proveSentOverAdopter } from './prove-sent.ts';
import { readPost } from './read-posts.ts';
import { type PostRow, postColumns, toOnePost } from './rows.ts';
import type { LedgerSettings } from './settings.ts';
import { countMoves, endLaterParts, eraseCredentials, ms, oweRollback } from './sql.ts';

const REPEAT_FOR_MS = 30_000;

/** SENDING -> SENT by the holder of the fence: the second and last statement of a post that is sent at once. */
const recordCreatedWith = (alsoSet: string): string => `
with part as (
  update herald.part
  set state = 'SENT', state_since = now(), tweet_id = $4, resolution = 'ANSWERED', lease_until = null,
    error_retry_at = null, setbacks = 0
  where post_id = $1 and position = $2 and state = 'SENDING' and fence = $3
  returning *
), attempt as (
  update herald.attempt
  set outcome = 'created', http_status = $5, x_transaction_id = $6, finished_at = now(),
    deadline_at = least(deadline_at, now())
  where post_id = $1 and position = $2 and fence = $3
), post as (
  update herald.post set sending_parts = sending_parts - 1, sent_parts = sent_parts + 1${alsoSet}
  from part where post.id = part.post_id
  returning post.*
), erased as (${eraseCredentials('post')})
select ${postColumns} from post, (
  select * from part
  union all
  select sibling.* from herald.part as sibling, post
  where post.part_count > 1 and sibling.post_id = $1 and sibling.position <> $2) as part
order by part.position`;

const recordCreated = { name: 'record_created', text: recordCreatedWith('') };
/** Of a post that may be taken back already. A statement of its own, because most posts never are, and pay nothing for it. */
const recordCreatedOfRollback = {
  name: 'record_created_of_rollback',
  text: recordCreatedWith(`,${oweRollback('post.failed_parts', 'post.sent_parts + 1')}`),
};

/**
 * SENDING -> QUEUED, CANCELLED, FAILED or UNKNOWN by the holder of the fence.
 * - not_sent gives the attempt back. The pause is random below 2^n s, at most 5 min, and lasts until the time that X
 *   named and up to 30 s more, so that everybody who waits for the same reset does not come at once.
 * - "duplicate" while an earlier attempt may have been the first copy is no refusal: it has to be looked for.
 */
const recordFailure = {
  name: 'record_failure',
  text: `
with known as (
  select $5 = 'DUPLICATE_CONTENT' and exists (
      select from herald.attempt
      where post_id = $1 and position = $2 and fence <> $3
        and (outcome is null or outcome in ('unknown', 'duplicate'))) as unresolved,
    exists (select from herald.post where id = $1 and cancel_requested_at is not null) as cancelled
), verdict as (
  select case
      when $4 = 'not_sent' and cancelled then 'CANCELLED'
      when $4 = 'not_sent' then 'QUEUED'
      when $4 = 'rejected' and not unresolved then 'FAILED'
      else 'UNKNOWN'
    end as state,
    case when $4 = 'rejected' and unresolved then 'duplicate' else $4 end as outcome
  from known
), part as (
  update herald.part
  set state = verdict.state, state_since = now(), lease_until = null,
    error_code = case verdict.state when 'UNKNOWN' then 'OUTCOME_UNKNOWN' when 'CANCELLED' then null else $5 end,
    error_retry_at = case when verdict.state = 'QUEUED' then $6::timestamptz end,
    attempts = attempts - case when $4 = 'not_sent' then 1 else 0 end,
    setbacks = case when $4 = 'not_sent' then least(setbacks + 1, 1000) else 0 end,
    looks = 0, absences = 0,
    not_before = case
      when verdict.state = 'QUEUED'
        then greatest($6::timestamptz + random() * interval '30 seconds',
          now() + random() * least(interval '5 minutes', interval '1 second' * 2 ^ least(setbacks + 1, 10)))
      when verdict.outcome = 'duplicate' then now()
      when verdict.state = 'UNKNOWN' then now() + ${ms('$9')}
    end
  from verdict
  where post_id = $1 and position = $2 and part.state = 'SENDING' and fence = $3
  returning part.*, 'SENDING' as was
), later as (${endLaterParts('part')}), attempt as (
  update herald.attempt
  set outcome = verdict.outcome, code = $5, reason = $10, http_status = $7, x_transaction_id = $8,
    finished_at = now(), deadline_at = least(deadline_at, now())
  from verdict
  where post_id = $1 and position = $2 and fence = $3 and attempt.outcome is null
), moves as (
  select * from part union all select * from later
), post as (${countMoves('moves')}), erased as (${eraseCredentials('post')})
select ${postColumns} from post, (
  select * from moves
  union all
  select sibling.*, sibling.state from herald.part as sibling, post
  where sibling.post_id = $1 and sibling.position not in (select position from moves)) as part
order by part.position`,
};

/**
 * Writes down what X answered. A failure needs the fence; a success wins from every state, because it is a proof.
 * Repeating it changes nothing.
 */
export const record = async (
  database: Database,
  settings: LedgerSettings,
  claim: Claim,
  outcome: XOutcome,
): Promise<Recorded> =>
  outcome.kind === 'created'
    ? recordSuccess(database, settings, claim, outcome.tweetId, outcome.answer)
    : recordSetback(database, settings, claim, outcome);

const recordSuccess = async (
  database: Database,
  settings: LedgerSettings,
  claim: Claim,
  tweetId: TweetId,
  answer: XAnswer,
): Promise<Recorded> => {
  const values = [...claimValues(claim), tweetId, answer.status ?? null, answer.transactionId ?? null];
  const evidence = { ...claim, tweetId, resolution: 'ANSWERED' } as const;
  let post: LedgerPost | undefined;
  try {
    const statement = claim.rollsBack ? recordCreatedOfRollback : recordCreated;
    const rows = await database.query<PostRow>(statement, values, REPEAT_FOR_MS);
    post = toOnePost(rows) ?? (await proveSent(database, evidence));
  } catch (error) {
    if (!violates(error, 'part_tweet')) throw error;
    post = await proveSentOverAdopter(database, settings, evidence);
  }
  const stored = post ?? (await readKept(database, claim.postId));
  const kept = stored.parts[claim.position]?.tweetId === tweetId;
  return { post: stored, applied: kept, doublePost: kept ? undefined : tweetId };
};

const recordSetback = async (
  database: Database,
  settings: LedgerSettings,
  claim: Claim,
  outcome: Exclude<XOutcome, { kind: 'created' }>,
): Promise<Recorded> => {
  const rows = await database.query<PostRow>(
    recordFailure,
    [
      ...claimValues(claim),
      outcome.kind,
      outcome.code,
      outcome.kind === 'not_sent' ? (outcome.retryAt ?? null) : null,
      outcome.answer.status ?? null,
      outcome.answer.transactionId ?? null,
      settings.settleWindowMs / 60,
      outcome.kind === 'rejected' ? null : outcome.reason,
    ],
    REPEAT_FOR_MS,
  );
  const post = toOnePost(rows);
  return {
    post: post ?? (await readKept(database, claim.postId)),
    applied: post !== undefined,
    doublePost: undefined,
  };
};

const claimValues = ({ postId, position, fence }: Claim): unknown[] => [postId, position, fence];

const readKept = async (database: Database, id: PostId): Promise<LedgerPost> => {
  const post = await readPost(database, undefined, id);
  if (post === undefined) throw new Error(`Post ${id} is not in the ledger`);
  return post;
};
