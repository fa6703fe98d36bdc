import { randomBytes } from 'node:crypto';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { type Answer, oauthError, unauthorized } from './answers.ts';
import { type DueFault, isAfterAccept } from './faults.ts';
import type { Bucket } from './limits.ts';
import type { SentRequest } from './oauth1.ts';
import type { World } from './server.ts';
import type { User } from './users.ts';
import type { Refusal, Verified } from './verify.ts';
import { send, sendFaulty, type Wire } from './wire.ts';

/** A signed operation: whose token signs it, what it counts against, and what it does. */
export interface Operation {
  readonly secretOf: (token: string) => string | undefined;
  readonly bucket?: Bucket;
  readonly answer: (request: Incoming, fault: DueFault | undefined) => Answer;
}

export interface Incoming {
  readonly request: FastifyRequest;
  readonly path: string;
  readonly verified: Verified;
  readonly user: User | undefined;
}

/** What became of a request, for the log. */
interface Outcome {
  readonly user?: User | undefined;
  /** The fault that fired. */
  readonly fault?: DueFault;
  readonly status: number | null;
  /** Whether X did what was asked, whatever it answered. */
  readonly accepted: boolean;
}

/** Verifies the request, does what it asks and answers it, as X or as a fault has it. */
export function serve(
  world: World,
  operation: Operation,
  request: FastifyRequest,
  reply: FastifyReply,
): void {
  const path = pathOf(request);
  const wire: Wire = { response: reply.raw, headers: xHeaders(path), reset: world.reset, now: world.now };
  const verified = world.verify({
    ...sentRequest(request),
    authorization: request.headers.authorization,
    secretOf: operation.secretOf,
  });
  reply.hijack();
  const { user, fault, status, accepted } =
    typeof verified === 'string'
      ? { status: send(wire, refuse(verified, path)), accepted: false }
      : perform(world, operation, wire, { request, path, verified, user: userOf(world, verified) });
  world.requests.add({
    method: request.method,
    path,
    user: user?.username ?? null,
    status,
    at: new Date(world.now()).toISOString(),
    fault: fault?.kind ?? null,
    accepted,
  });
}

/** In this order: a fault that keeps the request from X, the rate limit, a fault in X's place, X, a spoiled answer. */
function perform(world: World, operation: Operation, wire: Wire, incoming: Incoming): Outcome {
  const { request, path, user } = incoming;
  const fault = world.faults.due({ method: request.method, path, user: user?.username });
  if (fault?.kind === 'drop-before-accept' || fault?.kind === 'hang') {
    return { user, fault, status: fire(wire, fault), accepted: false };
  }
  const counted = user && operation.bucket && world.limits.count(operation.bucket, user.id);
  const limited: Wire = { ...wire, headers: { ...wire.headers, ...counted?.headers } };
  if (fault && !isAfterAccept(fault.kind)) {
    return { user, fault, status: fire(limited, fault), accepted: false };
  }
  const answer = counted?.refusal ?? operation.answer(incoming, fault);
  const accepted = answer.status < 300;
  return fault && accepted
    ? { user, fault, status: fire(limited, fault, answer), accepted }
    : { user, status: send(limited, answer), accepted };
}

function fire(wire: Wire, fault: DueFault, answer?: Answer): number | null {
  fault.use();
  return sendFaulty(wire, fault, answer);
}

const userOf = (world: World, { token }: Verified): User | undefined =>
  token === undefined ? undefined : world.store.userOfToken(token);

const pathOf = (request: FastifyRequest): string => (request.raw.url ?? '/').split('?', 1)[0] ?? '/';

/** The content type in lower case without its parameters. */
export const contentType = (request: FastifyRequest): string =>
  (request.headers['content-type'] ?? '').split(';', 1)[0]?.trim().toLowerCase() ?? '';

export const bodyOf = (request: FastifyRequest): string =>
  typeof request.body === 'string' ? request.body : '';

function sentRequest(request: FastifyRequest): SentRequest {
  const isForm = contentType(request) === 'application/x-www-form-urlencoded';
  return {
    method: request.method,
    scheme: 'encrypted' in request.raw.socket ? 'https' : 'http',
    host: request.headers.host ?? '',
    target: request.raw.url ?? '/',
    form: isForm ? bodyOf(request) : undefined,
  };
}

/** Headers that X sends with every answer of its v2 API. */
function xHeaders(path: string): Record<string, string> {
  if (!path.startsWith('/2/')) return {};
  return { 'x-transaction-id': randomBytes(8).toString('hex'), 'x-access-level': 'read-write' };
}

/** X's words for a signature that it does not take: v1's under /oauth and for clocks, a problem under /2. */
function refuse(refusal: Refusal, path: string): Answer {
  if (refusal === 'timestamp') return oauthError(401, 135, 'Timestamp out of bounds.');
  if (path.startsWith('/2/')) return unauthorized;
  if (refusal === 'unsigned') return oauthError(401, 215, 'Bad Authentication data.');
  if (refusal === 'token') return oauthError(401, 89, 'Invalid or expired token.');
  return oauthError(401, 32, 'Could not authenticate you.');
}
