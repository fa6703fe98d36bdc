import type { FastifyInstance } from 'fastify';
import { answerBrokenRequest } from './broken-requests.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** Ends the request when its body is late; whoever lets it take longer refreshes it with what arrives. */
    arrival: NodeJS.Timeout | undefined;
  }
}

/** No request may take longer to arrive, whatever its route allows: 64 MB at 2 Mbit/s. Node's own limit, one for all routes. */
export const LONGEST_ARRIVAL_MS = 300_000;

/**
 * Ends a request whose body has not arrived `withinMs` after its headers: with 408 as Node does, or without a word when it was
 * answered already.
 */
export const limitArrival = (server: FastifyInstance, withinMs: number): void => {
  server.decorateRequest('arrival', undefined);
  server.addHook('onRequest', async (request, reply) => {
    const { raw } = request;
    if (raw.headers['content-length'] === undefined && raw.headers['transfer-encoding'] === undefined) return;
    const timer = setTimeout(() => {
      if (raw.complete) return;
      if (reply.raw.headersSent) raw.destroy();
      else answerBrokenRequest(LATE, raw.socket);
    }, withinMs);
    raw.once('close', () => clearTimeout(timer));
    request.arrival = timer;
  });
};

const LATE: NodeJS.ErrnoException = Object.assign(new Error('late'), { code: 'ERR_HTTP_REQUEST_TIMEOUT' });
