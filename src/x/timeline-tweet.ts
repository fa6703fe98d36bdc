import {
  parseTweetId,
  parseXUserId,
  type TweetId,
  type XTimelineTweet,
  type XUserId,
} from '../kernel/index.ts';
import { field, listOf } from './problem.ts';

/** A tweet in X's JSON, or undefined when something that a comparison needs is missing or malformed. */
export function parseTweet(json: unknown): XTimelineTweet | undefined {
  const [id, createdAt] = ['id', 'created_at'].map((name) => stringField(json, name));
  const written = writtenPart(json);
  const text = stringField(written, 'text');
  const tweetId = parseTweetId(id ?? '');
  const createdMs = Date.parse(createdAt ?? '');
  if (!tweetId || text === undefined || Number.isNaN(createdMs)) return undefined;
  const mediaCount = listOf(field(field(json, 'attachments'), 'media_keys')).length;
  return {
    id: tweetId,
    createdAt: new Date(createdMs),
    text: originalText(text, parseLinks(written), mediaCount > 0),
    inReplyToTweetId: referenced(json, 'replied_to'),
    quotedTweetId: referenced(json, 'quoted'),
    mediaCount,
  };
}

export const parseAuthorId = (json: unknown): XUserId | undefined =>
  parseXUserId(stringField(json, 'author_id') ?? '');

/** X cuts `text` and `entities` of a long tweet, and has all of them in its note. */
const writtenPart = (json: unknown): unknown => field(json, 'note_tweet') ?? json;

/** The accounts that a tweet mentions; X links only those that exist. */
export const parseMentions = (json: unknown): XUserId[] =>
  listOf(field(field(writtenPart(json), 'entities'), 'mentions')).flatMap(
    (mention) => parseXUserId(stringField(mention, 'id') ?? '') ?? [],
  );

interface Link {
  /** `https://t.co/...`, as it stands in the text. */
  readonly url: string;
  readonly expandedUrl: string;
}

/** What the author wrote, from what X shows. Unescaping comes first: an address that it brings in is not escaped. */
function originalText(shown: string, links: readonly Link[], hasMedia: boolean): string {
  const unescaped = shown.replace(
    /&(amp|lt|gt);/g,
    (_, name: string) => ({ amp: '&', lt: '<' })[name] ?? '>',
  );
  const written = hasMedia ? withoutMediaLinks(unescaped, links) : unescaped;
  const expanded = links.reduce(
    (text, { url, expandedUrl }) => text.replaceAll(url, () => expandedUrl),
    written,
  );
  return expanded.normalize('NFC').trim();
}

/** X puts a link to the media at the end of the text; a link like it elsewhere was written by the author. */
function withoutMediaLinks(text: string, links: readonly Link[]): string {
  const rest = text.trimEnd();
  const last = links.find(({ url, expandedUrl }) => rest.endsWith(url) && MEDIA_PAGE.test(expandedUrl));
  return last ? withoutMediaLinks(rest.slice(0, -last.url.length), links) : text;
}

const MEDIA_PAGE = /^https:\/\/(?:x|twitter)\.com\/\w+\/status\/\d+\/(?:photo|video)\/\d+$/;

const parseLinks = (json: unknown): Link[] =>
  listOf(field(field(json, 'entities'), 'urls')).flatMap((entity) => {
    const url = stringField(entity, 'url');
    const expandedUrl = stringField(entity, 'expanded_url');
    return url && expandedUrl ? [{ url, expandedUrl }] : [];
  });

function referenced(json: unknown, type: string): TweetId | undefined {
  const reference = listOf(field(json, 'referenced_tweets')).find((other) => field(other, 'type') === type);
  return parseTweetId(stringField(reference, 'id') ?? '');
}

function stringField(json: unknown, name: string): string | undefined {
  const value = field(json, name);
  return typeof value === 'string' ? value : undefined;
}
