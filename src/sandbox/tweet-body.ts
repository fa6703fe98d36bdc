import type { Answer } from './answers.ts';
import type { Call } from './call.ts';
import {
  BadField,
  readChoice,
  readId,
  readJson,
  readObject,
  readTexts,
  readWhole,
  refuseUnknown,
} from './json-body.ts';
import type { NewTweet, Poll } from './store.ts';

const REPLY_SETTINGS = ['following', 'mentionedUsers', 'subscribers', 'verified'];

const KNOWN = [
  'text',
  'media',
  'poll',
  'reply',
  'reply_settings',
  'quote_tweet_id',
  'community_id',
  'made_with_ai',
  'paid_partnership',
];
/** Fields that X takes and the sandbox does not do (schema CreatePostsRequest of X's OpenAPI 2.167). */
const NOT_DONE = [
  'edit_options',
  'geo',
  'card_uri',
  'direct_message_deep_link',
  'for_super_followers_only',
  'nullcast',
  'share_with_followers',
];
const NOT_DONE_IN_REPLY = ['exclude_reply_user_ids', 'auto_populate_reply_metadata'];
const NOT_DONE_IN_MEDIA = [
  'tagged_user_ids',
  'description',
  'title',
  'embeddable',
  'preview_media_id',
  'call_to_actions',
];
/** At most one of these goes out with a tweet. */
const EXCLUSIVE = ['media', 'poll', 'quote_tweet_id'];

/** What twitter-text declares invalid anywhere, and half a surrogate pair, which is no character. */
const INVALID_CHARACTER = /[\uFFFE\uFEFF\uFFFF]|\p{Surrogate}/u;

/** The body of POST /2/tweets, or X's 400 for what its published schema (no additional properties) does not allow. */
export const readTweetBody = (call: Call): NewTweet | Answer => readJson(call, readFields);

function readFields(json: Record<string, unknown>): NewTweet {
  refuseUnknown(json, '', KNOWN, NOT_DONE);
  const [, second] = EXCLUSIVE.filter((name) => json[name] !== undefined);
  if (second !== undefined) {
    throw new BadField(second, json[second], `excludes the others of [${EXCLUSIVE.join(',')}]`);
  }
  return {
    text: readText(json.text, json.media !== undefined),
    inReplyTo: ifGiven(json.reply, readReply),
    replySettings: ifGiven(json.reply_settings, (value) =>
      readChoice('reply_settings', value, REPLY_SETTINGS),
    ),
    quotes: ifGiven(json.quote_tweet_id, (value) => readId('quote_tweet_id', value)),
    mediaIds: ifGiven(json.media, readMedia),
    poll: ifGiven(json.poll, readPoll),
    communityId: ifGiven(json.community_id, (value) => readId('community_id', value)),
    madeWithAi: readFlag('made_with_ai', json.made_with_ai),
    paidPartnership: readFlag('paid_partnership', json.paid_partnership),
  };
}

const ifGiven = <T>(value: unknown, read: (value: unknown) => T): T | undefined =>
  value === undefined ? undefined : read(value);

function readText(given: unknown, hasMedia: boolean): string {
  const text = given === undefined && hasMedia ? '' : given;
  if (typeof text !== 'string') throw new BadField('text', text, 'is not a string');
  if (text.trim() === '' && !hasMedia) throw new BadField('text', text, 'is empty, and there is no media');
  if (INVALID_CHARACTER.test(text)) throw new BadField('text', text, 'has an invalid character');
  return text;
}

function readReply(value: unknown): string {
  const reply = readObject('reply', value);
  refuseUnknown(reply, 'reply.', ['in_reply_to_tweet_id'], NOT_DONE_IN_REPLY);
  return readId('reply.in_reply_to_tweet_id', reply.in_reply_to_tweet_id);
}

function readMedia(value: unknown): readonly string[] {
  const media = readObject('media', value);
  refuseUnknown(media, 'media.', ['media_ids'], NOT_DONE_IN_MEDIA);
  const ids = readTexts('media.media_ids', media.media_ids, 1, 4);
  if (new Set(ids).size !== ids.length) throw new BadField('media.media_ids', ids, 'has an id twice');
  return ids.map((id) => readId('media.media_ids', id));
}

function readPoll(value: unknown): Poll {
  const poll = readObject('poll', value);
  refuseUnknown(poll, 'poll.', ['options', 'duration_minutes'], ['reply_settings']);
  const options = readTexts('poll.options', poll.options, 2, 4);
  const wrong = options.find((option) => option.trim() === '' || Array.from(option).length > 25);
  if (wrong !== undefined) throw new BadField('poll.options', wrong, 'is not of 1 to 25 characters');
  return { options, duration_minutes: readWhole('poll.duration_minutes', poll.duration_minutes, 5, 10_080) };
}

/** False is the same as absent. */
function readFlag(field: string, value: unknown): true | undefined {
  if (value !== undefined && typeof value !== 'boolean') throw new BadField(field, value, 'is not a boolean');
  return value || undefined;
}
