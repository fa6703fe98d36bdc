import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { BadInput, readFault, readLimits, readUsername } from './control-input.ts';
import type { MediaLibrary } from './media.ts';
import type { World } from './server.ts';
import type { Tweet } from './store.ts';

/**
 * The control API, for tests and people, unsigned:
 *
 * - `GET /_sandbox/tweets`; `GET|POST /_sandbox/users` `{username}`; `GET /_sandbox/requests`
 * - `POST /_sandbox/faults` `{kind, method?, path?, user?, times?, after?, ms?}`, `GET`, `DELETE`
 * - `POST /_sandbox/limits` `{posts?, deletes?, me?, reads?, media…?: number|null, windowMs?, plan?}`: null lifts; `GET`
 * - `POST /_sandbox/reset`: no tweets, files, faults, requests and counts; users, tokens, limits and plan stay
 */
export function addControl(app: FastifyInstance, world: World): void {
  const { store, media, faults, limits, requests } = world;
  const settings = () => ({ ...limits.settings, plan: world.plan });
  app.register(async (scope) => {
    scope.addHook('onRequest', refuseOtherSites);
    scope.setErrorHandler(async (error, _request, reply) => {
      if (!(error instanceof BadInput)) throw error;
      return reply.code(400).send({ error: error.message });
    });
    scope.get('/_sandbox/tweets', () => store.tweets().map((tweet) => describe(tweet, media)));
    scope.get('/_sandbox/users', () => store.users().map(({ name: _name, ...user }) => user));
    scope.get('/_sandbox/requests', () => requests.list());
    scope.get('/_sandbox/faults', () => faults.pending());
    scope.get('/_sandbox/limits', settings);

    scope.post('/_sandbox/users', (request) => {
      const { name: _name, ...user } = store.addUser(readUsername(request.body));
      return user;
    });
    scope.post('/_sandbox/faults', (request) => {
      const fault = readFault(request.body);
      faults.add(fault);
      return fault;
    });
    scope.post('/_sandbox/limits', (request) => {
      const change = readLimits(request.body);
      limits.set(change.limits);
      world.plan = change.plan ?? world.plan;
      return settings();
    });
    scope.delete('/_sandbox/faults', () => {
      faults.clear();
      return { cleared: true };
    });
    scope.post('/_sandbox/reset', () => {
      store.clearTweets();
      media.clear();
      faults.clear();
      requests.clear();
      limits.clear();
      return { cleared: true };
    });
  });
}

/** A page of another site must not be able to order faults or read tokens through a visitor's browser. */
async function refuseOtherSites(
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply | undefined> {
  const { origin, host } = request.headers;
  if (origin === undefined || origin === `${request.protocol}://${host}`) return undefined;
  return reply.code(403).send({ error: 'The control API is not for pages of other sites.' });
}

/** A tweet as it was posted. */
function describe(tweet: Tweet, media: MediaLibrary): object {
  const mediaIds = tweet.mediaIds ?? [];
  return {
    id: tweet.id,
    text: tweet.text,
    author_id: tweet.author.id,
    username: tweet.author.username,
    created_at: new Date(tweet.createdMs).toISOString(),
    in_reply_to_tweet_id: tweet.inReplyTo ?? null,
    quote_tweet_id: tweet.quotes ?? null,
    media_ids: mediaIds,
    poll: tweet.poll ?? null,
    alt_texts: mediaIds.map((id) => media.find(id)?.altText ?? null),
  };
}
