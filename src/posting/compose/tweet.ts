import type { PostTweetInput } from '../../kernel/index.ts';
import { normalizeText } from '../text/index.ts';
import { type Composition, compose } from './composition.ts';
import type { Facts } from './facts.ts';
import { applyLinkPolicy } from './links.ts';
import { placeInText } from './problem.ts';

/** What `postTweet` would send, what it costs, and what is wrong with it. */
export const composeTweet = (input: PostTweetInput, facts: Facts): Composition => {
  const draft = { place: placeInText(0), text: normalizeText(input.text ?? ''), lostUrls: false, input };
  const { drafts, problems } = applyLinkPolicy([draft], input.linkPolicy, facts.weightedLimit);
  return compose(drafts, problems, input, facts);
};
