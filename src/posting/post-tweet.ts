import {
  HeraldError,
  type PostOrigin,
  type PostTweetInput,
  parseTweetId,
  type Session,
  type XPost,
} from '../kernel/index.ts';
import { acceptAndSend } from './accept.ts';
import { readExpiry, readIdempotencyKey } from './terms.ts';
import { checkTweetText } from './text/index.ts';
import type { PostingTools } from './tools.ts';

/**
 * Posts one tweet as the session's X account. What X says is in the answer's `state` and `error`; it throws only while
 * no row exists: `TEXT_EMPTY`, `TEXT_TOO_LONG` and `INVALID_INPUT` with the field, `ACCOUNT_REQUIRED`, `NOT_FOUND`,
 * `ACCOUNT_NEEDS_RECONNECT`, `CREDENTIALS_INVALID`, `IDEMPOTENCY_KEY_REUSED`, `TEMPORARILY_UNAVAILABLE`.
 */
export const postTweet = async (
  tools: PostingTools,
  session: Session,
  input: PostTweetInput,
  origin: PostOrigin = {},
): Promise<XPost> => {
  const text = checkTweetText(input.text ?? '');
  const options = {
    ...(input.inReplyToTweetId == null ? {} : { inReplyToTweetId: readReplyTo(input.inReplyToTweetId) }),
    ...(input.replySettings ? { replySettings: input.replySettings } : {}),
  };
  const expiresAt = readExpiry(input.expiresAt, tools.now());
  return acceptAndSend(tools, session, {
    operation: 'postTweet',
    accountId: input.accountId,
    canonicalInput: [text, options.inReplyToTweetId, options.replySettings, expiresAt?.toISOString()],
    parts: [{ text, options }],
    idempotencyKey: readIdempotencyKey(input.idempotencyKey),
    expiresAt,
    origin,
  });
};

const readReplyTo = (value: string): string => {
  const tweetId = parseTweetId(value);
  if (tweetId !== undefined) return tweetId;
  throw new HeraldError('INVALID_INPUT', {
    field: 'inReplyToTweetId',
    message: 'inReplyToTweetId must be the id of a tweet: up to 19 decimal digits.',
  });
};
