import { setTimeout } from 'node:timers/promises';
import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { FAULT_KINDS } from '../../src/sandbox/faults.ts';
import { type Sandbox, startSandbox } from '../../src/sandbox/index.ts';
import { type Account, account, control, get, post, type Reply, sendSigned } from './signed.ts';

let sandbox: Sandbox;
let alice: Account;
beforeAll(async () => {
  sandbox = await startSandbox({ tlsPort: 0 });
  alice = await account(sandbox, 'alice');
  await control(sandbox, 'POST', 'limits', { posts: null });
});
afterAll(() => sandbox.close());
beforeEach(() => control(sandbox, 'POST', 'reset'));

interface Logged {
  status: number | null;
  fault: string | null;
  accepted: boolean;
}

const order = (kind: string, more: object = {}) =>
  control(sandbox, 'POST', 'faults', { method: 'POST', path: '/2/tweets', kind, ...more });

/** Posts under the fault; what became of it is the reply's status, or the error's code. */
async function outcome(
  kind: string,
  tls: boolean,
  ms?: number,
): Promise<[Reply | string, Logged | undefined, number]> {
  await order(kind, ms === undefined ? {} : { ms });
  const reply = await post(sandbox, alice, { text: 'under a fault' }, tls).catch(
    (error: NodeJS.ErrnoException) => error.code ?? error.message,
  );
  const log = await control<Logged[]>(sandbox, 'GET', 'requests');
  const tweets = await control<unknown[]>(sandbox, 'GET', 'tweets');
  return [reply, log.at(-1), tweets.length];
}

/** What each kind looks like to a client, and whether the tweet is there. `ms` only where waiting would be endless. */
const expected: [string, boolean, number | undefined, (reply: Reply | string) => void][] = [
  ['drop-before-accept', false, undefined, (reply) => expect(reply).toBe('ECONNRESET')],
  ['drop-after-accept', true, undefined, (reply) => expect(reply).toBe('ECONNRESET')],
  ['hang', false, 50, (reply) => expect(reply).toBe('ECONNRESET')],
  ['hang-after-accept', true, 50, (reply) => expect(reply).toBe('ECONNRESET')],
  ['503', false, undefined, problem(503, 'Service Unavailable')],
  ['503-after-accept', true, undefined, problem(503, 'Service Unavailable')],
  ['500-after-accept', true, undefined, problem(500, 'Internal Server Error')],
  [
    'html-503',
    false,
    undefined,
    (reply) => expect(reply).toMatchObject({ status: 503, text: expect.stringMatching(/^<!DOCTYPE html>/) }),
  ],
  ['402', false, undefined, problem(402, 'CreditsDepleted')],
  ['401', false, undefined, problem(401, 'Unauthorized')],
  [
    '403-duplicate',
    false,
    undefined,
    (reply) => expect(reply).toMatchObject({ status: 403, text: expect.stringMatching(/duplicate content/) }),
  ],
  [
    '403-oauth1-permissions',
    false,
    undefined,
    (reply) =>
      expect(reply).toMatchObject({
        status: 403,
        headers: { 'x-access-level': 'read' },
        text: expect.stringMatching(/problems\/oauth1-permissions/),
      }),
  ],
  ['403-parent-not-visible', false, undefined, refusal('deleted or not visible to you.')],
  ['403-reply', false, undefined, refusal('you have not been mentioned or otherwise engaged')],
  ['403-quote', false, undefined, refusal('You can only reply to or quote posts')],
  ['403-not-permitted', false, undefined, refusal('You are not permitted to perform this action.')],
  ['404', false, undefined, problem(404, 'Not Found')],
  ['truncate-201', true, undefined, (reply) => expect(reply).toBe('ECONNRESET')],
  ['empty-201', true, undefined, (reply) => expect(reply).toMatchObject({ status: 201, text: '' })],
];

function refusal(detail: string): (reply: Reply | string) => void {
  return (reply) => expect(reply).toMatchObject({ status: 403, text: expect.stringContaining(detail) });
}

function problem(status: number, title: string): (reply: Reply | string) => void {
  return (reply) => {
    expect(reply).toMatchObject({ status });
    expect(typeof reply === 'object' && JSON.parse(reply.text)).toMatchObject({ title });
  };
}

describe.each([
  ['http', false],
  ['TLS', true],
])('over %s', (_name, tls) => {
  test.each(expected)('%s', async (kind, created, ms, check) => {
    const [reply, logged, count] = await outcome(kind, tls, ms);
    if (typeof reply === 'object' && !kind.startsWith('html') && kind !== 'empty-201') JSON.parse(reply.text);
    check(typeof reply === 'object' ? { ...reply } : reply);
    expect(logged).toMatchObject({ fault: kind, accepted: created });
    expect(logged?.status ?? null).toBe(
      typeof reply === 'object' ? reply.status : kind === 'truncate-201' ? 201 : null,
    );
    expect(count).toBe(created ? 1 : 0);
    expect((await post(sandbox, alice, { text: 'afterwards' }, tls)).status).toBe(201);
  });

  test('429 says when the window ends', async () => {
    const [reply] = await outcome('429', tls, 30_000);
    const { status, headers } = reply as Reply;
    expect([status, headers['x-rate-limit-remaining']]).toEqual([429, '0']);
    const inSeconds = Number(headers['x-rate-limit-reset']) - Date.now() / 1000;
    expect(inSeconds).toBeGreaterThan(20);
    expect(inSeconds).toBeLessThan(32);
  });

  test('429-day-only has no header of the window', async () => {
    const [reply, , count] = await outcome('429-day-only', tls, 3_600_000);
    const { status, headers } = reply as Reply;
    expect([status, count]).toEqual([429, 0]);
    expect(Object.keys(headers).filter((name) => name.startsWith('x-rate-limit'))).toEqual([]);
    expect(headers['x-user-limit-24hour-remaining']).toBe('0');
    expect(Number(headers['x-user-limit-24hour-reset'])).toBeGreaterThan(Date.now() / 1000 + 3000);
  });

  test('corrupt-gzip-201 says gzip and is none', async () => {
    const [reply, , count] = await outcome('corrupt-gzip-201', tls);
    const { status, headers, text } = reply as Reply;
    expect([status, headers['content-encoding'], count]).toEqual([201, 'gzip', 1]);
    expect(() => gunzipSync(text)).toThrow();
  });

  test('slow-drip for a while is whole at the end', async () => {
    const [reply, logged, count] = await outcome('slow-drip', tls, 250);
    expect(JSON.parse((reply as Reply).text)).toMatchObject({ data: { text: 'under a fault' } });
    expect([logged?.accepted, count]).toEqual([true, 1]);
  });

  test.each(['hang', 'hang-after-accept', 'slow-drip'])('%s without ms never ends', async (kind) => {
    await order(kind);
    const patience = new AbortController();
    const unsent = { method: 'POST', target: '/2/tweets', json: { text: kind }, tokens: alice, tls };
    const reply = sendSigned(sandbox, unsent, patience.signal).catch((error: Error) => error.name);
    await vi.waitUntil(async () => (await control<Logged[]>(sandbox, 'GET', 'requests')).length > 0, {
      timeout: 20_000,
    });
    expect(await Promise.race([reply, setTimeout(300, 'still waiting')])).toBe('still waiting');
    patience.abort();
    expect(await reply).toBe('AbortError');
    expect(await control<unknown[]>(sandbox, 'GET', 'tweets')).toHaveLength(kind === 'hang' ? 0 : 1);
  });
});

describe('ordering faults', () => {
  const statuses = async (count: number) => {
    const seen: number[] = [];
    for (let n = 0; n < count; n += 1) seen.push((await post(sandbox, alice, { text: `post ${n}` })).status);
    return seen;
  };

  test('after n matching requests, so many times', async () => {
    await order('503', { after: 1, times: 2 });
    expect(await statuses(5)).toEqual([201, 503, 503, 201, 201]);
  });

  test('at each part of a thread in turn', async () => {
    for (let position = 0; position < 3; position += 1) {
      await control(sandbox, 'POST', 'reset');
      await order('403-reply', { after: position });
      expect(await statuses(3)).toEqual([201, 201, 201].with(position, 403));
    }
  });

  test('one after the other, in the order in which they came', async () => {
    await order('503');
    await order('402');
    expect(await statuses(3)).toEqual([503, 402, 201]);
  });

  test('only where method and path match', async () => {
    await control(sandbox, 'POST', 'faults', { kind: '503', method: 'GET', path: '/2/users/*' });
    expect(await statuses(1)).toEqual([201]);
    expect((await get(sandbox, alice, '/2/users/me')).status).toBe(503);
    await control(sandbox, 'POST', 'faults', { kind: '401' });
    expect((await get(sandbox, alice, '/2/users/me')).status).toBe(401);
  });

  test("of one user leaves everybody else's requests alone, and uncounted", async () => {
    const bob = await account(sandbox, 'bob');
    await order('503', { user: 'bob', after: 1 });
    const posted = async (who: Account, text: string) => (await post(sandbox, who, { text })).status;
    expect([await posted(alice, 'one'), await posted(alice, 'two')]).toEqual([201, 201]);
    expect([await posted(bob, 'one'), await posted(alice, 'three')]).toEqual([201, 201]);
    expect([await posted(bob, 'two'), await posted(bob, 'three')]).toEqual([503, 201]);
  });

  test('sign-in can fail too', async () => {
    await control(sandbox, 'POST', 'faults', { kind: '503', path: '/oauth/*' });
    const begin = { method: 'POST', target: '/oauth/request_token', form: 'oauth_callback=oob' };
    expect((await sendSigned(sandbox, begin)).status).toBe(503);
    expect((await sendSigned(sandbox, begin)).status).toBe(200);
  });

  test('an unsigned request meets no fault, and does not use it up', async () => {
    await order('503');
    const unsigned = { method: 'POST', target: '/2/tweets', json: { text: 'x' }, authorization: '' };
    expect((await sendSigned(sandbox, unsigned)).status).toBe(401);
    expect(await statuses(2)).toEqual([503, 201]);
  });

  test('what X refuses cannot be accepted first, and does not use the fault up', async () => {
    await order('503-after-accept');
    expect((await post(sandbox, alice, { text: '' })).status).toBe(400);
    expect(await statuses(2)).toEqual([503, 201]);
  });

  test('DELETE clears them, and a reset does', async () => {
    await order('503', { times: 5 });
    expect(await control<unknown[]>(sandbox, 'GET', 'faults')).toHaveLength(1);
    await control(sandbox, 'DELETE', 'faults');
    await order('503');
    await control(sandbox, 'POST', 'reset');
    expect(await statuses(1)).toEqual([201]);
  });

  test('every kind can be ordered', async () => {
    for (const kind of FAULT_KINDS) expect(await order(kind)).toMatchObject({ kind, times: 1, after: 0 });
  });
});
