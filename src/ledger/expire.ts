import type { Database } from './database.ts';
import type { LedgerSettings } from './settings.ts';
import { countMoves, endLaterParts, eraseCredentials, isExpired, ms } from './sql.ts';

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
 * back after its post was cancelled. The parts behind it end with it. A part that is being claimed is left alone.
 * Nothing expires while the restore guard holds: what waits may be on X, and "expired" would say that it is not.
 */
const endWaiting = {
  name: 'expire_queued',
  text: `
with over as (
  select id, cancel_requested_at is not null as cancelled from herald.post
  where id in (
    (select id from herald.post where queued_parts > 0 and ${isExpired()}
      and not exists (select from herald.pause where scope = 'ALL' and reason like 'RESTORED%')
      order by expires_at limit ${BATCH})
    union all
    (select id from herald.post where queued_parts > 0 and cancel_requested_at is not null limit ${BATCH}))
), first as (
  select part.post_id, part.position, over.cancelled from herald.part join over on over.id = part.post_id
  where part.state = 'QUEUED' and not exists (
    select from herald.part as earlier
    where earlier.post_id = part.post_id and earlier.position < part.position and earlier.state = 'QUEUED')
  for update of part skip locked
), part as (
  update herald.part
  set state = case when first.cancelled then 'CANCELLED' else 'FAILED' end, state_since = now(), not_before = null,
    error_code = case when first.cancelled then null else 'EXPIRED' end, error_retry_at = null
  from first where part.post_id = first.post_id and part.position = first.position
  returning part.*, 'QUEUED' as was
), later as (${endLaterParts('part')}), post as (${countMoves('(select * from part union all select * from later) as moves')}),
erased as (${eraseCredentials('post')})
select id from post`,
};

/** Gives the number of posts that it changed. */
export const expireLeases = async (database: Database, { settleWindowMs }: LedgerSettings): Promise<number> =>
  (await database.query(expireSending, [settleWindowMs / 60])).length;

/** Gives the number of posts that it changed. */
export const expireQueued = async (database: Database): Promise<number> =>
  (await database.query(endWaiting, [])).length;
