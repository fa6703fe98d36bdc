import type { AccountId, UserId, XUserId } from './ids.ts';
import type { XCredentials } from './ports.ts';
import type { SealedCredential } from './posts.ts';
import type { Secret } from './secret.ts';

/*
 * X accounts that users connect, and what is kept of a sign-in while the browser is away.
 */

export type AccountState = 'CONNECTED' | 'NEEDS_RECONNECT' | 'DISCONNECTED';

/** An X account that a user connected. One row for each (user, X user), for ever: disconnecting leaves it as a tombstone. */
export interface Account {
  readonly id: AccountId;
  readonly userId: UserId;
  readonly xUserId: XUserId;
  /** The handle when it was last connected, without `@`; for display only. */
  readonly username: string;
  readonly state: AccountState;
  readonly isDefault: boolean;
  readonly connectedAt: Date;
  /** Counts the connections. Part of what the sealed values are bound to. */
  readonly version: number;
  /** What X said last about how many posts it leaves this account, and until when. */
  readonly postsRemaining: number | undefined;
  readonly postsResetAt: Date | undefined;
}

/** One row of an account, whose values open for no other row, user, X account or version. */
export type AccountIdentity = Pick<Account, 'id' | 'userId' | 'xUserId' | 'version'>;

/** Credentials under a data key of their own, and that key wrapped by the keyring's `rest` key. */
export interface SealedAccount {
  readonly dataKey: SealedCredential;
  readonly accessToken: Uint8Array;
  readonly accessTokenSecret: Uint8Array;
}

export interface StoredAccount extends Account {
  /** Absent once the account is disconnected. */
  readonly sealed: SealedAccount | undefined;
}

/** Seals a connected account's credentials and lends them. */
export interface AccountSeal {
  seal(
    credentials: Pick<XCredentials, 'accessToken' | 'accessTokenSecret'>,
    identity: AccountIdentity,
  ): Promise<SealedAccount>;
  /** Throws `CREDENTIALS_INVALID` when the account has none or they do not open; then `use` never ran. */
  use<T>(account: StoredAccount, use: (credentials: XCredentials) => Promise<T>): Promise<T>;
}

/** Seals small values that are stored, under the keyring's `rest` key; only the same `boundTo` opens them. */
export interface RestSeal {
  seal(plaintext: Uint8Array | string, boundTo: readonly string[]): Promise<{ kid: string; sealed: Buffer }>;
  /** Throws when it does not open. The caller wipes the buffer when it is done with it. */
  open(stored: SealedCredential, boundTo: readonly string[]): Promise<Buffer>;
}

/** What became of an account, and what it was. */
export interface Disconnected {
  readonly before: StoredAccount;
  readonly after: Account;
  /** Another user has the same X account connected. X has one pair for each app and account, so it is theirs too. */
  readonly shared: boolean;
}

/** The ledger's memory of accounts. Every method throws `TEMPORARILY_UNAVAILABLE` when the database is away. */
export interface AccountStore {
  /** The user's account of this X user, connected or not; for the id and version that its values are sealed for. */
  accountOf(userId: UserId, xUserId: XUserId): Promise<StoredAccount | undefined>;
  /**
   * Stores a connection: a new row with version 1, or the existing one with `version` = the stored one + 1. Posts that wait
   * for the account become due. The user's first connected account is the default. Undefined when somebody else connected it meanwhile.
   */
  connect(account: {
    readonly id: AccountId;
    readonly userId: UserId;
    readonly xUserId: XUserId;
    readonly version: number;
    readonly username: string;
    readonly sealed: SealedAccount;
  }): Promise<Account | undefined>;
  /** The user's accounts that are not disconnected, the oldest first. */
  accounts(userId: UserId): Promise<readonly Account[]>;
  /** Without an id: the default one. Another user's, or one that is not there, is undefined; a disconnected one is given. */
  account(userId: UserId, id: AccountId | undefined): Promise<StoredAccount | undefined>;
  /** CONNECTED -> NEEDS_RECONNECT, unless it was connected again since `version`. True when it changed. */
  needReconnect(id: AccountId, version: number): Promise<boolean>;
  /**
   * Destroys the data key and the sealed values, cancels what waits and leaves the tombstone. When it was the default, the
   * oldest of the others becomes it. The account as it was with its sealed values, for revoking them at X; undefined for another user's.
   */
  disconnect(userId: UserId, id: AccountId): Promise<Disconnected | undefined>;
  /** What X said about the account's posts. */
  noteLimits(id: AccountId, limits: { readonly remaining: number; readonly resetAt: Date }): Promise<void>;
}

/** What may be taken once: tickets, request tokens and codes of a sign-in. */
export interface SingleUseStore {
  /** `id` is a digest: the value itself is only with whoever may use it. */
  put(entry: {
    readonly kind: SingleUseKind;
    readonly id: string;
    /** Who may take it: a user id, the digest of a browser's cookie, or empty. */
    readonly boundTo: string;
    readonly value: SealedCredential;
    readonly lifetimeMs: number;
  }): Promise<void>;
  /** Deletes and gives it; undefined when there is none, its time is over, or it is bound to somebody else (then it stays). */
  take(kind: SingleUseKind, id: string, boundTo: string): Promise<SealedCredential | undefined>;
}

export type SingleUseKind = 'ticket' | 'request_token' | 'code';

/** When all of a user's sign-ins were revoked. */
export interface RevocationStore {
  /** Sign-ins, tokens and envelopes from before this instant count no more; undefined when there never was one. */
  revokedBefore(userId: UserId): Promise<Date | undefined>;
  /**
   * Ends every sign-in of the user from before now: what the issuer keeps, and the kept credentials of open posts that came
   * with a session (QUEUED -> FAILED `CREDENTIALS_INVALID`, UNKNOWN -> NEEDS_REVIEW). Connected accounts stay.
   */
  revoke(userId: UserId): Promise<void>;
}

/** What the issuer keeps, by the kinds that OpenID Connect libraries have (`Session`, `Grant`, `AuthorizationCode`, ...). */
export interface IssuerStore {
  upsert(entry: {
    readonly kind: string;
    /** A digest; the token itself is only with the client. */
    readonly id: string;
    readonly value: SealedCredential;
    readonly userId: string | undefined;
    readonly grantId: string | undefined;
    /** Absent: for ever. */
    readonly lifetimeMs: number | undefined;
  }): Promise<void>;
  find(kind: string, id: string): Promise<IssuerEntry | undefined>;
  /** Marks a single-use entry as used. False when it already was, or is gone: of two at once only one is told true. */
  consume(kind: string, id: string): Promise<boolean>;
  destroy(kind: string, id: string): Promise<void>;
  revokeByGrantId(grantId: string): Promise<void>;
}

export interface IssuerEntry {
  readonly id: string;
  readonly value: SealedCredential;
  readonly consumedAt: Date | undefined;
}

export interface XSignInStart {
  readonly requestToken: string;
  /** Stays on the server until the browser comes back. */
  readonly requestTokenSecret: Secret<string>;
  /** Where to send the browser. */
  readonly authorizeUrl: URL;
}

export interface XSignInReturn {
  readonly requestToken: string;
  readonly requestTokenSecret: Secret<string>;
  /** `oauth_verifier` of the callback. */
  readonly verifier: string;
}

export interface XSignedIn {
  readonly credentials: XCredentials;
  /** The handle without `@`. */
  readonly username: string;
}

/** Sign-in with X: OAuth 1.0a with three legs (RFC 5849, section 2). */
export interface XSignIn {
  /** Gets a request token. Throws `TEMPORARILY_UNAVAILABLE` when X gives none, or does not confirm the callback. */
  begin(callbackUrl: string): Promise<XSignInStart>;
  /**
   * Trades a request token that the user consented to. Throws `CREDENTIALS_INVALID` when X refuses it or answers with
   * something that is no account's token, `TEMPORARILY_UNAVAILABLE` when X cannot be asked.
   */
  complete(returned: XSignInReturn): Promise<XSignedIn>;
  /** Asks X to forget a pair (`POST /1.1/oauth/invalidate_token`). False when X did not confirm it; never throws. */
  revoke(credentials: XCredentials): Promise<boolean>;
  close(): void;
}

/** What became of a sign-in at X. `denied`: its user or X refused; `unavailable`: X could not be asked. */
export type SignInOutcome =
  | { readonly kind: 'signed_in'; readonly signedIn: XSignedIn }
  | { readonly kind: 'denied' }
  | { readonly kind: 'unavailable' };

/** A browser on its way to X and back. */
export interface BrowserSignIn {
  /**
   * `GET /auth/x/connect`: trades a ticket for a journey to X. `cookie` binds what comes back to this browser.
   * Throws `INVALID_REQUEST` for a ticket that is unknown, used or over, `TEMPORARILY_UNAVAILABLE` when X gives no request token.
   */
  depart(ticket: string): Promise<{ readonly redirectTo: URL; readonly cookie: string }>;
  /**
   * `GET /auth/x/callback`: where the browser goes on to, with a `code` or an `error` in the query.
   * Throws `INVALID_REQUEST` when this browser has no journey with that request token; then nothing was stored.
   */
  arrive(returned: {
    readonly cookie: string | undefined;
    readonly requestToken: string | undefined;
    readonly verifier: string | undefined;
    /** The request token that the user refused to allow. */
    readonly denied: string | undefined;
  }): Promise<{ readonly redirectTo: URL }>;
}

/** How the issuer's login uses the sign-in with X. */
export interface IssuerLogin {
  /** Where to send a browser that has to sign in, for the interaction `uid`. Any browser can follow it. */
  start(uid: string): Promise<URL>;
}

/**
 * What the issuer does with a user who came back from X; gives where the browser that came back goes on to. It need not be
 * the browser that began at the issuer: the issuer has to see to it that both are one.
 */
export type FinishLogin = (uid: string, outcome: SignInOutcome) => Promise<URL>;
