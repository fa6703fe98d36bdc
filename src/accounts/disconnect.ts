import {
  type AccountSeal,
  type AccountStore,
  HeraldError,
  type Log,
  parseAccountId,
  type Session,
  type StoredAccount,
  type XAccount,
  type XSignIn,
} from '../kernel/index.ts';
import { toXAccount } from './answer.ts';
import type { RefuseEnded } from './ended-session.ts';
import { noSuchAccount } from './lend.ts';

export interface DisconnectTools {
  readonly accounts: Pick<AccountStore, 'disconnect'>;
  readonly accountSeal: Pick<AccountSeal, 'use'>;
  readonly x: Pick<XSignIn, 'revoke'>;
  readonly refuseEnded: RefuseEnded;
  readonly log: Log;
  readonly now: () => Date;
}

/**
 * Forgets an account and asks X to forget the app's access to it. In this order: from the first step on nothing is sent
 * any more, whatever X answers. X has one pair for each app and account, so its answer ends that pair wherever it is held.
 * Disconnecting it again gives the same answer. Throws `NOT_FOUND`, and
 * `CREDENTIALS_INVALID` for a session that was ended.
 */
export const disconnectXAccount = async (
  tools: DisconnectTools,
  session: Session,
  id: string,
): Promise<XAccount> => {
  await tools.refuseEnded(session);
  const accountId = parseAccountId(id);
  const changed =
    accountId === undefined ? undefined : await tools.accounts.disconnect(session.userId, accountId);
  if (changed === undefined) throw noSuchAccount();
  const { before, after } = changed;
  if (before.sealed !== undefined) await revoke(tools, before);
  return toXAccount(after, tools.now());
};

const revoke = async ({ accountSeal, x, log }: DisconnectTools, account: StoredAccount): Promise<void> => {
  const revoked = await accountSeal.use(account, x.revoke).catch((error: unknown) => {
    if (error instanceof HeraldError) return false;
    throw error;
  });
  const reason = revoked ? 'X revoked its access' : 'X did not confirm that it revoked its access';
  log(revoked ? 'info' : 'warn', 'account_disconnected', { accountId: account.id, reason });
};
