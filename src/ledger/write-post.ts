import type { NewPost } from '../kernel/index.ts';
import type { Database } from './database.ts';
import { tieRequest } from './post-requests.ts';
import { isRevoked } from './revocation.ts';
import { type PostRow, postColumns } from './rows.ts';
import type { LedgerSettings } from './settings.ts';
import { charge, limitValues, today } from './spending.ts';
import { ms, pausesFor } from './sql.ts';

/**
 * A post that is over already, comes with what a revoked sign-in gave, or is of an account that is no longer connected, is
 * not written down. One that was written down before is found all the same, but not told to a revoked sign-in.
 */
const isWelcome = `($7::timestamptz is null or $7 > now()) and ($22::timestamptz is null or $22 > now())
    and not ${isRevoked('$2', '$19::timestamptz')}
    and ($18::uuid is null or exists (select from herald.account where id = $18::uuid and state = 'CONNECTED'))`;

/**
 * One statement, which fails as a whole when a budget would be exceeded. Without an idempotency key a row in `recent_post`
 * is taken first: whoever comes second within the window, or while the first post is still open, or with a known key or
 * id, inserts nothing. Part 0 is born SENDING, with its attempt, unless it has to wait.
 */
const acceptWith = (besides: string, unless = ''): string => `
with taken as (
  insert into herald.recent_post as recent (user_id, x_user_id, fingerprint, post_id)
  select $2, $3, $6, $1 where ${unless}$5::text is null and $14::float8 > 0 and ${isWelcome}
  on conflict (user_id, x_user_id, fingerprint)
    do update set post_id = excluded.post_id, accepted_at = excluded.accepted_at
    where exists (select from herald.post where post.id = recent.post_id and post.state in ('FAILED', 'CANCELLED'))
      or (recent.accepted_at <= now() - ${ms('$14')} and not exists (
        select from herald.post where post.id = recent.post_id and post.state in ('QUEUED', 'SENDING', 'UNKNOWN')))
  returning post_id
), hold as (
  select exists (select from herald.pause where ${pausesFor('$2', '$3')})
    or exists (select from herald.deployment where public_url <> $16) as paused
), post as (
  insert into herald.post (id, user_id, x_user_id, account_id, operation, idempotency_key, fingerprint, expires_at,
    expires_at_most, on_part_failure, trace_id, attempted, part_count, queued_parts, sending_parts)
  select $1::uuid, $2, $3, $18::uuid, $4, $5, $6, least(coalesce($7, now() + ${ms('$8')}), $22),
    $22, $21, $20, not waits, count, case when waits then count else count - 1 end, case when waits then 0 else 1 end
  from (select paused or $12::text is not null as waits, cardinality($9::text[]) as count from hold) as first
  where ${unless}($5 is not null or $14 = 0 or exists (select from taken)) and ${isWelcome}
  on conflict do nothing
  returning *
), part as (
  insert into herald.part (post_id, position, text, options, state, attempts, fence, lease_until, not_before, error_code,
    error_retry_at, cost_micro_usd, charged_on)
  select post.id, new.number - 1, new.text, new.options,
    case when now_sending then 'SENDING' else 'QUEUED' end,
    case when now_sending then 1 else 0 end,
    case when now_sending then nextval('herald.fence') end,
    case when now_sending then now() + ${ms('$15')} end,
    case when now_sending then null when new.number = 1 then coalesce($13, now()) else now() end,
    case when new.number = 1 then case when hold.paused then 'PAUSED' else $12 end end,
    case when new.number = 1 and not hold.paused then $13::timestamptz end,
    new.cost, ${today}
  from post, hold, unnest($9::text[], $10::jsonb[], $23::integer[]) with ordinality as new (text, options, cost, number),
    lateral (select new.number = 1 and post.sending_parts = 1) as first (now_sending)
  returning *
), attempt as (
  insert into herald.attempt (post_id, position, fence, attempt, deadline_at, at_birth)
  select post_id, position, fence, attempts, lease_until, true from part where fence is not null
), credential as (
  insert into herald.post_credential (post_id, kid, sealed, sealed_at)
  select id, $11, $17::bytea, $19 from post where $11::text is not null
)${besides}
select ${postColumns}, part.fence from post, part order by part.position`;

/** For as long as nobody has a budget; where somebody has, it writes nothing. */
const unlessBudgets = 'not exists (select from herald.budget) and ';
const acceptPost = { name: 'accept', text: acceptWith('', unlessBudgets) };
const acceptRequested = {
  name: 'accept_requested',
  text: acceptWith(tieRequest('$24', '$25'), unlessBudgets),
};

/** The same with the charge, which is a tenth of its work. */
const charged = `, charged as (${charge('post', '$24::bigint', { app: '$25', user: '$26' })}
)`;
const acceptCharged = { name: 'accept_charged', text: acceptWith(charged) };
const acceptRequestedCharged = {
  name: 'accept_requested_charged',
  text: acceptWith(charged + tieRequest('$27', '$28')),
};

const selectBudgets = { name: 'has_budgets', text: 'select from herald.budget limit 1' };

export interface AcceptRow extends PostRow {
  readonly fence: string | null;
}

/** Writes posts down; and knows, from when it met one, that somebody has a budget. */
export interface PostWriter {
  /**
   * Gives the rows that it wrote; none when something stands in the way of the post.
   *
   * @throws pg.DatabaseError when a budget would be exceeded: `unlessOverBudget`
   */
  write(post: NewPost): Promise<AcceptRow[]>;
}

export const createPostWriter = (database: Database, settings: LedgerSettings): PostWriter => {
  let isCharged = Object.values(settings.budget).some((limit) => limit !== undefined);

  const run = (post: NewPost): Promise<AcceptRow[]> => {
    const values = acceptValues(settings, post);
    const request = post.origin?.request;
    const tied = request === undefined ? [] : [request.id, request.eventId];
    if (!isCharged)
      return database.query(request === undefined ? acceptPost : acceptRequested, [...values, ...tied]);
    const cost = post.parts.reduce((sum, { costMicroUsd }) => sum + costMicroUsd, 0);
    return database.query(request === undefined ? acceptCharged : acceptRequestedCharged, [
      ...values,
      cost,
      ...limitValues(settings),
      ...tied,
    ]);
  };

  return {
    write: async (post) => {
      const rows = await run(post);
      if (rows.length > 0 || isCharged) return rows;
      isCharged = (await database.query(selectBudgets, [])).length > 0;
      return isCharged ? run(post) : rows;
    },
  };
};

const acceptValues = (settings: LedgerSettings, post: NewPost): unknown[] => [
  post.id,
  post.userId,
  post.xUserId,
  post.operation,
  post.idempotencyKey ?? null,
  post.fingerprint,
  post.expiresAt ?? null,
  settings.postTtlMs,
  post.parts.map(({ text }) => text ?? null),
  post.parts.map(({ options }) => JSON.stringify(options)),
  post.credential?.kid ?? null,
  post.wait?.code ?? null,
  post.wait?.until ?? null,
  settings.dedupeWindowMs,
  settings.leaseMs,
  settings.publicUrl ?? null,
  post.credential?.sealed ?? null,
  post.accountId ?? null,
  post.sealedAt ?? null,
  post.origin?.traceId ?? null,
  post.onPartFailure ?? null,
  post.expiresAtMost ?? null,
  post.parts.map(({ costMicroUsd }) => costMicroUsd),
];
