import {
  parseXUserId,
  type XClient,
  type XMediaUploads,
  type XTimeline,
  type XUser,
} from '../kernel/index.ts';
import { classifyDeletion } from './deletion.ts';
import { createMediaUploads } from './media.ts';
import { classifyCreate } from './outcome.ts';
import { field } from './problem.ts';
import { type Parsed, readReply } from './read.ts';
import { createTimeline } from './timeline.ts';
import { createTransport, revealTokens, type TransportOptions, unparsed } from './transport.ts';
import { tweetBody } from './tweet-body.ts';

/** X over twitter-api-v2. `close` ends idle connections at once and the others after their answer. */
export function createXClient(
  options: TransportOptions,
): XClient & XTimeline & XMediaUploads & { close(): void } {
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

  const deleteTweet: XClient['deleteTweet'] = async (credentials, id) =>
    classifyDeletion(
      await transport.send(revealTokens(credentials), (api) => api.v2.delete(`tweets/${id}`, {}, unparsed)),
    );

  const me: XClient['me'] = async (credentials) =>
    readReply(
      await transport.send(revealTokens(credentials), (api) => api.v2.get('users/me', {}, unparsed)),
      parseUser,
    );

  return {
    createTweet,
    deleteTweet,
    me,
    ...createTimeline(transport),
    ...createMediaUploads(transport),
    close: transport.close,
  };
}

function parseUser(body: unknown): Parsed<XUser> {
  const data = field(body, 'data');
  const [id, username, name] = [field(data, 'id'), field(data, 'username'), field(data, 'name')];
  const xUserId = typeof id === 'string' ? parseXUserId(id) : undefined;
  if (!xUserId || typeof username !== 'string' || typeof name !== 'string') return undefined;
  return { value: { xUserId, username, name } };
}
