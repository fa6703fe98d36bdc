-- Posts, their parts, and every attempt to create one at X. Rows are never deleted, except for sealed credentials.

-- A fence names one attempt. A worker with an older fence than the part's may change nothing, except to prove success.
create sequence herald.fence as bigint;

create table herald.post (
  id uuid primary key,
  user_id text not null check (user_id <> ''),
  x_user_id text not null check (x_user_id ~ '^[0-9]{1,20}$'),
  operation text not null,
  idempotency_key text check (char_length(idempotency_key) between 1 and 255),
  -- SHA-256 of the operation and its canonical input.
  fingerprint bytea not null check (octet_length(fingerprint) = 32),
  created_at timestamptz(3) not null default now(),
  expires_at timestamptz(3) not null,
  scheduled_at timestamptz(3),
  attempted boolean not null,
  cancel_requested_at timestamptz(3),
  -- Parts that are live have to be deleted again (OWED), or were (DONE).
  rollback text check (rollback in ('OWED', 'DONE')),

  -- One count per state of a part. Each transition adds its delta, so nobody has to read the siblings.
  part_count smallint not null check (part_count between 1 and 25),
  queued_parts smallint not null default 0 check (queued_parts >= 0),
  sending_parts smallint not null default 0 check (sending_parts >= 0),
  sent_parts smallint not null default 0 check (sent_parts >= 0),
  failed_parts smallint not null default 0 check (failed_parts >= 0),
  unknown_parts smallint not null default 0 check (unknown_parts >= 0),
  needs_review_parts smallint not null default 0 check (needs_review_parts >= 0),
  cancelled_parts smallint not null default 0 check (cancelled_parts >= 0),
  constraint post_counts_every_part check (
    part_count = queued_parts + sending_parts + sent_parts + failed_parts + unknown_parts + needs_review_parts
      + cancelled_parts),

  -- First match wins.
  state text not null generated always as (
    case
      when sending_parts > 0 or rollback = 'OWED' then 'SENDING'
      when unknown_parts > 0 then 'UNKNOWN'
      when needs_review_parts > 0 then 'NEEDS_REVIEW'
      when rollback = 'DONE' then 'FAILED'
      when queued_parts > 0 and sent_parts > 0 then 'SENDING'
      when queued_parts > 0 and scheduled_at is not null and not attempted then 'SCHEDULED'
      when queued_parts > 0 then 'QUEUED'
      when sent_parts = part_count then 'SENT'
      when sent_parts = 0 and failed_parts > 0 then 'FAILED'
      when sent_parts = 0 then 'CANCELLED'
      else 'PARTLY_SENT'
    end) stored
) with (fillfactor = 80);

create unique index post_idempotency_key on herald.post (user_id, idempotency_key) where idempotency_key is not null;
create index post_of_user on herald.post (user_id, created_at desc, id desc);
-- The look for posts whose time is over. Neither index has an entry for a post that is sent at once.
create index post_waiting on herald.post (expires_at) where queued_parts > 0;
create index post_cancelling on herald.post (id) where queued_parts > 0 and cancel_requested_at is not null;

create table herald.part (
  post_id uuid not null references herald.post (id),
  position smallint not null check (position between 0 and 24),
  state text not null check (
    state in ('QUEUED', 'SENDING', 'SENT', 'FAILED', 'UNKNOWN', 'NEEDS_REVIEW', 'CANCELLED')),
  state_since timestamptz(3) not null default now(),
  text text,
  -- What to send beside the text, as the operation spells it.
  options jsonb not null default '{}',
  tweet_id text constraint part_tweet_id check (tweet_id ~ '^[1-9][0-9]{0,18}$'),
  deleted_at timestamptz(3),
  -- How the tweet's id became known, and for RECONCILED by what it was recognised.
  resolution text check (resolution in ('ANSWERED', 'RECONCILED', 'RESOLVED')),
  matched_by text,
  error_code text,
  error_retry_at timestamptz(3),

  attempts smallint not null default 0 check (attempts between 0 and 3),
  -- not_sent answers in a row; the back-off grows with it.
  setbacks smallint not null default 0 check (setbacks >= 0),
  fence bigint,
  lease_until timestamptz,
  -- QUEUED: not to be sent earlier. UNKNOWN: not to be looked for earlier.
  not_before timestamptz,
  looks smallint not null default 0 check (looks >= 0),
  absences smallint not null default 0 check (absences >= 0),

  primary key (post_id, position),
  constraint part_sent_has_tweet check ((state = 'SENT') = (tweet_id is not null)),
  constraint part_sent_has_resolution check ((state = 'SENT') = (resolution is not null)),
  constraint part_sending_has_lease check ((state = 'SENDING') = (lease_until is not null)),
  constraint part_sending_has_fence check (state <> 'SENDING' or (fence is not null and attempts > 0)),
  constraint part_waiting_has_time check ((state in ('QUEUED', 'UNKNOWN')) = (not_before is not null)),
  constraint part_queued_has_attempts_left check (state <> 'QUEUED' or attempts < 3),
  constraint part_failed_has_error check (state <> 'FAILED' or error_code is not null),
  constraint part_deleted_was_sent check (deleted_at is null or state = 'SENT')
) with (fillfactor = 80);

create unique index part_tweet on herald.part (tweet_id) where tweet_id is not null;
-- What the sweep looks at: due parts, parts to look for, parts that wait for a person; and leases that ran out.
create index part_open on herald.part (state, not_before) where state in ('QUEUED', 'UNKNOWN', 'NEEDS_REVIEW');
create index part_leased on herald.part (lease_until) where state = 'SENDING';

-- Written and committed before a byte goes to X.
create table herald.attempt (
  post_id uuid not null,
  position smallint not null,
  fence bigint not null,
  attempt smallint not null,
  started_at timestamptz not null default now(),
  -- The latest instant at which this attempt may still be writing.
  deadline_at timestamptz not null,
  finished_at timestamptz,
  -- Null: nobody came back to say.
  outcome text check (outcome in ('created', 'not_sent', 'rejected', 'duplicate', 'unknown')),
  code text,
  reason text,
  http_status smallint,
  x_transaction_id text,
  primary key (post_id, position, fence),
  foreign key (post_id, position) references herald.part (post_id, position),
  constraint attempt_finished_has_outcome check ((outcome is not null) = (finished_at is not null))
) with (fillfactor = 80);

-- The X credentials of a post that is not final yet, sealed at rest. Never tracked, never granted.
create table herald.post_credential (
  post_id uuid primary key references herald.post (id),
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
create index recent_post_age on herald.recent_post using brin (accepted_at);

-- These tables change all day and stay small in live rows.
alter table herald.post_credential set (autovacuum_vacuum_scale_factor = 0.02);
alter table herald.recent_post set (autovacuum_vacuum_scale_factor = 0.02);
