import { isUtf8 } from 'node:buffer';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { HeraldError } from '../kernel/index.ts';
import { limitAtOnce, type Places } from './places.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** The length of the JSON body that was read; 0 before. */
    bodyBytes: number;
  }
}

/**
 * Bytes that a request body may have: 64 KiB of input, the session variables, and the client's document, which may
 * hold the input once more.
 */
export const BODY_LIMIT_BYTES = 256 * 1024;

/** The same where a file may come along: 5 MB of it are 7 MB in base64. */
export const FILE_BODY_LIMIT_BYTES = 8 * 1024 * 1024;

/** So many of those at once, on all doors together. */
export const LARGE_BODIES_AT_ONCE = 8;

/**
 * Parses `application/json` and nothing else. Fastify's parser would replace invalid UTF-8 silently and a tweet would
 * go out with U+FFFD in it; `__proto__` and `constructor.prototype` keys are refused by the parser.
 */
export const acceptJsonOnly = (server: FastifyInstance): void => {
  const parse = server.getDefaultJsonParser('error', 'error');
  server.removeAllContentTypeParsers();
  server.decorateRequest('bodyBytes', 0);
  server.addContentTypeParser('application/json', { parseAs: 'buffer' }, (request, body: Buffer, done) => {
    request.bodyBytes = body.length;
    if (!isUtf8(body)) return done(malformed('The body is not valid UTF-8.'));
    void parse(request, body.toString('utf8'), (error, value) =>
      error ? done(malformedJson(error)) : done(null, value),
    );
  });
};

/** Bodies that are large, or do not say how large they are, need a place; one that turns out to be small gives it back. */
export const limitLargeBodies = (scope: FastifyInstance, places: Places): void => {
  limitAtOnce(
    scope,
    places,
    mayBeLarge,
    'Herald takes in as many large requests as it can at once, and nothing was started. Try again after retryAt.',
  );
  scope.addHook('preHandler', async (request) => {
    if (request.bodyBytes <= BODY_LIMIT_BYTES) request.place?.leave();
  });
};

const mayBeLarge = ({ headers }: FastifyRequest): boolean =>
  headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > BODY_LIMIT_BYTES;

const malformed = (message: string): HeraldError => new HeraldError('INVALID_REQUEST', { message });

const malformedJson = (error: Error): Error =>
  'statusCode' in error && error.statusCode !== 400 ? error : malformed('The body is not valid JSON.');
