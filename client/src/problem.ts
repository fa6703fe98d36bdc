import type { PostTweetMutation, XUserAction } from './operations.generated.ts';

/** What every problem says. */
interface Said {
  /** One of the codes in Herald's docs/errors.md, one of the engine's, or `NETWORK`. */
  readonly code: string;
  /** For the log, and for users who read English. */
  readonly message: string;
  /** What Herald's log has the cause under. */
  readonly requestId: string | undefined;
  /**
   * Whether Herald took it on. `no`: nothing happened. `unknown`: nobody can say; send it again with the same idempotency
   * key. `yes`: there is a post, and this is what became of it.
   */
  readonly accepted: 'no' | 'unknown' | 'yes';
}

interface Details {
  readonly EDIT: {
    /** Dotted path of the input's field at fault, e.g. `text`. */
    readonly field: string | undefined;
  };
  readonly WAIT: {
    /** The earliest time at which another try makes sense. */
    readonly retryAt: Date | undefined;
  };
  readonly TOP_UP: {
    /** When there is a new day's budget. */
    readonly retryAt: Date | undefined;
  };
}

/** A problem about which the user can do `Action`. */
export type ProblemWith<Action extends XUserAction> = Said & {
  readonly userAction: Action;
} & (Action extends keyof Details ? Details[Action] : unknown);

/** What went wrong, told apart by `userAction`: what the person in front of the screen can do. */
export type Problem = { [Action in XUserAction]: ProblemWith<Action> }[XUserAction];

/** One answer for each thing that a user can do; none can be forgotten. */
export type Advice<T> = { readonly [Action in XUserAction]: (problem: ProblemWith<Action>) => T };

/** The answer of `advice` to this problem. */
export const advise = <T>(problem: Problem, advice: Advice<T>): T => {
  switch (problem.userAction) {
    case 'NONE':
      return advice.NONE(problem);
    case 'EDIT':
      return advice.EDIT(problem);
    case 'WAIT':
      return advice.WAIT(problem);
    case 'SIGN_IN':
      return advice.SIGN_IN(problem);
    case 'CONNECT':
      return advice.CONNECT(problem);
    case 'RECONNECT':
      return advice.RECONNECT(problem);
    case 'TOP_UP':
      return advice.TOP_UP(problem);
    case 'CONTACT_ADMIN':
      return advice.CONTACT_ADMIN(problem);
  }
};

/**
 * What went wrong with a request; undefined when nothing did. Takes what a client gives: a GraphQL answer or result
 * (`{data, errors}`, `{data, error}`), what it throws (urql's CombinedError, Apollo's ApolloError and
 * CombinedGraphQLErrors), one error of a list, or whatever `fetch` throws. It is the same for an error that came through
 * an action, through the remote schema and from Herald itself.
 */
export const problemOf = (given: unknown): Problem | undefined => {
  const error = findError(given);
  return error === undefined ? undefined : readError(error);
};

/** What became of a post that is not live, or why it still waits; undefined when there is nothing to say. */
export const problemOfPost = ({
  error,
}: Pick<PostTweetMutation['postTweet'], 'error'>): Problem | undefined =>
  error === null ? undefined : toProblem(error, { ...error, requestId: undefined, accepted: 'yes' });

type Fields = Readonly<Record<string, unknown>>;

const isFields = (value: unknown): value is Fields => typeof value === 'object' && value !== null;
const textOf = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);

/** The error to show: of several the first that is Herald's. */
const findError = (given: unknown): unknown => {
  if (!isFields(given) || isFields(given.extensions)) return given ?? undefined;
  const errors = [given.errors, given.graphQLErrors].find((list) => Array.isArray(list) && list.length > 0);
  if (Array.isArray(errors)) return errors.find((error) => isFields(error) && isHerald(error)) ?? errors[0];
  if (isFields(given.error)) return findError(given.error);
  return 'data' in given ? undefined : given;
};

const extensionsOf = ({ extensions }: Fields): Fields => (isFields(extensions) ? extensions : {});
const isHerald = (error: Fields): boolean => textOf(extensionsOf(error).userAction) !== undefined;

const readError = (error: unknown): Problem => {
  const fields = isFields(error) ? error : {};
  const extensions = extensionsOf(fields);
  const code = textOf(extensions.code) ?? textOf(fields.code) ?? 'NETWORK';
  const said = {
    code,
    message: textOf(fields.message) ?? String(error),
    requestId: textOf(extensions.requestId),
  };
  return isHerald(fields)
    ? toProblem(extensions, { ...said, accepted: inDoubt.has(code) ? 'unknown' : 'no' })
    : readEngineError(said);
};

/** Herald's own codes that do not say for certain that nothing happened. */
const inDoubt: ReadonlySet<string> = new Set(['INTERNAL', 'TEMPORARILY_UNAVAILABLE']);

/** The engine's codes for what it refuses before it asks Herald. What it says after that leaves everything open. */
const engineRefusals: Readonly<Record<string, 'SIGN_IN' | 'CONTACT_ADMIN'>> = {
  'invalid-jwt': 'SIGN_IN',
  'jwt-invalid-claims': 'SIGN_IN',
  'jwt-missing-role-claims': 'SIGN_IN',
  'invalid-headers': 'SIGN_IN',
  'access-denied': 'CONTACT_ADMIN',
  'validation-failed': 'CONTACT_ADMIN',
};

const readEngineError = (said: Omit<Said, 'accepted'>): Problem => {
  const userAction = engineRefusals[said.code];
  return userAction === undefined
    ? toProblem({ userAction: 'WAIT' }, { ...said, accepted: 'unknown' })
    : toProblem({ userAction }, { ...said, accepted: 'no' });
};

const toProblem = ({ userAction, field, retryAt }: Fields, said: Said): Problem => {
  const { code, message, requestId, accepted } = said;
  const base: Said = { code, message, requestId, accepted };
  if (userAction === 'EDIT') return { ...base, userAction, field: textOf(field) };
  if (userAction === 'WAIT' || userAction === 'TOP_UP')
    return { ...base, userAction, retryAt: readTime(retryAt) };
  return { ...base, userAction: isPlainAction(userAction) ? userAction : 'CONTACT_ADMIN' };
};

type PlainAction = Exclude<XUserAction, keyof Details>;
const plainActions: Readonly<Record<PlainAction, true>> = {
  NONE: true,
  SIGN_IN: true,
  CONNECT: true,
  RECONNECT: true,
  CONTACT_ADMIN: true,
};

const isPlainAction = (value: unknown): value is PlainAction =>
  typeof value === 'string' && Object.hasOwn(plainActions, value);

const readTime = (value: unknown): Date | undefined => {
  const time = new Date(textOf(value) ?? '');
  return Number.isNaN(time.getTime()) ? undefined : time;
};
