import { prices } from './rules.ts';

export interface PricedTweet {
  /** Whether its text, as it is sent, has an address that X shortens. */
  readonly hasUrl: boolean;
  /** Whether it replies to somebody who mentioned or quoted the account. */
  readonly isSummonedReply: boolean;
}

/** What X charges for a tweet, in millionths of a US dollar. A reply to the account's own tweet costs what a tweet costs. */
export const priceOf = ({ hasUrl, isSummonedReply }: PricedTweet): number => {
  if (hasUrl) return prices.postWithUrl.microUsd;
  return isSummonedReply ? prices.summonedReply.microUsd : prices.post.microUsd;
};

/** e.g. `$0.015`, `$0.20`. */
export const inDollars = (microUsd: number): string => {
  const amount = (microUsd / 1_000_000).toFixed(6).replace(/0{1,4}$/, '');
  return `$${amount}`;
};
