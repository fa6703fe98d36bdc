import type { Account, AccountId, AccountState, StoredAccount, UserId, XUserId } from '../kernel/index.ts';

/** Select list of {@link AccountRow}, without what is sealed. */
export const accountColumns = `account.id, account.user_id, account.x_user_id, account.username, account.state,
  account.is_default, account.connected_at, account.version, account.posts_remaining, account.posts_reset_at`;

export interface AccountRow {
  readonly id: AccountId;
  readonly user_id: UserId;
  readonly x_user_id: XUserId;
  readonly username: string;
  readonly state: AccountState;
  readonly is_default: boolean;
  readonly connected_at: Date;
  readonly version: number;
  readonly posts_remaining: number | null;
  readonly posts_reset_at: Date | null;
}

/** With the sealed values; all four are null in a tombstone. */
export interface StoredAccountRow extends AccountRow {
  readonly access_token: Buffer | null;
  readonly access_token_secret: Buffer | null;
  readonly kid: string | null;
  readonly sealed: Buffer | null;
}

/** Reads rows of {@link StoredAccountRow}; $1 is the user. */
export const selectStored = (where: string): string => `
select ${accountColumns}, credential.access_token, credential.access_token_secret, data_key.kid, data_key.sealed
from herald.account
  left join herald.account_credential as credential on credential.account_id = account.id
  left join herald.account_key as data_key on data_key.account_id = account.id
where account.user_id = $1 and ${where}`;

/**
 * Whoever connects or disconnects accounts of one user waits for the others: otherwise two first accounts would both be
 * the default, or a last one would not. $1 is the user. It has to be a statement of its own before those that look.
 */
export const lockAccounts = {
  name: 'lock_accounts',
  text: `select pg_advisory_xact_lock(hashtextextended('herald.account ' || $1, 0))`,
};

export const toAccount = (row: AccountRow): Account => ({
  id: row.id,
  userId: row.user_id,
  xUserId: row.x_user_id,
  username: row.username,
  state: row.state,
  isDefault: row.is_default,
  connectedAt: row.connected_at,
  version: row.version,
  postsRemaining: row.posts_remaining ?? undefined,
  postsResetAt: row.posts_reset_at ?? undefined,
});

export const toStoredAccount = (row: StoredAccountRow): StoredAccount => {
  const { access_token: accessToken, access_token_secret: accessTokenSecret, kid, sealed } = row;
  const isSealed = accessToken !== null && accessTokenSecret !== null && kid !== null && sealed !== null;
  return {
    ...toAccount(row),
    sealed: isSealed ? { dataKey: { kid, sealed }, accessToken, accessTokenSecret } : undefined,
  };
};
