import { createHash } from 'node:crypto';
import { missing } from './answers.ts';
import { findLinks } from './links.ts';
import { mediaKey } from './media.ts';
import { findMentions } from './mentions.ts';
import type { World } from './server.ts';
import type { Tweet } from './store.ts';

/** What a tweet refers to: accounts, other tweets and files. */
export type Surroundings = Pick<World, 'store' | 'media'>;

/** One shortened link, its place counted in code points of the text that X answers. */
export interface UrlEntity {
  readonly start: number;
  readonly end: number;
  readonly url: string;
  readonly expanded_url: string;
  readonly display_url: string;
  readonly media_key?: string;
}

/** An account that exists, where the text names it. */
export interface MentionEntity {
  readonly start: number;
  readonly end: number;
  readonly username: string;
  readonly id: string;
}

/** A text as X answers it, and what is in it. */
interface Rendered {
  readonly text: string;
  readonly urls: readonly UrlEntity[];
  readonly mentions: readonly MentionEntity[];
}

export const TWEET_FIELDS = [
  'attachments',
  'author_id',
  'context_annotations',
  'conversation_id',
  'created_at',
  'display_text_range',
  'edit_controls',
  'edit_history_tweet_ids',
  'entities',
  'geo',
  'id',
  'in_reply_to_user_id',
  'lang',
  'note_tweet',
  'possibly_sensitive',
  'public_metrics',
  'referenced_tweets',
  'reply_settings',
  'source',
  'text',
  'withheld',
];

/**
 * A tweet as X answers it: `text` has `&`, `<` and `>` escaped, every link replaced by one of t.co, and one more behind it
 * for its media; of the other fields those that were asked for, absent when they would be empty.
 */
export function viewTweet(
  tweet: Tweet,
  fields: ReadonlySet<string>,
  around: Surroundings,
): Record<string, unknown> {
  const { text, urls, mentions } = render(tweet, around);
  const seen = { id: tweet.id, text, edit_history_tweet_ids: [tweet.id] };
  if (fields.size === 0) return seen;
  const more: Record<string, unknown> = {
    attachments: attachmentsOf(tweet, around),
    author_id: tweet.author.id,
    created_at: new Date(Math.floor(tweet.createdMs / 1000) * 1000).toISOString(),
    entities: ifAny({ ...(urls.length > 0 && { urls }), ...(mentions.length > 0 && { mentions }) }),
    in_reply_to_user_id: around.store.tweet(tweet.inReplyTo ?? '')?.author.id,
    referenced_tweets: tweet.inReplyTo || tweet.quotes ? references(tweet) : undefined,
    reply_settings: tweet.replySettings ?? 'everyone',
  };
  const asked = Object.entries(more).filter(([name, value]) => fields.has(name) && value !== undefined);
  return { ...seen, ...Object.fromEntries(asked) };
}

/** What `expansions=referenced_tweets.id` adds to an answer: the tweets that others refer to, and errors for those that are gone. */
export function expand(tweets: readonly Tweet[], fields: ReadonlySet<string>, around: Surroundings): object {
  const ids = [...new Set(tweets.flatMap(references).map(({ id }) => id))];
  const found = ids.flatMap((id) => around.store.tweet(id) ?? []);
  const gone = ids.filter((id) => !around.store.tweet(id));
  return {
    ...(found.length > 0 && {
      includes: { tweets: found.map((tweet) => viewTweet(tweet, fields, around)) },
    }),
    ...(gone.length > 0 && { errors: gone.map((id) => missing('tweet', id, 'referenced_tweets.id')) }),
  };
}

const references = ({ inReplyTo, quotes }: Tweet): { type: string; id: string }[] => [
  ...(inReplyTo ? [{ type: 'replied_to', id: inReplyTo }] : []),
  ...(quotes ? [{ type: 'quoted', id: quotes }] : []),
];

/** X gives a poll an id of its own; here it is the one before its tweet's. */
function attachmentsOf({ id, mediaIds = [], poll }: Tweet, { media }: Surroundings): object | undefined {
  return ifAny({
    ...(mediaIds.length > 0 && { media_keys: mediaIds.flatMap((one) => keyOf(one, media) ?? []) }),
    ...(poll && { poll_ids: [(BigInt(id) - 1n).toString()] }),
  });
}

function keyOf(id: string, media: World['media']): string | undefined {
  const file = media.find(id);
  return file && mediaKey(file);
}

const ifAny = (object: object): object | undefined => (Object.keys(object).length > 0 ? object : undefined);

function render(tweet: Tweet, around: Surroundings): Rendered {
  const posted = tweet.text.trim();
  const urls: UrlEntity[] = [];
  const mentions: MentionEntity[] = [];
  const found = [...findLinks(posted), ...findMentions(posted)].sort((a, b) => a.start - b.start);
  let text = '';
  let rest = 0;
  for (const entity of found) {
    text += escapeText(posted.slice(rest, entity.start));
    const start = countCodePoints(text);
    if ('href' in entity) {
      const url = `https://t.co/${slug(tweet.id, urls.length)}`;
      const end = start + url.length;
      urls.push({ start, end, url, expanded_url: entity.href, display_url: display(entity.href) });
      text += url;
    } else {
      const user = around.store.userByName(entity.username);
      const end = start + entity.end - entity.start;
      if (user) mentions.push({ start, end, username: user.username, id: user.id });
      text += posted.slice(entity.start, entity.end);
    }
    rest = entity.end;
  }
  return withMedia(tweet, { text: text + escapeText(posted.slice(rest)), urls, mentions }, around);
}

/** One link behind the text stands for all files; X lists it once for each. */
function withMedia(tweet: Tweet, rendered: Rendered, { media }: Surroundings): Rendered {
  const files = (tweet.mediaIds ?? []).flatMap((id) => media.find(id) ?? []);
  if (files.length === 0) return rendered;
  const before = rendered.text === '' ? '' : `${rendered.text} `;
  const path = slug(tweet.id, rendered.urls.length);
  const url = `https://t.co/${path}`;
  const start = countCodePoints(before);
  const urls = files.map((file) => ({
    start,
    end: start + url.length,
    url,
    expanded_url: `https://x.com/${tweet.author.username}/status/${tweet.id}/${file.kind === 'image' ? 'photo' : 'video'}/1`,
    display_url: `pic.x.com/${path}`,
    media_key: mediaKey(file),
  }));
  return { ...rendered, text: before + url, urls: [...rendered.urls, ...urls] };
}

const countCodePoints = (text: string): number => Array.from(text).length;

/** X escapes these three and no others in the `text` that it answers. */
const escapeText = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');

/** Ten letters and digits, the same whenever the tweet is read. */
function slug(id: string, index: number): string {
  const digest = createHash('sha256').update(`${id}/${index}`).digest('base64');
  return digest.replace(/[^A-Za-z0-9]/g, '').slice(0, 10);
}

/** Without scheme and `www.`, cut to what X shows. */
function display(href: string): string {
  const bare = href.replace(/^https?:\/\/(?:www\.)?/i, '').replace(/\/$/, '');
  const host = bare.split(/[/?#:]/, 1)[0] ?? '';
  return bare.length > host.length + 16 ? `${bare.slice(0, host.length + 15)}…` : bare;
}
