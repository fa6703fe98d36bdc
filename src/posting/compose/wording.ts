import type { XUserId } from '../../kernel/index.ts';
import { areSimilar, inDollars, type Wording, wordingOf } from '../policy/index.ts';
import { findCashtags, findMentions } from '../text/index.ts';
import type { Facts } from './facts.ts';
import { type Place, type Problem, refuseByRule, warn } from './problem.ts';

/** A tweet as it would be sent. */
export interface Tweet {
  readonly place: Place;
  readonly text: string;
  readonly isReply: boolean;
  readonly costMicroUsd: number;
  /** What it would cost without an address. */
  readonly plainMicroUsd: number;
}

/** What X's rules and prices say to the texts of a post, part by part. */
export const checkWording = (tweets: readonly Tweet[], facts: Facts): Problem[] => {
  const recent = facts.recentTexts.filter(({ xUserId }) => isOther(xUserId, facts));
  const wordings = recent.map(({ text }) => wordingOf(text));
  return tweets.flatMap((tweet, index) => [
    ...checkTags(tweet, facts),
    ...checkPrice(tweet),
    ...(isRepeated(tweet, tweets.slice(0, index), facts)
      ? [warn(tweet.place, 'text', 'SAME_TEXT_AGAIN')]
      : []),
    ...(isSimilar(tweet, wordings) ? [warn(tweet.place, 'text', 'SIMILAR_ON_OTHER_ACCOUNT')] : []),
  ]);
};

/** While it is not known as whom the post goes out, no account is another one. */
const isOther = (xUserId: XUserId, facts: Facts): boolean =>
  facts.xUserId !== undefined && xUserId !== facts.xUserId;

const isSimilar = ({ text }: Tweet, wordings: readonly Wording[]): boolean => {
  if (wordings.length === 0) return false;
  const own = wordingOf(text);
  return wordings.some((other) => areSimilar(own, other));
};

const checkTags = ({ place, text, isReply }: Tweet, { plan }: Facts): Problem[] => {
  if (plan === 'enterprise') return [];
  return [
    ...(findCashtags(text).length > 1 ? [refuseByRule(place, 'text', 'cashtags')] : []),
    ...(!isReply && findMentions(text).length > 0 ? [warn(place, 'text', 'MENTIONS_LIMITED')] : []),
  ];
};

const checkPrice = ({ place, costMicroUsd, plainMicroUsd }: Tweet): Problem[] => {
  if (costMicroUsd === plainMicroUsd) return [];
  const times = Math.floor(costMicroUsd / plainMicroUsd);
  const [dear, cheap] = [inDollars(costMicroUsd), inDollars(plainMicroUsd)];
  const prices = `X charges ${dear} for a tweet with an address, ${times} times the ${cheap} of one without.`;
  const advice = 'linkPolicy can take addresses out, or gather those of a thread in its last part.';
  return [warn(place, 'text', 'LINK_COSTS_MORE', `${prices} ${advice}`)];
};

const isRepeated = ({ text }: Tweet, earlier: readonly Tweet[], { recentTexts, xUserId }: Facts): boolean => {
  if (text === '') return false;
  const isSame = (recent: Facts['recentTexts'][number]): boolean =>
    recent.live && recent.xUserId === xUserId && recent.text === text;
  return earlier.some((tweet) => tweet.text === text) || recentTexts.some(isSame);
};
