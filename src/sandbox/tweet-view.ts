import { createHash } from 'node:crypto';
import { findLinks } from './links.ts';
import type { Tweet } from './store.ts';

/** One shortened link, its place counted in code points of the text that X answers. */
export interface UrlEntity {
  readonly start: number;
  readonly end: number;
  readonly url: string;
  readonly expanded_url: string;
  readonly display_url: string;
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
 * A tweet as X answers it: `text` has `&`, `<` and `>` escaped and every link replaced by one of t.co; of the other
 * fields those that were asked for, absent when they would be empty.
 */
export function viewTweet(tweet: Tweet, fields: ReadonlySet<string>): Record<string, unknown> {
  const { text, urls } = shorten(tweet);
  const more: Record<string, unknown> = {
    author_id: tweet.author.id,
    created_at: new Date(Math.floor(tweet.createdMs / 1000) * 1000).toISOString(),
    entities: urls.length > 0 ? { urls } : undefined,
    referenced_tweets: tweet.inReplyTo && [{ type: 'replied_to', id: tweet.inReplyTo }],
    reply_settings: tweet.replySettings ?? 'everyone',
  };
  const asked = Object.entries(more).filter(([name, value]) => fields.has(name) && value !== undefined);
  return { id: tweet.id, text, edit_history_tweet_ids: [tweet.id], ...Object.fromEntries(asked) };
}

function shorten(tweet: Tweet): { text: string; urls: UrlEntity[] } {
  const posted = tweet.text.trim();
  const urls: UrlEntity[] = [];
  let text = '';
  let rest = 0;
  for (const link of findLinks(posted)) {
    text += escapeText(posted.slice(rest, link.start));
    const start = countCodePoints(text);
    const url = `https://t.co/${slug(tweet.id, urls.length)}`;
    urls.push({
      start,
      end: start + url.length,
      url,
      expanded_url: link.href,
      display_url: display(link.href),
    });
    text += url;
    rest = link.end;
  }
  return { text: text + escapeText(posted.slice(rest)), urls };
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
