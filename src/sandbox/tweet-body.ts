import { type Answer, invalidRequest } from './answers.ts';

/** What POST /2/tweets takes, as far as the sandbox knows it. */
export interface TweetBody {
  readonly text: string;
  readonly replyTo: string | undefined;
  readonly replySettings: string | undefined;
}

const REPLY_SETTINGS = ['following', 'mentionedUsers', 'subscribers', 'verified'];

/** Fields that X takes and the sandbox does not do (schema CreatePostsRequest of X's OpenAPI 2.167). */
const NOT_YET = new Set([
  'media',
  'poll',
  'quote_tweet_id',
  'community_id',
  'edit_options',
  'geo',
  'card_uri',
  'direct_message_deep_link',
  'for_super_followers_only',
  'made_with_ai',
  'nullcast',
  'paid_partnership',
  'share_with_followers',
]);

const NOT_YET_IN_REPLY = new Set(['exclude_reply_user_ids', 'auto_populate_reply_metadata']);

/** X accepts ids of 1 to 19 digits. */
const ID = /^[0-9]{1,19}$/;
/** What twitter-text declares invalid anywhere, and half a surrogate pair, which is no character. */
const INVALID_CHARACTER = /[\uFFFE\uFEFF\uFFFF]|\p{Surrogate}/u;

/** The body, or X's 400 for what its published schema (no additional properties) does not allow. */
export function readTweetBody(contentType: string, body: string): TweetBody | Answer {
  if (contentType !== 'application/json') return invalidRequest('The Content-Type must be application/json.');
  const json = parseObject(body);
  if (!json) return invalidRequest('The body must be a JSON object.');
  const stray = refuseUnknown(json, '', ['text', 'reply', 'reply_settings'], NOT_YET);
  if (stray) return stray;

  const { text, reply, reply_settings: replySettings } = json;
  if (typeof text !== 'string') return invalid('text', text, 'is not a string');
  if (text.trim() === '') return invalid('text', text, 'is empty, and there is no media');
  if (INVALID_CHARACTER.test(text)) return invalid('text', text, 'has an invalid character');
  if (replySettings !== undefined && !isReplySettings(replySettings)) {
    return invalid('reply_settings', replySettings, `is not one of [${REPLY_SETTINGS.join(',')}]`);
  }
  const replyTo = reply === undefined ? undefined : readReply(reply);
  return typeof replyTo === 'object' ? replyTo : { text, replyTo, replySettings };
}

function readReply(reply: unknown): string | Answer {
  if (!isObject(reply)) return invalid('reply', reply, 'is not an object');
  const stray = refuseUnknown(reply, 'reply.', ['in_reply_to_tweet_id'], NOT_YET_IN_REPLY);
  if (stray) return stray;
  const id = reply.in_reply_to_tweet_id;
  if (typeof id === 'string' && ID.test(id)) return id;
  return invalid('reply.in_reply_to_tweet_id', id, 'does not match ^[0-9]{1,19}$');
}

function refuseUnknown(
  object: Record<string, unknown>,
  prefix: string,
  known: readonly string[],
  notYet: ReadonlySet<string>,
): Answer | undefined {
  for (const [name, value] of Object.entries(object)) {
    if (known.includes(name)) continue;
    const reason = notYet.has(name)
      ? 'is not supported by the sandbox yet'
      : 'is not a field of this request';
    return invalid(prefix + name, value, reason);
  }
  return undefined;
}

function invalid(field: string, value: unknown, reason: string): Answer {
  const shown = typeof value === 'string' ? value : (JSON.stringify(value) ?? '');
  return invalidRequest(`The field ${field} ${reason}.`, { [field]: [shown.slice(0, 300)] });
}

const isReplySettings = (value: unknown): value is string =>
  typeof value === 'string' && REPLY_SETTINGS.includes(value);

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function parseObject(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
