import { randomUUID } from 'node:crypto';
import { createAccounts } from '../../src/accounts/index.ts';
import {
  createAccountSeal,
  createEnvelopeOpener,
  createRestSeal,
  generateKeyring,
  loadKeyring,
  sealPair,
} from '../../src/credentials/index.ts';
import {
  type AccountId,
  type BrowserSignIn,
  type FinishLogin,
  parseUserId,
  parseXUserId,
  type SealedPair,
  type Session,
  type XAccount,
  type XCredentials,
  type XSignIn,
} from '../../src/kernel/index.ts';
import { createLog } from '../../src/log/index.ts';
import { startSandbox } from '../../src/sandbox/index.ts';
import { createXClient, createXSignIn } from '../../src/x/index.ts';
import { type Account, control, account as sandboxAccount } from '../sandbox/signed.ts';
import { sandboxApp } from '../x/sandbox-account.ts';
import { createMemory } from './memory.ts';

export const RETURN_TO = 'https://app.example/connected?from=herald';
export const redirectUris = [RETURN_TO, 'http://127.0.0.1/callback'];

export type World = Awaited<ReturnType<typeof openWorld>>;
type Needs = Parameters<typeof createAccounts>[0];

/** What a browser brings back from X. */
export type Returned = Parameters<BrowserSignIn['arrive']>[0];

export interface WorldOptions extends Partial<Pick<Needs, 'legacy' | 'clients'>> {
  /** Around the sign-in with X, e.g. to make it fail. */
  readonly aroundX?: (x: XSignIn) => Partial<XSignIn>;
}

export const userIdOf = (value: string) => {
  const userId = parseUserId(value);
  if (userId === undefined) throw new Error(`not a user id: ${value}`);
  return userId;
};

export const sessionOf = (user: string, envelopes?: SealedPair, xUserId?: string): Session => ({
  userId: userIdOf(user),
  role: 'user',
  xUserId: xUserId === undefined ? undefined : parseXUserId(xUserId),
  envelopes,
});

/** The room over real seals, a real sandbox by HTTP, and stores in memory. */
export const openWorld = async ({ aroundX, ...options }: WorldOptions = {}) => {
  const sandbox = await startSandbox();
  const url = new URL(sandbox.url);
  const x = { ...sandboxApp, apiUrl: url, deadlineMs: 5_000 };
  const client = createXClient(x);
  const signIn = createXSignIn({ ...x, authorizeUrl: url });

  const clock = { aheadMs: 0 };
  const now = () => new Date(Date.now() + clock.aheadMs);
  const lines: string[] = [];
  const log = createLog({
    level: 'debug',
    format: 'json',
    destination: { write: (line) => lines.push(line) },
  });
  const keyring = await loadKeyring(await generateKeyring(now(), ['envelope', 'rest']));
  const restSeal = createRestSeal(keyring);
  const memory = createMemory(now);
  const logins: Parameters<FinishLogin>[] = [];
  const needs: Needs = {
    accounts: memory.accounts,
    singleUse: memory.singleUse,
    revokedBefore: memory.revocations.revokedBefore,
    accountSeal: createAccountSeal(restSeal),
    restSeal,
    useEnvelopes: createEnvelopeOpener({ keyring, log, now }),
    x: { ...signIn, ...aroundX?.(signIn), me: client.me },
    clients: [{ redirectUris }],
    publicUrl: () => new URL('https://herald.example'),
    finishLogin: async (...login) => {
      logins.push(login);
      return new URL(`https://herald.example/oauth/authorize/${login[0]}`);
    },
    newAccountId: () => randomUUID() as AccountId,
    log,
    now,
    ...options,
  };
  const room = createAccounts(needs);

  /** What X's user does with the consent form, and what the browser comes back with. */
  const consent = async (
    authorizeUrl: URL,
    username: string,
    decision = 'allow',
  ): Promise<Omit<Returned, 'cookie'>> => {
    const oauth_token = authorizeUrl.searchParams.get('oauth_token') ?? '';
    const body = new URLSearchParams({ oauth_token, username, decision });
    const response = await fetch(authorizeUrl, { method: 'POST', body, redirect: 'manual' });
    const callback = new URL(response.headers.get('location') ?? '');
    if (`${callback.origin}${callback.pathname}` !== 'https://herald.example/auth/x/callback')
      throw new Error(`X sent the browser to ${callback.origin}${callback.pathname}`);
    const read = (name: string) => callback.searchParams.get(name) ?? undefined;
    return { requestToken: read('oauth_token'), verifier: read('oauth_verifier'), denied: read('denied') };
  };

  /** Follows a link to X, consents there, and stands before the callback. */
  const travel = async (link: string | URL, username: string, decision?: string): Promise<Returned> => {
    const { redirectTo, cookie } = await room.browser.depart(ticketOf(link));
    return { cookie, ...(await consent(redirectTo, username, decision)) };
  };

  const begin = async (session: Session, more: { expectedUsername?: string; returnTo?: string } = {}) =>
    (await room.operations.startXConnect(session, { returnTo: RETURN_TO, ...more })).url;

  /** From startXConnect to where the browser ends. */
  const goThrough = async (session: Session, username: string, more = {}): Promise<URL> =>
    (await room.browser.arrive(await travel(await begin(session, more), username))).redirectTo;

  const codeFor = async (session: Session, username: string): Promise<string> =>
    (await goThrough(session, username)).searchParams.get('code') ?? '';

  return {
    room,
    needs,
    memory,
    clock,
    now,
    lines,
    logins,
    sandbox,
    consent,
    travel,
    begin,
    goThrough,
    codeFor,
    connect: async (session: Session, username: string): Promise<XAccount> =>
      room.operations.connectXAccount(session, { code: await codeFor(session, username) }),
    xUser: (username: string): Promise<Account> => sandboxAccount(sandbox, username),
    /** Paths of what X was asked. */
    asked: async (): Promise<readonly string[]> =>
      (await control<{ path: string }[]>(sandbox, 'GET', 'requests')).map(({ path }) => path),
    failX: (path: string, kind: string, method = 'POST') =>
      control(sandbox, 'POST', 'faults', { method, path, kind, times: 1 }),
    /** A session's envelopes, sealed for the user now. */
    envelopesFor: (user: string, { access_token, access_token_secret }: Account): Promise<SealedPair> =>
      sealPair(
        keyring,
        { accessToken: access_token, accessTokenSecret: access_token_secret },
        { userId: userIdOf(user), expiresAt: new Date(now().getTime() + 3_600_000), now },
      ),
    /** Whom X takes the credentials for. */
    me: async (credentials: XCredentials): Promise<string> => {
      const read = await client.me(credentials);
      return read.ok ? read.value.username : read.code;
    },
    close: async () => {
      client.close();
      signIn.close();
      await sandbox.close();
    },
  };
};

export const ticketOf = (link: string | URL): string => new URL(link).searchParams.get('ticket') ?? '';
