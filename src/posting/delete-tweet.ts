import {
  type DeletedTweet,
  type DeleteTweetInput,
  HeraldError,
  parseTweetId,
  type Session,
  type TweetId,
  type XCredentials,
} from '../kernel/index.ts';
import { prices } from './policy/index.ts';
import { refusalOf } from './read-value.ts';
import { reportDeletion } from './report-deletion.ts';
import type { PostingTools } from './tools.ts';

/**
 * Deletes a tweet of the session's X account; one that is gone already is a success. Throws `NOT_FOUND` for an id that is no
 * tweet's or is somebody else's tweet, and what stands in the way of asking X.
 */
export const deleteTweet = async (
  tools: PostingTools,
  session: Session,
  { tweetId: value, accountId }: DeleteTweetInput,
): Promise<DeletedTweet> => {
  const tweetId = parseTweetId(value);
  if (tweetId === undefined) throw notOwn();
  const deletedAt = await tools.useCredentials(session, accountId, (credentials) =>
    deleteAs(tools, session, credentials, tweetId),
  );
  return { tweetId, deletedAt: deletedAt.toISOString() };
};

const deleteAs = async (
  tools: PostingTools,
  { userId }: Session,
  credentials: XCredentials,
  tweetId: TweetId,
): Promise<Date> => {
  const { xUserId } = credentials;
  const owner = await tools.ledger.ownerOf(tweetId);
  if (owner !== undefined && owner.xUserId !== xUserId) throw notOwn();
  if (owner?.deletedAt !== undefined) return owner.deletedAt;
  const deletion = await tools.x.deleteTweet(credentials, tweetId);
  reportDeletion(tools, deletion, { tweetId });
  if (deletion.kind === 'deleted')
    return tools.ledger.noteDeleted(userId, xUserId, tweetId, prices.deletion.microUsd);
  if (deletion.kind === 'gone') return tools.ledger.noteDeleted(userId, xUserId, tweetId, 0);
  if (deletion.kind === 'not_now') throw refusalOf(deletion, tools.now());
  if (deletion.code === 'X_FORBIDDEN') throw notOwn();
  throw refusalOf({ code: deletion.code, retryAt: undefined }, tools.now());
};

const notOwn = (): HeraldError =>
  new HeraldError('NOT_FOUND', { field: 'tweetId', message: 'This X account has no such tweet.' });
