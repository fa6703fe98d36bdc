import type { OwnedTweet, PostId, RecentText, TweetId, UserId, XUserId } from '../kernel/index.ts';
import type { Database } from './database.ts';
import type { LedgerSettings } from './settings.ts';
import { charge, limitValues } from './spending.ts';

/* What is asked about tweets, whatever post they are of, and about the X accounts that they are of. */

const REPEAT_FOR_MS = 2_000;
/** X has deleted it already. */
const NOTE_FOR_MS = 30_000;

const selectOwner = {
  name: 'owner_of_tweet',
  text: `
select post.user_id, post.x_user_id, post.id, part.deleted_at
from herald.part join herald.post on post.id = part.post_id where part.tweet_id = $1`,
};

/**
 * Who deletes it first notes it and pays. The post of a part that was owed a deletion is settled at the next look. Repeating
 * it for a tweet of no part, because the answer was lost, counts the cost twice; that is better than to forget it.
 */
const markDeleted = {
  name: 'note_deleted',
  text: `
with found as (
  select part.post_id, part.position, part.deleted_at
  from herald.part join herald.post on post.id = part.post_id
  where part.tweet_id = $3 and post.x_user_id = $2
  for update of part
), part as (
  update herald.part
  set deleted_at = now(), delete_error_code = null, extra_micro_usd = part.extra_micro_usd + $4::integer
  from found
  where part.post_id = found.post_id and part.position = found.position and part.state = 'SENT'
    and found.deleted_at is null
), charged as (${charge(
    '(select $1::text as user_id where not exists (select from found where deleted_at is not null))',
    '$4::integer',
    { app: '$5', user: '$6' },
    'X',
  )})
select coalesce((select deleted_at from found), now())::timestamptz(3) as deleted_at`,
};

const selectRecentTexts = {
  name: 'recent_texts',
  text: `
select post.x_user_id, part.text,
  part.deleted_at is null and part.state not in ('FAILED', 'CANCELLED') as live
from herald.post join herald.part on part.post_id = post.id
where post.user_id = $1 and post.created_at > now() - interval '1 day' and part.text is not null
order by post.created_at desc, post.id desc, part.position limit 200`,
};

const selectWeightedLimit = {
  name: 'weighted_limit',
  text: 'select weighted_limit from herald.x_account where x_user_id = $1',
};

const upsertWeightedLimit = {
  name: 'set_weighted_limit',
  text: `
insert into herald.x_account (x_user_id, weighted_limit) values ($1, $2)
on conflict (x_user_id) do update set weighted_limit = excluded.weighted_limit`,
};

const deleteWeightedLimit = {
  name: 'clear_weighted_limit',
  text: 'delete from herald.x_account where x_user_id = $1',
};

export const ownerOf = async (database: Database, tweetId: TweetId): Promise<OwnedTweet | undefined> => {
  const [row] = await database.query<{
    readonly user_id: UserId;
    readonly x_user_id: XUserId;
    readonly id: PostId;
    readonly deleted_at: Date | null;
  }>(selectOwner, [tweetId], REPEAT_FOR_MS);
  return (
    row && {
      userId: row.user_id,
      xUserId: row.x_user_id,
      postId: row.id,
      deletedAt: row.deleted_at ?? undefined,
    }
  );
};

export const noteDeleted = async (
  database: Database,
  settings: LedgerSettings,
  deleted: { readonly userId: UserId; readonly xUserId: XUserId; readonly tweetId: TweetId },
  costMicroUsd: number,
): Promise<Date> => {
  const values = [deleted.userId, deleted.xUserId, deleted.tweetId, costMicroUsd, ...limitValues(settings)];
  const [row] = await database.query<{ deleted_at: Date }>(markDeleted, values, NOTE_FOR_MS);
  if (row === undefined) throw new Error('One row, always');
  return row.deleted_at;
};

export const recentTexts = async (database: Database, userId: UserId): Promise<readonly RecentText[]> => {
  const rows = await database.query<{ x_user_id: XUserId; text: string; live: boolean }>(
    selectRecentTexts,
    [userId],
    REPEAT_FOR_MS,
  );
  return rows.map(({ x_user_id, text, live }) => ({ xUserId: x_user_id, text, live }));
};

export const weightedLimit = async (database: Database, xUserId: XUserId): Promise<number | undefined> => {
  const [row] = await database.query<{ weighted_limit: number }>(
    selectWeightedLimit,
    [xUserId],
    REPEAT_FOR_MS,
  );
  return row?.weighted_limit;
};

export const setWeightedLimit = async (
  database: Database,
  xUserId: XUserId,
  limit: number | undefined,
): Promise<void> => {
  await (limit === undefined
    ? database.query(deleteWeightedLimit, [xUserId], REPEAT_FOR_MS)
    : database.query(upsertWeightedLimit, [xUserId, limit], REPEAT_FOR_MS));
};
