import type { PostErrorCode } from './errors.ts';
import type { TweetId, XMediaId, XUserId } from './ids.ts';
import type { MediaFile, MediaState } from './media.ts';
import type { XCredentials } from './ports.ts';

/*
 * X as the rest of Herald sees it: what is asked of it, and what may come of that.
 */

/** Who may reply; absent means everyone. X's own spelling is the adapter's business. */
export type ReplySettings = 'FOLLOWING' | 'MENTIONED_USERS' | 'SUBSCRIBERS' | 'VERIFIED';

export interface XPoll {
  /** 2 to 4 of 1 to 25 characters. */
  readonly options: readonly string[];
  /** 5 to 10080. */
  readonly durationMinutes: number;
}

/** One tweet to create. */
export interface XTweet {
  /** Empty only with media. */
  readonly text: string;
  readonly inReplyToTweetId?: TweetId;
  readonly replySettings?: ReplySettings;
  readonly quoteTweetId?: TweetId;
  readonly communityId?: string;
  readonly mediaIds?: readonly XMediaId[];
  readonly poll?: XPoll;
  readonly madeWithAi?: boolean;
  readonly paidPartnership?: boolean;
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
  | {
      readonly kind: 'rejected';
      readonly code: PostErrorCode;
      /** X does not show, or no longer has, the tweet that was replied to; right after it was created it may only be late. */
      readonly reason?: 'parent_not_visible';
      readonly answer: XAnswer;
    }
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
  | 'key_not_here'
  /** X does not show the part before yet, which it created a moment ago. */
  | 'parent_not_visible';

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
  /** Deletes one tweet. Repeating it is safe. */
  deleteTweet(credentials: XCredentials, id: TweetId): Promise<XDeletion>;
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
  /** Whom its text mentions. */
  readonly mentions: readonly XUserId[];
  /** Whose tweet it quotes, as far as X says. */
  readonly quotedAuthorId: XUserId | undefined;
}

/** What became of a request to delete a tweet. */
export type XDeletion =
  | { readonly kind: 'deleted'; readonly answer: XAnswer }
  /** X has no such tweet: it was deleted before. */
  | { readonly kind: 'gone'; readonly answer: XAnswer }
  /** X will not, however often it is asked. */
  | { readonly kind: 'refused'; readonly code: PostErrorCode; readonly answer: XAnswer }
  /** X asks to wait, or did not answer. */
  | {
      readonly kind: 'not_now';
      readonly code: PostErrorCode;
      readonly retryAt: Date | undefined;
      readonly answer: XAnswer;
    };

/** How far X is with a file. */
export interface XMediaStatus {
  readonly xMediaId: XMediaId;
  readonly state: MediaState;
  /** Percent. */
  readonly progress: number | undefined;
  /** X asks not to be asked earlier. */
  readonly checkAfterMs: number | undefined;
  /** How long X will keep it from now on. */
  readonly expiresAfterMs: number | undefined;
}

/** Files for tweets. Until a tweet takes it a file is seen by nobody, so every method may be repeated; none throws for anything that X does. */
export interface XMediaUploads {
  /** Sends a whole file in chunks; what it gives may still be PROCESSING. A file that X refuses is `X_REJECTED`. */
  uploadMedia(credentials: XCredentials, file: MediaFile): Promise<XRead<XMediaStatus>>;
  mediaStatus(credentials: XCredentials, id: XMediaId): Promise<XRead<XMediaStatus>>;
  /** Gives the file its description, 1 to 1,000 characters. */
  describeMedia(credentials: XCredentials, id: XMediaId, altText: string): Promise<XRead<true>>;
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
