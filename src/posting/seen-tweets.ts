import type { TweetId, XAuthoredTweet } from '../kernel/index.ts';

const KEPT_FOR_MS = 3_600_000;
const KEPT = 10_000;

/** Tweets of others that X was asked about, for an hour: X charges for each answer. */
export interface SeenTweets {
  get(id: TweetId): XAuthoredTweet | undefined;
  set(id: TweetId, tweet: XAuthoredTweet): void;
}

export const createSeenTweets = (now: () => Date): SeenTweets => {
  const seen = new Map<TweetId, { readonly tweet: XAuthoredTweet; readonly until: number }>();
  return {
    get: (id) => {
      const kept = seen.get(id);
      return kept !== undefined && kept.until > now().getTime() ? kept.tweet : undefined;
    },
    set: (id, tweet) => {
      if (seen.size >= KEPT) seen.clear();
      seen.set(id, { tweet, until: now().getTime() + KEPT_FOR_MS });
    },
  };
};
