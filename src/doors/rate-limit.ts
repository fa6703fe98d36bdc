import rateLimit from '@fastify/rate-limit';
import type { FastifyInstance } from 'fastify';
import { HeraldError } from '../kernel/index.ts';

const WINDOW_MS = 60_000;
const REQUESTS_PER_MINUTE = 30;

/**
 * Limits how often one address may begin or end a sign-in (R35), on the routes that ask for it with `config.rateLimit`, each
 * by itself. The address is that of the connection unless a trusted proxy says otherwise (R10); IPv6 counts by /64.
 */
export const limitPerAddress = (scope: FastifyInstance, requestsPerMinute = REQUESTS_PER_MINUTE): void => {
  const silent = { 'x-ratelimit-limit': false, 'x-ratelimit-remaining': false, 'x-ratelimit-reset': false };
  scope.register(rateLimit, {
    global: false,
    max: requestsPerMinute,
    timeWindow: WINDOW_MS,
    addHeaders: { ...silent, 'retry-after': false },
    addHeadersOnExceeding: silent,
    errorResponseBuilder: (_request, { ttl }) =>
      new HeraldError('RATE_LIMITED', {
        message: 'Too many sign-ins from this address.',
        retryAt: new Date(Date.now() + ttl),
      }),
  });
};
