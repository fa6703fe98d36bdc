import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { GraphQLSchema } from 'graphql';
import type { HeraldError, PostRequest, PostRequestStore, Session } from '../kernel/index.ts';
import { actionError } from './answer.ts';
import type { createOperations, OperationContext } from './operations.ts';
import { type HasuraEvent, hasTriesLeft, readEvent } from './read-event.ts';
import { type EventAnswer, mayHeal, postRequested } from './requested-post.ts';
import { coerceArguments, rootFields } from './schema.ts';
import { traceIdOf } from './trace-id.ts';

export interface EventDoor {
  readonly schema: GraphQLSchema;
  readonly operations: ReturnType<typeof createOperations>;
  readonly requests: PostRequestStore;
  /** The session of a user who is not there: no credentials came along. Throws `ROLE_NOT_ALLOWED` for what is no user id. */
  readonly sessionOf: (userId: string) => Session;
  readonly tidy: () => Promise<void>;
}

/**
 * `POST /hasura/events`: event triggers on `herald.post_request`, cron triggers and one-off events (Hasura: events). Any 2xx
 * ends the matter; the engine repeats everything else. Only connected accounts are posted as.
 */
export const openEventDoor = (scope: FastifyInstance, door: EventDoor): void => {
  const postTweet = rootFields(door.schema).get('postTweet')?.field;
  if (postTweet === undefined) throw new Error('The SDL has no postTweet.');

  const post = async (
    request: FastifyRequest,
    { id: eventId, requestId }: HasuraEvent & { kind: 'post' },
  ) => {
    const contextFor = ({ userId }: PostRequest): OperationContext => ({
      requestId: request.id,
      bodyBytes: request.bodyBytes,
      report: request,
      session: () => door.sessionOf(userId),
      origin: { traceId: traceIdOf(request), request: { id: requestId, eventId } },
    });
    const { Mutation, Query } = door.operations;
    request.operation = postTweet.name;
    const tools = {
      requests: door.requests,
      postTweet: async (asked: PostRequest, input: Record<string, unknown>) =>
        Mutation.postTweet({}, readInput(input), contextFor(asked)),
      xPost: async (asked: PostRequest, id: string) => Query.xPost({}, { id }, contextFor(asked)),
    };
    const answer = await postRequested(tools, requestId, eventId);
    request.refusal = answer.error?.code;
    return answer;
  };

  const readInput = (input: Record<string, unknown>) =>
    coerceArguments(postTweet, { input }) as Parameters<EventDoor['operations']['Mutation']['postTweet']>[1];

  scope.post('/hasura/events', async (request): Promise<EventAnswer> => {
    const event = readEvent(request.body);
    return event.kind === 'post' ? post(request, event) : tidyOnce(door, event.id);
  });
};

/** Remembered afterwards: what failed is done again, and doing it twice at once changes nothing. */
const tidyOnce = async ({ requests, tidy }: EventDoor, eventId: string): Promise<EventAnswer> => {
  if (!(await requests.isKnown(eventId))) {
    await tidy();
    await requests.remember(eventId);
  }
  return { postId: null, state: 'DONE' };
};

const RETRY_AFTER_S = 5;

/**
 * 503 where another try may heal it. `Retry-After` makes the engine try beyond its `num_retries`, for ever if need be, so it is
 * only sent while tries are left anyway.
 */
export const sendEventError = (
  error: HeraldError,
  request: FastifyRequest,
  reply: FastifyReply,
): FastifyReply => {
  const status = mayHeal(error) && error.status < 500 ? 503 : error.status;
  if (status === 503 && hasTriesLeft(request.body)) reply.header('retry-after', secondsUntil(error.retryAt));
  return reply.status(status).send(actionError(error, request.id));
};

const secondsUntil = (retryAt: Date | undefined): number =>
  retryAt === undefined ? RETRY_AFTER_S : Math.max(1, Math.ceil((retryAt.getTime() - Date.now()) / 1000));
