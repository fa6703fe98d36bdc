-- columns
account.id uuid not null
account.user_id text not null
account.x_user_id text not null
account.username text not null
account.state text not null default 'CONNECTED'::text
account.is_default boolean not null
account.connected_at timestamp(3) with time zone not null default now()
account.disconnected_at timestamp(3) with time zone
account.version integer not null default 1
account.posts_remaining integer
account.posts_reset_at timestamp(3) with time zone
account.user_uuid uuid generated herald.uuid_of(user_id)
account_credential.account_id uuid not null
account_credential.access_token bytea not null
account_credential.access_token_secret bytea not null
account_key.account_id uuid not null
account_key.kid text not null
account_key.sealed bytea not null
attempt.post_id uuid not null
attempt.position smallint not null
attempt.fence bigint not null
attempt.attempt smallint not null
attempt.started_at timestamp with time zone not null default now()
attempt.deadline_at timestamp with time zone not null
attempt.finished_at timestamp with time zone
attempt.outcome text
attempt.code text
attempt.reason text
attempt.http_status smallint
attempt.x_transaction_id text
attempt.at_birth boolean not null default false
budget.scope text not null
budget.subject text not null
budget.limit_micro_usd bigint
budget.set_at timestamp(3) with time zone not null default now()
deployment.id boolean not null default true
deployment.public_url text
deployment.heartbeat_at timestamp(3) with time zone not null default now()
event.id text not null
event.received_at timestamp with time zone not null default now()
issuer_entry.kind text not null
issuer_entry.id text not null
issuer_entry.user_id text
issuer_entry.grant_id text
issuer_entry.kid text not null
issuer_entry.sealed bytea not null
issuer_entry.expires_at timestamp with time zone
issuer_entry.consumed_at timestamp with time zone
media.id uuid not null
media.user_id text not null
media.x_user_id text not null
media.account_id uuid
media.kind text not null
media.mime_type text not null
media.byte_length bigint not null
media.state text not null default 'PROCESSING'::text
media.progress smallint
media.alt_text text
media.x_media_id text
media.expires_at timestamp(3) with time zone not null default (now() + '24:00:00'::interval)
media.check_at timestamp(3) with time zone
media.cost_micro_usd integer not null default 0
media.created_at timestamp(3) with time zone not null default now()
migration.name text not null
migration.checksum text not null
migration.applied_at timestamp(3) with time zone not null default now()
part.post_id uuid not null
part.position smallint not null
part.state text not null
part.state_since timestamp(3) with time zone not null default now()
part.text text
part.options jsonb not null default '{}'::jsonb
part.tweet_id text
part.deleted_at timestamp(3) with time zone
part.resolution text
part.matched_by text
part.error_code text
part.error_retry_at timestamp(3) with time zone
part.attempts smallint not null default 0
part.setbacks smallint not null default 0
part.fence bigint
part.lease_until timestamp with time zone
part.not_before timestamp with time zone
part.looks smallint not null default 0
part.absences smallint not null default 0
part.cost_micro_usd integer
part.extra_micro_usd integer not null default 0
part.charged_on date
part.delete_error_code text
pause.scope text not null
pause.subject text not null
pause.reason text not null
pause.since timestamp(3) with time zone not null default now()
post.id uuid not null
post.user_id text not null
post.x_user_id text not null
post.operation text not null
post.idempotency_key text
post.fingerprint bytea not null
post.created_at timestamp(3) with time zone not null default now()
post.expires_at timestamp(3) with time zone not null
post.scheduled_at timestamp(3) with time zone
post.attempted boolean not null
post.cancel_requested_at timestamp(3) with time zone
post.rollback text
post.part_count smallint not null
post.queued_parts smallint not null default 0
post.sending_parts smallint not null default 0
post.sent_parts smallint not null default 0
post.failed_parts smallint not null default 0
post.unknown_parts smallint not null default 0
post.needs_review_parts smallint not null default 0
post.cancelled_parts smallint not null default 0
post.state text not null generated herald.state_of_post(part_count, queued_parts, sending_parts, sent_parts, failed_parts, unknown_parts, needs_review_parts, ((scheduled_at IS NOT NULL) AND (NOT attempted)), rollback)
post.account_id uuid
post.user_uuid uuid generated herald.uuid_of(user_id)
post.trace_id text
post.on_part_failure text
post.expires_at_most timestamp(3) with time zone
post.rollback_not_before timestamp with time zone
post.rollback_setbacks smallint not null default 0
post_credential.post_id uuid not null
post_credential.kid text not null
post_credential.sealed bytea not null
post_credential.sealed_at timestamp with time zone
post_request.id uuid not null default gen_random_uuid()
post_request.user_id text not null
post_request.text text
post_request.in_reply_to_tweet_id text
post_request.reply_settings text
post_request.account_id uuid
post_request.idempotency_key text
post_request.expires_at timestamp(3) with time zone
post_request.created_at timestamp(3) with time zone not null default now()
post_request.post_id uuid
post_request.error_code text
post_request.error_message text
post_request.error_user_action text
recent_post.user_id text not null
recent_post.x_user_id text not null
recent_post.fingerprint bytea not null
recent_post.post_id uuid not null
recent_post.accepted_at timestamp with time zone not null default now()
replica.id uuid not null
replica.beat bigint not null
replica.heartbeat_at timestamp(3) with time zone not null default now()
revocation.user_id text not null
revocation.not_before timestamp(3) with time zone not null
single_use.kind text not null
single_use.id text not null
single_use.bound_to text not null
single_use.kid text not null
single_use.sealed bytea not null
single_use.expires_at timestamp with time zone not null
spending.scope text not null
spending.subject text not null
spending.day date not null
spending.micro_usd bigint not null
spending.limit_micro_usd bigint
x_account.x_user_id text not null
x_account.weighted_limit integer not null

-- options
attempt (fillfactor=80)
issuer_entry (autovacuum_vacuum_scale_factor=0.02)
part (fillfactor=80)
post (fillfactor=80)
post_credential (autovacuum_vacuum_scale_factor=0.02)
recent_post (autovacuum_vacuum_scale_factor=0.02)
single_use (autovacuum_vacuum_scale_factor=0.02)
spending (fillfactor=50, autovacuum_vacuum_scale_factor=0.02)

-- constraints
account account_pkey PRIMARY KEY (id)
account account_state_check CHECK ((state = ANY (ARRAY['CONNECTED'::text, 'NEEDS_RECONNECT'::text, 'DISCONNECTED'::text])))
account account_tombstone_is_dated CHECK ((((state = 'DISCONNECTED'::text) = (disconnected_at IS NOT NULL)) AND (NOT ((state = 'DISCONNECTED'::text) AND is_default))))
account account_user_id_x_user_id_key UNIQUE (user_id, x_user_id)
account account_version_check CHECK ((version > 0))
account_credential account_credential_account_id_fkey FOREIGN KEY (account_id) REFERENCES herald.account(id)
account_credential account_credential_pkey PRIMARY KEY (account_id)
account_key account_key_account_id_fkey FOREIGN KEY (account_id) REFERENCES herald.account(id)
account_key account_key_pkey PRIMARY KEY (account_id)
attempt attempt_pkey PRIMARY KEY (post_id, "position", fence)
budget budget_check CHECK (((scope = 'APP'::text) = (subject = ''::text)))
budget budget_limit_micro_usd_check CHECK ((limit_micro_usd >= 0))
budget budget_pkey PRIMARY KEY (scope, subject)
budget budget_scope_check CHECK ((scope = ANY (ARRAY['APP'::text, 'USER'::text])))
deployment deployment_id_check CHECK (id)
deployment deployment_pkey PRIMARY KEY (id)
event event_pkey PRIMARY KEY (id)
issuer_entry issuer_entry_pkey PRIMARY KEY (kind, id)
media media_kind_check CHECK ((kind = ANY (ARRAY['IMAGE'::text, 'GIF'::text, 'VIDEO'::text])))
media media_pkey PRIMARY KEY (id)
media media_progress_check CHECK (((progress >= 0) AND (progress <= 100)))
media media_ready_is_at_x CHECK (((state <> 'READY'::text) OR (x_media_id IS NOT NULL)))
media media_state_check CHECK ((state = ANY (ARRAY['PROCESSING'::text, 'READY'::text, 'FAILED'::text])))
migration migration_pkey PRIMARY KEY (name)
part part_pkey PRIMARY KEY (post_id, "position")
part part_post_id_fkey FOREIGN KEY (post_id) REFERENCES herald.post(id)
part part_settles_cost TRIGGER DEFERRABLE INITIALLY DEFERRED
part part_state_is_possible CHECK (herald.is_part_state(state, tweet_id, resolution, lease_until, not_before, fence, attempts, error_code, deleted_at))
pause pause_check CHECK (((scope = 'ALL'::text) = (subject = ''::text)))
pause pause_pkey PRIMARY KEY (scope, subject)
pause pause_scope_check CHECK ((scope = ANY (ARRAY['ALL'::text, 'USER'::text, 'ACCOUNT'::text])))
post post_counts_every_part CHECK (herald.counts_every_part(part_count, queued_parts, sending_parts, sent_parts, failed_parts, unknown_parts, needs_review_parts, cancelled_parts))
post post_pkey PRIMARY KEY (id)
post_credential post_credential_pkey PRIMARY KEY (post_id)
post_request post_request_error_is_whole CHECK ((((error_code IS NULL) = (error_message IS NULL)) AND ((error_code IS NULL) = (error_user_action IS NULL))))
post_request post_request_has_one_outcome CHECK (((post_id IS NULL) OR (error_code IS NULL)))
post_request post_request_idempotency_key_check CHECK ((length(idempotency_key) <= 255))
post_request post_request_in_reply_to_tweet_id_check CHECK ((length(in_reply_to_tweet_id) <= 255))
post_request post_request_pkey PRIMARY KEY (id)
post_request post_request_reply_settings_check CHECK ((length(reply_settings) <= 255))
post_request post_request_text_check CHECK ((octet_length(text) <= 65536))
post_request post_request_user_id_check CHECK (((length(user_id) >= 1) AND (length(user_id) <= 255)))
recent_post recent_post_pkey PRIMARY KEY (user_id, x_user_id, fingerprint)
replica replica_pkey PRIMARY KEY (id)
revocation revocation_pkey PRIMARY KEY (user_id)
single_use single_use_pkey PRIMARY KEY (kind, id)
spending spending_of_app_in_budget CHECK (((scope <> 'APP'::text) OR (limit_micro_usd IS NULL) OR (micro_usd <= limit_micro_usd)))
spending spending_of_user_in_budget CHECK (((scope <> 'USER'::text) OR (limit_micro_usd IS NULL) OR (micro_usd <= limit_micro_usd)))
spending spending_pkey PRIMARY KEY (scope, subject, day)
x_account x_account_pkey PRIMARY KEY (x_user_id)
x_account x_account_weighted_limit_check CHECK ((weighted_limit > 0))

-- indexes
CREATE UNIQUE INDEX account_credential_pkey ON herald.account_credential USING btree (account_id)
CREATE UNIQUE INDEX account_default ON herald.account USING btree (user_id) WHERE is_default
CREATE UNIQUE INDEX account_key_pkey ON herald.account_key USING btree (account_id)
CREATE UNIQUE INDEX account_pkey ON herald.account USING btree (id)
CREATE UNIQUE INDEX account_user_id_x_user_id_key ON herald.account USING btree (user_id, x_user_id)
CREATE UNIQUE INDEX attempt_pkey ON herald.attempt USING btree (post_id, "position", fence)
CREATE UNIQUE INDEX budget_pkey ON herald.budget USING btree (scope, subject)
CREATE UNIQUE INDEX deployment_pkey ON herald.deployment USING btree (id)
CREATE UNIQUE INDEX event_pkey ON herald.event USING btree (id)
CREATE INDEX event_received_at ON herald.event USING brin (received_at)
CREATE INDEX issuer_entry_expires_at ON herald.issuer_entry USING btree (expires_at)
CREATE INDEX issuer_entry_grant ON herald.issuer_entry USING btree (grant_id) WHERE (grant_id IS NOT NULL)
CREATE UNIQUE INDEX issuer_entry_pkey ON herald.issuer_entry USING btree (kind, id)
CREATE INDEX issuer_entry_user ON herald.issuer_entry USING btree (user_id) WHERE (user_id IS NOT NULL)
CREATE INDEX media_created_at ON herald.media USING brin (created_at)
CREATE INDEX media_not_at_x ON herald.media USING btree (created_at) WHERE ((state = 'PROCESSING'::text) AND (x_media_id IS NULL))
CREATE INDEX media_of_user ON herald.media USING btree (user_id, created_at)
CREATE UNIQUE INDEX media_pkey ON herald.media USING btree (id)
CREATE UNIQUE INDEX migration_pkey ON herald.migration USING btree (name)
CREATE INDEX part_leased ON herald.part USING btree (lease_until) WHERE (state = 'SENDING'::text)
CREATE INDEX part_open ON herald.part USING btree (state, not_before) WHERE (state = ANY (ARRAY['QUEUED'::text, 'UNKNOWN'::text, 'NEEDS_REVIEW'::text]))
CREATE UNIQUE INDEX part_pkey ON herald.part USING btree (post_id, "position")
CREATE UNIQUE INDEX part_tweet ON herald.part USING btree (tweet_id) WHERE (tweet_id IS NOT NULL)
CREATE UNIQUE INDEX pause_pkey ON herald.pause USING btree (scope, subject)
CREATE INDEX post_cancelling ON herald.post USING btree (id) WHERE ((queued_parts > 0) AND (cancel_requested_at IS NOT NULL))
CREATE UNIQUE INDEX post_credential_pkey ON herald.post_credential USING btree (post_id)
CREATE UNIQUE INDEX post_idempotency_key ON herald.post USING btree (user_id, idempotency_key) WHERE (idempotency_key IS NOT NULL)
CREATE INDEX post_of_user ON herald.post USING btree (user_id, created_at DESC, id DESC)
CREATE UNIQUE INDEX post_pkey ON herald.post USING btree (id)
CREATE INDEX post_request_of_user ON herald.post_request USING btree (user_id, created_at DESC)
CREATE UNIQUE INDEX post_request_pkey ON herald.post_request USING btree (id)
CREATE INDEX post_rollback_owed ON herald.post USING btree (id) WHERE (rollback = 'OWED'::text)
CREATE INDEX post_waiting ON herald.post USING btree (expires_at) WHERE (queued_parts > 0)
CREATE INDEX post_waiting_of_account ON herald.post USING btree (account_id) WHERE ((account_id IS NOT NULL) AND (queued_parts > 0))
CREATE INDEX recent_post_accepted_at ON herald.recent_post USING brin (accepted_at)
CREATE UNIQUE INDEX recent_post_pkey ON herald.recent_post USING btree (user_id, x_user_id, fingerprint)
CREATE UNIQUE INDEX replica_pkey ON herald.replica USING btree (id)
CREATE UNIQUE INDEX revocation_pkey ON herald.revocation USING btree (user_id)
CREATE INDEX single_use_expires_at ON herald.single_use USING btree (expires_at)
CREATE UNIQUE INDEX single_use_pkey ON herald.single_use USING btree (kind, id)
CREATE UNIQUE INDEX spending_pkey ON herald.spending USING btree (scope, subject, day)
CREATE UNIQUE INDEX x_account_pkey ON herald.x_account USING btree (x_user_id)

-- sequences
fence bigint

-- functions
CREATE OR REPLACE FUNCTION herald.add_to_spending(of_user text, on_day date, delta bigint)
 RETURNS void
 LANGUAGE plpgsql
AS $function$
begin
  update herald.spending set micro_usd = micro_usd + delta, limit_micro_usd = null
  where scope = 'APP' and subject = '' and day = on_day;
  update herald.spending set micro_usd = micro_usd + delta, limit_micro_usd = null
  where scope = 'USER' and subject = of_user and day = on_day;
end $function$

CREATE OR REPLACE FUNCTION herald.added_up_today(of_scope text, of_subject text)
 RETURNS bigint
 LANGUAGE plpgsql
 STABLE
AS $function$
declare
  today constant date := (now() at time zone 'utc')::date;
  midnight constant timestamptz := today::timestamp at time zone 'utc';
begin
  if of_scope = 'APP' then
    return (
      select coalesce(sum(case when state in ('FAILED', 'CANCELLED') then 0 else cost_micro_usd end + extra_micro_usd), 0)
      from herald.part where charged_on = today
    ) + (
      select coalesce(sum(cost_micro_usd), 0) from herald.media where created_at >= midnight and state <> 'FAILED'
    );
  end if;
  return (
    select coalesce(sum(
      case when part.state in ('FAILED', 'CANCELLED') then 0 else part.cost_micro_usd end + part.extra_micro_usd), 0)
    from herald.post join herald.part on part.post_id = post.id
    where post.user_id = of_subject and post.created_at >= midnight and part.charged_on = today
  ) + (
    select coalesce(sum(cost_micro_usd), 0) from herald.media
    where user_id = of_subject and created_at >= midnight and state <> 'FAILED'
  );
end $function$

CREATE OR REPLACE FUNCTION herald.counts_every_part(part_count smallint, queued smallint, sending smallint, sent smallint, failed smallint, unknown smallint, needs_review smallint, cancelled smallint)
 RETURNS boolean
 LANGUAGE plpgsql
 IMMUTABLE
AS $function$
begin
  return part_count between 1 and 25
    and least(queued, sending, sent, failed, unknown, needs_review, cancelled) >= 0
    and part_count = queued + sending + sent + failed + unknown + needs_review + cancelled;
end $function$

CREATE OR REPLACE FUNCTION herald.is_part_state(state text, tweet_id text, resolution text, lease_until timestamp with time zone, not_before timestamp with time zone, fence bigint, attempts smallint, error_code text, deleted_at timestamp with time zone)
 RETURNS boolean
 LANGUAGE plpgsql
 IMMUTABLE
AS $function$
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
end $function$

CREATE OR REPLACE FUNCTION herald.settle_cost()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin
  if new.cost_micro_usd > 0 and new.state in ('SENT', 'FAILED', 'CANCELLED')
    and (new.state = 'SENT') = (old.state in ('FAILED', 'CANCELLED')) then
    perform herald.add_to_spending(post.user_id, new.charged_on,
      case new.state when 'SENT' then new.cost_micro_usd else -new.cost_micro_usd end)
    from herald.post where post.id = new.post_id;
  end if;
  return null;
end $function$

CREATE OR REPLACE FUNCTION herald.state_of_post(part_count smallint, queued smallint, sending smallint, sent smallint, failed smallint, unknown smallint, needs_review smallint, waits_for_its_time boolean, rollback text)
 RETURNS text
 LANGUAGE plpgsql
 IMMUTABLE
AS $function$
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
end $function$

CREATE OR REPLACE FUNCTION herald.uuid_of(user_id text)
 RETURNS uuid
 LANGUAGE plpgsql
 IMMUTABLE
AS $function$
begin
  if length(user_id) = 36 and user_id ~* '^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$' then
    return user_id::uuid;
  end if;
  return null;
end $function$


-- triggers
CREATE CONSTRAINT TRIGGER part_settles_cost AFTER UPDATE OF error_code ON herald.part DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (((new.state = ANY (ARRAY['FAILED'::text, 'CANCELLED'::text])) OR (old.state = ANY (ARRAY['FAILED'::text, 'CANCELLED'::text])))) EXECUTE FUNCTION herald.settle_cost()

-- what herald_read may read
account.connected_at
account.disconnected_at
account.id
account.is_default
account.posts_remaining
account.posts_reset_at
account.state
account.user_id
account.user_uuid
account.username
account.version
account.x_user_id
part.absences
part.attempts
part.charged_on
part.cost_micro_usd
part.delete_error_code
part.deleted_at
part.error_code
part.error_retry_at
part.extra_micro_usd
part.fence
part.lease_until
part.looks
part.matched_by
part.not_before
part.options
part.position
part.post_id
part.resolution
part.setbacks
part.state
part.state_since
part.text
part.tweet_id
post.account_id
post.attempted
post.cancel_requested_at
post.cancelled_parts
post.created_at
post.expires_at
post.expires_at_most
post.failed_parts
post.fingerprint
post.id
post.idempotency_key
post.needs_review_parts
post.on_part_failure
post.operation
post.part_count
post.queued_parts
post.rollback
post.rollback_not_before
post.rollback_setbacks
post.scheduled_at
post.sending_parts
post.sent_parts
post.state
post.trace_id
post.unknown_parts
post.user_id
post.user_uuid
post.x_user_id

-- what herald_events may do
insert post_request.account_id
insert post_request.expires_at
insert post_request.idempotency_key
insert post_request.in_reply_to_tweet_id
insert post_request.reply_settings
insert post_request.text
insert post_request.user_id
select post_request
trigger post
trigger post_request
