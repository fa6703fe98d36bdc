import type { AccountId, Disconnected, UserId } from '../kernel/index.ts';
import {
  type AccountRow,
  accountColumns,
  lockAccounts,
  type StoredAccountRow,
  selectStored,
  toAccount,
  toStoredAccount,
} from './account-rows.ts';
import type { Database } from './database.ts';
import { countMoves, eraseCredentials } from './sql.ts';

const selectToDisconnect = {
  name: 'account_to_disconnect',
  text: `${selectStored('account.id = $2')} for update of account`,
};

const leaveTombstone = {
  name: 'disconnect_account',
  text: `
with data_key as (
  delete from herald.account_key where account_id = $1
), credential as (
  delete from herald.account_credential where account_id = $1
)
update herald.account
set state = 'DISCONNECTED', is_default = false, disconnected_at = coalesce(disconnected_at, now())
where id = $1
returning ${accountColumns}, exists (
  select from herald.account as other
  where other.x_user_id = account.x_user_id and other.id <> account.id and other.state = 'CONNECTED') as shared`,
};

const chooseDefault = {
  name: 'choose_default_account',
  text: `
update herald.account set is_default = true
where id = (
    select id from herald.account where user_id = $1 and state <> 'DISCONNECTED' order by connected_at, id limit 1)
  and not exists (select from herald.account where user_id = $1 and is_default)`,
};

/**
 * QUEUED -> CANCELLED for all that waits for the account. The mark catches what is SENDING or UNKNOWN and would come back
 * to QUEUED; those parts stay as they are and count as moves from a state to itself.
 */
const cancelOpen = {
  name: 'cancel_of_account',
  text: `
with open as (
  select part.post_id, part.position, part.state as was from herald.part join herald.post on post.id = part.post_id
  where post.user_id = $1 and post.account_id = $2 and post.queued_parts + post.sending_parts + post.unknown_parts > 0
    and part.state in ('QUEUED', 'SENDING', 'UNKNOWN')
  order by part.post_id, part.position for update of part
), part as (
  update herald.part
  set state = 'CANCELLED', state_since = now(), lease_until = null, not_before = null, error_code = null,
    error_retry_at = null
  from open where open.was = 'QUEUED' and part.post_id = open.post_id and part.position = open.position
  returning part.post_id, part.state, open.was
), moves as (
  select * from part union all select post_id, was, was from open where was <> 'QUEUED'
), changed as (${countMoves('moves', '', 'now()')}), erased as (${eraseCredentials('changed')})
select id from changed`,
};

/** Destroys the credentials and cancels what waits, all or nothing; a tombstone stays what it is. */
export const disconnect = (
  database: Database,
  userId: UserId,
  id: AccountId,
): Promise<Disconnected | undefined> =>
  database.transaction(async (query) => {
    await query(lockAccounts, [userId]);
    const [stored] = await query<StoredAccountRow>(selectToDisconnect, [userId, id]);
    if (stored === undefined) return undefined;
    const [tombstone] = await query<AccountRow & { readonly shared: boolean }>(leaveTombstone, [id]);
    await query(chooseDefault, [userId]);
    await query(cancelOpen, [userId, id]);
    return {
      before: toStoredAccount(stored),
      after: toAccount(tombstone ?? stored),
      shared: tombstone?.shared === true,
    };
  });
