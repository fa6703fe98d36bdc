import type {
  KeptCredentials,
  Ledger,
  Log,
  PostErrorCode,
  PostId,
  TweetId,
  UseCredentials,
  XClient,
  XOutcome,
  XTimeline,
} from '../kernel/index.ts';

/** Tells whether anything may be sent now: X may be down, or the application out of credits. */
export interface SendGate {
  /** Why nothing is sent, and until when; undefined when sending goes on. */
  held(): { readonly code: PostErrorCode; readonly until: Date } | undefined;
  note(outcome: XOutcome): void;
}

/** What the product needs of the other rooms. */
export interface PostingTools {
  readonly useCredentials: UseCredentials;
  readonly kept: KeptCredentials;
  readonly ledger: Ledger;
  readonly x: XClient & XTimeline;
  readonly gate: SendGate;
  readonly log: Log;
  readonly now: () => Date;
  readonly newPostId: () => PostId;
  /** Where a tweet can be seen. */
  readonly tweetUrl: (tweetId: TweetId) => string;
  /** How long X may take, in milliseconds: the margin that a lease must have left when a send begins. */
  readonly deadlineMs: number;
  /** How long a caller waits for an outcome, in milliseconds. */
  readonly answerWithinMs: number;
  readonly settleWindowMs: number;
}
