import type { XControl, XTweet } from '../../faults/support/x-control.ts';

/** What a frontend sends; the same text for every door that has the field at its root. */
export const POST = `mutation Post($input: PostTweetInput!) {
  postTweet(input: $input) {
    id state deduplicated idempotencyKey createdAt expiresAt accountId xUserId tweetId url deletedAt costMicroUsd
    parts { position state text tweetId url mediaIds deletedAt error { code } }
    error { code message userAction retryAt }
  }
}`;

export const ME = 'query Me { xMe { userId xUserId username name } }';

/** A tweet with all that the sandbox tells of it. */
export interface FullTweet extends XTweet {
  readonly in_reply_to_tweet_id: string | null;
  readonly media_ids: readonly string[];
  readonly alt_texts: readonly (string | null)[];
}

/** The tweets of a user, oldest first. */
export const timelineOf = async (x: XControl, username: string): Promise<FullTweet[]> =>
  (await x.tweets(username)) as FullTweet[];
