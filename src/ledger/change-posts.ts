import type { Changed, PostId, Resolution, Retry, SealedCredential, UserId } from '../kernel/index.ts';
import { type Database, type Statement, violates } from './database.ts';
import { proveSent } from './prove-sent.ts';
import { readPost } from './read-posts.ts';
import type { LedgerSettings } from './settings.ts';
import { charge, limitValues, today, unlessOverBudget } from './spending.ts';
import { countMoves, endLaterParts, eraseCredentials, ms } from './sql.ts';

/* What people ask for. $1 is the post and $2 its owner, or null for an operator. */

const isOwned = `post.id = $1 and ($2::text is null or post.user_id = $2)`;

const storeCredential = (posts: string, kid: string, sealed: string, sealedAt: string): string => `
  insert into herald.post_credential (post_id, kid, sealed, sealed_at)
  select id, ${kid}, ${sealed}::bytea, ${sealedAt}::timestamptz from ${posts} where ${kid}::text is not null
  on conflict (post_id) do update
    set kid = excluded.kid, sealed = excluded.sealed, sealed_at = excluded.sealed_at`;

/** QUEUED -> CANCELLED for every waiting part; the mark catches a part that would come back to QUEUED. */
const cancelWaiting = {
  name: 'cancel',
  text: `
with part as (
  update herald.part set state = 'CANCELLED', state_since = now(), not_before = null, error_code = null,
    error_retry_at = null
  from (
    select part.post_id, part.position from herald.part join herald.post on post.id = part.post_id
    where ${isOwned} and part.state = 'QUEUED'
    order by part.position for update of part
  ) as waiting
  where part.post_id = waiting.post_id and part.position = waiting.position
  returning part.post_id, part.state, 'QUEUED' as was
), changed as (${countMoves('part', '', 'now()')}), erased as (${eraseCredentials('changed')})
select id from changed`,
};

/** A new time to wait, but no longer than the post's media are good while a part that is not live has some. */
const laterExpiry = (ttlMs: string): string => `case when exists (
      select from herald.part where part.post_id = post.id and part.state <> 'SENT' and part.options ? 'xMediaIds')
    then least(now() + ${ms(ttlMs)}, post.expires_at_most) else now() + ${ms(ttlMs)} end`;

/** FAILED, CANCELLED -> QUEUED with a new budget, new time and the caller's credentials; what is live stays. */
const retryEnded = {
  name: 'retry',
  text: `
with part as (
  update herald.part set state = 'QUEUED', state_since = now(), not_before = now(), attempts = 0, setbacks = 0,
    error_code = null, error_retry_at = null,
    charged_on = case when charged_on is not null then ${today} end
  from (
    select part.post_id, part.position, part.state as was
    from herald.part join herald.post on post.id = part.post_id
    where ${isOwned} and post.x_user_id = $3 and post.state in ('FAILED', 'CANCELLED', 'PARTLY_SENT')
      and post.rollback is null and (post.on_part_failure is distinct from 'STOP' or post.sent_parts = 0)
      and part.state in ('FAILED', 'CANCELLED')
    order by part.position for update of part
  ) as ended
  where part.post_id = ended.post_id and part.position = ended.position
  returning part.post_id, part.state, ended.was, part.cost_micro_usd
), changed as (${countMoves(
    'part',
    `, expires_at = ${laterExpiry('$7')}, account_id = coalesce(post.account_id, $8::uuid)`,
    'null',
  )}), charged as (${charge('changed', '(select sum(cost_micro_usd) from part)', { app: '$9', user: '$10' })}),
credential as (${storeCredential('changed', '$4', '$5', '$6')})
select id from changed`,
};

/** The part that a resolution is about: the first that needs review. */
const undecided = (guard: string): string => `(
    select part.post_id, part.position from herald.part join herald.post on post.id = part.post_id
    where ${isOwned} and part.state = 'NEEDS_REVIEW' and ${guard}
    order by part.position limit 1 for update of part
  ) as undecided`;

/** NEEDS_REVIEW -> QUEUED, but not of a post that is taken back. A person says so; it is outside the guarantee. */
const sendAgain = {
  name: 'resolve_send_it',
  text: `
with part as (
  update herald.part set state = 'QUEUED', state_since = now(), not_before = now(), attempts = 0, setbacks = 0,
    error_code = null
  from ${undecided('post.rollback is null')}
  where part.post_id = undecided.post_id and part.position = undecided.position
  returning part.post_id, part.state, 'NEEDS_REVIEW' as was
), changed as (${countMoves('part', `, expires_at = ${laterExpiry('$6')}`, 'null')}),
credential as (${storeCredential('changed', '$3', '$4', '$5')})
select id from changed`,
};

/** NEEDS_REVIEW -> FAILED. */
const giveUp = {
  name: 'resolve_give_up',
  text: `
with part as (
  update herald.part set state = 'FAILED', state_since = now(), error_code = coalesce(error_code, 'OUTCOME_UNKNOWN')
  from ${undecided('true')}
  where part.post_id = undecided.post_id and part.position = undecided.position
  returning part.*, 'NEEDS_REVIEW' as was
), later as (${endLaterParts('part')}), changed as (${countMoves('(select * from part union all select * from later) as moves')}),
erased as (${eraseCredentials('changed')})
select id from changed`,
};

export const cancel = (database: Database, userId: UserId | undefined, id: PostId): Promise<Changed> =>
  change(database, cancelWaiting, userId, id, []);

export const retry = (
  database: Database,
  settings: LedgerSettings,
  { id, userId, xUserId, credential, sealedAt, accountId }: Retry,
): Promise<Changed> =>
  unlessOverBudget(database, () =>
    change(database, retryEnded, userId, id, [
      xUserId,
      ...credentialValues(credential, sealedAt),
      settings.postTtlMs,
      accountId ?? null,
      ...limitValues(settings),
    ]),
  );

export const resolve = async (
  database: Database,
  { postTtlMs }: LedgerSettings,
  userId: UserId | undefined,
  id: PostId,
  resolution: Resolution,
): Promise<Changed> => {
  switch (resolution.kind) {
    case 'SEND_IT':
      return change(database, sendAgain, userId, id, [
        ...credentialValues(resolution.credential, resolution.sealedAt),
        postTtlMs,
      ]);
    case 'GIVE_UP':
      return change(database, giveUp, userId, id, []);
    case 'IT_IS_THERE':
      return confirmSent(database, userId, id, resolution);
  }
};

const confirmSent = async (
  database: Database,
  userId: UserId | undefined,
  id: PostId,
  { tweetId }: Resolution & { kind: 'IT_IS_THERE' },
): Promise<Changed> => {
  const post = await readPost(database, userId, id);
  if (post === undefined) return { kind: 'not_found' };
  const part =
    post.parts.find(({ state }) => state === 'NEEDS_REVIEW') ??
    post.parts.find(({ state }) => state === 'UNKNOWN');
  if (part === undefined) return { kind: 'conflict', post };
  try {
    const evidence = { postId: id, position: part.position, tweetId, resolution: 'RESOLVED' } as const;
    const changed = await proveSent(database, evidence);
    return changed === undefined ? { kind: 'conflict', post } : { kind: 'changed', post: changed };
  } catch (error) {
    if (violates(error, 'part_tweet')) return { kind: 'conflict', post };
    throw error;
  }
};

const change = async (
  database: Database,
  statement: Statement,
  userId: UserId | undefined,
  id: PostId,
  values: readonly unknown[],
): Promise<Changed> => {
  const changed = await database.query(statement, [id, userId ?? null, ...values]);
  const post = await readPost(database, userId, id);
  if (post === undefined) return { kind: 'not_found' };
  return { kind: changed.length > 0 ? 'changed' : 'conflict', post };
};

const credentialValues = (
  credential: SealedCredential | undefined,
  sealedAt: Date | undefined,
): unknown[] => [credential?.kid ?? null, credential?.sealed ?? null, sealedAt ?? null];
