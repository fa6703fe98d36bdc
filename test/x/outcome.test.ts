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

describe('limits', () => {
  const of = (headers: Reply['headers']) => classifyCreate(reply(429, '', { headers }));
  const window = {
    'x-rate-limit-limit': '100',
    'x-rate-limit-remaining': '0',
    'x-rate-limit-reset': '1800000000',
  };
  const appDay = {
    'x-app-limit-24hour-limit': '10000',
    'x-app-limit-24hour-remaining': '0',
    'x-app-limit-24hour-reset': '1800050000',
  };
  const userDay = {
    'x-user-limit-24hour-limit': '100',
    'x-user-limit-24hour-remaining': '0',
    'x-user-limit-24hour-reset': '1800060000',
  };

  test.each([
    ['the window alone', window, 1_800_000_000],
    ['the later of two', { ...window, ...userDay }, 1_800_060_000],
    ['the later of three', { ...window, ...appDay, ...userDay }, 1_800_060_000],
    ['24 hour headers alone', userDay, 1_800_060_000],
    ['the application alone', appDay, 1_800_050_000],
    [
      'only what is exhausted',
      { ...window, ...userDay, 'x-user-limit-24hour-remaining': '7' },
      1_800_000_000,
    ],
    [
      'the day, with the window open',
      { ...window, 'x-rate-limit-remaining': '42', ...userDay },
      1_800_060_000,
    ],
  ])('retryAt is %s', (_name, headers, epochS) => {
    expect(of(headers)).toMatchObject({ kind: 'not_sent', retryAt: new Date(epochS * 1000) });
  });

  test.each([
    ['nothing', {}],
    ['nothing exhausted', { ...window, 'x-rate-limit-remaining': '1' }],
    ['no reset', { 'x-rate-limit-limit': '100', 'x-rate-limit-remaining': '0' }],
    ['words', { ...window, 'x-rate-limit-reset': 'soon' }],
    ['a negative number', { ...window, 'x-rate-limit-reset': '-5' }],
    ['a fraction', { ...window, 'x-rate-limit-reset': '1.5' }],
    ['two values', { ...window, 'x-rate-limit-reset': '1800000000, 1800000001' }],
    ['a number that no date can hold', { ...window, 'x-rate-limit-reset': '9'.repeat(30) }],
    ['an empty value', { ...window, 'x-rate-limit-remaining': '' }],
  ])('retryAt is unknown with %s', (_name, headers) => {
    expect(of(headers)).toMatchObject({ kind: 'not_sent', code: 'RATE_LIMITED', retryAt: undefined });
  });

  test('every answer carries its counters, and a broken one spoils no other', () => {
    const headers = {
      ...window,
      'x-rate-limit-remaining': '99',
      ...appDay,
      ...userDay,
      'x-user-limit-24hour-limit': '?',
    };
    const { answer } = classifyCreate(reply(201, { data: { id: TWEET_ID } }, { headers }));
    expect(answer.limits).toEqual({
      window: { limit: 100, remaining: 99, resetAt: new Date(1_800_000_000_000) },
      appDay: { limit: 10_000, remaining: 0, resetAt: new Date(1_800_050_000_000) },
    });
  });

  test('an answer keeps the transaction id and no other header', () => {
    const headers = { 'x-transaction-id': 'abc123', 'set-cookie': ['guest_id=1'], 'x-access-level': 'read' };
    const { answer } = classifyCreate(reply(503, '', { headers }));
    expect(answer).toEqual({ status: 503, transactionId: 'abc123', limits: undefined });
  });
});

describe('reads', () => {
  const parse = (body: unknown) => (body === 'fine' ? 'value' : undefined);
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
