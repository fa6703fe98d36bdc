import { describe, expect, test } from 'vitest';
import type { Reply } from '../../src/x/exchange.ts';
import { classifyCreate } from '../../src/x/outcome.ts';
import { TWEET_ID } from './raw-server.ts';

const reply = (status: number, body: string, headers: Reply['headers']): Reply => ({
  established: true,
  cancelled: false,
  status,
  headers,
  text: body,
  complete: true,
  failure: undefined,
});

describe('limits', () => {
  const of = (headers: Reply['headers']) => classifyCreate(reply(429, '', headers));
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
    const { answer } = classifyCreate(reply(201, JSON.stringify({ data: { id: TWEET_ID } }), headers));
    expect(answer.limits).toEqual({
      window: { limit: 100, remaining: 99, resetAt: new Date(1_800_000_000_000) },
      appDay: { limit: 10_000, remaining: 0, resetAt: new Date(1_800_050_000_000) },
    });
  });

  test('an answer keeps the transaction id and no other header', () => {
    const headers = { 'x-transaction-id': 'abc123', 'set-cookie': ['guest_id=1'], 'x-access-level': 'read' };
    const { answer } = classifyCreate(reply(503, '', headers));
    expect(answer).toEqual({ status: 503, transactionId: 'abc123', limits: undefined });
  });
});
