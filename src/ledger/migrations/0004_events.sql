-- What the engine's own tables and events need: posts asked for by a row, user ids as uuids, and the trace of a post.

-- A function for the same reason as those of a post's counts. Most ids of other forms differ in their length already.
create function herald.uuid_of(user_id text) returns uuid language plpgsql immutable as $$
begin
  if length(user_id) = 36 and user_id ~* '^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$' then
    return user_id::uuid;
  end if;
  return null;
end $$;

-- For relationships to a table of users whose ids are uuids. Adding it writes the table anew, once.
alter table herald.post
  add column user_uuid uuid generated always as (herald.uuid_of(user_id)) stored,
  -- The trace of the request that asked for the post: 32 or 16 hexadecimal digits.
  add column trace_id text;
alter table herald.account add column user_uuid uuid generated always as (herald.uuid_of(user_id)) stored;

-- A row is a wish to post. The engine's role writes the first columns, and Herald what became of it: a post, or why not.
create table herald.post_request (
  id uuid primary key default gen_random_uuid(),
  user_id text not null check (length(user_id) between 1 and 255),
  text text check (octet_length(text) <= 65536),
  in_reply_to_tweet_id text check (length(in_reply_to_tweet_id) <= 255),
  reply_settings text check (length(reply_settings) <= 255),
  account_id uuid,
  idempotency_key text check (length(idempotency_key) <= 255),
  expires_at timestamptz(3),
  created_at timestamptz(3) not null default now(),

  post_id uuid,
  error_code text,
  error_message text,
  error_user_action text,
  constraint post_request_has_one_outcome check (post_id is null or error_code is null),
  constraint post_request_error_is_whole check (
    (error_code is null) = (error_message is null) and (error_code is null) = (error_user_action is null))
);
create index post_request_of_user on herald.post_request (user_id, created_at desc);

-- The engine's events that were dealt with: it delivers each at least once.
create table herald.event (
  id text primary key,
  received_at timestamptz not null default now()
);
create index event_received_at on herald.event using brin (received_at);
