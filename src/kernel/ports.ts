import type { PostErrorCode } from './errors.ts';
import type { AccountId, PostId, TweetId, UserId, XUserId } from './ids.ts';
import type { LedgerPost, SealedCredential } from './ledger.ts';
import type { PostOrigin } from './post-requests.ts';
import type {
  ConnectXAccountInput,
  PostTweetInput,
  ResolveTweetInput,
  StartXConnectInput,
  XAccount,
  XConnect,
  XMe,
  XPost,
  XPostPage,
  XPostsInput,
} from './schema.generated.ts';
import type { Secret } from './secret.ts';

/*
 * What one room needs of another. Rooms never import each other: app.ts makes each room once and hands these over.
 */

/** The two sealed X credentials as they arrive in session variables: compact JWEs, not opened, not trusted. */
export interface SealedPair {
  readonly accessToken: string;
  readonly accessTokenSecret: string;
}

/** Who is asking, after the webhook secret and the role were checked. */
export interface Session {
  readonly userId: UserId;
  readonly role: string;
  /** `x-hasura-x-user-id`, where the session names the X account that the envelopes must belong to. */
  readonly xUserId: XUserId | undefined;
  readonly envelopes: SealedPair | undefined;
}

/** One X account's readable OAuth 1.0a credentials. They exist only inside the callback of {@link UseCredentials}. */
export interface XCredentials {
  readonly xUserId: XUserId;
  readonly accessToken: Secret<string>;
  readonly accessTokenSecret: Secret<string>;
  /** The connected account that they are of; absent for those of a session's envelopes. */
  readonly accountId?: AccountId;
  /** When the session's envelopes were sealed; absent for those of a connected account. */
  readonly sealedAt?: Date;
}

/**
 * Opens the session's envelopes and lends what was in them to `use`.
 * Throws `ACCOUNT_REQUIRED` without envelopes and `CREDENTIALS_INVALID` for every other cause; then `use` never ran.
 */
export type UseEnvelopes = <T>(
  session: Session,
  use: (credentials: XCredentials) => Promise<T>,
) => Promise<T>;

/**
 * Lends the credentials that a session posts with: those of the connected account that `accountId` names, or those of
 * its envelopes, or those of the user's default account.
 * Throws `ACCOUNT_REQUIRED`, `NOT_FOUND`, `ACCOUNT_NEEDS_RECONNECT`, `CREDENTIALS_INVALID`; then `use` never ran.
 */
export type UseCredentials = <T>(
  session: Session,
  accountId: string | null | undefined,
  use: (credentials: XCredentials) => Promise<T>,
) => Promise<T>;

/**
 * Lends the credentials that an accepted post is sent with: those of its connected account, or those kept with it.
 * Throws `CREDENTIALS_INVALID` when they are gone or do not open, `ACCOUNT_NEEDS_RECONNECT` while X refuses the account's.
 */
export type UsePostCredentials = <T>(
  post: Pick<LedgerPost, 'id' | 'userId' | 'xUserId' | 'accountId'>,
  kept: SealedCredential | undefined,
  use: (credentials: XCredentials) => Promise<T>,
) => Promise<T>;

/** What X's answers to a post say about the connected account that it was sent as. */
export interface AccountNotes {
  /** X answered 401: nothing more is sent as this account until it is connected again. */
  needsReconnect(credentials: XCredentials): Promise<void>;
  /** What X said about how many posts it leaves the account. Never throws. */
  limits(credentials: XCredentials, limits: XLimits): void;
}

/** Who may reply; absent means everyone. X's own spelling is the adapter's business. */
export type ReplySettings = 'FOLLOWING' | 'MENTIONED_USERS' | 'SUBSCRIBERS' | 'VERIFIED';

/** One tweet to create. */
export interface XTweet {
  readonly text: string;
  readonly inReplyToTweetId?: TweetId;
  readonly replySettings?: ReplySettings;
}

/** One of X's counters: `remaining` requests are left until `resetAt`. */
export interface XLimit {
  readonly limit: number;
  readonly remaining: number;
  readonly resetAt: Date;
}

/** What an answer's raw headers said; each counter is absent when X did not send it. */
export interface XLimits {
  readonly window?: XLimit;
  readonly appDay?: XLimit;
  readonly userDay?: XLimit;
}

/** What is kept of X's answer for support and for the ledger: no secret, no body. */
export interface XAnswer {
  /** HTTP status, absent when no usable answer came. */
  readonly status: number | undefined;
  /** `x-transaction-id`. */
  readonly transactionId: string | undefined;
  readonly limits: XLimits | undefined;
  /** Why there is no usable answer, as the network's code: `ECONNREFUSED`, `DEADLINE`, ... */
  readonly failure: string | undefined;
  /** How far this machine's clock was ahead of the answer's `Date` header, in milliseconds; absent without one. */
  readonly clockSkewMs?: number | undefined;
}

/**
 * What became of one request that creates something at X. Nothing else is ever concluded:
 * - `created`: X answered 2xx with an id;
 * - `not_sent`: it is certain that X created nothing, and the same request may pass later;
 * - `rejected`: it is certain that X created nothing, and the same request will not pass;
 * - `unknown`: a byte may have reached X and no usable answer came. Sending again could post twice.
 */
export type XOutcome =
  | { readonly kind: 'created'; readonly tweetId: TweetId; readonly answer: XAnswer }
  | {
      readonly kind: 'not_sent';
      readonly code: PostErrorCode;
      /** The earliest time at which another try makes sense, where X told. */
      readonly retryAt: Date | undefined;
      readonly reason: NotSentReason;
      readonly answer: XAnswer;
    }
  | { readonly kind: 'rejected'; readonly code: PostErrorCode; readonly answer: XAnswer }
  | {
      readonly kind: 'unknown';
      readonly code: PostErrorCode;
      readonly reason: UnknownReason;
      readonly answer: XAnswer;
    };

export type NotSentReason =
  /** DNS, refused, TLS never came up: no byte of the request left on an established connection. */
  | 'unreachable'
  /** 429. */
  | 'rate_limited'
  /** 402: the application has no credits. */
  | 'out_of_credits'
  /** 401 with code 135: this machine's clock is off; the credentials are fine. */
  | 'clock_skew'
  /** `beforeSend` refused, so nothing was written. */
  | 'cancelled'
  /** The connected account's credentials are no longer accepted; it waits for its user to connect it again. */
  | 'needs_reconnect'
  /** The credentials are sealed under a key that this process does not have yet. */
  | 'key_not_here';

export type UnknownReason =
  /** Reset, silence or deadline after the connection was established. */
  | 'no_answer'
  /** 408 or 5xx: X may have created it all the same. */
  | 'server_error'
  /** 2xx without a usable id: most likely created. */
  | 'unreadable_success'
  /** Anything that no rule names. */
  | 'unclassified';

/** What a read of X gave, or why not. */
export type XRead<T> =
  | { readonly ok: true; readonly value: T; readonly answer: XAnswer }
  | {
      readonly ok: false;
      readonly code: PostErrorCode;
      readonly retryAt: Date | undefined;
      readonly answer: XAnswer;
    };

export interface XUser {
  readonly xUserId: XUserId;
  /** The handle without `@`; re-assignable, so only ever for display. */
  readonly username: string;
  readonly name: string;
}

/** X as the rest of Herald sees it. No method throws for anything that X or the network does. */
export interface XClient {
  /**
   * Creates one tweet. `beforeSend` runs after the request was signed and before a byte is written: when it throws,
   * the outcome is `not_sent` with the reason `cancelled`.
   */
  createTweet(credentials: XCredentials, tweet: XTweet, beforeSend?: () => void): Promise<XOutcome>;
  /** The account that the credentials belong to (`GET /2/users/me`). */
  me(credentials: XCredentials): Promise<XRead<XUser>>;
}

/** A tweet as its timeline shows it, in the form in which it can be compared with what was sent. */
export interface XTimelineTweet {
  readonly id: TweetId;
  readonly createdAt: Date;
  /**
   * What the author wrote, as far as X lets one tell: entities unescaped, each t.co link replaced by where it leads, the
   * links that only stand for attached media left out, NFC, trimmed. A bare `example.com` comes back as
   * `http://example.com`.
   */
  readonly text: string;
  readonly inReplyToTweetId: TweetId | undefined;
  readonly quotedTweetId: TweetId | undefined;
  readonly mediaCount: number;
}

export interface XAuthoredTweet extends XTimelineTweet {
  readonly authorId: XUserId;
}

/** What X has, for finding out what became of an attempt. Neither method throws for anything that X does. */
export interface XTimeline {
  /**
   * The tweets of the credentials' account that are younger than `sinceId`, newest first. Ok only when X gave all of
   * them: every page, and no partial errors; a tweet that is absent from an ok read was not on the timeline.
   */
  tweetsSince(credentials: XCredentials, sinceId: TweetId): Promise<XRead<readonly XTimelineTweet[]>>;
  /** One tweet of anybody, or undefined when X says that there is none. */
  tweetById(credentials: XCredentials, id: TweetId): Promise<XRead<XAuthoredTweet | undefined>>;
}

/** Whose credentials are kept, and for what: nothing else opens them. */
export interface CredentialOwner {
  readonly postId: PostId;
  readonly userId: UserId;
  readonly xUserId: XUserId;
}

/** Credentials of an accepted post, sealed again so that the expiry of an envelope never strands it. */
export interface KeptCredentials {
  keep(credentials: XCredentials, owner: CredentialOwner): Promise<SealedCredential>;
  /** Lends what was kept to `use`. Throws `CREDENTIALS_INVALID` when there is nothing or it does not open. */
  use<T>(
    kept: SealedCredential | undefined,
    owner: CredentialOwner,
    use: (credentials: XCredentials) => Promise<T>,
  ): Promise<T>;
}

/** What a session may ask for: a method for each root field of the SDL. */
export interface Posting {
  postTweet(session: Session, input: PostTweetInput, origin?: PostOrigin): Promise<XPost>;
  cancelTweet(session: Session, id: string): Promise<XPost>;
  retryTweet(session: Session, id: string): Promise<XPost>;
  resolveTweet(session: Session, input: ResolveTweetInput): Promise<XPost>;
  xMe(session: Session): Promise<XMe>;
  xPost(session: Session, id: string): Promise<XPost>;
  xPosts(session: Session, input: XPostsInput): Promise<XPostPage>;
}

/** What a session may ask for about its X accounts: a method for each root field of the SDL. */
export interface Accounts {
  startXConnect(session: Session, input: StartXConnectInput): Promise<XConnect>;
  connectXAccount(session: Session, input: ConnectXAccountInput): Promise<XAccount>;
  disconnectXAccount(session: Session, id: string): Promise<XAccount>;
  xAccounts(session: Session): Promise<XAccount[]>;
}
