/*
 * Conditions and updates that several statements share. Arguments are SQL: a column or a parameter.
 *
 * Rows are locked in one order, so that no two statements wait for each other: first parts, by post and position, then
 * posts, by id, then what was spent: the application's row, then the user's. What is locked with `skip locked` never waits and
 * may come in any order, but parts before any post. An attempt or a credential changes under the lock of its part or post, or
 * alone. A statement that ends parts of several users locks their spending in no order; Postgres ends one of two that wait for
 * each other, and it runs again.
 */

/** An attempt of the budget costs one; the table's constraint has the same number. */
export const maxAttempts = 3;

/** A duration of so many milliseconds. */
export const ms = (milliseconds: string): string => `((${milliseconds})::float8 * interval '1 millisecond')`;

/** Whether a row of `pause` stops this user and X account. */
export const pausesFor = (userId: string, xUserId: string): string =>
  `(scope = 'ALL' or (scope = 'USER' and subject = ${userId}) or (scope = 'ACCOUNT' and subject = ${xUserId}))`;

/**
 * True when the post's waiting parts have waited too long. Once a part is live or may be, the others still have 24 h
 * from the post's creation. `waiting` counts the parts that wait, or are about to.
 */
export const isExpired = (waiting = 'post.queued_parts'): string => `(post.expires_at <= now()
    and (${waiting} + post.failed_parts + post.cancelled_parts = post.part_count
      or post.created_at <= now() - interval '24 hours'))`;

/** States in which nothing will happen any more unless somebody asks. */
const finalStates = `('SENT', 'PARTLY_SENT', 'FAILED', 'CANCELLED')`;

/**
 * Whether a post that is about to have so many failed and live parts has to be taken back: a part of it failed while others
 * are live, or one of a post that is taken back turns out to be live.
 */
const owesRollback = (failed: string, sent: string): string => `coalesce(
        case when post.rollback is null then post.on_part_failure = 'ROLLBACK_DELETE' and ${failed} > 0 and ${sent} > 0
          else ${sent} > post.sent_parts end, false)`;

/** What is taken back is called off like what somebody cancels: no part of it is sent any more. */
const calledOffIf = (owesIt: string): string =>
  `case when ${owesIt} then coalesce(post.cancel_requested_at, now()) else post.cancel_requested_at end`;

/** For a statement that sets the counts itself: what else it sets, of a post that is about to have so many parts of each. */
export const oweRollback = (failed: string, sent: string): string => `
    rollback = case when ${owesRollback(failed, sent)} then 'OWED' else post.rollback end,
    cancel_requested_at = ${calledOffIf(owesRollback(failed, sent))}`;

/** The columns with a count of parts are named after these states. */
const states = ['queued', 'sending', 'sent', 'failed', 'unknown', 'needs_review', 'cancelled'];

/**
 * Moves the counts of posts by the rows (post_id, was, state) of `moves`, a table expression.
 *
 * The counts come from the locked rows, not from those that the update finds: Postgres tests a check on the row as the
 * statement's snapshot has it before it notices that there is a newer one. A statement that waited for a part knows a
 * newer state of it than its snapshot's counts do, and -1 of what was not there yet would be refused. A statement which
 * moves only parts that its own snapshot has in the state `was` may add to the row directly.
 */
export const countMoves = (
  moves: string,
  alsoSet = '',
  cancelRequestedAt = calledOffIf('moved.owes_rollback'),
): string => `update herald.post
  set ${states.map((state) => `${state}_parts = moved.${state}`).join(', ')},
    rollback = case when moved.owes_rollback then 'OWED' else post.rollback end,
    cancel_requested_at = ${cancelRequestedAt}${alsoSet}
  from (
    select post.id, ${states.map((state) => `post.${state}_parts + delta.${state} as ${state}`).join(', ')},
      ${owesRollback('post.failed_parts + delta.failed', 'post.sent_parts + delta.sent')} as owes_rollback
    from herald.post join (
      select post_id, ${states.map(deltaOf).join(', ')} from ${moves} group by post_id
    ) as delta on post.id = delta.post_id
    order by post.id for update of post
  ) as moved
  where post.id = moved.id
  returning post.*`;

const deltaOf = (column: string): string => {
  const state = column.toUpperCase();
  return `count(*) filter (where state = '${state}') - count(*) filter (where was = '${state}') as ${column}`;
};

/** Erases the credentials of those posts of `posts` that are final now. */
export const eraseCredentials = (posts: string): string => `delete from herald.post_credential
  using ${posts} as final
  where post_credential.post_id = final.id and final.state in ${finalStates}`;

/** The parts behind a failed or cancelled one reply to nothing: they end too. `ended` is one row (post_id, position, state). */
export const endLaterParts = (ended: string): string => `update herald.part
  set state = 'CANCELLED', state_since = now(), error_code = 'PARENT_FAILED', error_retry_at = null, not_before = null
  from (
    select part.post_id, part.position
    from herald.part join ${ended} as ended on part.post_id = ended.post_id and part.position > ended.position
    where part.state = 'QUEUED' and ended.state in ('FAILED', 'CANCELLED')
    order by part.position for update of part
  ) as later
  where part.post_id = later.post_id and part.position = later.position
  returning part.*, 'QUEUED' as was`;
