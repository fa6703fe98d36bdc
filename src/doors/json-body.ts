import { isUtf8 } from 'node:buffer';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { HeraldError } from '../kernel/index.ts';

/**
 * Bytes that a request body may have: 64 KiB of input, the session variables, and the client's document, which may
 * hold the input once more.
 */
export const BODY_LIMIT_BYTES = 256 * 1024;

/**
 * Parses `application/json` and nothing else. Fastify's parser would replace invalid UTF-8 silently and a tweet would
 * go out with U+FFFD in it; `__proto__` and `constructor.prototype` keys are refused by the parser.
 */
export const acceptJsonOnly = (server: FastifyInstance): void => {
  const parse = server.getDefaultJsonParser('error', 'error');
  server.removeAllContentTypeParsers();
  server.addContentTypeParser('application/json', { parseAs: 'buffer' }, (request, body: Buffer, done) => {
    if (!isUtf8(body)) return done(malformed('The body is not valid UTF-8.'));
    void parse(request, body.toString('utf8'), (error, value) =>
      error ? done(malformedJson(error)) : done(null, value),
    );
  });
};

/** How long the body says it is; a body sent in chunks says nothing and counts as long. */
export const bodyBytesOf = (request: FastifyRequest): number =>
  Number(request.headers['content-length'] ?? Number.POSITIVE_INFINITY);

const malformed = (message: string): HeraldError => new HeraldError('INVALID_REQUEST', { message });

const malformedJson = (error: Error): Error =>
  'statusCode' in error && error.statusCode !== 400 ? error : malformed('The body is not valid JSON.');
