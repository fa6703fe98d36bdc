-- X accounts that users connect, what a sign-in keeps while the browser is away, what the issuer keeps, and when a user's
-- sign-ins were revoked. Every sealed value has the key's id beside it, so that another key can take its place.

-- One row for each user and X account, for ever: disconnecting leaves a tombstone without any credential.
create table herald.account (
  id uuid primary key,
  user_id text not null,
  x_user_id text not null,
  -- As X had it when the account was last connected; for display only, because handles change hands.
  username text not null,
  state text not null default 'CONNECTED' check (state in ('CONNECTED', 'NEEDS_RECONNECT', 'DISCONNECTED')),
  is_default boolean not null,
  connected_at timestamptz(3) not null default now(),
  disconnected_at timestamptz(3),
  -- Counts the connections. The sealed values are bound to it, so that old ones do not open in a newer row.
  version integer not null default 1 check (version > 0),
  posts_remaining integer,
  posts_reset_at timestamptz(3),
  unique (user_id, x_user_id),
  constraint account_tombstone_is_dated check (
    (state = 'DISCONNECTED') = (disconnected_at is not null) and not (state = 'DISCONNECTED' and is_default))
);

create unique index account_default on herald.account (user_id) where is_default;

-- In a table of their own, because the engine's queries are over (select * from herald.account): its role has to be able to read that
-- table as a whole, and it must not read anything sealed. Never tracked, never granted.
create table herald.account_credential (
  account_id uuid primary key references herald.account (id),
  -- Under the data key in account_key.
  access_token bytea not null,
  access_token_secret bytea not null
);

-- The data keys, wrapped. Deleting the row destroys the credentials, also for whoever finds their ciphertext in a backup's
-- pages or the log. Never tracked, never granted.
create table herald.account_key (
  account_id uuid primary key references herald.account (id),
  kid text not null,
  sealed bytea not null
);

-- Null for a post that came with a session's credentials.
alter table herald.post add column account_id uuid;
-- Like post_waiting it has no entry for a post that is sent at once, and its columns change with that one's.
create index post_waiting_of_account on herald.post (account_id) where account_id is not null and queued_parts > 0;

-- Made by the statement that accepted the post: its claim belongs to that statement's caller, also when the answer was lost.
alter table herald.attempt add column at_birth boolean not null default false;

-- When the session's envelopes were sealed; null for rows of before and for what says no time.
alter table herald.post_credential add column sealed_at timestamptz;

-- Tickets, request tokens and codes. The id is a digest: who reads this table can use none of them.
create table herald.single_use (
  kind text not null,
  id text not null,
  -- Who may take it: a user, the digest of a browser's cookie, or empty for whoever has it.
  bound_to text not null,
  kid text not null,
  sealed bytea not null,
  expires_at timestamptz not null,
  primary key (kind, id)
);
create index single_use_expires_at on herald.single_use (expires_at);

-- Sessions, grants, codes and refresh tokens of the authorization server, by digest.
create table herald.issuer_entry (
  kind text not null,
  id text not null,
  user_id text,
  grant_id text,
  kid text not null,
  sealed bytea not null,
  expires_at timestamptz,
  consumed_at timestamptz,
  primary key (kind, id)
);
create index issuer_entry_grant on herald.issuer_entry (grant_id) where grant_id is not null;
create index issuer_entry_user on herald.issuer_entry (user_id) where user_id is not null;
create index issuer_entry_expires_at on herald.issuer_entry (expires_at);

-- Sign-ins, tokens and envelopes from before count no more. Forgotten once everything from then has expired by itself.
create table herald.revocation (
  user_id text primary key,
  not_before timestamptz(3) not null
);

-- These tables change all day and stay small in live rows.
alter table herald.single_use set (autovacuum_vacuum_scale_factor = 0.02);
alter table herald.issuer_entry set (autovacuum_vacuum_scale_factor = 0.02);
