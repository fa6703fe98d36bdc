import type { FastifyInstance, FastifyRequest } from 'fastify';
import { HeraldError, type RevocationStore, type Session } from '../kernel/index.ts';
import { isHasuraRequest, onlyValue, SECRET_HEADER } from './hasura-only.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** Who a bearer token says is asking; absent when Hasura is. */
    clientSession: Session | undefined;
  }
}

export interface CallerTools {
  readonly isHasura: (secret: string | undefined) => boolean;
  readonly openSession: (variables: Readonly<Record<string, unknown>>) => Session;
  /** Verifies an `Authorization` header; `role` is the `x-hasura-role` that the caller asks for. */
  readonly verifyBearer: (
    authorization: string,
    role: string | undefined,
  ) => Promise<{
    readonly variables: Readonly<Record<string, unknown>>;
    readonly issuedAt: Date | undefined;
  }>;
  readonly revokedBefore: RevocationStore['revokedBefore'];
}

/**
 * Settles, before the body is read, who may use `/graphql`: Hasura with the shared secret, or a frontend with a bearer
 * token. Both at once is a client whose header Hasura forwarded, or somebody who tries; neither is nobody.
 */
export const admitHasuraOrBearer = (scope: FastifyInstance, tools: CallerTools): void => {
  scope.decorateRequest('clientSession', undefined);
  scope.addHook('onRequest', async (request) => {
    const { authorization, [SECRET_HEADER]: secret } = request.headers;
    if (authorization === undefined) {
      if (!isHasuraRequest(request, tools.isHasura)) throw new HeraldError('WEBHOOK_SECRET_MISMATCH');
      return;
    }
    if (secret !== undefined) throw new HeraldError('INVALID_REQUEST', { message: BOTH });
    request.clientSession = await clientSession(request, tools);
  });
};

/** The same for a door that is for frontends alone: a bearer token, and no shared secret. */
export const admitBearer = (scope: FastifyInstance, tools: CallerTools): void => {
  scope.decorateRequest('clientSession', undefined);
  scope.addHook('onRequest', async (request) => {
    const { authorization, [SECRET_HEADER]: secret } = request.headers;
    if (authorization === undefined) throw new HeraldError('UNAUTHENTICATED');
    if (secret !== undefined) throw new HeraldError('INVALID_REQUEST', { message: BOTH });
    request.clientSession = await clientSession(request, tools);
  });
};

const BOTH =
  'Send either the webhook secret or an Authorization header, not both. Leave forward_client_headers off in Hasura.';

/** The token's session; of the request's own `x-hasura-*` headers only the role is looked at, as the engine does. */
const clientSession = async (request: FastifyRequest, tools: CallerTools): Promise<Session> => {
  const authorization = onlyValue(request, 'authorization') ?? '';
  const { variables, issuedAt } = await tools.verifyBearer(authorization, roleOf(request));
  const session = tools.openSession(variables);
  const revokedBefore = await tools.revokedBefore(session.userId);
  const stands =
    revokedBefore === undefined || (issuedAt !== undefined && issuedAt.getTime() >= revokedBefore.getTime());
  if (!stands) throw new HeraldError('UNAUTHENTICATED');
  // Its client went meanwhile. Node has said so already, and whoever waits for its body from here on would wait for ever.
  if (request.raw.destroyed) throw new HeraldError('INVALID_REQUEST');
  return session;
};

const roleOf = (request: FastifyRequest): string | undefined => {
  if (request.headers['x-hasura-role'] === undefined) return undefined;
  const role = onlyValue(request, 'x-hasura-role');
  if (role !== undefined) return role;
  throw new HeraldError('INVALID_REQUEST', { message: 'The header x-hasura-role is given twice.' });
};
