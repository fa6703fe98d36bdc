import {
  HeraldError,
  KeyNotHere,
  type Look,
  type PartState,
  type PostErrorCode,
  type XCredentials,
  type XTimelineTweet,
} from '../kernel/index.ts';
import { prices } from './policy/index.ts';
import { firstIdAt } from './snowflake.ts';
import type { PostingTools } from './tools.ts';

/** X's clock and the database's may differ, and X shows whole seconds. */
const BEFORE_START_MS = 120_000;

/**
 * Looks for a part in doubt on its author's own timeline, and writes down what that proves. Absence is only counted
 * after a complete read; the ledger decides what it means.
 */
export const reconcile = async (tools: PostingTools, look: Look): Promise<void> => {
  const { post, credential } = look;
  try {
    const { reason, state } = await tools.usePostCredentials(post, credential, (credentials) =>
      lookOnce(tools, look, credentials),
    );
    if (state !== undefined) tools.meter.post({ state, code: undefined });
    tools.log('info', 'reconciled', { postId: post.id, traceId: post.traceId, reason });
  } catch (error) {
    if (!(error instanceof HeraldError)) throw error;
    if (error instanceof KeyNotHere || error.code === 'ACCOUNT_NEEDS_RECONNECT')
      return tools.ledger.recordUnread(look);
    if (error.code !== 'CREDENTIALS_INVALID') throw error;
    await tools.ledger.recordNeedsReview(look, 'CREDENTIALS_INVALID');
    tools.log('warn', 'reconciled', {
      postId: post.id,
      traceId: post.traceId,
      reason: 'credentials are gone',
    });
  }
};

/** What a look found out, and the state that follows, if it changed. */
interface Finding {
  readonly reason: string;
  readonly state: PartState | undefined;
}

const lookOnce = async (tools: PostingTools, look: Look, credentials: XCredentials): Promise<Finding> => {
  const { ledger, x, settleWindowMs } = tools;
  const read = await x.tweetsSince(credentials, firstIdAt(look.startedAt.getTime() - BEFORE_START_MS));
  if (!read.ok) return notRead(tools, look, read.code, credentials);
  await ledger.chargeRead(look, read.value.length * prices.ownPostRead.microUsd);
  const candidates = candidatesOf(look, read.value, settleWindowMs);
  for (const tweet of candidates.filter((tweet) => isShownAs(look, tweet, comparable))) {
    if ((await ledger.recordFound(look, tweet.id, 'text')) === 'recorded')
      return { reason: 'found', state: 'SENT' };
  }
  const alike = candidates.filter((tweet) => isShownAs(look, tweet, withoutLinks)).map(({ id }) => id);
  if (alike.length > 0 && (await ledger.unclaimed(alike)).length > 0) {
    await ledger.recordNeedsReview(look, 'OUTCOME_UNKNOWN');
    return { reason: 'a tweet that differs in its links only', state: 'NEEDS_REVIEW' };
  }
  const state = await ledger.recordAbsent(look);
  return { reason: `absent, ${state ?? 'superseded'}`, state: state === 'UNKNOWN' ? undefined : state };
};

/** Only what concerns this account is for a person; everything else passes. */
const notRead = async (
  { ledger, accountNotes }: PostingTools,
  look: Look,
  code: PostErrorCode,
  credentials: XCredentials,
): Promise<Finding> => {
  if (code === 'ACCOUNT_NEEDS_RECONNECT' && credentials.accountId !== undefined) {
    await accountNotes.needsReconnect(credentials);
    await ledger.recordUnread(look);
    return { reason: 'the account has to be connected again', state: undefined };
  }
  if (code !== 'ACCOUNT_NEEDS_RECONNECT' && code !== 'X_FORBIDDEN') {
    await ledger.recordUnread(look);
    return { reason: `unread, ${code}`, state: undefined };
  }
  await ledger.recordNeedsReview(look, code === 'X_FORBIDDEN' ? 'OUTCOME_UNKNOWN' : code);
  return { reason: `X does not let this account read, ${code}`, state: 'NEEDS_REVIEW' };
};

/** The tweets that can be the part, oldest first: made in time, with the same parent, quote and number of files. */
const candidatesOf = (
  look: Look,
  tweets: readonly XTimelineTweet[],
  settleWindowMs: number,
): readonly XTimelineTweet[] => {
  const { startedAt, deadlineAt } = look;
  return tweets
    .filter(
      (tweet) =>
        tweet.createdAt.getTime() >= startedAt.getTime() - BEFORE_START_MS &&
        tweet.createdAt.getTime() <= deadlineAt.getTime() + settleWindowMs &&
        tweet.inReplyToTweetId === parentOf(look) &&
        quotesAlike(look, tweet) &&
        tweet.mediaCount === (look.part.options.xMediaIds?.length ?? 0),
    )
    .toSorted((a, b) => (BigInt(a.id) < BigInt(b.id) ? -1 : 1));
};

/** X also shows a tweet as a quote whose text ends with the address of another. */
const quotesAlike = ({ part: { text, options } }: Look, { quotedTweetId }: XTimelineTweet): boolean =>
  quotedTweetId === options.quoteTweetId ||
  (options.quoteTweetId === undefined && text?.includes(`/status/${quotedTweetId}`) === true);

const parentOf = ({ parentTweetId, part }: Look) => parentTweetId ?? part.options.inReplyToTweetId;

/** Whether the tweet shows the part's text, compared in `form`. X puts the mentions of a reply's thread before its text. */
const isShownAs = (look: Look, tweet: XTimelineTweet, form: (text: string) => string): boolean => {
  const [shown, posted] = [form(withoutQuote(look, tweet.text)), form(look.part.text ?? '')];
  if (shown === posted) return true;
  return (
    parentOf(look) !== undefined &&
    shown.endsWith(posted) &&
    MENTIONS.test(shown.slice(0, -posted.length || undefined))
  );
};

/** X ends a quote with the address of what it quotes. */
const withoutQuote = ({ part: { options } }: Look, text: string): string =>
  options.quoteTweetId === undefined
    ? text
    : text.replace(new RegExp(`\\s*https://\\S+/status/${options.quoteTweetId}$`), '');

const MENTIONS = /^(@\w{1,50}\s+)+$/;

/** X shows a bare domain with a scheme, and none of the white space around a text. */
const comparable = (text: string): string =>
  text
    .normalize('NFC')
    .replace(/https?:\/\/([^\s/?#]+)/gi, (_url, host: string) => host.toLowerCase())
    .trim();

/** A link may come back in another spelling (punycode, a slash at its end), so it proves no difference. */
const withoutLinks = (text: string): string => comparable(text).replace(/[^\s@]+\.[^\s]{2,}/gu, 'link');
