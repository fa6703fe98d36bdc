import {
  parseXUserId,
  type ReplySettings,
  type XClient,
  type XTimeline,
  type XTweet,
  type XUser,
} from '../kernel/index.ts';
import { classifyCreate } from './outcome.ts';
import { field } from './problem.ts';
import { type Parsed, readReply } from './read.ts';
import { createTimeline } from './timeline.ts';
import { createTransport, revealTokens, type TransportOptions, unparsed } from './transport.ts';

/** The body of `POST /2/tweets`, as far as Herald uses it; the library's own type lags behind X. */
interface CreateTweetBody {
  readonly text: string;
  readonly reply?: { readonly in_reply_to_tweet_id: string };
  readonly reply_settings?: 'following' | 'mentionedUsers' | 'subscribers' | 'verified';
}

const replySettings = {
  FOLLOWING: 'following',
  MENTIONED_USERS: 'mentionedUsers',
  SUBSCRIBERS: 'subscribers',
  VERIFIED: 'verified',
} as const satisfies Record<ReplySettings, CreateTweetBody['reply_settings']>;

/** X over twitter-api-v2. `close` ends idle connections at once and the others after their answer. */
export function createXClient(options: TransportOptions): XClient & XTimeline & { close(): void } {
  const transport = createTransport(options);

  const createTweet: XClient['createTweet'] = async (credentials, tweet, beforeSend) => {
    const body = tweetBody(tweet);
    const reply = await transport.send(
      revealTokens(credentials),
      (api) => api.v2.post('tweets', body, unparsed),
      beforeSend,
    );
    return classifyCreate(reply);
  };

  const me: XClient['me'] = async (credentials) =>
    readReply(
      await transport.send(revealTokens(credentials), (api) => api.v2.get('users/me', {}, unparsed)),
      parseUser,
    );

  return { createTweet, me, ...createTimeline(transport), close: transport.close };
}

const tweetBody = (tweet: XTweet): CreateTweetBody => ({
  text: tweet.text,
  ...(tweet.inReplyToTweetId && { reply: { in_reply_to_tweet_id: tweet.inReplyToTweetId } }),
  ...(tweet.replySettings && { reply_settings: replySettings[tweet.replySettings] }),
});

function parseUser(body: unknown): Parsed<XUser> {
  const data = field(body, 'data');
  const [id, username, name] = [field(data, 'id'), field(data, 'username'), field(data, 'name')];
  const xUserId = typeof id === 'string' ? parseXUserId(id) : undefined;
  if (!xUserId || typeof username !== 'string' || typeof name !== 'string') return undefined;
  return { value: { xUserId, username, name } };
}
