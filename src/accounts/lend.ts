import {
  type AccountId,
  type AccountNotes,
  type AccountSeal,
  type AccountStore,
  HeraldError,
  type Log,
  parseAccountId,
  type Session,
  type StoredAccount,
  type UseCredentials,
  type UseEnvelopes,
  type UserId,
  type XCredentials,
  type XLimit,
  type XLimits,
  type XUserId,
} from '../kernel/index.ts';
import type { RefuseEnded } from './ended-session.ts';

export interface LendingTools {
  readonly accounts: AccountStore;
  readonly accountSeal: Pick<AccountSeal, 'use'>;
  /** Opens what a session brought along, in whichever format. */
  readonly useSession: UseEnvelopes;
  readonly refuseEnded: RefuseEnded;
  readonly log: Log;
}

type Use<T> = (credentials: XCredentials) => Promise<T>;

/** Lends credentials to whoever has a right to them, and hears what X said about those of connected accounts. */
export interface Lending {
  readonly useCredentials: UseCredentials;
  /**
   * Those of an account that a post was accepted for. Throws `ACCOUNT_NEEDS_RECONNECT` while X refuses them, and
   * `CREDENTIALS_INVALID` when they are gone or do not open; then `use` never ran.
   */
  useAccount<T>(userId: UserId, accountId: AccountId, use: Use<T>): Promise<T>;
  /** Those of the account of an X user; undefined unless it is connected and they open. */
  credentialsOfUser<T>(userId: UserId, xUserId: XUserId, use: Use<T>): Promise<T | undefined>;
  readonly notes: AccountNotes;
}

export const createLending = ({
  accounts,
  accountSeal,
  useSession,
  refuseEnded,
  log,
}: LendingTools): Lending => {
  /** Which connection lent credentials are of: what X says about old ones must not touch a newer connection. */
  const lent = new WeakMap<XCredentials, Pick<StoredAccount, 'id' | 'version'>>();

  const lend = <T>(account: StoredAccount, use: Use<T>): Promise<T> =>
    accountSeal.use(account, async (credentials) => {
      lent.set(credentials, { id: account.id, version: account.version });
      try {
        return await use(credentials);
      } catch (error) {
        // A read that X refused: what is sent says so in its outcome.
        if (error instanceof HeraldError && error.code === 'ACCOUNT_NEEDS_RECONNECT')
          await needsReconnect(credentials);
        throw error;
      }
    });

  const needsReconnect = async (credentials: XCredentials): Promise<void> => {
    const of = lent.get(credentials);
    if (of === undefined || !(await accounts.needReconnect(of.id, of.version))) return;
    log('warn', 'account_needs_reconnect', { accountId: of.id });
  };

  const lendForPosting = <T>(account: StoredAccount, use: Use<T>): Promise<T> => {
    if (account.state === 'NEEDS_RECONNECT') throw new HeraldError('ACCOUNT_NEEDS_RECONNECT');
    if (account.state === 'DISCONNECTED') throw disconnected();
    return lend(account, use);
  };

  const named = async ({ userId }: Session, accountId: string): Promise<StoredAccount> => {
    const id = parseAccountId(accountId);
    const account = id === undefined ? undefined : await accounts.account(userId, id);
    if (account === undefined) throw noSuchAccount();
    return account;
  };

  return {
    useCredentials: async (session, accountId, use) => {
      if (accountId !== null && accountId !== undefined) {
        await refuseEnded(session);
        return lendForPosting(await named(session, accountId), use);
      }
      if (session.envelopes !== undefined) return useSession(session, use);
      const account = await accounts.account(session.userId, undefined);
      if (account === undefined) throw new HeraldError('ACCOUNT_REQUIRED');
      return lendForPosting(account, use);
    },

    useAccount: async (userId, accountId, use) => {
      const account = await accounts.account(userId, accountId);
      if (account?.state === 'NEEDS_RECONNECT') throw new HeraldError('ACCOUNT_NEEDS_RECONNECT');
      if (account?.state !== 'CONNECTED') throw new HeraldError('CREDENTIALS_INVALID');
      return lend(account, use);
    },

    credentialsOfUser: async (userId, xUserId, use) => {
      const account = await accounts.accountOf(userId, xUserId);
      if (account?.state !== 'CONNECTED') return undefined;
      return lend(account, use).catch((error: unknown) => {
        if (error instanceof HeraldError && error.code === 'CREDENTIALS_INVALID') return undefined;
        throw error;
      });
    },

    notes: {
      needsReconnect,
      // For display alone: nobody waits for it, and what could not be written down comes again with the next post.
      limits: ({ accountId }, limits) => {
        const tightest = tightestOf(limits);
        if (accountId === undefined || tightest === undefined) return;
        accounts.noteLimits(accountId, tightest).catch(() => {});
      },
    },
  };
};

/** Of the counters that are the account's own, the one that runs out first; the application's is nobody's. */
const tightestOf = ({ window, userDay }: XLimits): XLimit | undefined =>
  [window, userDay]
    .filter((limit) => limit !== undefined)
    .toSorted((a, b) => a.remaining - b.remaining || b.resetAt.getTime() - a.resetAt.getTime())[0];

export const noSuchAccount = (): HeraldError =>
  new HeraldError('NOT_FOUND', {
    message: 'There is no account with this id, or it belongs to somebody else.',
  });

const disconnected = (): HeraldError =>
  new HeraldError('ACCOUNT_REQUIRED', { message: 'This account is disconnected. Connect it again.' });
