import type { FastifyRequest } from 'fastify';

/**
 * The trace that a request belongs to, as 32 or 16 lower-case hexadecimal digits: from `traceparent` (W3C Trace Context), or
 * `X-B3-TraceId` as Hasura sends it. Undefined without one that is valid: a trace is never a reason to refuse anything.
 */
export const traceIdOf = ({ headers }: FastifyRequest): string | undefined => {
  const w3c = /^[0-9a-f]{2}-([0-9a-f]{32})-/.exec(String(headers.traceparent ?? ''))?.[1];
  const b3 = /^(?:[0-9a-f]{16}){1,2}$/i.exec(String(headers['x-b3-traceid'] ?? ''))?.[0];
  return [w3c, b3].find((id) => id !== undefined && !/^0+$/.test(id))?.toLowerCase();
};
