/* Conditions and updates that several statements share. Arguments are SQL: a column or a parameter. */

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

/** Moves the counts of posts by the rows (post_id, was, state) of `moves`, a table expression. */
export const countMoves = (moves: string, alsoSet = ''): string => `update herald.post set
    queued_parts = queued_parts + delta.queued,
    sending_parts = sending_parts + delta.sending,
    sent_parts = sent_parts + delta.sent,
    failed_parts = failed_parts + delta.failed,
    unknown_parts = unknown_parts + delta.unknown,
    needs_review_parts = needs_review_parts + delta.needs_review,
    cancelled_parts = cancelled_parts + delta.cancelled${alsoSet}
  from (
    select post_id, ${['queued', 'sending', 'sent', 'failed', 'unknown', 'needs_review', 'cancelled'].map(delta).join(', ')}
    from ${moves} group by post_id
  ) as delta
  where post.id = delta.post_id
  returning post.*`;

const delta = (column: string): string => {
  const state = column.toUpperCase();
  return `count(*) filter (where state = '${state}') - count(*) filter (where was = '${state}') as ${column}`;
};

/** Erases the credentials of those posts of `posts` that are final now. */
export const eraseCredentials = (posts: string): string => `delete from herald.post_credential
  using ${posts} as final
  where post_credential.post_id = final.id and final.state in ${finalStates}`;

/** The parts behind a failed or cancelled one reply to nothing: they end too. `ended` has (post_id, position, state). */
export const endLaterParts = (ended: string): string => `update herald.part
  set state = 'CANCELLED', state_since = now(), error_code = 'PARENT_FAILED', error_retry_at = null, not_before = null
  from ${ended} as ended
  where part.post_id = ended.post_id and part.position > ended.position and part.state = 'QUEUED'
    and ended.state in ('FAILED', 'CANCELLED')
  returning part.*, 'QUEUED' as was`;
