import type { LedgerPost, PostId, TweetId } from '../kernel/index.ts';
import type { Database, TransactionQuery } from './database.ts';
import { type PostRow, postColumns, toOnePost } from './rows.ts';
import type { LedgerSettings } from './settings.ts';
import { countMoves, eraseCredentials, ms } from './sql.ts';

const REPEAT_FOR_MS = 30_000;

/** The proof that a part is on X. */
export interface Evidence {
  readonly postId: PostId;
  readonly position: number;
  readonly tweetId: TweetId;
  readonly resolution: 'ANSWERED' | 'RECONCILED' | 'RESOLVED';
  readonly matchedBy?: string;
}

/** Any state but SENT -> SENT. A proof beats bookkeeping, and it stops a copy that is about to be sent. */
const proveFromAnyState = {
  name: 'prove_sent',
  text: `
with before as (
  select post_id, position, state as was from herald.part
  where post_id = $1 and position = $2 and state <> 'SENT'
  for update
), part as (
  update herald.part
  set state = 'SENT', state_since = now(), tweet_id = $3, resolution = $4, matched_by = $5, lease_until = null,
    not_before = null, error_code = null, error_retry_at = null, setbacks = 0
  from before where part.post_id = before.post_id and part.position = before.position
  returning part.*, before.was
), post as (${countMoves('part')}), erased as (${eraseCredentials('post')})
select ${postColumns} from post, (
  select * from part
  union all
  select sibling.*, sibling.state from herald.part as sibling
  where sibling.post_id = $1 and sibling.position <> $2) as part
order by part.position`,
};

/** The part that has the tweet and the one that it belongs to, then their posts: each kind in its order, before any change. */
const lockBoth = {
  name: 'lock_adopter_and_owner',
  text: `
with part as (
  select post_id from herald.part
  where (tweet_id = $1 and resolution <> 'ANSWERED') or (post_id = $2 and position = $3)
  order by post_id, position for update
)
select id from herald.post where id = any (array(select post_id from part)) order by id for update`,
};

/** SENT -> UNKNOWN for a part that adopted, by its text or by a person's word, a tweet that is not its own. */
const displaceAdopter = {
  name: 'displace_adopter',
  text: `
with part as (
  update herald.part
  set state = 'UNKNOWN', state_since = now(), tweet_id = null, deleted_at = null,
    delete_error_code = null, resolution = null,
    matched_by = null, error_code = 'OUTCOME_UNKNOWN', not_before = now() + ${ms('$2')}, looks = 0, absences = 0
  where tweet_id = $1 and resolution <> 'ANSWERED'
  returning part.*, 'SENT' as was
)
${countMoves('part')}`,
};

/**
 * Writes the proof down and gives the post; undefined when the part was SENT before.
 *
 * @throws pg.DatabaseError that violates `part_tweet` when another part has this tweet
 */
export const proveSent = async (database: Database, evidence: Evidence): Promise<LedgerPost | undefined> =>
  toOnePost(await database.query<PostRow>(proveFromAnyState, evidenceValues(evidence), REPEAT_FOR_MS));

/** X's own answer says whose the tweet is: the part that took it for its own goes back to UNKNOWN. */
export const proveSentOverAdopter = (
  database: Database,
  settings: LedgerSettings,
  evidence: Evidence,
): Promise<LedgerPost | undefined> =>
  database.transaction(async (query: TransactionQuery) => {
    await query(lockBoth, [evidence.tweetId, evidence.postId, evidence.position]);
    await query(displaceAdopter, [evidence.tweetId, settings.settleWindowMs / 60]);
    return toOnePost(await query<PostRow>(proveFromAnyState, evidenceValues(evidence)));
  });

const evidenceValues = ({ postId, position, tweetId, resolution, matchedBy }: Evidence): unknown[] => [
  postId,
  position,
  tweetId,
  resolution,
  matchedBy ?? null,
];
