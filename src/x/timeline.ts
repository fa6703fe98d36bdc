import type {
  TweetId,
  XAuthoredTweet,
  XCredentials,
  XRead,
  XTimeline,
  XTimelineTweet,
  XUserId,
} from '../kernel/index.ts';
import { errorTypesOf, field, listOf, RESOURCE_NOT_FOUND } from './problem.ts';
import { type Parsed, readReply } from './read.ts';
import { parseAuthorId, parseMentions, parseTweet } from './timeline-tweet.ts';
import { revealTokens, type Transport, unparsed } from './transport.ts';

/** What it takes to compare a tweet with one that was sent. */
const TWEET_FIELDS = 'created_at,entities,note_tweet,referenced_tweets,edit_history_tweet_ids,attachments';
const PAGE_SIZE = 100;
/** X shows an account's latest 3,200 tweets, so more pages than these cannot be right. */
const MAX_PAGES = 40;

interface Page {
  readonly tweets: readonly XTimelineTweet[];
  readonly nextToken: string | undefined;
}

export function createTimeline(transport: Transport): XTimeline {
  const readPage = async (
    credentials: XCredentials,
    sinceId: TweetId,
    token?: string,
  ): Promise<XRead<Page>> => {
    const query = {
      max_results: PAGE_SIZE,
      since_id: sinceId,
      'tweet.fields': TWEET_FIELDS,
      pagination_token: token,
    };
    const path = `users/${credentials.xUserId}/tweets`;
    const tokens = revealTokens(credentials);
    return readReply(await transport.send(tokens, (api) => api.v2.get(path, query, unparsed)), parsePage);
  };

  const tweetsSince: XTimeline['tweetsSince'] = async (credentials, sinceId) => {
    const tweets: XTimelineTweet[] = [];
    let page = await readPage(credentials, sinceId);
    for (let pages = 1; page.ok; pages += 1) {
      const { answer } = page;
      const { nextToken } = page.value;
      tweets.push(...page.value.tweets);
      if (nextToken === undefined) return { ok: true, value: tweets, answer };
      if (pages === MAX_PAGES) return { ok: false, code: 'X_UNAVAILABLE', retryAt: undefined, answer };
      page = await readPage(credentials, sinceId, nextToken);
    }
    return page;
  };

  const tweetById: XTimeline['tweetById'] = async (credentials, id) => {
    const query = { 'tweet.fields': `author_id,${TWEET_FIELDS}`, expansions: 'referenced_tweets.id' };
    const tokens = revealTokens(credentials);
    const reply = await transport.send(tokens, (api) => api.v2.get(`tweets/${id}`, query, unparsed));
    return readReply(reply, parseLookup);
  };

  return { tweetsSince, tweetById };
}

/** One page; undefined when X left anything out or anything cannot be read, since absence is a conclusion. */
function parsePage(body: unknown): Parsed<Page> {
  const found = listOf(field(body, 'data'));
  const tweets = found.map(parseTweet).filter((tweet) => tweet !== undefined);
  const meta = field(body, 'meta');
  const nextToken = field(meta, 'next_token');
  if (field(body, 'errors') !== undefined) return undefined;
  if (field(meta, 'result_count') !== tweets.length || tweets.length !== found.length) return undefined;
  if (nextToken !== undefined && (typeof nextToken !== 'string' || nextToken === '')) return undefined;
  return { value: { tweets, nextToken } };
}

/** X answers 200 for a tweet that is not there, with an error that says so instead of `data`. */
function parseLookup(body: unknown): Parsed<XAuthoredTweet | undefined> {
  const data = field(body, 'data');
  if (data === undefined) {
    return errorTypesOf(body).includes(RESOURCE_NOT_FOUND) ? { value: undefined } : undefined;
  }
  const tweet = parseTweet(data);
  const authorId = parseAuthorId(data);
  if (!tweet || !authorId) return undefined;
  const quotedAuthorId = tweet.quotedTweetId && authorOfIncluded(body, tweet.quotedTweetId);
  return { value: { ...tweet, authorId, mentions: parseMentions(data), quotedAuthorId } };
}

/** Whose a tweet is that X sent along; undefined when it is gone or not to be seen. */
function authorOfIncluded(body: unknown, id: TweetId): XUserId | undefined {
  const included = listOf(field(field(body, 'includes'), 'tweets'));
  return parseAuthorId(included.find((tweet) => field(tweet, 'id') === id));
}
