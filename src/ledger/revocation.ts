import type { RevocationStore, UserId } from '../kernel/index.ts';
import type { Database } from './database.ts';
import { countMoves } from './sql.ts';

const REPEAT_FOR_MS = 2_000;

/** Whether the user's sign-ins were revoked since `sealedAt`, which may be null. Arguments are SQL. */
export const isRevoked = (userId: string, sealedAt: string): string => `exists (select from herald.revocation
    where revocation.user_id = ${userId} and revocation.not_before > ${sealedAt})`;

/**
 * Joins a post's kept credentials to `post`. Those that were sealed before a revocation are lent to nobody, also when the
 * statement which kept them did not know of the revocation yet.
 */
export const joinCredential = `left join herald.post_credential as credential
    on credential.post_id = post.id and not ${isRevoked('post.user_id', 'credential.sealed_at')}`;

const selectRevocation = {
  name: 'revoked_before',
  text: 'select not_before from herald.revocation where user_id = $1',
};

const selectRevoked = { name: 'is_revoked', text: `select ${isRevoked('$1', '$2')} as revoked` };

const insertRevocation = {
  name: 'revoke',
  text: `
insert into herald.revocation as revocation (user_id, not_before) values ($1, now())
on conflict (user_id) do update set not_before = greatest(revocation.not_before, excluded.not_before)`,
};

/** Some kinds of entries know their grant only. */
const deleteIssuerEntries = {
  name: 'revoke_issuer_entries',
  text: `
delete from herald.issuer_entry
where user_id = $1 or grant_id in (
  select grant_id from herald.issuer_entry where user_id = $1 and grant_id is not null)`,
};

const isFromBefore = '(credential.sealed_at is null or credential.sealed_at < now())';

/**
 * Of the posts that came with a session's credentials: QUEUED -> FAILED, with the parts behind it CANCELLED, and
 * UNKNOWN -> NEEDS_REVIEW, because nobody can look for it any more. What is SENDING ends by X's answer.
 */
const endPosts = {
  name: 'revoke_posts',
  text: `
with before as (
  select part.post_id, part.position, part.state as was
  from herald.post join herald.post_credential as credential on credential.post_id = post.id
    join herald.part on part.post_id = post.id
  where post.user_id = $1 and ${isFromBefore} and part.state in ('QUEUED', 'UNKNOWN')
  order by part.post_id, part.position for update of part
), ending as (
  select *, position = min(position) filter (where was = 'QUEUED') over (partition by post_id) as is_first from before
), part as (
  update herald.part
  set state = case when was = 'UNKNOWN' then 'NEEDS_REVIEW' when is_first then 'FAILED' else 'CANCELLED' end,
    state_since = now(), lease_until = null, not_before = null, error_retry_at = null,
    error_code = case when was = 'UNKNOWN' or is_first then 'CREDENTIALS_INVALID' else 'PARENT_FAILED' end
  from ending where part.post_id = ending.post_id and part.position = ending.position
  returning part.post_id, part.state, ending.was
)
${countMoves('part')}`,
};

/** After the parts and posts, because whoever ends a post erases its credential in that order. */
const shredCredentials = {
  name: 'revoke_credentials',
  text: `
delete from herald.post_credential as credential using herald.post
where post.id = credential.post_id and post.user_id = $1 and ${isFromBefore}`,
};

export const openRevocations = (database: Database): RevocationStore => ({
  revokedBefore: async (userId) => {
    const [row] = await database.query<{ not_before: Date }>(selectRevocation, [userId], REPEAT_FOR_MS);
    return row?.not_before;
  },
  revoke: (userId) =>
    database.transaction(async (query) => {
      await query(insertRevocation, [userId]);
      await query(deleteIssuerEntries, [userId]);
      await query(endPosts, [userId]);
      await query(shredCredentials, [userId]);
    }),
});

/** Whether what was sealed at that instant counts no more. */
export const readRevoked = async (database: Database, userId: UserId, sealedAt: Date): Promise<boolean> => {
  const [row] = await database.query<{ revoked: boolean }>(selectRevoked, [userId, sealedAt]);
  return row?.revoked === true;
};
