import {
  HeraldError,
  type Log,
  type PostId,
  type PostTweetInput,
  parseTweetId,
  postErrors,
  type Session,
  type TweetId,
  type UseCredentials,
  type XClient,
  type XOutcome,
  type XPost,
  type XPostError,
  type XTweet,
  type XUserId,
} from '../kernel/index.ts';
import { checkTweetText } from './text/index.ts';

export interface PostTweetTools {
  readonly useCredentials: UseCredentials;
  readonly x: XClient;
  readonly log: Log;
  readonly now: () => Date;
  readonly newPostId: () => PostId;
  /** Where a tweet can be seen. */
  readonly tweetUrl: (tweetId: TweetId) => string;
}

/**
 * Posts one tweet as the session's X account. What X says is in the answer's `state` and `error`; it throws only while
 * nothing was sent: `TEXT_EMPTY`, `TEXT_TOO_LONG` and `INVALID_INPUT` with the field, `ACCOUNT_REQUIRED`,
 * `CREDENTIALS_INVALID`.
 */
export const postTweet = async (
  tools: PostTweetTools,
  session: Session,
  input: PostTweetInput,
): Promise<XPost> => {
  const tweet = readTweet(input);
  return tools.useCredentials(session, async (credentials) => {
    const post = {
      id: tools.newPostId(),
      createdAt: tools.now().toISOString(),
      xUserId: credentials.xUserId,
    };
    const outcome = await tools.x.createTweet(credentials, tweet);
    logOutcome(tools.log, post.id, outcome);
    return answer(post, outcome, tools.tweetUrl);
  });
};

const readTweet = (input: PostTweetInput): XTweet => {
  const text = checkTweetText(input.text ?? '');
  const { inReplyToTweetId, replySettings } = input;
  return {
    text,
    ...(inReplyToTweetId ? { inReplyToTweetId: readTweetId(inReplyToTweetId) } : {}),
    ...(replySettings ? { replySettings } : {}),
  };
};

const readTweetId = (value: string): TweetId => {
  const tweetId = parseTweetId(value);
  if (tweetId !== undefined) return tweetId;
  throw new HeraldError('INVALID_INPUT', {
    field: 'inReplyToTweetId',
    message: 'inReplyToTweetId must be the id of a tweet: up to 19 decimal digits.',
  });
};

const logOutcome = (log: Log, postId: PostId, outcome: XOutcome): void => {
  const fields = { postId, status: outcome.answer.status, xTransactionId: outcome.answer.transactionId };
  if (outcome.kind === 'created') {
    log('info', 'x_created', { ...fields, tweetId: outcome.tweetId });
  } else {
    const reason = outcome.kind === 'rejected' ? 'rejected' : outcome.reason;
    log('warn', 'x_outcome', { ...fields, code: outcome.code, reason });
  }
};

const answer = (
  post: { id: PostId; createdAt: string; xUserId: XUserId },
  outcome: XOutcome,
  tweetUrl: (tweetId: TweetId) => string,
): XPost => {
  if (outcome.kind === 'created') {
    return { ...post, state: 'SENT', tweetId: outcome.tweetId, url: tweetUrl(outcome.tweetId), error: null };
  }
  const state = outcome.kind === 'unknown' ? 'UNKNOWN' : 'FAILED';
  return { ...post, state, tweetId: null, url: null, error: explain(outcome) };
};

const explain = (outcome: Exclude<XOutcome, { kind: 'created' }>): XPostError => ({
  code: outcome.code,
  message: postErrors[outcome.code].message,
  userAction: postErrors[outcome.code].userAction,
  retryAt: outcome.kind === 'not_sent' ? (outcome.retryAt?.toISOString() ?? null) : null,
});
