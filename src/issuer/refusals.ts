import { HeraldError } from '../kernel/index.ts';
import { HookFault } from './hook-result.ts';
import { CustomOIDCProviderError, OIDCProviderError, TemporarilyUnavailable } from './oidc-provider.ts';

/** A sign-in that gives no more tokens: revoked, disconnected, or not the same user any more. The message is public. */
export class SignInOver extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'SignInOver';
  }
}

const unavailable = 'Herald cannot do this right now. Try again in a moment.';
export const failed = 'Something went wrong inside Herald.';

/** Runs `work` and turns what it throws into the error answer of the OAuth endpoint that asked. */
export const translateRefusals = async <T>(work: () => Promise<T>): Promise<T> => {
  try {
    return await work();
  } catch (error) {
    throw endpointError(error);
  }
};

/** 503 where the same request may pass later: a refresh token is not used up by it. Bugs stay what they are. */
const endpointError = (error: unknown): unknown => {
  if (error instanceof SignInOver) return new CustomOIDCProviderError('invalid_grant', error.message);
  if (error instanceof HookFault)
    return withStatus(503, new CustomOIDCProviderError('server_error', error.message));
  if (isUnavailable(error))
    return withStatus(503, new TemporarilyUnavailable(unavailable, { cause: error, detail: error.message }));
  return error;
};

const withStatus = (status: number, error: OIDCProviderError): OIDCProviderError =>
  Object.assign(error, { status, statusCode: status });

/** What an application is told in its redirect when the user came back from X and the sign-in failed after all. */
export const redirectError = (error: unknown): { error: string; error_description: string } => {
  if (error instanceof SignInOver || error instanceof HookFault)
    return { error: 'access_denied', error_description: error.message };
  return isUnavailable(error) || error instanceof TemporarilyUnavailable
    ? { error: 'temporarily_unavailable', error_description: unavailable }
    : { error: 'server_error', error_description: failed };
};

const isUnavailable = (error: unknown): error is HeraldError =>
  error instanceof HeraldError && error.code === 'TEMPORARILY_UNAVAILABLE';

/** What a log line says of a refusal: the error's name, its public sentence and what oidc-provider adds for itself. */
export const reasonOf = (error: unknown): string =>
  error instanceof OIDCProviderError
    ? [error.error, error.error_description, error.error_detail]
        .filter((part) => part !== undefined)
        .join(': ')
    : 'bug';
