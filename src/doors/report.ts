import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Log, Meter } from '../kernel/index.ts';
import { traceIdOf } from './trace-id.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** The operation that the request names, for its log line. */
    operation: string | undefined;
    /** The code that it was refused with, for its log line. */
    refusal: string | undefined;
    /** The post that it was about, for its log line. */
    postId: string | undefined;
  }
}

type Door = Parameters<Meter['request']>[0]['door'];

/** One log line and one count for each answer. Never the address: the query of a sign-in holds what X gave the browser. */
export const reportRequest = (
  { log, meter }: { log: Log; meter: Pick<Meter, 'request'> },
  request: FastifyRequest,
  reply: FastifyReply,
): void => {
  const route = routeOf(request);
  if (route === '/healthz' || route === '/readyz') return;
  const door = doorOf(route);
  const code = request.refusal ?? (door === 'issuer' ? refusalOf(reply.statusCode) : undefined);
  const durationMs = Math.round(reply.elapsedTime * 10) / 10;
  meter.request({ door, operation: request.operation, code, durationMs });
  log(code === undefined ? 'info' : 'warn', 'request', {
    requestId: request.id,
    traceId: traceIdOf(request),
    postId: request.postId,
    operation: request.operation,
    status: reply.statusCode,
    code,
    durationMs,
  });
};

/** The preflight requests of a page have a route of their own: `*`. */
const routeOf = ({ routeOptions, url }: FastifyRequest): string =>
  (routeOptions.url === '*' ? url.split('?')[0] : routeOptions.url) ?? '';

const doorOf = (route: string): Door => {
  if (route === '/graphql') return 'graphql';
  if (route === '/media') return 'media';
  if (route === '/hasura/events') return 'event';
  if (route.startsWith('/auth/')) return 'sign_in';
  return route.startsWith('/oauth/') || route.startsWith('/.well-known/') ? 'issuer' : 'action';
};

/** The issuer answers in OAuth's own words; these are Herald's for the same. */
const refusalOf = (status: number): string | undefined => {
  if (status >= 500) return 'INTERNAL';
  return status >= 400 ? 'INVALID_REQUEST' : undefined;
};
