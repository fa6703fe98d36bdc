import type { Database } from './database.ts';
import type { LedgerSettings } from './settings.ts';
import { countMoves, eraseCredentials, isExpired, ms } from './sql.ts';

const BATCH = 500;

/** SENDING -> UNKNOWN. Time alone never makes a part QUEUED: its sender may have reached X. */
const expireSending = {
  name: 'expire_leases',
  text: `
with due as (
  select post_id, position from herald.part
  where state = 'SENDING' and lease_until < now()
  order by lease_until limit ${BATCH}
  for update skip locked
), part as (
  update herald.part
  set state = 'UNKNOWN', state_since = now(), lease_until = null, error_code = 'OUTCOME_UNKNOWN',
    not_before = now() + ${ms('$1')}, looks = 0, absences = 0
  from due where part.post_id = due.post_id and part.position = due.position
  returning part.post_id, part.state, 'SENDING' as was
)
${countMoves('part')}`,
};

/**
 * QUEUED -> FAILED (EXPIRED) for the first waiting part of a post whose time is over, or CANCELLED when the part came
 * back after its post was cancelled. The parts behind it end with it. While any of them is being claimed or changed, the
 * post is left to the next run.
 * Nothing expires while the restore guard holds: what waits may be on X, and "expired" would say that it is not.
 */
const endWaiting = {
  name: 'expire_queued',
  text: `
with over as (
  select id, queued_parts, cancel_requested_at is not null as cancelled from herald.post
  where id in (
    (select id from herald.post where queued_parts > 0 and ${isExpired()}
      and not exists (select from herald.pause where scope = 'ALL' and reason like 'RESTORED%')
      order by expires_at limit ${BATCH})
    union all
    (select id from herald.post where queued_parts > 0 and cancel_requested_at is not null limit ${BATCH}))
), waiting as (
  select part.post_id, part.position, over.queued_parts, over.cancelled
  from herald.part join over on over.id = part.post_id
  where part.state = 'QUEUED'
  for update of part skip locked
), ending as (
  select post_id, position, cancelled, position = min(position) over of_post as is_first,
    count(*) over of_post = queued_parts as is_all
  from waiting window of_post as (partition by post_id)
), part as (
  update herald.part
  set state = case when is_first and not cancelled then 'FAILED' else 'CANCELLED' end, state_since = now(),
    not_before = null, error_retry_at = null,
    error_code = case when not is_first then 'PARENT_FAILED' when not cancelled then 'EXPIRED' end
  from ending where is_all and part.post_id = ending.post_id and part.position = ending.position
  returning part.post_id, part.state, 'QUEUED' as was
), post as (${countMoves('part')}), erased as (${eraseCredentials('post')})
select id from post`,
};

/** Gives the number of posts that it changed. */
export const expireLeases = async (database: Database, { settleWindowMs }: LedgerSettings): Promise<number> =>
  (await database.query(expireSending, [settleWindowMs / 60])).length;

/** Gives the number of posts that it changed. */
export const expireQueued = async (database: Database): Promise<number> =>
  (await database.query(endWaiting, [])).length;
