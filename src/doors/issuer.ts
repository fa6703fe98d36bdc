import type { IncomingMessage, ServerResponse } from 'node:http';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { HeraldError } from '../kernel/index.ts';
import { redirectHome } from './address.ts';

export interface IssuerRoutes {
  /** Answers one request of the authorization server; reads the body itself. */
  handle(request: IncomingMessage, response: ServerResponse): Promise<void>;
}

export interface IssuerDoor {
  readonly issuer: IssuerRoutes;
  readonly publicUrl: () => URL;
  readonly reportBug: (error: unknown, requestId: string) => void;
}

const BODY_LIMIT_BYTES = 64 * 1024;
const AUTHORIZE = '/oauth/authorize';
const METHODS = ['GET', 'POST', 'OPTIONS'];

/**
 * The authorization server's routes: `/oauth/*` and its two well-known documents. It reads requests and writes answers
 * by itself, cross-origin rules and browser headers included; the doors limit, log and count them.
 */
export const openIssuerDoor = (scope: FastifyInstance, door: IssuerDoor): void => {
  acceptUntouchedForms(scope);
  const handler = async (request: FastifyRequest, reply: FastifyReply): Promise<void> => {
    reply.hijack();
    await door.issuer
      .handle(request.raw, reply.raw)
      .catch((error: unknown) => breakOff(error, request, reply, door));
  };
  scope.get(
    AUTHORIZE,
    { config: { rateLimit: {} } },
    (request, reply) => redirectHome(door.publicUrl(), AUTHORIZE, request, reply) ?? handler(request, reply),
  );
  for (const url of ['/oauth/*', '/.well-known/openid-configuration', '/.well-known/jwks.json'])
    scope.route({ method: METHODS, url, handler });
};

/**
 * Leaves form bodies on the wire for the issuer. Nobody here counts their bytes, so their length must be known before:
 * Node reads as many bytes as `Content-Length` says and no more.
 */
const acceptUntouchedForms = (scope: FastifyInstance): void => {
  scope.removeAllContentTypeParsers();
  scope.addContentTypeParser('application/x-www-form-urlencoded', (_request, _payload, done) => done(null));
  scope.addHook('onRequest', async ({ headers }) => {
    if (headers['transfer-encoding'] !== undefined) {
      throw new HeraldError('INVALID_REQUEST', {
        status: 411,
        message: 'Send the body with a Content-Length.',
      });
    }
    if (Number(headers['content-length'] ?? 0) > BODY_LIMIT_BYTES) throw new HeraldError('PAYLOAD_TOO_LARGE');
  });
};

const breakOff = (error: unknown, request: FastifyRequest, { raw }: FastifyReply, door: IssuerDoor): void => {
  door.reportBug(error, request.id);
  if (raw.headersSent) return void raw.destroy();
  raw.writeHead(500, { 'content-type': 'application/json; charset=utf-8', 'cache-control': 'no-store' });
  raw.end(
    JSON.stringify({ error: 'server_error', error_description: `The log has the cause: ${request.id}` }),
  );
};
