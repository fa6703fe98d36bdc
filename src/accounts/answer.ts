import type { Account, XAccount } from '../kernel/index.ts';

/** An account as its user sees it; what X said about its posts only until that is over. */
export const toXAccount = (account: Account, now: Date): XAccount => {
  const { postsRemaining, postsResetAt } = account;
  const counts = postsResetAt !== undefined && postsResetAt > now;
  return {
    id: account.id,
    xUserId: account.xUserId,
    username: account.username,
    state: account.state,
    isDefault: account.isDefault,
    connectedAt: account.connectedAt.toISOString(),
    postsRemaining: counts ? (postsRemaining ?? null) : null,
    postsResetAt: counts ? postsResetAt.toISOString() : null,
  };
};
