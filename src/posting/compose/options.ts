import { type PostTweetInput, parseTweetId, type TweetOptions } from '../../kernel/index.ts';
import { rules } from '../policy/index.ts';
import type { Facts } from './facts.ts';
import { readMedia } from './media.ts';
import { readPoll } from './poll.ts';
import { type Place, type Problem, refuse, refuseByRule, warn } from './problem.ts';
import { combine, nothing, type Reading } from './reading.ts';

/** What a tweet is sent with beside its text. `null` is absent, and so is a label that is `false`. */
export const readOptions = (input: PostTweetInput, place: Place, facts: Facts): Reading => {
  const { options, problems } = combine([
    readReply(input.inReplyToTweetId, place, facts),
    readQuote(input.quoteTweetId, place, facts),
    readMedia(input.mediaIds, place, facts),
    readPoll(input.poll, place),
    readCommunity(input.communityId, place),
    { options: readLabels(input), problems: [] },
  ]);
  return { options, problems: [...checkTogether(input, place), ...problems] };
};

const readReply = (value: string | null | undefined, place: Place, facts: Facts): Reading => {
  if (value == null) return nothing;
  const inReplyToTweetId = parseTweetId(value);
  if (inReplyToTweetId === undefined) return noTweetId('inReplyToTweetId', place);
  return { options: { inReplyToTweetId }, problems: checkReply(place, facts) };
};

const checkReply = (place: Place, { plan, replyTarget }: Facts): Problem[] => {
  const field = 'inReplyToTweetId';
  if (replyTarget === 'gone') return [refuse(place, field, 'INVALID_INPUT', 'X has no tweet with this id.')];
  if (plan === 'enterprise') return [];
  if (replyTarget === 'stranger') return [refuseByRule(place, field, 'replies')];
  return replyTarget === 'not_known' ? [warn(place, field, 'REPLY_MAY_BE_REFUSED')] : [];
};

const readQuote = (value: string | null | undefined, place: Place, { plan }: Facts): Reading => {
  if (value == null) return nothing;
  const quoteTweetId = parseTweetId(value);
  if (quoteTweetId === undefined) return noTweetId('quoteTweetId', place);
  return {
    options: { quoteTweetId },
    problems: plan === 'enterprise' ? [] : [refuseByRule(place, 'quoteTweetId', 'quotes')],
  };
};

const noTweetId = (field: string, place: Place): Reading => ({
  options: {},
  problems: [
    refuse(place, field, 'INVALID_INPUT', `${field} must be the id of a tweet: up to 19 decimal digits.`),
  ],
});

const readCommunity = (value: string | null | undefined, place: Place): Reading => {
  if (value == null) return nothing;
  if (/^[0-9]{1,19}$/.test(value)) return { options: { communityId: value }, problems: [] };
  const message = 'communityId must be the id of a community: up to 19 decimal digits.';
  return { options: {}, problems: [refuse(place, 'communityId', 'INVALID_INPUT', message)] };
};

const readLabels = (input: PostTweetInput): TweetOptions => ({
  ...(input.replySettings == null ? {} : { replySettings: input.replySettings }),
  ...(input.madeWithAi === true ? { madeWithAi: true } : {}),
  ...(input.paidPartnership === true ? { paidPartnership: true } : {}),
});

/** X takes one of media, poll and quoted tweet: each is refused that comes with one before it. */
const checkTogether = (input: PostTweetInput, place: Place): Problem[] => {
  const attached = [
    ...(input.mediaIds?.length ? ['mediaIds'] : []),
    ...(input.poll == null ? [] : ['poll']),
    ...(input.quoteTweetId == null ? [] : ['quoteTweetId']),
  ];
  return attached
    .slice(1)
    .map((field) => refuse(place, field, 'INVALID_INPUT', rules.oneAttachment.sentence));
};
