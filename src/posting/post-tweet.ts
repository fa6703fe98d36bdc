import type {
  PostOrigin,
  PostThreadInput,
  PostTweetInput,
  Session,
  XCredentials,
  XPost,
} from '../kernel/index.ts';
import { acceptAndSend } from './accept.ts';
import { canonicalThread, canonicalTweet } from './canonical.ts';
import {
  type Composition,
  composeThread,
  composeTweet,
  firstBlocking,
  mediaIdsOf,
  replyTargetOf,
} from './compose/index.ts';
import { factsAtHand, gatherFacts, needsFacts, type Wish } from './facts.ts';
import { readExpiry, readIdempotencyKey } from './terms.ts';
import type { PostingTools } from './tools.ts';

/**
 * Posts one tweet as the session's X account. What X says is in the answer's `state` and `error`; it throws only while
 * no row exists: `TEXT_EMPTY`, `TEXT_TOO_LONG`, `INVALID_INPUT`, `MEDIA_INVALID` and `POLICY_REJECTED` with the field,
 * `ACCOUNT_REQUIRED`, `NOT_FOUND`, `ACCOUNT_NEEDS_RECONNECT`, `CREDENTIALS_INVALID`, `IDEMPOTENCY_KEY_REUSED`,
 * `BUDGET_EXCEEDED`, `TEMPORARILY_UNAVAILABLE`.
 */
export const postTweet = async (
  tools: PostingTools,
  session: Session,
  input: PostTweetInput,
  origin: PostOrigin = {},
): Promise<XPost> => {
  const expiresAt = readExpiry(input.expiresAt, tools.now());
  const idempotencyKey = readIdempotencyKey(input.idempotencyKey);
  const wish = wishForTweet(input);
  return acceptAndSend(tools, session, {
    operation: 'postTweet',
    accountId: input.accountId,
    canonicalInput: canonicalTweet(input, expiresAt),
    compose: composer(tools, session, wish),
    onPartFailure: undefined,
    idempotencyKey,
    expiresAt,
    origin,
  });
};

/** Posts a thread: one post, whose parts go out one after the other. Throws as {@link postTweet}. */
export const postThread = async (
  tools: PostingTools,
  session: Session,
  input: PostThreadInput,
  origin: PostOrigin = {},
): Promise<XPost> => {
  const expiresAt = readExpiry(input.expiresAt, tools.now());
  const idempotencyKey = readIdempotencyKey(input.idempotencyKey);
  const wish = wishForThread(input);
  return acceptAndSend(tools, session, {
    operation: 'postThread',
    accountId: input.accountId,
    canonicalInput: canonicalThread(input, expiresAt),
    compose: composer(tools, session, wish),
    onPartFailure: input.onPartFailure ?? undefined,
    idempotencyKey,
    expiresAt,
    origin,
  });
};

export const wishForTweet = (input: PostTweetInput): Wish => ({
  mediaIds: mediaIdsOf(input),
  replyTo: replyTargetOf(input),
  compose: (facts) => composeTweet(input, facts),
});

export const wishForThread = (input: PostThreadInput): Wish => ({
  mediaIds: mediaIdsOf(input),
  replyTo: undefined,
  compose: (facts) => composeThread(input, facts),
});

/**
 * What depends on nothing but the input is composed, or refused, before any credential is opened; the rest once it is
 * known as whom.
 */
const composer = (
  tools: PostingTools,
  session: Session,
  wish: Wish,
): ((credentials: XCredentials) => Promise<Composition>) => {
  const atHand = wish.compose(factsAtHand(tools));
  if (needsFacts(wish, atHand))
    return async (credentials) =>
      unblocked(wish.compose(await gatherFacts(tools, session, credentials, wish)));
  const composition = unblocked(atHand);
  return async () => composition;
};

const unblocked = (composition: Composition): Composition => {
  const refusal = firstBlocking(composition);
  if (refusal !== undefined) throw refusal;
  return composition;
};
