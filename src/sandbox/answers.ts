/** What X answers, before it is put on the wire. `body` is sent as JSON unless it is a string. */
export interface Answer {
  readonly status: number;
  readonly body: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

export const ok = (body: unknown, status = 200): Answer => ({ status, body });

/** A problem (RFC 9457) as X's v2 API words it; without a type it is `about:blank`. */
export function problem(
  status: number,
  title: string,
  detail: string,
  type = 'about:blank',
  more: object = {},
): Answer {
  return { status, body: { title, detail, type, status, ...more } };
}

const problemType = (name: string): string => `https://api.x.com/2/problems/${name}`;

/** 400 for a body or a query that X's published schema does not allow; `parameters` repeats the offending values. */
export function invalidRequest(message: string, parameters: Record<string, readonly string[]> = {}): Answer {
  return problem(
    400,
    'Invalid Request',
    'One or more parameters to your request was invalid.',
    problemType('invalid-request'),
    {
      errors: [{ message, parameters }],
    },
  );
}

export const unauthorized = problem(401, 'Unauthorized', 'Unauthorized');
export const forbidden = (detail: string): Answer => problem(403, 'Forbidden', detail);
export const notPermitted = forbidden('You are not permitted to perform this action.');
export const duplicateContent = forbidden('You are not allowed to create a Tweet with duplicate content.');
export const parentGone = forbidden(
  'You attempted to reply to a Tweet that is deleted or not visible to you.',
);
/** The self-serve rule for replies, in X's words. */
export const replyNotAllowed = problem(
  403,
  'Forbidden',
  'Reply to this conversation is not allowed because you have not been mentioned or otherwise engaged by the author of the post you are replying to.',
  problemType('not-authorized-for-resource'),
);
/** The self-serve rule for quotes, in X's words. */
export const quoteNotAllowed = problem(
  403,
  'Authorization Error',
  'You can only reply to or quote posts where you are mentioned or are the author.',
  problemType('not-authorized-for-resource'),
);
export const tooManyRequests = problem(429, 'Too Many Requests', 'Too Many Requests');
export const serviceUnavailable = problem(503, 'Service Unavailable', 'Service Unavailable');
export const internalError = problem(
  500,
  'Internal Server Error',
  'Something is broken. Please try again later.',
);
export const noSuchRoute = problem(404, 'Not Found', 'Not Found');

export const creditsDepleted = problem(
  402,
  'CreditsDepleted',
  'Your enrolled account does not have any credits to fulfill this request.',
  problemType('credits'),
);

export const oauth1Permissions: Answer = {
  ...problem(
    403,
    'Forbidden',
    'Your client app is not configured with the appropriate oauth1 app permissions for this endpoint.',
    problemType('oauth1-permissions'),
  ),
  headers: { 'x-access-level': 'read' },
};

/** X's v1 shape, still used under /oauth and for clock errors: 32 not authenticated, 89 bad token, 135 timestamp. */
export const oauthError = (status: number, code: number, message: string): Answer => ({
  status,
  body: { errors: [{ code, message }] },
});

/** 404, where X says what it could not find. */
export const notFound = (kind: 'tweet' | 'media', id: string): Answer =>
  problem(404, 'Not Found Error', `Could not find ${kind} with id: [${id}].`);

/** X answers 200 with `errors` when what was asked for is not there. */
export const resourceNotFound = (kind: 'tweet' | 'user', id: string): Answer =>
  ok({ errors: [missing(kind, id, 'id')] });

/** One of the `errors` of an answer: `parameter` is what named the resource. */
export const missing = (kind: 'tweet' | 'user', id: string, parameter: string): object => ({
  value: id,
  detail: `Could not find ${kind} with ${parameter}: [${id}].`,
  title: 'Not Found Error',
  resource_type: kind,
  parameter,
  resource_id: id,
  type: problemType('resource-not-found'),
});
