import {
  type ConnectXAccountInput,
  HeraldError,
  type Session,
  type SignInOutcome,
  type StartXConnectInput,
  type UseEnvelopes,
  type XAccount,
  type XClient,
  type XConnect,
} from '../kernel/index.ts';
import { toXAccount } from './answer.ts';
import type { RefuseEnded } from './ended-session.ts';
import type { LegacySessions } from './legacy.ts';
import { readUser } from './read-user.ts';
import { isReturnTo, withAnswer } from './return-to.ts';
import type { SaveSignedIn } from './save.ts';
import { type ConnectJourney, fromConsent, LIFETIME_MS, type SingleUse, toConsent } from './single-use.ts';
import { issueTicket, type TicketTools } from './ticket.ts';

export interface ConnectTools extends TicketTools {
  readonly redirectUris: readonly string[];
  readonly x: Pick<XClient, 'me'>;
  readonly useEnvelopes: UseEnvelopes;
  readonly legacy: LegacySessions;
  readonly refuseEnded: RefuseEnded;
  readonly save: SaveSignedIn;
  readonly now: () => Date;
}

/**
 * Where to send the browser of a user who wants to connect an X account.
 * Throws `INVALID_INPUT` with the field `returnTo` or `expectedUsername`, `CREDENTIALS_INVALID` for a session that was ended.
 */
export const startXConnect = async (
  tools: ConnectTools,
  session: Session,
  input: StartXConnectInput,
): Promise<XConnect> => {
  // Such a session's user id is a handle, and an account must never be kept under one: it has to sign in anew.
  if (tools.legacy.includes(session)) throw new HeraldError('CREDENTIALS_INVALID');
  await tools.refuseEnded(session);
  const { returnTo } = input;
  if (!isReturnTo(returnTo, tools.redirectUris)) {
    throw new HeraldError('INVALID_INPUT', {
      field: 'returnTo',
      message:
        'returnTo must be exactly one of the redirect URIs in HERALD_CLIENTS; for loopback with any port.',
    });
  }
  const expectedUsername = readUsername(input.expectedUsername);
  const expiresAt = new Date(tools.now().getTime() + LIFETIME_MS);
  const { userId } = session;
  const url = await issueTicket(tools, { purpose: 'connect', userId, returnTo, expectedUsername });
  return { url: url.href, expiresAt: expiresAt.toISOString() };
};

const readUsername = (value: string | null | undefined): string | undefined => {
  if (value === null || value === undefined) return undefined;
  const username = /^@?(\w{1,50})$/.exec(value)?.[1];
  if (username === undefined) {
    throw new HeraldError('INVALID_INPUT', {
      field: 'expectedUsername',
      message: 'expectedUsername is a handle of X: letters, digits and underscores.',
    });
  }
  return username.toLowerCase();
};

/**
 * Where a browser that was at X to connect an account goes on to: with a `code`, or with an `error` and its
 * `error_description` (the parameters of RFC 6749, section 4.1.2.1).
 *
 * The credentials of a wrong account are let go and not revoked: X has one pair for each app and account, so whoever
 * connected that account before would lose it.
 */
export const finishConnect = async (
  singleUse: SingleUse,
  { userId, returnTo, expectedUsername }: ConnectJourney,
  outcome: SignInOutcome,
): Promise<URL> => {
  if (outcome.kind !== 'signed_in') return withAnswer(returnTo, problems[outcome.kind]);
  const { signedIn } = outcome;
  if (expectedUsername !== undefined && signedIn.username.toLowerCase() !== expectedUsername) {
    return withAnswer(returnTo, wrongAccount(signedIn.username, expectedUsername));
  }
  try {
    const code = await singleUse.issue('code', userId, toConsent(signedIn));
    return withAnswer(returnTo, { code });
  } catch (error) {
    if (!(error instanceof HeraldError)) throw error;
    return withAnswer(returnTo, problems.unavailable);
  }
};

const problems = {
  denied: { error: 'access_denied', error_description: 'The account was not connected: X did not consent.' },
  unavailable: {
    error: 'temporarily_unavailable',
    error_description: 'The account was not connected: try again in a moment.',
  },
} as const;

const wrongAccount = (username: string, expected: string): Record<string, string> => ({
  error: 'wrong_account',
  error_description: `X is signed in as @${username}, not as @${expected}. Switch accounts at X and start again.`,
});

/**
 * Stores the account of a code, or of the session's own credentials. Throws `INVALID_INPUT` for a code that is not this
 * user's to use now, `CREDENTIALS_INVALID` for a session that was ended; without a code what opening the credentials and
 * asking X throw.
 */
export const connectXAccount = async (
  tools: ConnectTools,
  session: Session,
  { code }: ConnectXAccountInput,
): Promise<XAccount> => {
  // Nothing that was revoked may live on as a connected account.
  await tools.refuseEnded(session);
  if (code === null || code === undefined) return connectSession(tools, session);
  const consent = await tools.singleUse.take('code', code, session.userId);
  if (consent === undefined) throw codeRefused();
  return toXAccount(await tools.save(session.userId, fromConsent(consent)), tools.now());
};

const connectSession = async (tools: ConnectTools, session: Session): Promise<XAccount> => {
  const { legacy, useEnvelopes, x, save, now } = tools;
  if (legacy.includes(session)) return toXAccount(await legacy.connect(session), now());
  return useEnvelopes(session, async (credentials) => {
    const { username } = await readUser(x, credentials, now());
    return toXAccount(await save(session.userId, { credentials, username }), now());
  });
};

const codeRefused = (): HeraldError =>
  new HeraldError('INVALID_INPUT', {
    field: 'code',
    message:
      'This code was used already, is older than ten minutes or belongs to another user. Start again with startXConnect.',
  });
