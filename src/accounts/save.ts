import {
  type Account,
  type AccountId,
  type AccountSeal,
  type AccountStore,
  HeraldError,
  type Log,
  type UserId,
  type XSignedIn,
} from '../kernel/index.ts';

export interface SaveTools {
  readonly accounts: Pick<AccountStore, 'accountOf' | 'connect'>;
  readonly accountSeal: Pick<AccountSeal, 'seal'>;
  readonly newAccountId: () => AccountId;
  readonly log: Log;
}

/** Stores the account of a user who came back from X; connecting it again replaces its credentials. */
export type SaveSignedIn = (userId: UserId, signedIn: XSignedIn) => Promise<Account>;

const MOST_RACES = 25;

/** Each loss of a race means that another connection of the same account was stored, so as many at once as tries are stored. */
export const createSaveSignedIn =
  (tools: SaveTools): SaveSignedIn =>
  async (userId, signedIn) => {
    for (let race = 0; race < MOST_RACES; race += 1) {
      const account = await saveOnce(tools, userId, signedIn);
      if (account === undefined) continue;
      tools.log('info', 'account_connected', { accountId: account.id });
      return account;
    }
    throw new HeraldError('TEMPORARILY_UNAVAILABLE');
  };

/** The values are sealed for the row and version that they will have; undefined when that was taken meanwhile. */
const saveOnce = async (
  { accounts, accountSeal, newAccountId }: SaveTools,
  userId: UserId,
  { credentials, username }: XSignedIn,
): Promise<Account | undefined> => {
  const { xUserId } = credentials;
  const stored = await accounts.accountOf(userId, xUserId);
  const identity = {
    id: stored?.id ?? newAccountId(),
    userId,
    xUserId,
    version: (stored?.version ?? 0) + 1,
  };
  return accounts.connect({ ...identity, username, sealed: await accountSeal.seal(credentials, identity) });
};
