import { describe, expect, test } from 'vitest';
import type { Reply } from '../../src/x/exchange.ts';
import { classifyCreate } from '../../src/x/outcome.ts';
import { readReply } from '../../src/x/read.ts';
import { TWEET_ID } from './raw-server.ts';

const reply = (status: number | undefined, body: unknown, more: Partial<Reply> = {}): Reply => ({
  established: true,
  cancelled: false,
  status,
  headers: {},
  text: typeof body === 'string' ? body : JSON.stringify(body),
  complete: true,
  failure: undefined,
  ...more,
});

const problem = (status: number, title: string, detail: string, type = 'about:blank') => ({
  title,
  detail,
  type,
  status,
});
const typed = (name: string, host = 'api.twitter.com') => ({
  type: `https://${host}/2/problems/${name}`,
  title: 'Forbidden',
});

describe('refusals', () => {
  const duplicate = problem(
    403,
    'Forbidden',
    'You are not allowed to create a Tweet with duplicate content.',
  );
  const permissions = {
    ...typed('oauth1-permissions'),
    detail:
      'Your client app is not configured with the appropriate oauth1 app permissions for this endpoint.',
  };
  const notYours = {
    ...typed('not-authorized-for-resource', 'api.x.com'),
    detail: 'You can only reply to or quote posts where you are mentioned or are the author.',
  };
  const invalid = {
    ...typed('invalid-request'),
    errors: [{ message: 'text', parameters: { text: [''] } }],
  };
  test.each([
    [400, invalid, 'X_REJECTED'],
    [401, problem(401, 'Unauthorized', 'Unauthorized'), 'ACCOUNT_NEEDS_RECONNECT'],
    [401, { errors: [{ code: 89, message: 'Invalid or expired token.' }] }, 'ACCOUNT_NEEDS_RECONNECT'],
    [401, '', 'ACCOUNT_NEEDS_RECONNECT'],
    [403, duplicate, 'DUPLICATE_CONTENT'],
    [403, permissions, 'ACCOUNT_NEEDS_RECONNECT'],
    [403, { errors: [{ code: 32, message: 'Could not authenticate you.' }] }, 'ACCOUNT_NEEDS_RECONNECT'],
    [403, { errors: [{ code: 89, message: 'Invalid or expired token.' }] }, 'ACCOUNT_NEEDS_RECONNECT'],
    [403, typed('client-forbidden'), 'APP_NOT_PERMITTED'],
    [403, typed('client-not-enrolled', 'api.x.com'), 'APP_NOT_PERMITTED'],
    [403, typed('unsupported-authentication'), 'APP_NOT_PERMITTED'],
    [403, typed('usage-capped'), 'APP_NOT_PERMITTED'],
    [403, problem(403, 'Forbidden', 'You are not permitted to perform this action.'), 'X_FORBIDDEN'],
    [403, notYours, 'X_FORBIDDEN'],
    [403, '<html>blocked</html>', 'X_FORBIDDEN'],
    [403, '{"errors":"none"}', 'X_FORBIDDEN'],
    [403, 'null', 'X_FORBIDDEN'],
    [404, problem(404, 'Not Found', 'Not Found'), 'X_REJECTED'],
    [410, '', 'X_REJECTED'],
    [413, '', 'X_REJECTED'],
    [422, '', 'X_REJECTED'],
  ])('%i %j is rejected as %s', (status, body, code) => {
    expect(classifyCreate(reply(status, body))).toMatchObject({ kind: 'rejected', code, answer: { status } });
  });

  test.each([
    [401, { errors: [{ code: 135, message: 'Timestamp out of bounds.' }] }, 'X_UNAVAILABLE', 'clock_skew'],
    [402, { ...typed('credits'), title: 'CreditsDepleted' }, 'OUT_OF_CREDITS', 'out_of_credits'],
    [402, '', 'OUT_OF_CREDITS', 'out_of_credits'],
    [429, problem(429, 'Too Many Requests', 'Too Many Requests'), 'RATE_LIMITED', 'rate_limited'],
    [429, { errors: [{ code: 88, message: 'Rate limit exceeded' }] }, 'RATE_LIMITED', 'rate_limited'],
    [429, typed('usage-capped'), 'RATE_LIMITED', 'rate_limited'],
  ])('%i %j is not sent: %s, %s', (status, body, code, reason) => {
    expect(classifyCreate(reply(status, body))).toMatchObject({
      kind: 'not_sent',
      code,
      reason,
      retryAt: undefined,
    });
  });

  test('a refusal that was cut says nothing', () => {
    for (const status of [400, 401, 402, 403, 404, 429]) {
      const outcome = classifyCreate(reply(status, '{"detail":"You are', { complete: false }));
      expect(outcome).toMatchObject({ kind: 'unknown', reason: 'unclassified', answer: { status } });
    }
  });
});

describe('successes', () => {
  test.each([200, 201])('%i with an id is created', (status) => {
    const outcome = classifyCreate(reply(status, { data: { id: TWEET_ID, text: 'x' }, errors: [] }));
    expect(outcome).toMatchObject({ kind: 'created', tweetId: TWEET_ID });
  });

  test('an id in a body that claims to be longer is proof enough', () => {
    const cut = reply(201, { data: { id: TWEET_ID } }, { complete: false });
    expect(classifyCreate(cut)).toMatchObject({ kind: 'created', tweetId: TWEET_ID });
  });

  test.each([
    ['', 201],
    ['null', 201],
    ['[]', 201],
    ['<html></html>', 201],
    [`{"data":{"id":"${TWEET_ID}"`, 201],
    [{ data: { id: 1988888888888888 } }, 201],
    [{ data: { id: '' } }, 201],
    [{ data: { id: '12a' } }, 201],
    [{ data: { id: '-1' } }, 201],
    [{ data: { id: '0' } }, 201],
    [{ data: { id: '1'.repeat(20) } }, 201],
    [{ data: [{ id: TWEET_ID }] }, 201],
    [{ id: TWEET_ID }, 201],
    ['', 204],
  ])('%j with %i is unknown: most likely created', (body, status) => {
    expect(classifyCreate(reply(status, body))).toMatchObject({
      kind: 'unknown',
      code: 'OUTCOME_UNKNOWN',
      reason: 'unreadable_success',
    });
  });
});

describe('everything else', () => {
  test.each([408, 500, 502, 503, 504, 520, 599])('%i is unknown: server_error', (status) => {
    for (const complete of [true, false]) {
      const outcome = classifyCreate(reply(status, '<html>busy</html>', { complete }));
      expect(outcome).toMatchObject({ kind: 'unknown', reason: 'server_error' });
    }
  });

  test.each([101, 199, 300, 301, 302, 304, 307, 308, 399, 600, 999])(
    '%i is unknown: unclassified',
    (status) => {
      const outcome = classifyCreate(reply(status, { data: { id: TWEET_ID } }));
      expect(outcome).toMatchObject({ kind: 'unknown', reason: 'unclassified' });
    },
  );

  test('no answer on a connection that came up is unknown, on one that did not it is not sent', () => {
    expect(classifyCreate(reply(undefined, ''))).toMatchObject({ kind: 'unknown', reason: 'no_answer' });
    expect(classifyCreate(reply(undefined, '', { established: false }))).toMatchObject({
      kind: 'not_sent',
      code: 'X_UNAVAILABLE',
      reason: 'unreachable',
    });
  });

  test('no status at all is ever taken for a failure that is certain, unless it is a whole 4xx', () => {
    for (let status = 100; status < 1000; status += 1) {
      const { kind } = classifyCreate(reply(status, ''));
      const certain = status >= 400 && status < 500 && status !== 408;
      expect([status, kind === 'unknown']).toEqual([status, !certain]);
    }
  });
});

describe('reads', () => {
  const parse = (body: unknown) => (body === 'fine' ? { value: 'value' } : undefined);
  const read = (status: number | undefined, body: unknown, more: Partial<Reply> = {}) =>
    readReply(reply(status, JSON.stringify(body), more), parse);

  test('a whole 200 that parses is ok', () => {
    expect(read(200, 'fine')).toMatchObject({ ok: true, value: 'value' });
  });

  test.each([
    ['a 200 that does not parse', 200, 'other', {}, 'X_UNAVAILABLE'],
    ['a 200 that was cut', 200, 'fine', { complete: false }, 'X_UNAVAILABLE'],
    ['another 2xx', 201, 'fine', {}, 'X_UNAVAILABLE'],
    ['a redirect', 302, 'fine', {}, 'X_UNAVAILABLE'],
    ['5xx', 503, '', {}, 'X_UNAVAILABLE'],
    ['no answer', undefined, '', {}, 'X_UNAVAILABLE'],
    ['no connection', undefined, '', { established: false }, 'X_UNAVAILABLE'],
    ['401', 401, '', {}, 'ACCOUNT_NEEDS_RECONNECT'],
    ['402', 402, '', {}, 'OUT_OF_CREDITS'],
    ['403', 403, '', {}, 'X_FORBIDDEN'],
    ['429', 429, '', {}, 'RATE_LIMITED'],
  ])('%s is not ok', (_name, status, body, more, code) => {
    expect(read(status, body, more)).toMatchObject({ ok: false, code });
  });
});
