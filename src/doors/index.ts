import { randomUUID } from 'node:crypto';
import fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import { HeraldError, type Log, type Meter, type Posting, type Session } from '../kernel/index.ts';
import { openActionDoor, sendActionError } from './action.ts';
import { refusalOf } from './answer.ts';
import { answerBrokenRequest, answerExpectation, drain } from './broken-requests.ts';
import { closeConnectionsWhenClosing } from './closing.ts';
import { openGraphqlDoor, sendGraphqlRefusal } from './graphql.ts';
import { admitHasuraOnly } from './hasura-only.ts';
import { openHealthDoor } from './health.ts';
import { acceptJsonOnly, BODY_LIMIT_BYTES } from './json-body.ts';
import { type LoadSheddingOptions, shedLoad } from './load-shedding.ts';
import { createOperations } from './operations.ts';
import { loadSchema } from './schema.ts';

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

export interface DoorTools {
  readonly posting: Posting;
  readonly isHasura: (secret: string | undefined) => boolean;
  readonly openSession: (variables: Readonly<Record<string, unknown>>) => Session;
  readonly isReady: () => boolean;
  /** False while the process is on its way out: what is in flight is finished, nothing new is begun. */
  readonly mayBegin: () => boolean;
  readonly log: Log;
  readonly meter: Pick<Meter, 'request'>;
  readonly loadShedding?: LoadSheddingOptions;
  /** How long a client may take to send a request, in milliseconds; default 30,000. */
  readonly requestTimeoutMs?: number;
}

const REQUEST_TIMEOUT_MS = 30_000;
const CONNECTION_TIMEOUT_MS = 120_000;

type Send = (error: HeraldError, request: FastifyRequest, reply: FastifyReply) => FastifyReply;

/** The HTTP server with every door, not listening yet. */
export const createDoors = (tools: DoorTools): FastifyInstance => {
  const requestTimeout = tools.requestTimeoutMs ?? REQUEST_TIMEOUT_MS;
  const server = fastify({
    logger: false,
    genReqId: () => randomUUID(),
    bodyLimit: BODY_LIMIT_BYTES,
    requestTimeout,
    connectionTimeout: CONNECTION_TIMEOUT_MS,
    trustProxy: false,
    // The doors say it in their own shape; Hasura hides a 503 from the client.
    return503OnClosing: false,
    exposeHeadRoutes: false,
    clientErrorHandler: answerBrokenRequest,
    frameworkErrors: (error, request, reply) => void fail(tools, sendActionError)(error, request, reply),
    http: { requireHostHeader: false, connectionsCheckingInterval: Math.min(requestTimeout, 5_000) },
  });
  server.decorateRequest('operation', undefined);
  server.decorateRequest('refusal', undefined);
  server.decorateRequest('postId', undefined);
  server.addHook('onResponse', async (request, reply) => reportRequest(tools, request, reply));
  server.setErrorHandler(fail(tools, sendActionError));
  // Before the body is parsed, so that an unknown route is told as one whatever was sent to it.
  server.addHook('onRequest', async (request, reply) => {
    if (request.is404) throw notFound(server, request, reply);
  });
  server.server.on('checkExpectation', answerExpectation);
  closeConnectionsWhenClosing(server);
  acceptJsonOnly(server);
  openHealthDoor(server, tools.isReady);
  server.register(async (scope) => {
    shedLoad(scope, tools.loadShedding);
    openHasuraDoors(scope, tools);
  });
  return server;
};

/** Both doors of Hasura: the secret is checked before anything else, and each answers in its own shape. */
const openHasuraDoors = (server: FastifyInstance, tools: DoorTools): void => {
  const { openSession } = tools;
  const schema = loadSchema();
  const operations = createOperations(tools.posting);
  const reportBug = (error: unknown, requestId: string) =>
    tools.log('error', 'request_failed', { requestId, error });

  server.register(async (scope) => {
    admitHasuraOnly(scope, tools.isHasura);
    refuseOnTheWayOut(scope, tools.mayBegin);
    scope.setErrorHandler(fail(tools, sendActionError));
    openActionDoor(scope, { schema, operations, openSession });
  });
  server.register(async (scope) => {
    admitHasuraOnly(scope, tools.isHasura);
    refuseOnTheWayOut(scope, tools.mayBegin);
    scope.setErrorHandler(fail(tools, sendGraphqlRefusal));
    openGraphqlDoor(scope, { schema, operations, openSession, reportBug });
  });
};

const COMES_BACK_AFTER_MS = 5_000;

const refuseOnTheWayOut = (scope: FastifyInstance, mayBegin: () => boolean): void => {
  scope.addHook('onRequest', async () => {
    if (mayBegin()) return;
    throw new HeraldError('TEMPORARILY_UNAVAILABLE', {
      message: 'This Herald is shutting down, and nothing was started. Try again after retryAt.',
      retryAt: new Date(Date.now() + COMES_BACK_AFTER_MS),
    });
  });
};

/** The one translator at the edge: whatever went wrong becomes a public error, and a bug is logged once. */
const fail =
  (tools: DoorTools, send: Send) =>
  async (error: unknown, request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> => {
    const refusal = refusalOf(error);
    if (refusal.code === 'INTERNAL') {
      tools.log('error', 'request_failed', { requestId: request.id, error: refusal.cause });
    }
    if (refusal.code === 'PAYLOAD_TOO_LARGE') await drain(request.raw);
    request.refusal = refusal.code;
    return send(refusal, request, reply);
  };

const METHODS = ['GET', 'POST'] as const;

const notFound = (server: FastifyInstance, request: FastifyRequest, reply: FastifyReply): HeraldError => {
  const [path = '/'] = request.url.split('?');
  const allowed = METHODS.filter((method) => server.hasRoute({ method, url: path }));
  if (allowed.length === 0)
    return new HeraldError('UNKNOWN_OPERATION', { message: 'Herald has no such route.' });
  reply.header('allow', allowed.join(', '));
  return new HeraldError('INVALID_REQUEST', {
    status: 405,
    message: `This route takes ${allowed.join(', ')} only.`,
  });
};

/** The trace that the request belongs to: W3C Trace Context, or B3 as Hasura sends it. */
const traceIdOf = ({ headers }: FastifyRequest): string | undefined => {
  const w3c = /^[0-9a-f]{2}-([0-9a-f]{32})-/.exec(String(headers.traceparent ?? ''))?.[1];
  return w3c ?? /^[0-9a-f]{16,32}$/.exec(String(headers['x-b3-traceid'] ?? ''))?.[0];
};

const reportRequest = ({ log, meter }: DoorTools, request: FastifyRequest, reply: FastifyReply): void => {
  if (request.routeOptions.url === '/healthz' || request.routeOptions.url === '/readyz') return;
  const durationMs = Math.round(reply.elapsedTime * 10) / 10;
  const door = request.routeOptions.url === '/graphql' ? 'graphql' : 'action';
  meter.request({ door, operation: request.operation, code: request.refusal, durationMs });
  log(request.refusal === undefined ? 'info' : 'warn', 'request', {
    requestId: request.id,
    traceId: traceIdOf(request),
    postId: request.postId,
    operation: request.operation,
    status: reply.statusCode,
    code: request.refusal,
    durationMs,
  });
};
