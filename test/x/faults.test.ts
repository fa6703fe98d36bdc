import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { XClient } from '../../src/kernel/index.ts';
import { schemes } from './raw-server.ts';
import { type SandboxAccount, sandboxApp, startSandboxAccount } from './sandbox-account.ts';
import { clientOf } from './x-client.ts';

const DEADLINE_MS = 800;

/** Every fault of the sandbox that meets a POST: the outcome, and whether X has the tweet. */
const faults = [
  ['drop-before-accept', { kind: 'unknown', reason: 'no_answer' }, 0],
  ['drop-after-accept', { kind: 'unknown', reason: 'no_answer' }, 1],
  ['hang', { kind: 'unknown', reason: 'no_answer' }, 0],
  ['hang-after-accept', { kind: 'unknown', reason: 'no_answer' }, 1],
  ['503', { kind: 'unknown', reason: 'server_error' }, 0],
  ['503-after-accept', { kind: 'unknown', reason: 'server_error' }, 1],
  ['500-after-accept', { kind: 'unknown', reason: 'server_error' }, 1],
  ['html-503', { kind: 'unknown', reason: 'server_error' }, 0],
  ['429', { kind: 'not_sent', code: 'RATE_LIMITED', reason: 'rate_limited', retryAt: expect.any(Date) }, 0],
  [
    '429-day-only',
    { kind: 'not_sent', code: 'RATE_LIMITED', reason: 'rate_limited', retryAt: expect.any(Date) },
    0,
  ],
  ['402', { kind: 'not_sent', code: 'OUT_OF_CREDITS', reason: 'out_of_credits' }, 0],
  ['403-duplicate', { kind: 'rejected', code: 'DUPLICATE_CONTENT' }, 0],
  ['401', { kind: 'rejected', code: 'ACCOUNT_NEEDS_RECONNECT' }, 0],
  ['403-oauth1-permissions', { kind: 'rejected', code: 'ACCOUNT_NEEDS_RECONNECT' }, 0],
  ['truncate-201', { kind: 'unknown', reason: 'unreadable_success' }, 1],
  ['empty-201', { kind: 'unknown', reason: 'unreadable_success' }, 1],
  ['corrupt-gzip-201', { kind: 'unknown', reason: 'unreadable_success' }, 1],
  ['slow-drip', { kind: 'unknown', reason: 'unreadable_success' }, 1],
  ['timeline-lag', { kind: 'created' }, 1],
] as const;

describe.each(schemes)('the faults of the sandbox over %s', (scheme) => {
  let account: SandboxAccount;
  let x: XClient & { close(): void };
  const post = (text: string) => x.createTweet(account.credentials, { text });

  beforeAll(async () => {
    account = await startSandboxAccount(scheme);
    ({ x } = clientOf(account.server, { ...sandboxApp, deadlineMs: DEADLINE_MS }));
  });
  afterAll(async () => {
    x.close();
    await account.sandbox.close();
  });

  test.each(faults)('%s', async (kind, outcome, copies) => {
    await account.control('/_sandbox/reset', {});
    await account.control('/_sandbox/faults', { method: 'POST', path: '/2/tweets', kind });
    expect(await post(kind)).toMatchObject(outcome);
    expect((await account.tweets()).filter(({ text }) => text === kind)).toHaveLength(copies);
    expect(await post(`after ${kind}`)).toMatchObject({ kind: 'created' });
  });
});
