/** What a frontend sends; the same text for every door that has the field at its root. */
export const POST = `mutation Post($input: PostTweetInput!) {
  postTweet(input: $input) {
    id state deduplicated idempotencyKey createdAt expiresAt accountId xUserId tweetId url
    parts { position state text tweetId url error { code } }
    error { code message userAction retryAt }
  }
}`;

export const ME = 'query Me { xMe { userId xUserId username name } }';
