import type { Delivery, PostId, TweetId } from '../kernel/index.ts';
import type { Database } from './database.ts';
import { joinCredential } from './revocation.ts';
import { type CredentialRow, type PostRow, postColumns, rollsBack, toCredential, toOnePost } from './rows.ts';
import type { LedgerSettings } from './settings.ts';
import { isExpired, maxAttempts, ms, pausesFor } from './sql.ts';

/** QUEUED -> SENDING, with the attempt in the same transaction: committed before a byte goes to X. */
const claimWhere = (whose: string): string => `
with next as (
  select part.post_id, part.position, parent.tweet_id as parent_tweet_id
  from herald.part
    join herald.post on post.id = part.post_id
    left join herald.part as parent on parent.post_id = part.post_id and parent.position = part.position - 1
  where part.state = 'QUEUED' and part.not_before <= now() and part.attempts < ${maxAttempts}
    and (part.position = 0 or parent.state = 'SENT')
    and post.cancel_requested_at is null
    and not ${isExpired()}
    and not exists (select from herald.pause where scope = 'ALL')
    and not exists (select from herald.deployment where public_url <> $2)
    and not exists (select from herald.pause where ${pausesFor('post.user_id', 'post.x_user_id')})
    and ${whose}
  order by part.not_before limit 1
  for update of part skip locked
), part as (
  update herald.part
  set state = 'SENDING', state_since = now(), attempts = attempts + 1, fence = nextval('herald.fence'),
    lease_until = now() + ${ms('$1')}, not_before = null, looks = 0, absences = 0,
    error_code = null, error_retry_at = null
  from next where part.post_id = next.post_id and part.position = next.position
  returning part.*, next.parent_tweet_id
), attempt as (
  insert into herald.attempt (post_id, position, fence, attempt, deadline_at)
  select post_id, position, fence, attempts, lease_until from part
), post as (
  update herald.post set queued_parts = queued_parts - 1, sending_parts = sending_parts + 1, attempted = true
  from part where post.id = part.post_id
  returning post.*
)
select ${postColumns}, part.fence, part.claimed, part.parent_tweet_id, credential.kid, credential.sealed
from post ${joinCredential}, lateral (
  select *, true as claimed from part
  union all
  select sibling.*, null, false from herald.part as sibling
  where sibling.post_id = post.id and sibling.position not in (select position from part)) as part
order by part.position`;

const claimOldest = { name: 'claim_oldest', text: claimWhere('true') };
const claimOfPost = { name: 'claim_of_post', text: claimWhere('part.post_id = $3') };

interface ClaimRow extends PostRow, CredentialRow {
  readonly fence: string;
  readonly claimed: boolean;
  readonly parent_tweet_id: TweetId | null;
}

/** Claims the part that has been due for longest, or that of one post. Two callers never get the same one. */
export const claim = async (
  database: Database,
  settings: LedgerSettings,
  id?: PostId,
): Promise<Delivery | undefined> => {
  // Read before the statement, so that this process never believes in a longer lease than the database does.
  const leaseEndsAtMs = performance.now() + settings.leaseMs;
  const common = [settings.leaseMs, settings.publicUrl ?? null];
  const rows = await (id === undefined
    ? database.query<ClaimRow>(claimOldest, common)
    : database.query<ClaimRow>(claimOfPost, [...common, id]));
  const post = toOnePost(rows);
  const row = rows.find(({ claimed }) => claimed);
  const part = post?.parts.find(({ position }) => position === row?.position);
  if (post === undefined || row === undefined || part === undefined) return undefined;
  return {
    claim: {
      postId: post.id,
      position: part.position,
      fence: row.fence,
      attempt: part.attempts,
      rollsBack: rollsBack(post),
      leaseEndsAtMs,
    },
    post,
    part,
    parentTweetId: row.parent_tweet_id ?? undefined,
    credential: toCredential(row),
  };
};
