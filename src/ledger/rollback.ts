import type {
  LedgerPart,
  LedgerPost,
  OwedDeletion,
  PartErrorCode,
  PostId,
  TweetId,
} from '../kernel/index.ts';
import type { Database } from './database.ts';
import { readPost } from './read-posts.ts';
import { joinCredential } from './revocation.ts';
import { type CredentialRow, type PostRow, postColumns, toCredential, toOnePost } from './rows.ts';
import type { LedgerSettings } from './settings.ts';
import { charge, limitValues } from './spending.ts';
import { eraseCredentials, pausesFor } from './sql.ts';

const REPEAT_FOR_MS = 30_000;
/** With pauses of up to an hour this is about a day. */
const MOST_SETBACKS = 30;

/** The post that has been owed a deletion for longest, for a minute. Its parts come along; nothing but the post is locked. */
const takeOwed = {
  name: 'next_to_delete',
  text: `
with next as (
  select id from herald.post
  where rollback = 'OWED' and (rollback_not_before is null or rollback_not_before <= now())
    -- The sweep ends what waits first, so that no part of a post that is FAILED is still QUEUED.
    and queued_parts = 0
    and not exists (select from herald.pause where ${pausesFor('post.user_id', 'post.x_user_id')})
    and not exists (select from herald.deployment where public_url <> $1)
  order by rollback_not_before nulls first, id limit 1
  for update skip locked
), post as (
  update herald.post set rollback_not_before = now() + interval '1 minute'
  from next where post.id = next.id
  returning post.*
)
select ${postColumns}, credential.kid, credential.sealed, account.state as account_state,
  post.rollback_setbacks >= ${MOST_SETBACKS} as is_hopeless
from post ${joinCredential}
  left join herald.account on account.id = post.account_id
  join herald.part on part.post_id = post.id
order by part.position`,
};

const isLeft = `state = 'SENT' and deleted_at is null and delete_error_code is null`;

/**
 * Writes down what became of the tweets $2 of a post: deleted, or not to be deleted because of $3. The rollback is DONE once
 * no tweet is left. All parts are locked before they are counted, because one of them may be turning out to be live right now.
 */
const settleDeletions = {
  name: 'settle_deletions',
  text: `
with every as (
  select post_id, position, state, tweet_id, deleted_at, delete_error_code from herald.part
  where post_id = $1 order by position for update
), part as (
  update herald.part
  set deleted_at = case when $3::text is null then now() end, delete_error_code = $3,
    extra_micro_usd = extra_micro_usd + $4
  from (select post_id, position from every where tweet_id = any ($2::text[]) and ${isLeft}) as settled
  where part.post_id = settled.post_id and part.position = settled.position
  returning part.*
), post as (
  update herald.post
  set rollback = case when others then 'OWED' else 'DONE' end, rollback_not_before = now(), rollback_setbacks = 0
  from (select exists (
    select from every where ${isLeft} and tweet_id <> all ($2::text[])) as others) as remaining
  where post.id = $1 and post.rollback = 'OWED'
  returning post.*
), charged as (${charge('(select post.user_id from herald.post join part on part.post_id = post.id)', '$4::integer', { app: '$5', user: '$6' }, 'X')}
), erased as (${eraseCredentials('post')})
select ${postColumns} from post, (
  select * from part
  union all
  select sibling.* from herald.part as sibling
  where sibling.post_id = $1 and sibling.position not in (select position from part)) as part
order by part.position`,
};

/** 1, 2, 4, ... up to 60 minutes. */
const postpone = {
  name: 'postpone_deletion',
  text: `
update herald.post
set rollback_setbacks = least(rollback_setbacks + 1, 1000),
  rollback_not_before = greatest(now() + least(interval '1 hour', interval '1 minute' * 2 ^ least(rollback_setbacks, 10)),
    $2::timestamptz)
where id = $1 and rollback = 'OWED'`,
};

interface OwedRow extends PostRow, CredentialRow {
  readonly account_state: string | null;
  readonly is_hopeless: boolean;
}

/** A live part, newest first; those that need no X any more are settled on the way. */
export const nextToDelete = async (
  database: Database,
  settings: LedgerSettings,
): Promise<OwedDeletion | undefined> => {
  for (;;) {
    const rows = await database.query<OwedRow>(takeOwed, [settings.publicUrl ?? null]);
    const [row] = rows;
    const post = toOnePost(rows);
    if (row === undefined || post === undefined) return undefined;
    const left = post.parts.filter(isLive).reverse();
    const [newest] = left;
    const impossible = whyImpossible(row);
    if (newest !== undefined && impossible === undefined)
      return { post, position: newest.position, tweetId: newest.tweetId, credential: toCredential(row) };
    await settle(database, settings, post.id, { tweets: left, code: impossible, costMicroUsd: 0 });
  }
};

/** A rollback ends in any case: nobody could delete anything with these. */
const whyImpossible = ({ kid, account_state, is_hopeless }: OwedRow): PartErrorCode | undefined => {
  if (kid === null && (account_state === null || account_state === 'DISCONNECTED'))
    return 'CREDENTIALS_INVALID';
  if (!is_hopeless) return undefined;
  return account_state === 'NEEDS_RECONNECT' ? 'ACCOUNT_NEEDS_RECONNECT' : 'X_UNAVAILABLE';
};

const isLive = (part: LedgerPart): part is LedgerPart & { readonly tweetId: TweetId } =>
  part.tweetId !== undefined && part.deletedAt === undefined && part.deleteError === undefined;

export const recordDeleted = (
  database: Database,
  settings: LedgerSettings,
  { post, tweetId }: OwedDeletion,
  costMicroUsd: number,
): Promise<LedgerPost> =>
  settle(database, settings, post.id, { tweets: [{ tweetId }], code: undefined, costMicroUsd });

export const recordUndeletable = (
  database: Database,
  settings: LedgerSettings,
  { post, tweetId }: OwedDeletion,
  code: PartErrorCode,
): Promise<LedgerPost> =>
  settle(database, settings, post.id, { tweets: [{ tweetId }], code, costMicroUsd: 0 });

export const postponeDeletion = async (
  database: Database,
  { post }: OwedDeletion,
  retryAt: Date | undefined,
): Promise<void> => {
  await database.query(postpone, [post.id, retryAt ?? null], REPEAT_FOR_MS);
};

interface Settlement {
  readonly tweets: readonly { readonly tweetId: TweetId }[];
  /** Why they cannot be deleted; undefined: they are. */
  readonly code: PartErrorCode | undefined;
  readonly costMicroUsd: number;
}

/** Repeating it changes nothing: what was settled is not left, and costs nothing again. */
const settle = async (
  database: Database,
  settings: LedgerSettings,
  id: PostId,
  { tweets, code, costMicroUsd }: Settlement,
): Promise<LedgerPost> => {
  const ids = tweets.map(({ tweetId }) => tweetId);
  const values = [id, ids, code ?? null, costMicroUsd, ...limitValues(settings)];
  const rows = await database.query<PostRow>(settleDeletions, values, REPEAT_FOR_MS);
  const post = toOnePost(rows) ?? (await readPost(database, undefined, id));
  if (post === undefined) throw new Error(`Post ${id} is not in the ledger`);
  return post;
};
