-- Who may send: pauses by hand or by the restore guard, and whose database this is.

create table herald.pause (
  scope text not null check (scope in ('ALL', 'USER', 'ACCOUNT')),
  -- The user id, or the X user id; empty for ALL.
  subject text not null check ((scope = 'ALL') = (subject = '')),
  reason text not null,
  since timestamptz(3) not null default now(),
  primary key (scope, subject)
);

-- One row. A copy of the database under another public URL must not send.
create table herald.deployment (
  id boolean primary key default true check (id),
  public_url text,
  heartbeat_at timestamptz(3) not null default now()
);

-- One row for each running process. Its beat never goes back, unless the database did.
create table herald.replica (
  id uuid primary key,
  beat bigint not null,
  heartbeat_at timestamptz(3) not null default now()
);
