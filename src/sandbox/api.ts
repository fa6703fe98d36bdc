import multipart from '@fastify/multipart';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { type Answer, noSuchRoute, unauthorized } from './answers.ts';
import type { Call } from './call.ts';
import type { DueFault } from './faults.ts';
import type { Bucket } from './limits.ts';
import { append, describeMedia, finalize, initialize, readStatus } from './media-api.ts';
import { bodyOf, contentType, type Operation, serve } from './serve.ts';
import type { World } from './server.ts';
import { readTimeline } from './timeline.ts';
import { createTweet, deleteTweet, readMe, readTweet } from './tweets.ts';
import type { User } from './users.ts';

/** A segment may have 5 MB; what is a little longer still gets X's answer. */
const SEGMENT_LIMITS = { fileSize: 6 * 1024 * 1024, files: 1, fields: 4, fieldSize: 100 };

/** Everything under /oauth, /1.1 and /2 that has to be signed. */
export function addApi(app: FastifyInstance, world: World): void {
  const { store, signIn } = world;

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

  byUser('POST', '/2/tweets', 'posts', (call) => createTweet(world, call));
  byUser('GET', '/2/tweets/:id', 'reads', (call) => readTweet(world, call));
  byUser('DELETE', '/2/tweets/:id', 'deletes', (call) => deleteTweet(world, call));
  byUser('GET', '/2/users/me', 'me', readMe);
  byUser('GET', '/2/users/:id/tweets', 'reads', (call) => readTimeline(world, call));
  const upload = '/2/media/upload';
  byUser('POST', `${upload}/initialize`, 'mediaInitialize', (call) => initialize(world, call));
  byUser('POST', `${upload}/:id/finalize`, 'mediaFinalize', (call) => finalize(world, call));
  byUser('GET', upload, 'mediaStatus', (call) => readStatus(world, call));
  byUser('POST', '/2/media/metadata', 'mediaMetadata', (call) => describeMedia(world, call));
  // The one route that takes large bodies has a scope of its own.
  app.register(async (scope) => {
    await scope.register(multipart, { attachFieldsToBody: 'keyValues', limits: SEGMENT_LIMITS });
    byUser('POST', `${upload}/:id/append`, 'mediaAppend', (call) => append(world, call), scope);
  });
  for (const method of ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'])
    byUser(method, '/2/*', undefined, () => noSuchRoute);

  function byUser(
    method: string,
    path: string,
    bucket: Bucket | undefined,
    answer: (call: Call) => Answer,
    scope = app,
  ): void {
    const operation: Operation = {
      secretOf: (token) => store.userOfToken(token)?.access_token_secret,
      ...(bucket && { bucket }),
      answer: ({ request, user }, fault) => (user ? answer(callOf(request, user, fault)) : unauthorized),
    };
    add(method, path, operation, scope);
  }

  function add(method: string, url: string, operation: Operation, scope = app): void {
    scope.route({ method, url, handler: (request, reply) => serve(world, operation, request, reply) });
  }
}

function callOf(request: FastifyRequest, user: User, fault: DueFault | undefined): Call {
  const target = request.raw.url ?? '';
  return {
    user,
    path: request.params as Record<string, string>,
    query: new URLSearchParams(target.includes('?') ? target.slice(target.indexOf('?') + 1) : ''),
    contentType: contentType(request),
    body: bodyOf(request),
    parts: partsOf(request),
    fault,
  };
}

const partsOf = ({ body }: FastifyRequest): Readonly<Record<string, unknown>> =>
  typeof body === 'object' && body !== null ? { ...body } : {};
