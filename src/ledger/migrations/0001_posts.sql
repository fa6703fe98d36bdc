-- Posts, their parts, and every attempt to create one at X. Rows are never deleted, except for sealed credentials.

-- A fence names one attempt. A worker with an older fence than the part's may change nothing, except to prove success.
create sequence herald.fence as bigint;

-- Constraints and the derived state are functions: Postgres parses a check or a generated expression anew in every
-- statement, but compiles such a function once per connection. As expressions they were a third of a post's cost.
-- A later migration can replace a function without touching the rows.

create function herald.counts_every_part(
  part_count smallint, queued smallint, sending smallint, sent smallint, failed smallint, unknown smallint,
  needs_review smallint, cancelled smallint
) returns boolean language plpgsql immutable as $$
begin
  return part_count between 1 and 25
    and least(queued, sending, sent, failed, unknown, needs_review, cancelled) >= 0
    and part_count = queued + sending + sent + failed + unknown + needs_review + cancelled;
end $$;

-- First match wins.
create function herald.state_of_post(
  part_count smallint, queued smallint, sending smallint, sent smallint, failed smallint, unknown smallint,
  needs_review smallint, waits_for_its_time boolean, rollback text
) returns text language plpgsql immutable as $$
begin
  return case
    when sending > 0 or rollback = 'OWED' then 'SENDING'
    when unknown > 0 then 'UNKNOWN'
    when needs_review > 0 then 'NEEDS_REVIEW'
    when rollback = 'DONE' then 'FAILED'
    when queued > 0 and sent > 0 then 'SENDING'
    when queued > 0 and waits_for_its_time then 'SCHEDULED'
    when queued > 0 then 'QUEUED'
    when sent = part_count then 'SENT'
    when sent > 0 then 'PARTLY_SENT'
    when failed > 0 then 'FAILED'
    else 'CANCELLED'
  end;
end $$;

create function herald.is_part_state(
  state text, tweet_id text, resolution text, lease_until timestamptz, not_before timestamptz, fence bigint,
  attempts smallint, error_code text, deleted_at timestamptz
) returns boolean language plpgsql immutable as $$
begin
  return state in ('QUEUED', 'SENDING', 'SENT', 'FAILED', 'UNKNOWN', 'NEEDS_REVIEW', 'CANCELLED')
    and (state = 'SENT') = (tweet_id is not null)
    and (state = 'SENT') = (resolution is not null)
    and (state = 'SENDING') = (lease_until is not null)
    and (state in ('QUEUED', 'UNKNOWN')) = (not_before is not null)
    and (state <> 'SENDING' or (fence is not null and attempts > 0))
    -- A part without attempts left is never QUEUED, so nothing has to look for such parts.
    and attempts between 0 and 3 and (state <> 'QUEUED' or attempts < 3)
    and (state <> 'FAILED' or error_code is not null)
    and (state = 'SENT' or deleted_at is null);
end $$;

create table herald.post (
  id uuid primary key,
  user_id text not null,
  x_user_id text not null,
  operation text not null,
  idempotency_key text,
  -- SHA-256 of the operation and its canonical input.
  fingerprint bytea not null,
  created_at timestamptz(3) not null default now(),
  expires_at timestamptz(3) not null,
  scheduled_at timestamptz(3),
  attempted boolean not null,
  cancel_requested_at timestamptz(3),
  -- Parts that are live have to be deleted again (OWED), or were (DONE).
  rollback text,

  -- One count per state of a part. Each transition adds its delta, so nobody has to read the siblings.
  part_count smallint not null,
  queued_parts smallint not null default 0,
  sending_parts smallint not null default 0,
  sent_parts smallint not null default 0,
  failed_parts smallint not null default 0,
  unknown_parts smallint not null default 0,
  needs_review_parts smallint not null default 0,
  cancelled_parts smallint not null default 0,
  constraint post_counts_every_part check (herald.counts_every_part(part_count, queued_parts, sending_parts, sent_parts,
    failed_parts, unknown_parts, needs_review_parts, cancelled_parts)),

  state text not null generated always as (herald.state_of_post(part_count, queued_parts, sending_parts, sent_parts,
    failed_parts, unknown_parts, needs_review_parts, scheduled_at is not null and not attempted, rollback)) stored
) with (fillfactor = 80);

create unique index post_idempotency_key on herald.post (user_id, idempotency_key) where idempotency_key is not null;
create index post_of_user on herald.post (user_id, created_at desc, id desc);
-- The look for posts whose time is over. Neither index has an entry for a post that is sent at once.
create index post_waiting on herald.post (expires_at) where queued_parts > 0;
create index post_cancelling on herald.post (id) where queued_parts > 0 and cancel_requested_at is not null;

create table herald.part (
  post_id uuid not null references herald.post (id),
  position smallint not null,
  state text not null,
  state_since timestamptz(3) not null default now(),
  text text,
  -- What to send beside the text, as the operation spells it.
  options jsonb not null default '{}',
  tweet_id text,
  deleted_at timestamptz(3),
  -- How the tweet's id became known: ANSWERED, RECONCILED (and by what it was recognised) or RESOLVED by a person.
  resolution text,
  matched_by text,
  error_code text,
  error_retry_at timestamptz(3),

  attempts smallint not null default 0,
  -- not_sent answers in a row; the back-off grows with it.
  setbacks smallint not null default 0,
  fence bigint,
  lease_until timestamptz,
  -- QUEUED: not to be sent earlier. UNKNOWN: not to be looked for earlier.
  not_before timestamptz,
  looks smallint not null default 0,
  absences smallint not null default 0,

  primary key (post_id, position),
  constraint part_state_is_possible check (herald.is_part_state(state, tweet_id, resolution, lease_until, not_before,
    fence, attempts, error_code, deleted_at))
) with (fillfactor = 80);

create unique index part_tweet on herald.part (tweet_id) where tweet_id is not null;
-- What the sweep looks at: due parts, parts to look for, parts that wait for a person; and leases that ran out.
create index part_open on herald.part (state, not_before) where state in ('QUEUED', 'UNKNOWN', 'NEEDS_REVIEW');
create index part_leased on herald.part (lease_until) where state = 'SENDING';

-- Written and committed before a byte goes to X. Like post_credential it has no foreign key: its rows are written by
-- the statement that writes the part, and parts are never deleted.
create table herald.attempt (
  post_id uuid not null,
  position smallint not null,
  fence bigint not null,
  attempt smallint not null,
  started_at timestamptz not null default now(),
  -- The latest instant at which this attempt may still be writing.
  deadline_at timestamptz not null,
  finished_at timestamptz,
  -- created, not_sent, rejected, duplicate or unknown. Null: nobody came back to say.
  outcome text,
  code text,
  reason text,
  http_status smallint,
  x_transaction_id text,
  primary key (post_id, position, fence)
) with (fillfactor = 80);

-- The X credentials of a post that is not final yet, sealed at rest. Never tracked, never granted.
create table herald.post_credential (
  post_id uuid primary key,
  kid text not null,
  sealed bytea not null
);

-- The latest post for an input without an idempotency key: the deduplication window.
create table herald.recent_post (
  user_id text not null,
  x_user_id text not null,
  fingerprint bytea not null,
  post_id uuid not null,
  accepted_at timestamptz not null default now(),
  primary key (user_id, x_user_id, fingerprint)
);

-- These tables change all day and stay small in live rows.
alter table herald.post_credential set (autovacuum_vacuum_scale_factor = 0.02);
alter table herald.recent_post set (autovacuum_vacuum_scale_factor = 0.02);
-- Rows come in the order of time, so a few pages of it find the old ones.
create index recent_post_accepted_at on herald.recent_post using brin (accepted_at);
