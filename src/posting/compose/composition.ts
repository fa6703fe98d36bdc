import { HeraldError, type TweetOptions } from '../../kernel/index.ts';
import { priceOf } from '../policy/index.ts';
import { readExpiry, readIdempotencyKey } from '../terms.ts';
import { type Draft, readText } from './draft.ts';
import type { Facts } from './facts.ts';
import { readOptions } from './options.ts';
import { type Problem, problemOf, wholeInput } from './problem.ts';
import { checkWording, type Tweet } from './wording.ts';

/** Media go out at least this long before X forgets them. */
const mediaMarginMs = 60_000;

export interface ComposedPart {
  /** What is sent; empty only with media. */
  readonly text: string;
  readonly options: TweetOptions;
  readonly costMicroUsd: number;
  readonly weightedLength: number;
  /** Negative when the text is too long. */
  readonly remaining: number;
}

/**
 * What a request becomes. When no problem is blocking, `parts` are exactly what to post and what it costs; otherwise they
 * are what can be said of it.
 */
export interface Composition {
  readonly parts: readonly ComposedPart[];
  readonly problems: readonly Problem[];
  readonly costMicroUsd: number;
  /** The post has to be out by then, or X no longer has its media. */
  readonly expiresAtMost: Date | undefined;
}

/** The drafts with everything checked; `found` are the problems that their input has already. */
export const compose = (
  drafts: readonly Draft[],
  found: readonly Problem[],
  terms: Terms,
  facts: Facts,
): Composition => {
  const composed = drafts.map((draft) => composePart(draft, facts));
  const parts = composed.map(({ part }) => part);
  const tweets = composed.map(({ tweet }) => tweet);
  return {
    parts,
    problems: [
      ...checkTerms(terms, facts.now),
      ...found,
      ...composed.flatMap(({ problems }) => problems),
      ...checkWording(tweets, facts),
    ],
    costMicroUsd: parts.reduce((sum, { costMicroUsd }) => sum + costMicroUsd, 0),
    expiresAtMost: endOfMedia(parts, facts),
  };
};

interface Composed {
  readonly part: ComposedPart;
  readonly tweet: Tweet;
  readonly problems: readonly Problem[];
}

const composePart = (draft: Draft, facts: Facts): Composed => {
  const { place, input } = draft;
  const { text, weightedLength, remaining, hasUrl, problems } = readText(draft, facts.weightedLimit);
  const read = readOptions(input, place, facts);
  const isReply = read.options.inReplyToTweetId !== undefined;
  const isSummonedReply = isReply && facts.replyTarget === 'summoned';
  const costMicroUsd = priceOf({ hasUrl, isSummonedReply });
  return {
    part: { text, options: read.options, costMicroUsd, weightedLength, remaining },
    tweet: { place, text, isReply, costMicroUsd, plainMicroUsd: priceOf({ hasUrl: false, isSummonedReply }) },
    problems: [...problems, ...read.problems],
  };
};

/** What holds for a post as a whole. */
interface Terms {
  readonly idempotencyKey?: string | null | undefined;
  readonly expiresAt?: unknown;
}

const checkTerms = ({ idempotencyKey, expiresAt }: Terms, now: Date): Problem[] => [
  ...refusalOf(() => readExpiry(expiresAt, now)),
  ...refusalOf(() => readIdempotencyKey(idempotencyKey)),
];

const refusalOf = (read: () => unknown): Problem[] => {
  try {
    read();
    return [];
  } catch (error) {
    if (error instanceof HeraldError) return [problemOf(error, wholeInput)];
    throw error;
  }
};

const endOfMedia = (parts: readonly ComposedPart[], { media }: Facts): Date | undefined => {
  const files = parts.flatMap(({ options }) => options.mediaIds ?? []).flatMap((id) => media.get(id) ?? []);
  if (files.length === 0) return undefined;
  return new Date(Math.min(...files.map(({ expiresAt }) => expiresAt.getTime())) - mediaMarginMs);
};
