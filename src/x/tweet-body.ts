import type { ReplySettings, XTweet } from '../kernel/index.ts';

/**
 * The body of `POST /2/tweets` (OpenAPI 2.167, CreatePostsRequest), as far as Herald uses it; the library's own type
 * lags behind X. X refuses `everyone` as a reply setting and fields that it does not know, and takes at most one of
 * media, poll and quote.
 */
interface CreateTweetBody {
  readonly text?: string;
  readonly reply?: { readonly in_reply_to_tweet_id: string };
  readonly reply_settings?: 'following' | 'mentionedUsers' | 'subscribers' | 'verified';
  readonly quote_tweet_id?: string;
  readonly community_id?: string;
  readonly media?: { readonly media_ids: readonly string[] };
  readonly poll?: { readonly options: readonly string[]; readonly duration_minutes: number };
  readonly made_with_ai?: true;
  readonly paid_partnership?: true;
}

const replySettings = {
  FOLLOWING: 'following',
  MENTIONED_USERS: 'mentionedUsers',
  SUBSCRIBERS: 'subscribers',
  VERIFIED: 'verified',
} as const satisfies Record<ReplySettings, CreateTweetBody['reply_settings']>;

/** A tweet in X's words. What is absent is left out, and so is an empty text. */
export const tweetBody = (tweet: XTweet): CreateTweetBody => ({
  ...(tweet.text !== '' && { text: tweet.text }),
  ...(tweet.inReplyToTweetId && { reply: { in_reply_to_tweet_id: tweet.inReplyToTweetId } }),
  ...(tweet.replySettings && { reply_settings: replySettings[tweet.replySettings] }),
  ...(tweet.quoteTweetId && { quote_tweet_id: tweet.quoteTweetId }),
  ...(tweet.communityId && { community_id: tweet.communityId }),
  ...(tweet.mediaIds?.length && { media: { media_ids: tweet.mediaIds } }),
  ...(tweet.poll && {
    poll: { options: tweet.poll.options, duration_minutes: tweet.poll.durationMinutes },
  }),
  ...(tweet.madeWithAi && { made_with_ai: true }),
  ...(tweet.paidPartnership && { paid_partnership: true }),
});
