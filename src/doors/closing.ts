import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { FastifyInstance } from 'fastify';

/** Longer than a send may take. */
const CUT_AFTER_MS = 22_000;

/**
 * Lets go of connections when the server closes. Node waits for each of them, and stops its own time limits: one that was
 * busy would be kept alive by its client, and one that never sent a byte would hold up the end for two minutes.
 */
export const closeConnectionsWhenClosing = (server: FastifyInstance): void => {
  const idle = new Set<Socket>();
  const requests = new Set<IncomingMessage>();
  let closing = false;
  const free = (socket: Socket): void => {
    if (closing) socket.destroySoon();
    else idle.add(socket);
  };
  server.server.on('connection', (socket: Socket) => {
    free(socket);
    socket.once('close', () => idle.delete(socket));
  });
  server.server.on('request', (request: IncomingMessage, response: ServerResponse) => {
    const { socket } = request;
    idle.delete(socket);
    requests.add(request);
    response.once('close', () => requests.delete(request));
    response.once('close', () => free(socket));
  });
  server.addHook('preClose', async () => {
    closing = true;
    for (const socket of idle) socket.destroy();
    // Nothing was begun for a request that is still arriving, and a slow sender would hold up the end.
    for (const { complete, socket } of requests) if (!complete) socket.destroy();
    setTimeout(() => server.server.closeAllConnections(), CUT_AFTER_MS).unref();
  });
  server.addHook('onSend', async (_request, reply) => {
    if (closing) reply.header('connection', 'close');
  });
};
