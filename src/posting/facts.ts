import type { MediaId, Session, TweetId, XAuthoredTweet, XCredentials } from '../kernel/index.ts';
import type { Composition, Facts } from './compose/index.ts';
import { prices } from './policy/index.ts';
import { weightLimit } from './text/index.ts';
import type { PostingTools } from './tools.ts';

/** What a user wants to publish, as far as somebody has to be asked about it. */
export interface Wish {
  readonly mediaIds: readonly MediaId[];
  readonly replyTo: TweetId | undefined;
  readonly compose: (facts: Facts) => Composition;
}

/** What is known without asking anybody. */
export const factsAtHand = ({ plan, now }: PostingTools): Facts => ({
  plan,
  weightedLimit: weightLimit,
  media: new Map(),
  xUserId: undefined,
  replyTarget: 'none',
  recentTexts: [],
  now: now(),
});

/** Whether what was composed from the facts at hand may come out otherwise with all of them. */
export const needsFacts = ({ mediaIds, replyTo }: Wish, atHand: Composition): boolean =>
  mediaIds.length > 0 || replyTo !== undefined || isTooLong(atHand);

const isTooLong = ({ problems }: Composition): boolean =>
  problems.some(({ blocking, code }) => blocking && code === 'TEXT_TOO_LONG');

/** Asks the ledger, and X about the tweet that is replied to, for those facts that the wish depends on. */
export const gatherFacts = async (
  tools: PostingTools,
  session: Session,
  credentials: XCredentials,
  wish: Wish,
): Promise<Facts> => {
  const { ledger } = tools;
  const { xUserId } = credentials;
  const facts = { ...factsAtHand(tools), xUserId };
  const [media, replyTarget, weightedLimit] = await Promise.all([
    mediaOf(tools, session, wish.mediaIds),
    replyTargetOf(tools, session, credentials, wish.replyTo),
    isTooLong(wish.compose(facts)) ? ledger.weightedLimit(xUserId) : undefined,
  ]);
  return { ...facts, media, replyTarget, weightedLimit: weightedLimit ?? weightLimit };
};

/** The user's own files among those that were named. */
export const mediaOf = async (
  { mediaStore }: PostingTools,
  { userId }: Session,
  ids: readonly MediaId[],
): Promise<Facts['media']> => {
  const found = ids.length === 0 ? [] : await mediaStore.find(userId, ids);
  return new Map(found.map((media) => [media.id, media]));
};

/**
 * Whether X lets this account reply to the tweet: to its own always, to another's when that one mentions or quotes it. The
 * ledger knows most of one's own tweets; X is asked for others, once in a while, because it charges for the answer.
 */
const replyTargetOf = async (
  tools: PostingTools,
  session: Session,
  credentials: XCredentials,
  tweetId: TweetId | undefined,
): Promise<Facts['replyTarget']> => {
  if (tweetId === undefined) return 'none';
  const owner = await tools.ledger.ownerOf(tweetId);
  if (owner?.deletedAt !== undefined) return 'gone';
  if (owner?.xUserId === credentials.xUserId) return 'own';
  const read = await tweetAtX(tools, session, credentials, tweetId);
  return read === 'not_known' ? read : relationTo(credentials, read);
};

/** A tweet that X gives counts against the user's budget; X is not asked for one once that is used up. */
const tweetAtX = async (
  { x, gate, seenTweets, budgets }: PostingTools,
  { userId }: Session,
  credentials: XCredentials,
  tweetId: TweetId,
): Promise<XAuthoredTweet | undefined | 'not_known'> => {
  const seen = seenTweets.get(tweetId);
  if (seen !== undefined) return seen;
  if (gate.held() !== undefined) return 'not_known';
  const { microUsd: left } = await budgets.left(userId);
  if (left !== undefined && left < prices.postRead.microUsd) return 'not_known';
  const read = await x.tweetById(credentials, tweetId);
  if (!read.ok) return 'not_known';
  if (read.value === undefined) return undefined;
  seenTweets.set(tweetId, read.value);
  await budgets.spend(userId, prices.postRead.microUsd);
  return read.value;
};

const relationTo = ({ xUserId }: XCredentials, tweet: XAuthoredTweet | undefined): Facts['replyTarget'] => {
  if (tweet === undefined) return 'gone';
  if (tweet.authorId === xUserId) return 'own';
  return tweet.mentions.includes(xUserId) || tweet.quotedAuthorId === xUserId ? 'summoned' : 'stranger';
};
