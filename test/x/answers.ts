import type { PostErrorCode, UserAction } from '../../src/kernel/index.ts';

/** A refusal as X words it, and what Herald makes of it. */
export interface AnswerOfX {
  readonly name: string;
  readonly status: number;
  readonly headers?: Readonly<Record<string, string | number>>;
  readonly body: unknown;
  /** The outcome of creating a tweet. */
  readonly create: {
    readonly kind: 'rejected' | 'not_sent' | 'unknown';
    readonly code: PostErrorCode;
    readonly reason?: string;
  };
  /** Of deleting one. */
  readonly deletion: { readonly kind: 'gone' | 'refused' | 'not_now'; readonly code?: PostErrorCode };
  /** Of asking about a file. */
  readonly media: PostErrorCode;
  /** What the user is told to do about the code of `create`. */
  readonly userAction: UserAction;
  readonly retryAt?: Date;
}

const problem = (status: number, title: string, detail: string, type = 'about:blank') => ({
  title,
  detail,
  type,
  status,
});
const typeOf = (name: string, host = 'api.x.com') => `https://${host}/2/problems/${name}`;
const v1 = (code: number, message: string) => ({ errors: [{ code, message }] });

/** One code whatever was asked: a whole refusal that the same request will meet again. */
const refused = (code: PostErrorCode, userAction: UserAction) =>
  ({
    create: { kind: 'rejected', code },
    deletion: { kind: 'refused', code },
    media: code,
    userAction,
  }) as const;

/** The same for one that passes. */
const waits = (code: PostErrorCode, reason: string, userAction: UserAction) =>
  ({
    create: { kind: 'not_sent', code, reason },
    deletion: { kind: 'not_now', code },
    media: code,
    userAction,
  }) as const;

const parentNotVisible = {
  ...refused('X_FORBIDDEN', 'EDIT'),
  create: { kind: 'rejected', code: 'X_FORBIDDEN', reason: 'parent_not_visible' },
} as const;

const inDoubt = {
  create: { kind: 'unknown', code: 'OUTCOME_UNKNOWN', reason: 'server_error' },
  deletion: { kind: 'not_now', code: 'X_UNAVAILABLE' },
  media: 'X_UNAVAILABLE',
  userAction: 'WAIT',
} as const;

const limit = (name: string, remaining: number, reset: number) => ({
  [`${name}-limit`]: 100,
  [`${name}-remaining`]: remaining,
  [`${name}-reset`]: reset,
});

const summonedOnly = 'You can only reply to or quote posts where you are mentioned or are the author.';
const notEngaged =
  'Reply to this conversation is not allowed because you have not been mentioned or otherwise engaged by the author of the post you are replying to.';
const noCredits = 'Your enrolled account does not have any credits to fulfill this request.';
const appPermissions =
  'Your client app is not configured with the appropriate oauth1 app permissions for this endpoint.';

/** Every body that is known of X, documented or reported by those who met it. */
export const answersOfX: readonly AnswerOfX[] = [
  {
    name: 'a body that X does not take',
    status: 400,
    body: {
      ...problem(
        400,
        'Invalid Request',
        'One or more parameters to your request was invalid.',
        typeOf('invalid-request'),
      ),
      errors: [{ message: 'The `text` is too long.', parameters: { text: ['...'] } }],
    },
    ...refused('X_REJECTED', 'EDIT'),
  },
  {
    name: 'credentials that were revoked',
    status: 401,
    body: problem(401, 'Unauthorized', 'Unauthorized'),
    ...refused('ACCOUNT_NEEDS_RECONNECT', 'RECONNECT'),
  },
  ...[401, 403].flatMap((status): AnswerOfX[] => [
    {
      name: `a token that is not valid, v1, ${status}`,
      status,
      body: v1(89, 'Invalid or expired token.'),
      ...refused('ACCOUNT_NEEDS_RECONNECT', 'RECONNECT'),
    },
    {
      name: `no authentication, v1, ${status}`,
      status,
      body: v1(32, 'Could not authenticate you.'),
      ...refused('ACCOUNT_NEEDS_RECONNECT', 'RECONNECT'),
    },
  ]),
  {
    name: 'a timestamp out of bounds, v1',
    status: 401,
    body: v1(135, 'Timestamp out of bounds.'),
    ...waits('X_UNAVAILABLE', 'clock_skew', 'WAIT'),
  },
  ...['api.twitter.com', 'api.x.com'].map(
    (host): AnswerOfX => ({
      name: `no credits, from ${host}`,
      status: 402,
      body: problem(402, 'CreditsDepleted', noCredits, typeOf('credits', host)),
      ...waits('OUT_OF_CREDITS', 'out_of_credits', 'CONTACT_ADMIN'),
    }),
  ),
  {
    name: 'no credits, the shorter one',
    status: 402,
    body: problem(402, 'Payment Required', 'credits depleted', typeOf('credits-depleted')),
    ...waits('OUT_OF_CREDITS', 'out_of_credits', 'CONTACT_ADMIN'),
  },
  {
    name: 'the same text again',
    status: 403,
    body: problem(403, 'Forbidden', 'You are not allowed to create a Tweet with duplicate content.'),
    ...refused('DUPLICATE_CONTENT', 'EDIT'),
  },
  {
    name: 'a permission that the account does not have',
    status: 403,
    body: problem(403, 'Forbidden', 'You are not permitted to perform this action.'),
    ...refused('X_FORBIDDEN', 'EDIT'),
  },
  ...['Authorization Error', 'Forbidden'].map(
    (title): AnswerOfX => ({
      name: `a reply or quote without being summoned, ${title}`,
      status: 403,
      body: problem(403, title, summonedOnly, typeOf('not-authorized-for-resource', 'api.twitter.com')),
      ...refused('X_FORBIDDEN', 'EDIT'),
    }),
  ),
  {
    name: 'a reply to a stranger',
    status: 403,
    body: problem(403, 'Forbidden', notEngaged, typeOf('not-authorized-for-resource')),
    ...refused('X_FORBIDDEN', 'EDIT'),
  },
  ...['Tweet', 'post'].map(
    (noun): AnswerOfX => ({
      name: `a parent that is gone, called a ${noun}`,
      status: 403,
      body: problem(
        403,
        'Forbidden',
        `You attempted to reply to a ${noun} that is deleted or not visible to you.`,
      ),
      ...parentNotVisible,
    }),
  ),
  {
    name: 'a parent that is gone, v1',
    status: 403,
    body: v1(385, 'You attempted to reply to a Tweet that is deleted or not visible to you.'),
    ...parentNotVisible,
  },
  {
    name: 'a token from when the application could only read',
    status: 403,
    headers: { 'x-access-level': 'read' },
    body: problem(403, 'Forbidden', appPermissions, typeOf('oauth1-permissions', 'api.twitter.com')),
    ...refused('ACCOUNT_NEEDS_RECONNECT', 'RECONNECT'),
  },
  ...['unsupported-authentication', 'client-forbidden', 'client-not-enrolled', 'usage-capped'].map(
    (name): AnswerOfX => ({
      name: `the application: ${name}`,
      status: 403,
      body: problem(403, 'Forbidden', 'When authenticating requests, use the right keys.', typeOf(name)),
      ...refused('APP_NOT_PERMITTED', 'CONTACT_ADMIN'),
    }),
  ),
  {
    name: 'nothing there',
    status: 404,
    body: problem(
      404,
      'Not Found Error',
      'Could not find tweet with id: [20].',
      typeOf('resource-not-found'),
    ),
    ...refused('X_REJECTED', 'EDIT'),
    deletion: { kind: 'gone' },
  },
  {
    name: 'no tweet with that id, v1',
    status: 404,
    body: v1(144, 'No status found with that ID.'),
    ...refused('X_REJECTED', 'EDIT'),
    deletion: { kind: 'gone' },
  },
  {
    name: 'too many requests in 15 minutes',
    status: 429,
    headers: limit('x-rate-limit', 0, 1_900_000_000),
    body: problem(429, 'Too Many Requests', 'Too Many Requests'),
    ...waits('RATE_LIMITED', 'rate_limited', 'WAIT'),
    retryAt: new Date(1_900_000_000_000),
  },
  {
    name: 'too many requests in 15 minutes and in a day: the later reset counts',
    status: 429,
    headers: {
      ...limit('x-rate-limit', 0, 1_900_000_000),
      ...limit('x-user-limit-24hour', 0, 1_900_050_000),
      ...limit('x-app-limit-24hour', 7, 1_900_070_000),
    },
    body: problem(429, 'Too Many Requests', 'Too Many Requests', typeOf('rate-limit-exceeded')),
    ...waits('RATE_LIMITED', 'rate_limited', 'WAIT'),
    retryAt: new Date(1_900_050_000_000),
  },
  {
    name: 'too many requests, v1, without a reset',
    status: 429,
    body: v1(88, 'Rate limit exceeded'),
    ...waits('RATE_LIMITED', 'rate_limited', 'WAIT'),
  },
  ...[408, 500, 502, 503, 504].map(
    (status): AnswerOfX => ({
      name: `trouble of its own, ${status}`,
      status,
      body: problem(status, 'Service Unavailable', 'Service Unavailable'),
      ...inDoubt,
    }),
  ),
];
