/** What the person in front of the screen can do about an error; the SDL's `XUserAction`. */
export type UserAction =
  | 'NONE'
  | 'EDIT'
  | 'WAIT'
  | 'SIGN_IN'
  | 'CONNECT'
  | 'RECONNECT'
  | 'TOP_UP'
  | 'CONTACT_ADMIN';

interface AnswerRow {
  readonly status: number;
  readonly userAction: UserAction;
  readonly message: string;
  /** For docs/errors.md. */
  readonly when: string;
}

/**
 * Every code that a door answers with: nothing was accepted, nothing was sent. The one source of the HTTP status, the
 * user's next step and the default sentence; docs/errors.md is generated from it.
 */
export const answerErrors = {
  WEBHOOK_SECRET_MISMATCH: {
    status: 401,
    userAction: 'CONTACT_ADMIN',
    message:
      'HERALD_WEBHOOK_SECRET differs between Hasura and Herald. Send the same value in the header x-hasura-webhook-secret.',
    when: 'The header `x-hasura-webhook-secret` is missing, wrong or there twice.',
  },
  UNAUTHENTICATED: {
    status: 401,
    userAction: 'SIGN_IN',
    message: 'The bearer token is missing, invalid or expired. Sign in again.',
    when: 'A bearer token was refused, whatever the cause: one message for all.',
  },
  ROLE_NOT_ALLOWED: {
    status: 403,
    userAction: 'CONTACT_ADMIN',
    message:
      'Herald never posts as admin. In the console set x-hasura-role: user and x-hasura-user-id, or paste the bearer token that npm start prints. Other roles are listed in HERALD_ROLES.',
    when: 'The role is `admin`, the unauthenticated one or not in `HERALD_ROLES`, the bearer token does not allow it, or there is no user id.',
  },
  CREDENTIALS_INVALID: {
    status: 401,
    userAction: 'SIGN_IN',
    message: 'credential envelope rejected. Sign in again to get new X credentials.',
    when: 'An envelope could not be opened, whatever the cause: one message for all.',
  },
  ACCOUNT_REQUIRED: {
    status: 409,
    userAction: 'CONNECT',
    message:
      'There is no X account to post as. Connect one with startXConnect, or send x-hasura-access-token and x-hasura-access-token-secret among the session variables.',
    when: 'The session carries no envelopes, and the user has no connected account.',
  },
  ACCOUNT_NEEDS_RECONNECT: {
    status: 409,
    userAction: 'RECONNECT',
    message: 'X no longer accepts the credentials of this account. Sign in with X again.',
    when: 'X answered 401 for these credentials.',
  },
  NOT_FOUND: {
    status: 404,
    userAction: 'NONE',
    message: 'There is no post, tweet, file or account with this id, or it belongs to somebody else.',
    when: 'An id is unknown, malformed or of another user.',
  },
  IDEMPOTENCY_KEY_REUSED: {
    status: 409,
    userAction: 'NONE',
    message: 'This idempotency key belongs to another post of the same user. Take a new key for a new post.',
    when: 'The same key came with another input.',
  },
  STATE_CONFLICT: {
    status: 409,
    userAction: 'NONE',
    message: 'The post is not in a state in which this can be done.',
    when: 'Cancelling what is sent, retrying what is being sent, resolving what is not in doubt.',
  },
  UNKNOWN_OPERATION: {
    status: 404,
    userAction: 'CONTACT_ADMIN',
    message: 'Herald has no such operation. graphql/schema.graphql lists the ones it has.',
    when: 'The action or the route does not exist.',
  },
  INVALID_REQUEST: {
    status: 400,
    userAction: 'CONTACT_ADMIN',
    message: 'The request is not what this door takes.',
    when: 'Not JSON, not a request of this door, wrong method (405), wrong content type (415).',
  },
  PAYLOAD_TOO_LARGE: {
    status: 413,
    userAction: 'CONTACT_ADMIN',
    message: 'The request is too large: the input may have 64 KiB.',
    when: 'The body or the input is too large.',
  },
  INVALID_INPUT: {
    status: 400,
    userAction: 'EDIT',
    message: 'A field of the input has a value that it cannot have.',
    when: 'A field has the wrong type or a value it cannot have; `field` names it.',
  },
  TEXT_TOO_LONG: {
    status: 400,
    userAction: 'EDIT',
    message: 'The text is longer than X allows.',
    when: "More weighted characters than the account may post, which are 280 unless an admin allows more; or a thread's text that needs more than 25 tweets.",
  },
  TEXT_EMPTY: {
    status: 400,
    userAction: 'EDIT',
    message: 'The text is empty. Write something to post.',
    when: 'No text, or none that can be seen.',
  },
  MEDIA_INVALID: {
    status: 400,
    userAction: 'EDIT',
    message: 'The file cannot be posted with a tweet.',
    when: 'A file that X would refuse, or one that is unknown, still being processed, expired or of another account; `field` names it.',
  },
  POLICY_REJECTED: {
    status: 400,
    userAction: 'EDIT',
    message: 'X would refuse this tweet. Nothing was sent.',
    when: 'What X would refuse, known before it is sent: docs/x-policy.md.',
  },
  BUDGET_EXCEEDED: {
    status: 403,
    userAction: 'TOP_UP',
    message:
      "This would cost more than is left of the day's budget. Nothing was sent. Try again after retryAt, or ask for a larger budget.",
    when: "The day's budget of the application or of the user is used up; `retryAt` is midnight UTC.",
  },
  RATE_LIMITED: {
    status: 429,
    userAction: 'WAIT',
    message: 'X asks this account to wait. Try again after retryAt.',
    when: 'X limits what this account may ask.',
  },
  TEMPORARILY_UNAVAILABLE: {
    status: 429,
    userAction: 'WAIT',
    message: 'Herald cannot do this right now, and nothing was started. Try again after retryAt.',
    when: 'Something that Herald needs does not answer; nothing was started, unless the message says that the database did not tell.',
  },
  INTERNAL: {
    status: 500,
    userAction: 'CONTACT_ADMIN',
    message: 'Something went wrong inside Herald. Its log has the cause under the requestId.',
    when: 'A bug.',
  },
} as const satisfies Record<string, AnswerRow>;

export type AnswerErrorCode = keyof typeof answerErrors;

interface PostErrorRow {
  readonly userAction: UserAction;
  readonly message: string;
  /** What X answered, for docs/errors.md. */
  readonly when: string;
}

/** Every code of `XPost.error`: what became of a post that Herald took on. */
export const postErrors = {
  DUPLICATE_CONTENT: {
    userAction: 'EDIT',
    message: 'X refused the tweet because this account already posted the same text.',
    when: "403 with X's sentence on duplicate content.",
  },
  X_REJECTED: {
    userAction: 'EDIT',
    message: 'X refused the tweet as invalid.',
    when: '400, 404 and every other 4xx that no other row names.',
  },
  X_FORBIDDEN: {
    userAction: 'EDIT',
    message: 'X does not permit this account to post this tweet.',
    when: '403 that no other row names.',
  },
  ACCOUNT_NEEDS_RECONNECT: {
    userAction: 'RECONNECT',
    message:
      'X no longer accepts the credentials of this account. Sign in with X again, with permission to write.',
    when: '401, or 403 because the token was made while the application could only read.',
  },
  APP_NOT_PERMITTED: {
    userAction: 'CONTACT_ADMIN',
    message:
      'X does not permit this application to post. Its project, plan or permissions need a look in the X console.',
    when: '403 for an application without access to this endpoint.',
  },
  OUT_OF_CREDITS: {
    userAction: 'CONTACT_ADMIN',
    message: 'The X account of this application has no credits left. Nothing was sent.',
    when: '402.',
  },
  RATE_LIMITED: {
    userAction: 'WAIT',
    message: 'X asks this account to wait. Nothing was sent.',
    when: '429; `retryAt` is the later of the resets that X names.',
  },
  X_UNAVAILABLE: {
    userAction: 'WAIT',
    message: 'X could not be reached. Nothing was sent.',
    when: "DNS, connection or TLS failed before a byte was sent, or this machine's clock is off.",
  },
  OUTCOME_UNKNOWN: {
    userAction: 'WAIT',
    message:
      'X did not say whether it took the tweet. Herald looks for it on the timeline; do not post it again.',
    when: '5xx, 408, an answer that cannot be read, or none in time.',
  },
  EXPIRED: {
    userAction: 'NONE',
    message: 'The post was still waiting at its expiry, so it was not sent.',
    when: 'Decided by Herald: `expiresAt`, or `HERALD_POST_TTL_MS` after it was accepted.',
  },
  NOT_POSTED: {
    userAction: 'NONE',
    message: 'X did not take the tweet in three attempts, and it is not on the timeline.',
    when: 'Decided by Herald after it looked.',
  },
  PAUSED: {
    userAction: 'WAIT',
    message: 'Sending is paused. The post waits and goes out when sending resumes, unless it expires.',
    when: 'Decided by Herald: `herald pause`, the restore guard, or a key that this Herald does not have yet.',
  },
  CREDENTIALS_INVALID: {
    userAction: 'SIGN_IN',
    message: 'The credentials kept for this post can no longer be opened. Sign in again and retry it.',
    when: 'Decided by Herald: the key that sealed them is gone.',
  },
  PARENT_FAILED: {
    userAction: 'NONE',
    message: 'An earlier part of the post was not sent, so this one was not sent either.',
    when: 'Decided by Herald.',
  },
} as const satisfies Record<string, PostErrorRow>;

export type PostErrorCode = keyof typeof postErrors;
