import { randomUUID } from 'node:crypto';
import fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import {
  type Accounts,
  type BrowserSignIn,
  HeraldError,
  type Log,
  type Meter,
  type Posting,
  type PostRequestStore,
  type Session,
} from '../kernel/index.ts';
import { openActionDoor, sendActionError } from './action.ts';
import { refusalOf } from './answer.ts';
import { LONGEST_ARRIVAL_MS, limitArrival } from './arrival.ts';
import { answerBrokenRequest, answerExpectation, drain } from './broken-requests.ts';
import { sendBrowserHeaders, sendBrowserRefusal } from './browser-answer.ts';
import { admitBearer, admitHasuraOrBearer, type CallerTools } from './callers.ts';
import { closeConnectionsWhenClosing } from './closing.ts';
import { admitOrigins } from './cross-origin.ts';
import { openEventDoor, sendEventError } from './event.ts';
import { openGraphqlDoor, sendGraphqlRefusal } from './graphql.ts';
import { admitHasuraOnly } from './hasura-only.ts';
import { openHealthDoor } from './health.ts';
import { type IssuerRoutes, openIssuerDoor } from './issuer.ts';
import { acceptJsonOnly, BODY_LIMIT_BYTES, LARGE_BODIES_AT_ONCE, limitLargeBodies } from './json-body.ts';
import { type LoadSheddingOptions, shedLoad } from './load-shedding.ts';
import { openMediaDoor, sendMediaError } from './media.ts';
import { createOperations } from './operations.ts';
import { createPlaces } from './places.ts';
import { limitPerAddress } from './rate-limit.ts';
import { reportRequest } from './report.ts';
import { loadSchema } from './schema.ts';
import { openSignInDoor } from './sign-in.ts';

export interface DoorTools extends CallerTools {
  readonly posting: Posting;
  readonly accounts: Accounts;
  readonly postRequests: PostRequestStore;
  /** The session of a user whom an event names: of a role that may post, and without credentials. */
  readonly sessionOf: (userId: string) => Session;
  /** Forgets what nobody asks for any more. */
  readonly tidy: () => Promise<void>;
  readonly signIn: BrowserSignIn;
  /** The authorization server; without one its routes do not exist. */
  readonly issuer: IssuerRoutes | undefined;
  /** Where browsers reach Herald. Asked for with each request, because it may be where the server came to listen. */
  readonly publicUrl: () => URL;
  /** How large a file that comes to `/media` may be. */
  readonly mediaMaxBytes: number;
  /** Those of all clients; pages at their origins may call `/graphql` and `/media`. */
  readonly redirectUris: readonly string[];
  /** Addresses and CIDR ranges whose `X-Forwarded-For` and `X-Forwarded-Host` are believed; empty for none. */
  readonly trustedProxies: readonly string[];
  /** Whether frontends may introspect. */
  readonly development: boolean;
  readonly isReady: () => boolean;
  /** False while the process is on its way out: what is in flight is finished, nothing new is begun. */
  readonly mayBegin: () => boolean;
  readonly log: Log;
  readonly meter: Pick<Meter, 'request'>;
  readonly loadShedding?: LoadSheddingOptions;
  /** How long a client may take to send a body, or may be silent in the middle of a file, in milliseconds; default 30,000. */
  readonly requestTimeoutMs?: number;
  /** How often one address may use each route of a sign-in in a minute; default 30. */
  readonly signInsPerMinute?: number;
}

const REQUEST_TIMEOUT_MS = 30_000;
const HEADERS_TIMEOUT_MS = 10_000;
const CONNECTION_TIMEOUT_MS = 120_000;

type Send = (error: HeraldError, request: FastifyRequest, reply: FastifyReply) => FastifyReply;

/** The HTTP server with every door, not listening yet. */
export const createDoors = (tools: DoorTools): FastifyInstance => {
  const requestTimeout = tools.requestTimeoutMs ?? REQUEST_TIMEOUT_MS;
  const server = fastify({
    logger: false,
    genReqId: () => randomUUID(),
    bodyLimit: BODY_LIMIT_BYTES,
    // The longest of all routes; the others have theirs from limitArrival.
    requestTimeout: LONGEST_ARRIVAL_MS,
    connectionTimeout: CONNECTION_TIMEOUT_MS,
    trustProxy: tools.trustedProxies.length > 0 ? [...tools.trustedProxies] : false,
    // The doors say it in their own shape; Hasura hides a 503 from the client.
    return503OnClosing: false,
    exposeHeadRoutes: false,
    clientErrorHandler: answerBrokenRequest,
    frameworkErrors: (error, request, reply) => void fail(tools, sendActionError)(error, request, reply),
    http: {
      requireHostHeader: false,
      connectionsCheckingInterval: Math.min(requestTimeout, 5_000),
      headersTimeout: Math.min(requestTimeout, HEADERS_TIMEOUT_MS),
    },
  });
  server.decorateRequest('operation', undefined);
  server.decorateRequest('refusal', undefined);
  server.decorateRequest('postId', undefined);
  server.addHook('onResponse', async (request, reply) => reportRequest(tools, request, reply));
  server.setErrorHandler(fail(tools, sendActionError));
  limitArrival(server, requestTimeout);
  // Before the body is parsed, so that an unknown route is told as one whatever was sent to it.
  server.addHook('onRequest', async (request, reply) => {
    if (request.is404) throw notFound(server, request, reply);
  });
  // A preflight request that nobody may make ends here: it has a route, whatever its path.
  server.setNotFoundHandler((request, reply) => {
    throw notFound(server, request, reply);
  });
  server.server.on('checkExpectation', answerExpectation);
  closeConnectionsWhenClosing(server);
  acceptJsonOnly(server);
  openHealthDoor(server, tools.isReady);
  openOperationDoors(server, tools);
  openBrowserDoors(server, tools);
  return server;
};

/** The doors that run operations: who comes is settled before anything else, and each answers in its own shape. */
const openOperationDoors = (server: FastifyInstance, tools: DoorTools): void => {
  const { openSession, development } = tools;
  const schema = loadSchema();
  const operations = createOperations(tools.posting, tools.accounts);
  const reportBug = bugReporter(tools);
  const largeBodies = createPlaces(LARGE_BODIES_AT_ONCE);

  server.register(async (scope) => {
    shedLoad(scope, tools.loadShedding);
    admitHasuraOnly(scope, tools.isHasura);
    refuseOnTheWayOut(scope, tools.mayBegin);
    limitLargeBodies(scope, largeBodies);
    scope.setErrorHandler(fail(tools, sendActionError));
    openActionDoor(scope, { schema, operations, openSession });
  });
  server.register(async (scope) => {
    shedLoad(scope, tools.loadShedding);
    admitHasuraOnly(scope, tools.isHasura);
    // Once the body is read: it says whether the engine has tries left.
    scope.addHook('preHandler', async () => assertMayBegin(tools.mayBegin));
    scope.setErrorHandler(fail(tools, sendEventError));
    const { postRequests: requests, sessionOf, tidy } = tools;
    openEventDoor(scope, { schema, operations, requests, sessionOf, tidy });
  });
  server.register(async (scope) => {
    // First, so that a page can read why it was refused.
    admitOrigins(scope, ['/graphql', '/media'], tools.redirectUris);
    scope.register(async (door) => {
      shedLoad(door, tools.loadShedding);
      admitHasuraOrBearer(door, tools);
      refuseOnTheWayOut(door, tools.mayBegin);
      limitLargeBodies(door, largeBodies);
      door.setErrorHandler(fail(tools, sendGraphqlRefusal));
      openGraphqlDoor(door, { schema, operations, openSession, reportBug, development });
    });
    scope.register(async (door) => {
      shedLoad(door, tools.loadShedding);
      admitBearer(door, tools);
      refuseOnTheWayOut(door, tools.mayBegin);
      door.setErrorHandler(fail(tools, sendMediaError));
      openMediaDoor(door, { posting: tools.posting, maxBytes: tools.mediaMaxBytes });
    });
  });
};

/** The doors that browsers walk through: sign-in with X, and the authorization server. */
const openBrowserDoors = (server: FastifyInstance, tools: DoorTools): void => {
  const { publicUrl, signIn, issuer } = tools;
  server.register(async (scope) => {
    shedLoad(scope, tools.loadShedding);
    refuseOnTheWayOut(scope, tools.mayBegin);
    limitPerAddress(scope, tools.signInsPerMinute);
    sendBrowserHeaders(scope, publicUrl);
    scope.setErrorHandler(fail(tools, sendBrowserRefusal));
    scope.register(async (door) => openSignInDoor(door, { signIn, publicUrl }));
    if (issuer === undefined) return;
    scope.register(async (door) =>
      openIssuerDoor(door, { issuer, publicUrl, reportBug: bugReporter(tools) }),
    );
  });
};

const bugReporter =
  ({ log }: DoorTools) =>
  (error: unknown, requestId: string): void =>
    log('error', 'request_failed', { requestId, error });

const COMES_BACK_AFTER_MS = 5_000;

const refuseOnTheWayOut = (scope: FastifyInstance, mayBegin: () => boolean): void => {
  scope.addHook('onRequest', async () => assertMayBegin(mayBegin));
};

const assertMayBegin = (mayBegin: () => boolean): void => {
  if (mayBegin()) return;
  throw new HeraldError('TEMPORARILY_UNAVAILABLE', {
    message: 'This Herald is shutting down, and nothing was started. Try again after retryAt.',
    retryAt: new Date(Date.now() + COMES_BACK_AFTER_MS),
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
