import type {
  AccountNotes,
  KeptCredentials,
  Ledger,
  Log,
  Meter,
  PostId,
  TweetId,
  UseCredentials,
  UsePostCredentials,
  XClient,
  XTimeline,
} from '../kernel/index.ts';
import type { Gate } from './gate.ts';
import type { Running } from './running.ts';

/** What the product needs of the other rooms. */
export interface PostingTools {
  readonly useCredentials: UseCredentials;
  readonly usePostCredentials: UsePostCredentials;
  readonly accountNotes: AccountNotes;
  readonly kept: Pick<KeptCredentials, 'keep'>;
  readonly ledger: Ledger;
  readonly x: XClient & XTimeline;
  readonly gate: Pick<Gate, 'held' | 'note'>;
  readonly running: Running;
  readonly meter: Pick<Meter, 'post'>;
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
