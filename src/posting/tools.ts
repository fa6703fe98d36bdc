import type {
  AccountNotes,
  BudgetStore,
  KeptCredentials,
  Ledger,
  Log,
  MediaId,
  MediaReader,
  MediaStore,
  Meter,
  PostId,
  TweetId,
  UseCredentials,
  UsePostCredentials,
  XClient,
  XMediaUploads,
  XTimeline,
} from '../kernel/index.ts';
import type { Gate } from './gate.ts';
import type { Running } from './running.ts';
import type { SeenTweets } from './seen-tweets.ts';

/** What the product needs of the other rooms. */
export interface PostingTools {
  readonly useCredentials: UseCredentials;
  readonly usePostCredentials: UsePostCredentials;
  readonly accountNotes: AccountNotes;
  readonly kept: Pick<KeptCredentials, 'keep'>;
  readonly ledger: Ledger;
  readonly budgets: Pick<BudgetStore, 'left' | 'spend'>;
  readonly mediaStore: MediaStore;
  readonly mediaReader: MediaReader;
  /** Whose rules X applies to this application. */
  readonly plan: 'self-serve' | 'enterprise';
  readonly x: XClient & XTimeline & XMediaUploads;
  readonly gate: Pick<Gate, 'held' | 'note'>;
  readonly running: Running;
  readonly seenTweets: SeenTweets;
  readonly meter: Pick<Meter, 'post'>;
  readonly log: Log;
  readonly now: () => Date;
  readonly newPostId: () => PostId;
  readonly newMediaId: () => MediaId;
  /** Where a tweet can be seen. */
  readonly tweetUrl: (tweetId: TweetId) => string;
  /** How long X may take, in milliseconds: the margin that a lease must have left when a send begins. */
  readonly deadlineMs: number;
  /** How long a caller waits for an outcome, in milliseconds. */
  readonly answerWithinMs: number;
  readonly settleWindowMs: number;
}
