import type {
  Account,
  AccountId,
  AccountSeal,
  AccountStore,
  Accounts,
  BrowserSignIn,
  FinishLogin,
  IssuerLogin,
  Log,
  RestSeal,
  RevocationStore,
  SingleUseStore,
  UseEnvelopes,
  UserId,
  XClient,
  XSignedIn,
  XSignIn,
} from '../kernel/index.ts';
import { toXAccount } from './answer.ts';
import { connectXAccount, startXConnect } from './connect.ts';
import { disconnectXAccount } from './disconnect.ts';
import { createRefuseEnded } from './ended-session.ts';
import { arrive, depart } from './journey.ts';
import { createLegacySessions, type LegacyReader } from './legacy.ts';
import { createLending, type Lending } from './lend.ts';
import { createSaveSignedIn } from './save.ts';
import { createSingleUse } from './single-use.ts';
import { issueTicket } from './ticket.ts';

export interface AccountsNeeds {
  readonly accounts: AccountStore;
  readonly singleUse: SingleUseStore;
  readonly revokedBefore: RevocationStore['revokedBefore'];
  readonly accountSeal: AccountSeal;
  readonly restSeal: RestSeal;
  readonly useEnvelopes: UseEnvelopes;
  readonly x: Pick<XSignIn, 'begin' | 'complete' | 'revoke'> & Pick<XClient, 'me'>;
  /** Browsers are sent back to their redirect URIs and nowhere else. */
  readonly clients: readonly { readonly redirectUris: readonly string[] }[];
  /** Where browsers reach Herald; only its origin counts. */
  readonly publicUrl: () => URL;
  readonly finishLogin: FinishLogin;
  /** Absent: sessions of the old Auth0 rule are not read. */
  readonly legacy?: LegacyReader | undefined;
  readonly newAccountId: () => AccountId;
  readonly log: Log;
  readonly now: () => Date;
}

/** Everything about the X accounts of users: how they are connected, lent and let go. */
export interface AccountsRoom extends Lending {
  readonly operations: Accounts;
  readonly browser: BrowserSignIn;
  readonly login: IssuerLogin;
  /** Stores the account of a user who signed in; connecting it again replaces its credentials. */
  saveSignedIn(userId: UserId, signedIn: XSignedIn): Promise<Account>;
}

export const createAccounts = (needs: AccountsNeeds): AccountsRoom => {
  const save = createSaveSignedIn(needs);
  const legacy = createLegacySessions({ ...needs, reader: needs.legacy, save });
  const singleUse = createSingleUse(needs.singleUse, needs.restSeal);
  const redirectUris = needs.clients.flatMap((client) => client.redirectUris);
  const refuseEnded = createRefuseEnded(needs);
  const tools = { ...needs, singleUse, redirectUris, legacy, save, refuseEnded };

  const useSession: UseEnvelopes = (session, use) =>
    legacy.includes(session) ? legacy.use(session, use) : needs.useEnvelopes(session, use);

  return {
    ...createLending({ ...needs, useSession, refuseEnded }),
    operations: {
      startXConnect: (session, input) => startXConnect(tools, session, input),
      connectXAccount: (session, input) => connectXAccount(tools, session, input),
      disconnectXAccount: (session, id) => disconnectXAccount(tools, session, id),
      xAccounts: async ({ userId }) => {
        const connected = await needs.accounts.accounts(userId);
        return connected.map((account) => toXAccount(account, needs.now()));
      },
    },
    browser: {
      depart: (ticket) => depart(tools, ticket),
      arrive: (returned) => arrive(tools, returned),
    },
    login: { start: (uid) => issueTicket(tools, { purpose: 'sign_in', uid }) },
    saveSignedIn: save,
  };
};
