import type { OverBudget } from './budgets.ts';
import type { PostErrorCode } from './errors.ts';
import type { AccountId, MediaId, PostId, TweetId, UserId, XMediaId, XUserId } from './ids.ts';
import type { PostOrigin } from './post-requests.ts';
import type { ReplySettings, XPoll } from './x.ts';

/*
 * What the ledger keeps of posts, and what goes in and out of it. Times are the database's; ids are strings.
 */

export type PartState = 'QUEUED' | 'SENDING' | 'SENT' | 'FAILED' | 'UNKNOWN' | 'NEEDS_REVIEW' | 'CANCELLED';
/** A post's state is a function of its parts' states. */
export type PostState = PartState | 'SCHEDULED' | 'PARTLY_SENT';

/** Why a part is where it is: what X said, or what Herald decided. */
export type PartErrorCode = PostErrorCode;

/** What becomes of a post of which a part failed. */
export type OnPartFailure = 'RESUME' | 'STOP' | 'ROLLBACK_DELETE';

/** What a part is sent with beside its text; kept as JSON. */
export interface TweetOptions {
  readonly inReplyToTweetId?: TweetId;
  readonly replySettings?: ReplySettings;
  readonly quoteTweetId?: TweetId;
  readonly communityId?: string;
  /** Herald's ids of its files, and X's, in the same order. */
  readonly mediaIds?: readonly MediaId[];
  readonly xMediaIds?: readonly XMediaId[];
  readonly poll?: XPoll;
  readonly madeWithAi?: true;
  readonly paidPartnership?: true;
}

/** Opened only by the key `kid`, for the post it was sealed for. */
export interface SealedCredential {
  readonly kid: string;
  readonly sealed: Uint8Array;
}

export interface NewPart {
  readonly text: string | undefined;
  /** What to send beside the text. */
  readonly options: TweetOptions;
  /** What X will charge for it, in millionths of a US dollar. */
  readonly costMicroUsd: number;
}

export interface NewPost {
  /** Made by the caller, so that `credential` can be bound to it. */
  readonly id: PostId;
  readonly userId: UserId;
  readonly xUserId: XUserId;
  /** The root field that asked, e.g. `postTweet`. */
  readonly operation: string;
  /** SHA-256 of operation and canonical input, 32 bytes. */
  readonly fingerprint: Uint8Array;
  /** 1 to 255 characters; without one the deduplication window applies. */
  readonly idempotencyKey?: string | undefined;
  /** When a post that is still waiting fails as EXPIRED; by default the ledger's `postTtlMs` from now. */
  readonly expiresAt?: Date | undefined;
  /** Its media are good until then: as long as a part with media is not live, it expires no later, whatever else is said. */
  readonly expiresAtMost?: Date | undefined;
  /** RESUME when absent. */
  readonly onPartFailure?: OnPartFailure | undefined;
  /** 1 to 25, in order. */
  readonly parts: readonly NewPart[];
  /** Absent for a post of a connected account: its credentials stay with the account, so that a new connection heals it. */
  readonly credential: SealedCredential | undefined;
  /** The connected account that it is posted as. */
  readonly accountId?: AccountId | undefined;
  /** When the session's envelopes were sealed; refused when the user's sign-ins were revoked since. */
  readonly sealedAt?: Date | undefined;
  /** The first part must not be sent now: it becomes QUEUED with this error. */
  readonly wait?: { readonly code: PartErrorCode; readonly until: Date } | undefined;
  readonly origin?: PostOrigin | undefined;
}

export interface LedgerPart {
  readonly position: number;
  readonly state: PartState;
  readonly text: string | undefined;
  readonly options: TweetOptions;
  readonly tweetId: TweetId | undefined;
  readonly deletedAt: Date | undefined;
  /** Why it could not be deleted when it had to be. */
  readonly deleteError: PartErrorCode | undefined;
  readonly error: { readonly code: PartErrorCode; readonly retryAt: Date | undefined } | undefined;
  /** How many attempts of the budget of three are used up. */
  readonly attempts: number;
  /** What it costs as it stands: nothing for a tweet that is not sent after all, more after looks and a deletion. Undefined from before prices. */
  readonly costMicroUsd: number | undefined;
}

export interface LedgerPost {
  readonly id: PostId;
  readonly userId: UserId;
  readonly xUserId: XUserId;
  readonly accountId: AccountId | undefined;
  readonly operation: string;
  readonly state: PostState;
  readonly idempotencyKey: string | undefined;
  readonly createdAt: Date;
  readonly expiresAt: Date;
  /** The trace of the request that asked for it. */
  readonly traceId: string | undefined;
  readonly onPartFailure: OnPartFailure;
  readonly parts: readonly LedgerPart[];
}

/** The right to send one part once. */
export interface Claim {
  readonly postId: PostId;
  readonly position: number;
  readonly fence: string;
  /** 1 to 3. */
  readonly attempt: number;
  /** The post is taken back when a part of it fails. */
  readonly rollsBack: boolean;
  /** When the lease ends, on this process's monotonic clock (`performance.now()`, milliseconds); never too late. */
  readonly leaseEndsAtMs: number;
}

export type Accepted =
  /** `claim` is the right to send part 0 now; without one it waits for the sweep. */
  | { readonly kind: 'accepted'; readonly post: LedgerPost; readonly claim: Claim | undefined }
  /** The same key with the same input, or the same input within the window: this is the post. */
  | { readonly kind: 'existing'; readonly post: LedgerPost }
  | { readonly kind: 'key_reused' }
  /** The user's sign-ins were revoked after the session's envelopes were sealed: nothing was written down. */
  | { readonly kind: 'revoked' }
  /** The account was disconnected or needs to be connected again since its credentials were lent: nothing was written down. */
  | { readonly kind: 'account_changed' }
  /** It is new, and its time is over: nothing was written down. */
  | { readonly kind: 'expired' }
  | OverBudget;

export interface Keyed {
  readonly post: LedgerPost;
  readonly fingerprint: Uint8Array;
}

export interface Recorded {
  readonly post: LedgerPost;
  /** False when the claim was lost meanwhile, so that a failure changed nothing. */
  readonly applied: boolean;
  /** X has created a second tweet for the part: the id that the ledger does not hold. An alarm. */
  readonly doublePost: TweetId | undefined;
}

/** A claimed part with everything that sending it takes. */
export interface Delivery {
  readonly claim: Claim;
  readonly post: LedgerPost;
  readonly part: LedgerPart;
  /** The tweet of the part before, which this one replies to. */
  readonly parentTweetId: TweetId | undefined;
  readonly credential: SealedCredential | undefined;
}

/** A part whose outcome is unknown, to be looked for on its author's timeline. */
export interface Look {
  readonly postId: PostId;
  readonly position: number;
  readonly fence: string;
  /** Counts the looks; a conclusion from an older look is refused. */
  readonly look: number;
  /** The database's time before the look. */
  readonly lookedAt: Date;
  /** When the first attempt without an answer began, and the last instant at which any may have been writing. */
  readonly startedAt: Date;
  readonly deadlineAt: Date;
  readonly post: LedgerPost;
  readonly part: LedgerPart;
  readonly parentTweetId: TweetId | undefined;
  readonly credential: SealedCredential | undefined;
}

/** What became of a change that somebody asked for; `conflict` shows the post as it is. */
export type Changed =
  | { readonly kind: 'changed'; readonly post: LedgerPost }
  | { readonly kind: 'conflict'; readonly post: LedgerPost }
  | { readonly kind: 'not_found' }
  /** Sending it again would cost more than is left. */
  | OverBudget;

/** A live part of a post that is taken back, to be deleted now: its newest that is neither deleted nor given up. */
export interface OwedDeletion {
  readonly post: LedgerPost;
  readonly position: number;
  readonly tweetId: TweetId;
  readonly credential: SealedCredential | undefined;
}

/** A tweet that a part became. */
export interface OwnedTweet {
  readonly userId: UserId;
  readonly xUserId: XUserId;
  readonly postId: PostId;
  readonly deletedAt: Date | undefined;
}

/** A text that a user posted a while ago, and as whom. */
export interface RecentText {
  readonly xUserId: XUserId;
  readonly text: string;
  /** Whether it is live, or may be. */
  readonly live: boolean;
}

export type Resolution =
  /** The caller has fetched the tweet and compared its author. */
  | { readonly kind: 'IT_IS_THERE'; readonly tweetId: TweetId }
  /** Sends it again, whatever became of the first; with the credentials that came along, or else the kept ones. */
  | {
      readonly kind: 'SEND_IT';
      readonly credential?: SealedCredential | undefined;
      /** When the envelopes that `credential` came in were sealed. */
      readonly sealedAt?: Date | undefined;
    }
  | { readonly kind: 'GIVE_UP' };

export interface Retry {
  readonly id: PostId;
  readonly userId: UserId | undefined;
  /** Must be the post's. */
  readonly xUserId: XUserId;
  readonly credential: SealedCredential | undefined;
  /** When the envelopes that `credential` came in were sealed: what was sealed before a revocation is lent to nobody. */
  readonly sealedAt?: Date | undefined;
  /** Whose credentials a post without an account is sent with from now on; instead of `credential`. */
  readonly accountId?: AccountId | undefined;
}

export interface PageRequest {
  /** 1 to 100. */
  readonly first: number;
  /** `endCursor` of the page before. */
  readonly after?: string | undefined;
  readonly states?: readonly PostState[] | undefined;
}

/** Newest first. */
export interface Page {
  readonly posts: readonly LedgerPost[];
  readonly endCursor: string | undefined;
  readonly hasNextPage: boolean;
}
