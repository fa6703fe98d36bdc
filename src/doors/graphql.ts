import { costLimitPlugin } from '@escape.tech/graphql-armor-cost-limit';
import { maxDepthPlugin } from '@escape.tech/graphql-armor-max-depth';
import { maxDirectivesPlugin } from '@escape.tech/graphql-armor-max-directives';
import { maxTokensPlugin } from '@escape.tech/graphql-armor-max-tokens';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { type GraphQLSchema, NoSchemaIntrospectionCustomRule } from 'graphql';
import { createYoga, type Plugin } from 'graphql-yoga';
import { HeraldError, type Session } from '../kernel/index.ts';
import { graphqlRefusal } from './answer.ts';
import { type ReportBug, showPublicErrors } from './graphql-errors.ts';
import { checkBody, fileOf } from './input-size.ts';
import { FILE_BODY_LIMIT_BYTES } from './json-body.ts';
import { oneSideEffect } from './one-side-effect.ts';
import type { OperationContext, Operations } from './operations.ts';
import { holdingPlace } from './places.ts';
import { attachResolvers } from './schema.ts';
import { traceIdOf } from './trace-id.ts';

export interface GraphqlDoor {
  readonly schema: GraphQLSchema;
  readonly operations: Operations;
  readonly openSession: (variables: Readonly<Record<string, unknown>>) => Session;
  readonly reportBug: ReportBug;
  /** Whether those who come with a bearer token may introspect. */
  readonly development: boolean;
}

/**
 * `POST /graphql`: the SDL as a Hasura remote schema, and for frontends with a bearer token. Who comes by which is settled
 * before. Hasura's session is in the `x-hasura-*` headers, which only Hasura can send here because the shared secret was
 * checked; its introspection needs no session. A frontend may introspect in development only (R28).
 */
export const openGraphqlDoor = (scope: FastifyInstance, door: GraphqlDoor): void => {
  const schema = attachResolvers(door.schema, door.operations);
  // Two servers, because a server remembers what was valid, whoever asked first.
  const forHasura = createServer(schema, door.reportBug, []);
  const forClients = createServer(schema, door.reportBug, door.development ? [] : [noIntrospection()]);

  const answer = async (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> => {
    const { variables } = readParameters(request.body);
    checkBody(request.bodyBytes, Object.values(variables).map(fileOrInput));
    const { clientSession } = request;
    // There is one answer, and it is JSON. Another wish would be refused after the operation ran.
    request.raw.headers.accept = 'application/json';
    const context: OperationContext = {
      requestId: request.id,
      bodyBytes: request.bodyBytes,
      report: request,
      session: () => clientSession ?? door.openSession(sessionHeaders(request)),
      origin: { traceId: traceIdOf(request) },
    };
    const server = clientSession === undefined ? forHasura : forClients;
    const response = await server.handleNodeRequestAndResponse(request, reply, context);
    const type = response.headers.get('content-type');
    if (type === null) throw new HeraldError('INVALID_REQUEST', { status: response.status });
    return reply
      .status(response.status)
      .header('content-type', type)
      .send(await response.text());
  };
  scope.post('/graphql', { bodyLimit: FILE_BODY_LIMIT_BYTES }, holdingPlace(answer));
};

const createServer = (schema: GraphQLSchema, reportBug: ReportBug, more: readonly Plugin[]) =>
  createYoga<OperationContext>({
    schema,
    graphqlEndpoint: '/graphql',
    graphiql: false,
    landingPage: false,
    batching: false,
    multipart: false,
    cors: false,
    logging: false,
    // Errors are made public in one place, below, and NODE_ENV has no say in it.
    maskedErrors: false,
    plugins: [...limits(), ...more, oneSideEffect(), showPublicErrors(reportBug)],
  });

const noIntrospection = (): Plugin => ({
  onValidate: ({ addValidationRule }) => addValidationRule(NoSchemaIntrospectionCustomRule),
});

/** One operation as GraphQL over HTTP has it: a `query`, and `variables` and `operationName` or null. */
const readParameters = (body: unknown): { readonly variables: Readonly<Record<string, unknown>> } => {
  const { query, variables, operationName } = (body ?? {}) as Record<string, unknown>;
  const isOperation =
    typeof query === 'string' &&
    (variables == null || (typeof variables === 'object' && !Array.isArray(variables))) &&
    (operationName == null || typeof operationName === 'string');
  if (!isOperation) {
    throw new HeraldError('INVALID_REQUEST', {
      message: 'The body must be {"query", "variables", "operationName"} with one GraphQL operation.',
    });
  }
  if (Buffer.byteLength(query) > DOCUMENT_LIMIT_BYTES) {
    throw new HeraldError('PAYLOAD_TOO_LARGE', {
      message:
        'The document is too large: it may have 128 KiB. Send what is large, such as a file, as a variable.',
    });
  }
  return { variables: (variables ?? {}) as Record<string, unknown> };
};

/** A variable may be the whole input or the file alone. */
const fileOrInput = (variable: unknown): unknown =>
  typeof variable === 'string' ? variable : fileOf(variable);

/** The document may hold the input. Documents are kept, parsed, for whoever sends them again. */
const DOCUMENT_LIMIT_BYTES = 128 * 1024;

/** A refusal before execution, in GraphQL's shape. A bearer token is refused in the same words for every cause (RFC 6750 section 3). */
export const sendGraphqlRefusal = (
  error: HeraldError,
  request: FastifyRequest,
  reply: FastifyReply,
): FastifyReply => {
  if (error.code === 'UNAUTHENTICATED') reply.header('www-authenticate', 'Bearer error="invalid_token"');
  return reply.status(error.status).send(graphqlRefusal(error, request.id));
};

/** What one operation may cost (R30). Hasura's introspection nests deeper than any query of the SDL and is not counted. */
const limits = (): Plugin[] => [
  maxTokensPlugin({ n: 500, exposeLimits: false }) as Plugin,
  maxDepthPlugin({ n: 5, ignoreIntrospection: true, flattenFragments: true, exposeLimits: false }) as Plugin,
  maxDirectivesPlugin({ n: 5, exposeLimits: false }) as Plugin,
  costLimitPlugin({
    maxCost: 200,
    ignoreIntrospection: true,
    flattenFragments: true,
    exposeLimits: false,
  }) as Plugin,
];

/** The session variables of a remote schema request. A repeated header is refused, never merged (R9). */
const sessionHeaders = (request: FastifyRequest): Record<string, string> => {
  const variables: Record<string, string> = {};
  for (const [name, values = []] of Object.entries(request.raw.headersDistinct)) {
    if (!name.startsWith('x-hasura-')) continue;
    const [value, ...more] = values;
    if (value === undefined || more.length > 0) {
      throw new HeraldError('INVALID_REQUEST', { message: `The header ${name} is given twice.` });
    }
    variables[name] = value;
  }
  return variables;
};
