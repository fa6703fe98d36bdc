import type { Account, AccountReports, AccountStore } from '../kernel/index.ts';
import { readAccountPage } from './account-page.ts';
import {
  type AccountRow,
  accountColumns,
  lockAccounts,
  type StoredAccountRow,
  selectStored,
  toAccount,
  toStoredAccount,
} from './account-rows.ts';
import type { Database, Statement } from './database.ts';
import { disconnect } from './disconnect.ts';

const REPEAT_FOR_MS = 2_000;

const hasDefault = `exists (select from herald.account where user_id = $2 and is_default)`;

/**
 * The version is the guard: whoever sealed for one that is taken by now stores nothing. An account that is renewed keeps
 * its age. What waits for the connection is due.
 */
const connectAccount = {
  name: 'connect_account',
  text: `
with renewed as (
  update herald.account
  set state = 'CONNECTED', version = version + 1, username = $5,
    connected_at = case when state = 'DISCONNECTED' then now() else connected_at end, disconnected_at = null,
    is_default = is_default or not ${hasDefault}
  where id = $1 and user_id = $2 and x_user_id = $3 and version = $4 - 1
  returning *
), added as (
  insert into herald.account (id, user_id, x_user_id, username, is_default)
  select $1, $2, $3, $5, not ${hasDefault} where $4 = 1
  on conflict (user_id, x_user_id) do nothing
  returning *
), account as (
  select * from renewed union all select * from added
), credential as (
  insert into herald.account_credential (account_id, access_token, access_token_secret) select id, $6, $7 from account
  on conflict (account_id) do update
    set access_token = excluded.access_token, access_token_secret = excluded.access_token_secret
), data_key as (
  insert into herald.account_key (account_id, kid, sealed) select id, $8, $9 from account
  on conflict (account_id) do update set kid = excluded.kid, sealed = excluded.sealed
), waiting as (
  select part.post_id, part.position
  from account
    join herald.post on post.account_id = account.id and post.queued_parts > 0
    join herald.part on part.post_id = post.id
  where part.state = 'QUEUED' and part.error_code = 'ACCOUNT_NEEDS_RECONNECT'
  order by part.post_id, part.position for update of part
), part as (
  update herald.part set not_before = now(), setbacks = 0, error_code = null, error_retry_at = null
  from waiting
  where part.post_id = waiting.post_id and part.position = waiting.position and part.state = 'QUEUED'
)
select ${accountColumns} from account`,
};

const selectById = { name: 'account', text: selectStored('account.id = $2') };
const selectDefault = { name: 'default_account', text: selectStored('account.is_default') };
const selectOfXUser = { name: 'account_of_x_user', text: selectStored('account.x_user_id = $2') };

const selectConnected = {
  name: 'accounts',
  text: `
select ${accountColumns} from herald.account
where user_id = $1 and state <> 'DISCONNECTED' order by connected_at, id`,
};

const askForReconnect = {
  name: 'need_reconnect',
  text: `
update herald.account set state = 'NEEDS_RECONNECT'
where id = $1 and version = $2 and state = 'CONNECTED' returning id`,
};

/** Answers come out of order: of one window the lowest number counts, and of two windows the later one. */
const noteLimits = {
  name: 'note_account_limits',
  text: `
update herald.account set posts_remaining = $2, posts_reset_at = $3
where id = $1 and (posts_reset_at is null or posts_reset_at < $3 or (posts_reset_at = $3 and posts_remaining > $2))`,
};

export const openAccounts = (database: Database): AccountStore & AccountReports => {
  const readStored = async (statement: Statement, values: unknown[]) => {
    const [row] = await database.query<StoredAccountRow>(statement, values, REPEAT_FOR_MS);
    return row && toStoredAccount(row);
  };
  return {
    accountOf: (userId, xUserId) => readStored(selectOfXUser, [userId, xUserId]),
    account: (userId, id) =>
      id === undefined ? readStored(selectDefault, [userId]) : readStored(selectById, [userId, id]),
    accounts: async (userId) =>
      (await database.query<AccountRow>(selectConnected, [userId], REPEAT_FOR_MS)).map(toAccount),
    page: (userId, request) => readAccountPage(database, userId, request),

    connect: (account) => connect(database, account),
    disconnect: (userId, id) => disconnect(database, userId, id),
    needReconnect: async (id, version) =>
      (await database.query(askForReconnect, [id, version], REPEAT_FOR_MS)).length > 0,
    noteLimits: async (id, { remaining, resetAt }) => {
      await database.query(noteLimits, [id, remaining, resetAt]);
    },
  };
};

const connect = (
  database: Database,
  { id, userId, xUserId, version, username, sealed }: Parameters<AccountStore['connect']>[0],
): Promise<Account | undefined> =>
  database.transaction(async (query) => {
    await query(lockAccounts, [userId]);
    const { dataKey, accessToken, accessTokenSecret } = sealed;
    const credentials = [accessToken, accessTokenSecret, dataKey.kid, dataKey.sealed];
    const values = [id, userId, xUserId, version, username, ...credentials];
    const [row] = await query<AccountRow>(connectAccount, values);
    return row && toAccount(row);
  });
