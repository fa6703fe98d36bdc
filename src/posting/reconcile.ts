import {
  HeraldError,
  type Look,
  type TweetId,
  type XCredentials,
  type XTimelineTweet,
} from '../kernel/index.ts';
import type { PostingTools } from './tools.ts';

/** X's clock and the database's may differ, and X shows whole seconds. */
const BEFORE_START_MS = 120_000;
/** Milliseconds since 1970 at which X's ids begin; the lower 22 bits number tweets within one. */
const SNOWFLAKE_EPOCH_MS = 1_288_834_974_657;

/**
 * Looks for a part in doubt on its author's own timeline, and writes down what that proves. Absence is only counted
 * after a complete read; the ledger decides what it means.
 */
export const reconcile = async (tools: PostingTools, look: Look): Promise<void> => {
  const { post, credential } = look;
  const owner = { postId: post.id, userId: post.userId, xUserId: post.xUserId };
  try {
    const result = await tools.kept.use(credential, owner, (credentials) =>
      lookOnce(tools, look, credentials),
    );
    tools.log('info', 'reconciled', { postId: post.id, reason: result });
  } catch (error) {
    if (!(error instanceof HeraldError) || error.code !== 'CREDENTIALS_INVALID') throw error;
    await tools.ledger.recordNeedsReview(look, 'CREDENTIALS_INVALID');
    tools.log('warn', 'reconciled', { postId: post.id, reason: 'credentials are gone' });
  }
};

const lookOnce = async (tools: PostingTools, look: Look, credentials: XCredentials): Promise<string> => {
  const { ledger, x, settleWindowMs } = tools;
  const read = await x.tweetsSince(credentials, idBefore(look.startedAt));
  if (!read.ok) {
    const mayNotRead = read.answer.status === 401 || read.answer.status === 403;
    if (mayNotRead) await ledger.recordNeedsReview(look, read.code);
    else await ledger.recordUnread(look);
    return mayNotRead ? 'X does not let this account read' : 'unread';
  }
  for (const tweet of matchesOf(look, read.value, settleWindowMs)) {
    if ((await ledger.recordFound(look, tweet.id, 'text')) === 'recorded') return 'found';
  }
  return `absent, ${(await ledger.recordAbsent(look)) ?? 'superseded'}`;
};

/** The smallest id that a tweet of two minutes before `startedAt` can have. */
const idBefore = (startedAt: Date): TweetId => {
  const ms = BigInt(startedAt.getTime() - BEFORE_START_MS - SNOWFLAKE_EPOCH_MS);
  return ((ms < 0n ? 0n : ms) << 22n).toString() as TweetId;
};

/** The tweets that can be the part, oldest first: made in time, with the same text and the same parent. */
const matchesOf = (
  look: Look,
  tweets: readonly XTimelineTweet[],
  settleWindowMs: number,
): XTimelineTweet[] => {
  const { part, startedAt, deadlineAt } = look;
  const text = comparable(part.text ?? '');
  const parent = look.parentTweetId ?? part.options.inReplyToTweetId;
  return tweets
    .filter(
      (tweet) =>
        tweet.createdAt.getTime() >= startedAt.getTime() - BEFORE_START_MS &&
        tweet.createdAt.getTime() <= deadlineAt.getTime() + settleWindowMs &&
        tweet.inReplyToTweetId === parent &&
        isSameText(comparable(tweet.text), text, parent !== undefined),
    )
    .toSorted((a, b) => (BigInt(a.id) < BigInt(b.id) ? -1 : 1));
};

/** X puts the mentions of a reply's thread before its text. */
const isSameText = (shown: string, posted: string, isReply: boolean): boolean =>
  shown === posted || (isReply && shown.replace(/^(@\w{1,50}\s+)+/, '') === posted);

/** X shows the scheme of a bare domain, and none of the white space around a text. */
const comparable = (text: string): string =>
  text
    .normalize('NFC')
    .replace(/https?:\/\//gi, '')
    .trim();
