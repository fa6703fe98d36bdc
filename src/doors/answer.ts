import { answerErrors, HeraldError, type UserAction } from '../kernel/index.ts';

/** The part of an error that is the same on every door. */
export interface ErrorExtensions {
  readonly code: string;
  readonly userAction: UserAction;
  readonly retryAt: string | null;
  readonly field: string | null;
  readonly requestId: string;
}

/** What a client may know about an error. Whatever is no HeraldError is a bug and shows nothing of itself. */
export const publicError = (error: unknown): HeraldError =>
  error instanceof HeraldError ? error : new HeraldError('INTERNAL', { cause: error });

export const extensionsOf = (error: HeraldError, requestId: string): ErrorExtensions => ({
  code: error.code,
  userAction: error.userAction,
  retryAt: error.retryAt?.toISOString() ?? null,
  field: error.field ?? null,
  requestId,
});

/**
 * The body of an action's error. Hasura shows `extensions` to the client, and `code` where it drops them (asynchronous
 * actions), so the code stands in both places.
 */
export const actionError = (error: HeraldError, requestId: string) => ({
  message: error.message,
  code: error.code,
  extensions: extensionsOf(error, requestId),
});

/** The body of a GraphQL request that was refused before it was executed. */
export const graphqlRefusal = (error: HeraldError, requestId: string) => ({
  errors: [{ message: error.message, extensions: extensionsOf(error, requestId) }],
});

/**
 * Fastify's own errors (unknown route, wrong method, too large, wrong content type, malformed JSON) in Herald's words.
 * They keep their 4xx status; anything else is a bug.
 */
export const refusalOf = (error: unknown): HeraldError => {
  if (error instanceof HeraldError) return error;
  const { statusCode, code } = error as { statusCode?: unknown; code?: unknown };
  if (statusCode === 413) return new HeraldError('PAYLOAD_TOO_LARGE');
  if (statusCode === 415) return refused(415, 'Send the body as application/json.');
  if (code === 'FST_ERR_CTP_EMPTY_JSON_BODY') return refused(400, 'The body is empty; it must be JSON.');
  if (code === 'FST_ERR_CTP_INVALID_CONTENT_LENGTH')
    return refused(400, 'The body is not as long as it says.');
  if (typeof statusCode === 'number' && statusCode >= 400 && statusCode < 500) {
    return refused(statusCode, answerErrors.INVALID_REQUEST.message);
  }
  return publicError(error);
};

const refused = (status: number, message: string): HeraldError =>
  new HeraldError('INVALID_REQUEST', { status, message });
