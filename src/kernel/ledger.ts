import type { PostId, TweetId, UserId, XUserId } from './ids.ts';
import type { Joined, LedgerAttempt, LedgerStatus, PauseScope } from './ledger-reports.ts';
import type {
  Accepted,
  Changed,
  Claim,
  Delivery,
  Keyed,
  LedgerPost,
  Look,
  NewPost,
  OwedDeletion,
  OwnedTweet,
  Page,
  PageRequest,
  PartErrorCode,
  PartState,
  RecentText,
  Recorded,
  Resolution,
  Retry,
  SealedCredential,
} from './posts.ts';
import type { XOutcome } from './x.ts';

/**
 * Herald's memory. Each method that changes something is one guarded statement in its own transaction, and throws
 * `TEMPORARILY_UNAVAILABLE` when the database can not be reached.
 */
export interface Ledger {
  /** Writes a post down, part 0 as SENDING unless it has to wait. With an `id` that is known it changes nothing. */
  accept(post: NewPost): Promise<Accepted>;
  /** Writes down what became of a claimed part; tries for 30 s. */
  record(claim: Claim, outcome: XOutcome): Promise<Recorded>;

  /** Claims the part that has been due for longest. */
  claimNext(): Promise<Delivery | undefined>;
  /** Claims the next part of one post, if it is due. */
  claimPost(id: PostId): Promise<Delivery | undefined>;
  /** SENDING -> UNKNOWN where the lease ran out; gives their number. */
  expireLeases(): Promise<number>;
  /** Ends posts that waited too long, and parts that came back to a cancelled post; gives their number. */
  expireQueued(): Promise<number>;

  /** The part to look for next; nobody else is given it for a minute. */
  nextToReconcile(): Promise<Look | undefined>;
  /** Those of `ids` that no part has. */
  unclaimed(ids: readonly TweetId[]): Promise<readonly TweetId[]>;
  /** It is on the timeline. `taken`: that tweet is another part's. */
  recordFound(look: Look, tweetId: TweetId, matchedBy: string): Promise<'recorded' | 'taken'>;
  /** A complete read of the timeline did not show it. Gives the state that follows, if the look still counted. */
  recordAbsent(look: Look): Promise<PartState | undefined>;
  /** The timeline could not be read now. */
  recordUnread(look: Look): Promise<void>;
  /** The timeline can not be read at all: a person has to look. */
  recordNeedsReview(look: Look, code: PartErrorCode): Promise<boolean>;

  /** Counts what looking for a part cost. */
  chargeRead(look: Look, microUsd: number): Promise<void>;

  /** The newest live part of a post that has to be taken back; nobody else is given the post for a minute. */
  nextToDelete(): Promise<OwedDeletion | undefined>;
  /** The part is deleted; the post is FAILED once none is left. */
  recordDeleted(owed: OwedDeletion, costMicroUsd: number): Promise<LedgerPost>;
  /** The part cannot be deleted, and why; as {@link recordDeleted}. */
  recordUndeletable(owed: OwedDeletion, code: PartErrorCode): Promise<LedgerPost>;
  /** Not now: the post comes again, not before `retryAt`, or else after a pause that grows. */
  postponeDeletion(owed: OwedDeletion, retryAt: Date | undefined): Promise<void>;

  /** The part's post whose tweet this is, whoever's it is. */
  ownerOf(tweetId: TweetId): Promise<OwnedTweet | undefined>;
  /**
   * The tweet of this X account is gone: gives since when. Of a part it is noted for good; a tweet of no part is simply gone
   * now. The cost counts against the user's budget, which it may exceed.
   */
  noteDeleted(userId: UserId, xUserId: XUserId, tweetId: TweetId, costMicroUsd: number): Promise<Date>;
  /** The user's texts of the last day, the newest first, at most 200. */
  recentTexts(userId: UserId): Promise<readonly RecentText[]>;
  /** How many weighted characters an admin lets this X account post; undefined: X's usual limit. */
  weightedLimit(xUserId: XUserId): Promise<number | undefined>;
  /** Undefined: back to X's usual limit. */
  setWeightedLimit(xUserId: XUserId, limit: number | undefined): Promise<void>;

  /** Somebody else's post is undefined. Without a user: whoever's it is, for operators. */
  post(userId: UserId | undefined, id: PostId): Promise<LedgerPost | undefined>;
  /** The user's post with this idempotency key, and the fingerprint of its input. */
  postWithKey(userId: UserId, key: string): Promise<Keyed | undefined>;
  posts(userId: UserId | undefined, page: PageRequest): Promise<Page>;
  attempts(id: PostId): Promise<readonly LedgerAttempt[]>;
  /** What is kept of a post that is not final, still sealed. */
  keptCredential(id: PostId): Promise<SealedCredential | undefined>;

  cancel(userId: UserId | undefined, id: PostId): Promise<Changed>;
  retry(request: Retry): Promise<Changed>;
  /** Decides the first part that needs review. */
  resolve(userId: UserId | undefined, id: PostId, resolution: Resolution): Promise<Changed>;

  pause(scope: PauseScope, reason: string): Promise<void>;
  /** False when it was not paused. */
  resume(scope: PauseScope): Promise<boolean>;

  /** Enters this process among the replicas and applies the restore guard. Once, before anything is claimed. */
  join(): Promise<Joined>;
  /** Every 10 s. False: the database went back in time, so sending was paused. */
  heartbeat(): Promise<boolean>;
  /** Makes this database the one of `publicUrl`. */
  adopt(publicUrl: string): Promise<void>;
  /** Every part that was due since then becomes UNKNOWN, so that it is looked for first; gives their number. */
  recover(since: Date): Promise<number>;

  status(): Promise<LedgerStatus>;
  /** Forgets what nobody asks for any more: old deduplication entries and replicas. */
  tidy(): Promise<void>;
  connections(): Connections;
  close(): Promise<void>;
}

/** The pool of connections to the database. */
export interface Connections {
  readonly total: number;
  readonly idle: number;
  /** Callers that wait for one. */
  readonly waiting: number;
}
