import type { FastifyInstance } from 'fastify';

/** Exact paths for orchestrators. They reveal nothing and authenticate nothing (R38). */
export const openHealthDoor = (server: FastifyInstance, isReady: () => boolean): void => {
  server.get('/healthz', { exposeHeadRoute: true }, async () => ({ status: 'ok' }));
  server.get('/readyz', { exposeHeadRoute: true }, async (_request, reply) => {
    const ready = isReady();
    return reply.status(ready ? 200 : 503).send({ status: ready ? 'ready' : 'not ready' });
  });
};
