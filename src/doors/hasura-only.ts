import type { FastifyInstance, FastifyRequest } from 'fastify';
import { HeraldError } from '../kernel/index.ts';

/** The header that carries the shared secret. Its prefix keeps clients from sending it through Hasura (R5). */
export const SECRET_HEADER = 'x-hasura-webhook-secret';

/** Refuses, before the body is read, every request of this scope that does not carry the shared secret exactly once. */
export const admitHasuraOnly = (
  scope: FastifyInstance,
  isHasura: (secret: string | undefined) => boolean,
): void => {
  scope.addHook('onRequest', async (request) => {
    if (!isHasuraRequest(request, isHasura)) throw new HeraldError('WEBHOOK_SECRET_MISMATCH');
  });
};

export const isHasuraRequest = (
  request: FastifyRequest,
  isHasura: (secret: string | undefined) => boolean,
): boolean => isHasura(onlyValue(request, SECRET_HEADER));

/** The header's value when it came exactly once. Node joins repeated headers with a comma; they are never merged here. */
export const onlyValue = (request: FastifyRequest, name: string): string | undefined => {
  const values = request.raw.headersDistinct[name];
  return values?.length === 1 ? values[0] : undefined;
};
