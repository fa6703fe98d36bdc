-- What becomes of a thread of which a part fails, what everything costs and may cost, and files that go out with tweets.

alter table herald.post
  -- RESUME when null.
  add column on_part_failure text,
  -- Its media are good until then: no later time to expire is given to it.
  add column expires_at_most timestamptz(3),
  -- Who takes back its parts has it for a minute; after a setback it rests for longer.
  add column rollback_not_before timestamptz,
  add column rollback_setbacks smallint not null default 0;
-- It has no entry for a post that goes well.
create index post_rollback_owed on herald.post (id) where rollback = 'OWED';

alter table herald.part
  -- Millionths of a US dollar: what X charges for the tweet, reserved when it is accepted or retried; and for looks and a
  -- deletion besides.
  add column cost_micro_usd integer,
  add column extra_micro_usd integer not null default 0,
  -- The UTC day whose budgets the cost counts against. Null for rows from before prices.
  add column charged_on date,
  -- Why it could not be deleted when it had to be.
  add column delete_error_code text;

-- Limits that an admin set, in place of the configuration's.
create table herald.budget (
  scope text not null check (scope in ('APP', 'USER')),
  -- The user id; empty for APP.
  subject text not null check ((scope = 'APP') = (subject = '')),
  -- Null: unlimited.
  limit_micro_usd bigint check (limit_micro_usd >= 0),
  set_at timestamptz(3) not null default now(),
  primary key (scope, subject)
);

-- Reserved and spent on a UTC day. There is a row only where a limit was in force that day.
create table herald.spending (
  scope text not null,
  subject text not null,
  day date not null,
  micro_usd bigint not null,
  -- The limit at the last charge that may be refused. Null where there is none, and after what nobody can refuse.
  limit_micro_usd bigint,
  primary key (scope, subject, day),
  -- A statement that would exceed a limit fails as a whole. The name tells which.
  constraint spending_of_app_in_budget check (scope <> 'APP' or limit_micro_usd is null or micro_usd <= limit_micro_usd),
  constraint spending_of_user_in_budget check (scope <> 'USER' or limit_micro_usd is null or micro_usd <= limit_micro_usd)
) with (fillfactor = 50);
alter table herald.spending set (autovacuum_vacuum_scale_factor = 0.02);

-- What counts anyway: money that comes back, and money that is spent already. Locks the application's row before the user's.
create function herald.add_to_spending(of_user text, on_day date, delta bigint) returns void language plpgsql as $$
begin
  update herald.spending set micro_usd = micro_usd + delta, limit_micro_usd = null
  where scope = 'APP' and subject = '' and day = on_day;
  update herald.spending set micro_usd = micro_usd + delta, limit_micro_usd = null
  where scope = 'USER' and subject = of_user and day = on_day;
end $$;

-- A tweet that is not sent after all costs nothing, and one that was sent all the same does. A trigger, so that no statement
-- can forget it: whatever ends a part, or proves an ended one sent, says why, or that there is no reason any more. What sends
-- a part that goes well does not touch the reason, and so pays nothing for the trigger; a condition alone was a tenth of it.
-- Retrying a part is charged by the statement that does it. Deferred, so that spending is what a transaction locks last.
create function herald.settle_cost() returns trigger language plpgsql as $$
begin
  if new.cost_micro_usd > 0 and new.state in ('SENT', 'FAILED', 'CANCELLED')
    and (new.state = 'SENT') = (old.state in ('FAILED', 'CANCELLED')) then
    perform herald.add_to_spending(post.user_id, new.charged_on,
      case new.state when 'SENT' then new.cost_micro_usd else -new.cost_micro_usd end)
    from herald.post where post.id = new.post_id;
  end if;
  return null;
end $$;

create constraint trigger part_settles_cost after update of error_code on herald.part
deferrable initially deferred for each row
when (new.state in ('FAILED', 'CANCELLED') or old.state in ('FAILED', 'CANCELLED'))
execute function herald.settle_cost();

-- Files at X. Their bytes are nowhere here. Never tracked, never granted.
create table herald.media (
  id uuid primary key,
  user_id text not null,
  x_user_id text not null,
  account_id uuid,
  kind text not null check (kind in ('IMAGE', 'GIF', 'VIDEO')),
  mime_type text not null,
  byte_length bigint not null,
  state text not null default 'PROCESSING' check (state in ('PROCESSING', 'READY', 'FAILED')),
  -- Percent.
  progress smallint check (progress between 0 and 100),
  alt_text text,
  x_media_id text,
  expires_at timestamptz(3) not null default now() + interval '24 hours',
  -- X asked not to be asked earlier.
  check_at timestamptz(3),
  cost_micro_usd integer not null default 0,
  created_at timestamptz(3) not null default now(),
  constraint media_ready_is_at_x check (state <> 'READY' or x_media_id is not null)
);
create index media_of_user on herald.media (user_id, created_at);
create index media_created_at on herald.media using brin (created_at);
create index media_not_at_x on herald.media (created_at) where state = 'PROCESSING' and x_media_id is null;

-- What the posts and files of today cost by themselves, of a user or, as APP, of all: where there was no limit so far today.
-- A user's posts of earlier days that were retried today are left out, because to find them takes a look at everybody's.
-- Stable, so that it does not see what the statement that asks has done so far; and a function, because as an expression it
-- makes every statement that may need it look dear to the planner.
create function herald.added_up_today(of_scope text, of_subject text) returns bigint language plpgsql stable as $$
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
end $$;

-- What an admin knows about an X account.
create table herald.x_account (
  x_user_id text primary key,
  -- How many weighted characters a tweet of it may have.
  weighted_limit integer not null check (weighted_limit > 0)
);
