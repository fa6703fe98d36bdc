import type { FastifyInstance, FastifyRequest } from 'fastify';
import { type Answer, noSuchRoute, unauthorized } from './answers.ts';
import type { Call } from './call.ts';
import type { Bucket } from './limits.ts';
import { bodyOf, contentType, type Operation, serve } from './serve.ts';
import type { World } from './server.ts';
import { readTimeline } from './timeline.ts';
import { createTweet, deleteTweet, readMe, readTweet } from './tweets.ts';
import type { User } from './users.ts';

/** Everything under /oauth, /1.1 and /2 that has to be signed. */
export function addApi(app: FastifyInstance, world: World): void {
  const { store, signIn, now } = world;

  const appOnly = (token: string) => (token === '' ? '' : undefined);
  add('POST', '/oauth/request_token', {
    secretOf: appOnly,
    answer: (i) => signIn.requestToken(i.verified.parameters),
  });
  add('POST', '/oauth/access_token', {
    secretOf: signIn.secretOf,
    answer: ({ verified }) => signIn.accessToken(verified.token ?? '', verified.parameters),
  });

  byUser('POST', '/1.1/oauth/invalidate_token', undefined, ({ user }) => signIn.invalidateToken(user));

  byUser('POST', '/2/tweets', 'posts', (call) => createTweet(store, now, call));
  byUser('GET', '/2/tweets/:id', 'reads', (call) => readTweet(store, call));
  byUser('DELETE', '/2/tweets/:id', 'deletes', (call) => deleteTweet(store, call));
  byUser('GET', '/2/users/me', 'me', readMe);
  byUser('GET', '/2/users/:id/tweets', 'reads', (call) => readTimeline(store, now, call));
  for (const method of ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'])
    byUser(method, '/2/*', undefined, () => noSuchRoute);

  function byUser(
    method: string,
    path: string,
    bucket: Bucket | undefined,
    answer: (call: Call) => Answer,
  ): void {
    add(method, path, {
      secretOf: (token) => store.userOfToken(token)?.access_token_secret,
      ...(bucket && { bucket }),
      answer: ({ request, user }, lagMs) => (user ? answer(callOf(request, user, lagMs)) : unauthorized),
    });
  }

  function add(method: string, url: string, operation: Operation): void {
    app.route({ method, url, handler: (request, reply) => serve(world, operation, request, reply) });
  }
}

function callOf(request: FastifyRequest, user: User, lagMs: number): Call {
  const target = request.raw.url ?? '';
  return {
    user,
    path: request.params as Record<string, string>,
    query: new URLSearchParams(target.includes('?') ? target.slice(target.indexOf('?') + 1) : ''),
    contentType: contentType(request),
    body: bodyOf(request),
    lagMs,
  };
}
