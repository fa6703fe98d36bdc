import {
  type Log,
  parseXUserId,
  type ReplySettings,
  type XClient,
  type XCredentials,
  type XOutcome,
  type XTweet,
  type XUser,
} from '../kernel/index.ts';
import type { Reply } from './exchange.ts';
import { classifyCreate } from './outcome.ts';
import { field } from './problem.ts';
import { readReply } from './read.ts';
import { createTransport, type TokenPair, type TransportOptions, unparsed } from './transport.ts';

export interface XClientOptions extends TransportOptions {
  readonly log: Log;
}

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
export function createXClient({ log, ...options }: XClientOptions): XClient & { close(): void } {
  const transport = createTransport(options);

  const createTweet: XClient['createTweet'] = async (credentials, tweet, beforeSend) => {
    const startedMs = performance.now();
    const body = tweetBody(tweet);
    const reply = await transport.send(
      revealTokens(credentials),
      (api) => api.v2.post('tweets', body, unparsed),
      beforeSend,
    );
    const outcome = classifyCreate(reply);
    logOutcome(log, outcome, reply, performance.now() - startedMs);
    return outcome;
  };

  const me: XClient['me'] = async (credentials) =>
    readReply(
      await transport.send(revealTokens(credentials), (api) => api.v2.get('users/me', {}, unparsed)),
      parseUser,
    );

  return { createTweet, me, close: transport.close };
}

const revealTokens = ({ accessToken, accessTokenSecret }: XCredentials): TokenPair => ({
  accessToken: accessToken.reveal(),
  accessSecret: accessTokenSecret.reveal(),
});

const tweetBody = (tweet: XTweet): CreateTweetBody => ({
  text: tweet.text,
  ...(tweet.inReplyToTweetId && { reply: { in_reply_to_tweet_id: tweet.inReplyToTweetId } }),
  ...(tweet.replySettings && { reply_settings: replySettings[tweet.replySettings] }),
});

function parseUser(body: unknown): XUser | undefined {
  const data = field(body, 'data');
  const [id, username, name] = [field(data, 'id'), field(data, 'username'), field(data, 'name')];
  const xUserId = typeof id === 'string' ? parseXUserId(id) : undefined;
  if (!xUserId || typeof username !== 'string' || typeof name !== 'string') return undefined;
  return { xUserId, username, name };
}

function logOutcome(log: Log, outcome: XOutcome, reply: Reply, elapsedMs: number): void {
  const { status, transactionId: xTransactionId } = outcome.answer;
  const fields = { status, xTransactionId, durationMs: Math.round(elapsedMs) };
  if (outcome.kind === 'created') {
    log('info', 'x_created', { ...fields, tweetId: outcome.tweetId });
  } else {
    const reason = outcome.kind === 'rejected' ? undefined : outcome.reason;
    log('warn', 'x_outcome', { ...fields, code: outcome.code, reason, error: reply.failure });
  }
}
