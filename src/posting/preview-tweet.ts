import {
  HeraldError,
  type PreviewTweetInput,
  type Session,
  type TweetPreview,
  type TweetProblem,
} from '../kernel/index.ts';
import { overBudget } from './budget.ts';
import type { Composition, Facts, Problem } from './compose/index.ts';
import { factsAtHand, gatherFacts, mediaOf, type Wish } from './facts.ts';
import { wishForThread, wishForTweet } from './post-tweet.ts';
import { invalidExpiry } from './terms.ts';
import type { PostingTools } from './tools.ts';

/**
 * What posting this would send, cost and be refused for: composed as posting composes it, from the same facts. Throws
 * `INVALID_INPUT` unless there is exactly one of both, and `TEMPORARILY_UNAVAILABLE`.
 */
export const previewTweet = async (
  tools: PostingTools,
  session: Session,
  { tweet, thread }: PreviewTweetInput,
): Promise<TweetPreview> => {
  const input = tweet ?? thread;
  if (!input || (tweet && thread)) {
    throw new HeraldError('INVALID_INPUT', { field: 'tweet', message: 'Send either tweet or thread.' });
  }
  const wish = tweet ? wishForTweet(tweet) : wishForThread(thread ?? {});
  const { facts, refusal } = await factsFor(tools, session, input.accountId, wish);
  const composition = wish.compose(facts);
  const problems = [
    ...refusal,
    ...composition.problems,
    ...isOver(input.expiresAt, tools.now()),
    ...(await lacksBudget(tools, session, composition)),
  ];
  return {
    parts: composition.parts.map(({ text, weightedLength, remaining }, position) => ({
      position,
      text,
      weightedLength,
      remaining,
    })),
    costMicroUsd: composition.costMicroUsd,
    problems: problems
      .map(toTweetProblem)
      .toSorted((one, other) => Number(other.blocking) - Number(one.blocking)),
  };
};

/** Without an account to post as the text can be looked at all the same. */
const factsFor = async (
  tools: PostingTools,
  session: Session,
  accountId: string | null | undefined,
  wish: Wish,
): Promise<{ readonly facts: Facts; readonly refusal: readonly Problem[] }> => {
  const recentTexts = await tools.ledger.recentTexts(session.userId);
  try {
    const gathered = await tools.useCredentials(session, accountId, (credentials) =>
      gatherFacts(tools, session, credentials, wish),
    );
    return { facts: { ...gathered, recentTexts }, refusal: [] };
  } catch (error) {
    if (!(error instanceof HeraldError) || !/^(ACCOUNT_|CREDENTIALS_INVALID|NOT_FOUND)/.test(error.code))
      throw error;
    const facts = { ...factsAtHand(tools), media: await mediaOf(tools, session, wish.mediaIds), recentTexts };
    return { facts, refusal: [blockedBy(error)] };
  }
};

/** When posting, the ledger says so, because a repeat of a post that exists is answered with it. */
const isOver = (expiresAt: unknown, now: Date): readonly Problem[] =>
  typeof expiresAt === 'string' && new Date(expiresAt) <= now
    ? [blockedBy(invalidExpiry('is in the past'))]
    : [];

const lacksBudget = async (
  { budgets }: PostingTools,
  { userId }: Session,
  { costMicroUsd }: Composition,
): Promise<readonly Problem[]> => {
  const { scope, microUsd, retryAt } = await budgets.left(userId);
  return scope === undefined || microUsd === undefined || costMicroUsd <= microUsd
    ? []
    : [blockedBy(overBudget({ kind: 'over_budget', scope, retryAt }))];
};

const blockedBy = ({ code, message, userAction, field }: HeraldError): Problem => ({
  code,
  message,
  userAction,
  blocking: true,
  position: undefined,
  field,
});

const toTweetProblem = ({ code, message, userAction, blocking, position, field }: Problem): TweetProblem => ({
  code,
  message,
  userAction,
  blocking,
  position: position ?? null,
  field: field ?? null,
});
