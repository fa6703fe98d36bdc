-- An account's sealed values get a table of their own. The engine's queries are over (select * from herald.account), so its role has
-- to be able to read that table as a whole, and it must not read anything sealed.
create table herald.account_credential (
  account_id uuid primary key references herald.account (id),
  -- Under the data key in account_key.
  access_token bytea not null,
  access_token_secret bytea not null
);

insert into herald.account_credential (account_id, access_token, access_token_secret)
select id, access_token, access_token_secret from herald.account where access_token is not null;

alter table herald.account
  drop constraint account_tombstone_is_empty,
  drop column access_token,
  drop column access_token_secret,
  add constraint account_tombstone_is_dated check (
    (state = 'DISCONNECTED') = (disconnected_at is not null) and not (state = 'DISCONNECTED' and is_default));
