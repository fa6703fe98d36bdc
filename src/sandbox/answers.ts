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

/** X answers 200 with `errors` when what was asked for is not there. */
export function resourceNotFound(kind: 'tweet' | 'user', id: string): Answer {
  return ok({
    errors: [
      {
        value: id,
        detail: `Could not find ${kind} with id: [${id}].`,
        title: 'Not Found Error',
        resource_type: kind,
        parameter: 'id',
        resource_id: id,
        type: problemType('resource-not-found'),
      },
    ],
  });
}
