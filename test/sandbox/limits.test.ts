import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { type Sandbox, startSandbox } from '../../src/sandbox/index.ts';
import { type Account, account, control, get, post, sendSigned } from './signed.ts';

let sandbox: Sandbox;
let alice: Account;
let nowMs = Date.now();
beforeAll(async () => {
  sandbox = await startSandbox({ now: () => nowMs });
  alice = await account(sandbox, 'alice');
});
afterAll(() => sandbox.close());
beforeEach(() => control(sandbox, 'POST', 'reset'));

const limitsOf = ({ headers }: { headers: Record<string, unknown> }) =>
  ['limit', 'remaining', 'reset'].map((name) => Number(headers[`x-rate-limit-${name}`]));

test('100 posts in 15 minutes, counted per user, told with every answer', async () => {
  const resetAt = Math.ceil((nowMs + 15 * 60_000) / 1000);
  for (let count = 0; count < 99; count += 1) await post(sandbox, alice, { text: `${count}` });
  expect(limitsOf(await post(sandbox, alice, { txet: 'refused, but counted' }))).toEqual([100, 0, resetAt]);
  const refused = await post(sandbox, alice, { text: 'one too many' });
  expect(refused.status).toBe(429);
  expect(limitsOf(refused)).toEqual([100, 0, resetAt]);
  expect(JSON.parse(refused.text)).toEqual({
    title: 'Too Many Requests',
    detail: 'Too Many Requests',
    type: 'about:blank',
    status: 429,
  });
  const other = await post(sandbox, await account(sandbox, 'bob'), { text: 'somebody else' });
  expect([other.status, limitsOf(other)[1]]).toEqual([201, 99]);

  nowMs += 15 * 60_000;
  const oauth = { oauth_timestamp: String(Math.floor(nowMs / 1000)) };
  const later = { method: 'POST', target: '/2/tweets', json: { text: 'later' }, tokens: alice, oauth };
  const again = await sendSigned(sandbox, later);
  nowMs = Date.now();
  expect([again.status, limitsOf(again)[1]]).toEqual([201, 99]);
});

test('a request that is not signed counts for nobody', async () => {
  await sendSigned(sandbox, { method: 'POST', target: '/2/tweets', tokens: alice, consumerSecret: 'wrong' });
  expect(limitsOf(await post(sandbox, alice, { text: 'first' }))[1]).toBe(99);
});

test('users/me has its own 75', async () => {
  expect(limitsOf(await get(sandbox, alice, '/2/users/me')).slice(0, 2)).toEqual([75, 74]);
});

test('the plan is set with them, shown, and outlives a reset', async () => {
  expect(await control(sandbox, 'GET', 'limits')).toMatchObject({ plan: 'self-serve', mediaAppend: 1875 });
  expect(await control(sandbox, 'POST', 'limits', { plan: 'enterprise' })).toMatchObject({
    plan: 'enterprise',
    posts: 100,
  });
  await control(sandbox, 'POST', 'reset');
  expect(await control(sandbox, 'POST', 'limits', { me: 75 })).toMatchObject({ plan: 'enterprise' });
  await control(sandbox, 'POST', 'limits', { plan: 'self-serve' });
});

test('limits can be set, and lifted', async () => {
  expect(await control(sandbox, 'POST', 'limits', { posts: 1, windowMs: 60_000 })).toMatchObject({
    posts: 1,
    me: 75,
  });
  expect((await post(sandbox, alice, { text: 'a' })).status).toBe(201);
  expect((await post(sandbox, alice, { text: 'b' })).status).toBe(429);
  await control(sandbox, 'POST', 'limits', { posts: null });
  const free = await post(sandbox, alice, { text: 'c' });
  expect(free.status).toBe(201);
  expect(free.headers).not.toHaveProperty('x-rate-limit-limit');
});
