import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { GraphQLSchema } from 'graphql';
import { HeraldError, type Session } from '../kernel/index.ts';
import { actionError } from './answer.ts';
import { checkBody, checkSize, fileOf } from './input-size.ts';
import { FILE_BODY_LIMIT_BYTES } from './json-body.ts';
import type { OperationContext, Operations } from './operations.ts';
import { holdingPlace } from './places.ts';
import { coerceArguments, rootFields } from './schema.ts';
import { traceIdOf } from './trace-id.ts';

export interface ActionDoor {
  readonly schema: GraphQLSchema;
  readonly operations: Operations;
  readonly openSession: (variables: Readonly<Record<string, unknown>>) => Session;
}

type Operation = (
  root: object,
  input: Record<string, unknown>,
  context: OperationContext,
) => Promise<unknown>;

/**
 * `POST /hasura/actions`: every action of Hasura, dispatched on `action.name`. The answer is the output object itself,
 * without a `data` wrapper; an error is 4xx `{message, code, extensions}` (Hasura: actions, response rules). The session
 * comes from the body alone: `x-hasura-*` headers of an action request mean nothing (R6).
 */
export const openActionDoor = (scope: FastifyInstance, door: ActionDoor): void => {
  const fields = rootFields(door.schema);

  const answer = async (request: FastifyRequest): Promise<unknown> => {
    const { action, input, session_variables } = readActionRequest(request.body);
    const found = fields.get(action.name);
    if (found === undefined) throw new HeraldError('UNKNOWN_OPERATION');
    request.operation = action.name;
    const context = contextOf(request, door.openSession(session_variables));
    const operation = (door.operations[found.root] as Record<string, Operation>)[action.name];
    if (operation === undefined) throw new HeraldError('UNKNOWN_OPERATION');
    checkBody(request.bodyBytes, [fileOf(input.input)]);
    const given = coerceArguments(found.field, input);
    checkSize(action.name, given, context);
    return operation({}, given, context);
  };
  scope.post('/hasura/actions', { bodyLimit: FILE_BODY_LIMIT_BYTES }, holdingPlace(answer));
};

/** An action's error, as Hasura hands it on to the client. */
export const sendActionError = (
  error: HeraldError,
  request: FastifyRequest,
  reply: FastifyReply,
): FastifyReply => reply.status(error.status).send(actionError(error, request.id));

const contextOf = (request: FastifyRequest, session: Session): OperationContext => ({
  requestId: request.id,
  bodyBytes: request.bodyBytes,
  report: request,
  session: () => session,
  origin: { traceId: traceIdOf(request) },
});

interface ActionRequest {
  readonly action: { readonly name: string };
  readonly input: Readonly<Record<string, unknown>>;
  readonly session_variables: Readonly<Record<string, unknown>>;
}

const readActionRequest = (body: unknown): ActionRequest => {
  if (!isObject(body)) throw malformed('The body must be a JSON object.');
  const { action, input = {}, session_variables } = body;
  if (!isObject(action) || typeof action.name !== 'string')
    throw malformed('action.name must name an action.');
  if (!isObject(session_variables)) throw malformed('session_variables must be an object.');
  if (!isObject(input)) throw malformed('input must be an object.');
  return { action: { name: action.name }, input, session_variables };
};

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const malformed = (what: string): HeraldError =>
  new HeraldError('INVALID_REQUEST', { message: `This is not a request of a Hasura action. ${what}` });
