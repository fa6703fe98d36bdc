import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type Sandbox, startSandbox } from '../../src/sandbox/index.ts';
import { makeSnowflakes, snowflakeAt, snowflakeMs } from '../../src/sandbox/snowflake.ts';
import { type Account, account, control, get, post, postedId, sendSigned } from './signed.ts';

let sandbox: Sandbox;
let alice: Account;
let bob: Account;
let skewMs = 0;
beforeAll(async () => {
  sandbox = await startSandbox({ now: () => Date.now() + skewMs });
  alice = await account(sandbox, 'alice');
  bob = await account(sandbox, 'bob');
});
afterAll(() => sandbox.close());
beforeEach(async () => {
  skewMs = 0;
  await control(sandbox, 'POST', 'reset');
});

const POLL = { options: ['a', 'x'.repeat(25)], duration_minutes: 5 };

interface Listed {
  id: string;
  text: string;
  created_at: string;
}
const tweets = () => control<Listed[]>(sandbox, 'GET', 'tweets');
const remove = (tokens: Account, id: string) =>
  sendSigned(sandbox, { method: 'DELETE', target: `/2/tweets/${id}`, tokens });
/** The real client's clock is not moved: sign with the sandbox's. */
const postLater = (text: string) =>
  sendSigned(sandbox, {
    method: 'POST',
    target: '/2/tweets',
    json: { text },
    tokens: alice,
    oauth: { oauth_timestamp: String(Math.floor((Date.now() + skewMs) / 1000)) },
  });

describe('POST /2/tweets', () => {
  test('creates: 201, an id as a decimal string above 2^53, listed as it was posted', async () => {
    const reply = await post(sandbox, alice, { text: 'a < b & c > d', reply_settings: 'mentionedUsers' });
    expect(reply.status).toBe(201);
    const { data } = JSON.parse(reply.text) as { data: Listed };
    expect(data).toEqual({ id: data.id, text: 'a &lt; b &amp; c &gt; d', edit_history_tweet_ids: [data.id] });
    expect(BigInt(data.id)).toBeGreaterThan(2n ** 53n);
    expect(await tweets()).toEqual([
      {
        id: data.id,
        text: 'a < b & c > d',
        author_id: alice.id,
        username: 'alice',
        created_at: new Date(snowflakeMs(data.id)).toISOString(),
        in_reply_to_tweet_id: null,
        quote_tweet_id: null,
        media_ids: [],
        poll: null,
        alt_texts: [],
      },
    ]);
  });

  const wrong: [string, unknown, string][] = [
    ['nothing', {}, 'text'],
    ['an empty text', { text: '' }, 'text'],
    ['spaces', { text: ' \n ' }, 'text'],
    ['a number', { text: 1 }, 'text'],
    ['null', { text: null }, 'text'],
    ['an unknown field', { text: 'a', txet: 'b' }, 'txet'],
    ['U+FFFE', { text: 'a\uFFFE' }, 'text'],
    ['half a surrogate pair', { text: 'a\uD83D' }, 'text'],
    ['everyone', { text: 'a', reply_settings: 'everyone' }, 'reply_settings'],
    ['a reply to nothing', { text: 'a', reply: {} }, 'reply.in_reply_to_tweet_id'],
    ['a number for an id', { text: 'a', reply: { in_reply_to_tweet_id: 12 } }, 'reply.in_reply_to_tweet_id'],
    ['letters for an id', { text: 'a', reply: { in_reply_to_tweet_id: 'x' } }, 'reply.in_reply_to_tweet_id'],
    [
      '20 digits',
      { text: 'a', reply: { in_reply_to_tweet_id: '1'.repeat(20) } },
      'reply.in_reply_to_tweet_id',
    ],
    ['a stray field of reply', { text: 'a', reply: { in_reply_to_tweet_id: '1', to: 'x' } }, 'reply.to'],
    ['what the sandbox does not do', { text: 'a', geo: { place_id: '1' } }, 'geo'],
    ['a poll without text', { poll: POLL }, 'text'],
    ['a poll with one option', { text: 'a', poll: { ...POLL, options: ['a'] } }, 'poll.options'],
    ['a poll with five', { text: 'a', poll: { ...POLL, options: [...'abcde'] } }, 'poll.options'],
    ['an empty option', { text: 'a', poll: { ...POLL, options: ['a', ''] } }, 'poll.options'],
    ['an option of 26', { text: 'a', poll: { ...POLL, options: ['a', 'x'.repeat(26)] } }, 'poll.options'],
    ['a poll of 4 minutes', { text: 'a', poll: { ...POLL, duration_minutes: 4 } }, 'poll.duration_minutes'],
    [
      'a poll of 10081 minutes',
      { text: 'a', poll: { ...POLL, duration_minutes: 10_081 } },
      'poll.duration_minutes',
    ],
    ['half a minute', { text: 'a', poll: { ...POLL, duration_minutes: 5.5 } }, 'poll.duration_minutes'],
    ['a stray field of a poll', { text: 'a', poll: { ...POLL, votes: 1 } }, 'poll.votes'],
    ['media that is a list', { text: 'a', media: ['1'] }, 'media'],
    ['a poll and media', { text: 'a', poll: POLL, media: { media_ids: ['1'] } }, 'poll'],
    ['a poll and a quote', { text: 'a', poll: POLL, quote_tweet_id: '1' }, 'quote_tweet_id'],
    ['media and a quote', { text: 'a', media: { media_ids: ['1'] }, quote_tweet_id: '1' }, 'quote_tweet_id'],
    ['letters for a quote', { text: 'a', quote_tweet_id: 'x' }, 'quote_tweet_id'],
    ['letters for a community', { text: 'a', community_id: 'x' }, 'community_id'],
    ['a text for a boolean', { text: 'a', made_with_ai: 'true' }, 'made_with_ai'],
    ['null for a boolean', { text: 'a', paid_partnership: null }, 'paid_partnership'],
  ];
  test.each(wrong)('refuses %s as X words it', async (_name, body, field) => {
    const reply = await post(sandbox, alice, body);
    expect(reply.status).toBe(400);
    expect(reply.headers['content-type']).toContain('application/problem+json');
    const problem = JSON.parse(reply.text) as { errors: { parameters: object }[] };
    expect(problem).toMatchObject({
      title: 'Invalid Request',
      detail: 'One or more parameters to your request was invalid.',
      type: 'https://api.x.com/2/problems/invalid-request',
    });
    expect(Object.keys(problem.errors[0]?.parameters ?? {})).toEqual([field]);
    expect(await tweets()).toEqual([]);
  });

  test.each([[[]], ['text'], [null]])('refuses %j, which is no object', async (body) => {
    expect((await post(sandbox, alice, body)).status).toBe(400);
  });

  test('refuses a form', async () => {
    const reply = await sendSigned(sandbox, {
      method: 'POST',
      target: '/2/tweets',
      form: 'text=a',
      tokens: alice,
    });
    expect(reply.status).toBe(400);
  });

  test('refuses what weighs more than 280', async () => {
    expect((await post(sandbox, alice, { text: 'x'.repeat(280) })).status).toBe(201);
    expect((await post(sandbox, alice, { text: '漢'.repeat(140) })).status).toBe(201);
    expect(
      (await post(sandbox, alice, { text: `${'y'.repeat(256)} https://example.com/${'z'.repeat(300)}` }))
        .status,
    ).toBe(201);
    for (const text of ['x'.repeat(281), '漢'.repeat(141), 'a.'.repeat(400_000)]) {
      const reply = await post(sandbox, alice, { text });
      expect(reply.status).toBe(403);
      expect(JSON.parse(reply.text)).toMatchObject({
        detail: 'You are not permitted to perform this action.',
      });
    }
  });

  test('takes polls, communities and labels; false is the same as absent', async () => {
    const labels = { made_with_ai: true, paid_partnership: false, community_id: '1234' };
    const id = await postedId(sandbox, alice, { text: 'vote', poll: POLL, ...labels });
    expect(await tweets()).toMatchObject([{ id, poll: POLL, media_ids: [], quote_tweet_id: null }]);
    const found = await get(sandbox, alice, `/2/tweets/${id}?tweet.fields=attachments`);
    expect(JSON.parse(found.text)).toMatchObject({
      data: { attachments: { poll_ids: [expect.stringMatching(/^\d+$/)] } },
    });
  });

  test('replies to what is there, and to nothing else', async () => {
    const parent = await postedId(sandbox, alice, { text: 'parent for @bob' });
    const child = await postedId(sandbox, bob, { text: 'child', reply: { in_reply_to_tweet_id: parent } });
    const found = await get(sandbox, alice, `/2/tweets/${child}?tweet.fields=referenced_tweets`);
    expect(JSON.parse(found.text)).toMatchObject({
      data: { referenced_tweets: [{ type: 'replied_to', id: parent }] },
    });
    await remove(alice, parent);
    for (const id of [parent, '123']) {
      const reply = await post(sandbox, bob, { text: 'late', reply: { in_reply_to_tweet_id: id } });
      expect(reply.status).toBe(403);
      expect(reply.text).toContain('deleted or not visible to you');
    }
  });

  test('refuses the same text twice within a day, of one user, unless deleted', async () => {
    const first = await postedId(sandbox, alice, { text: 'cafe\u0301' });
    const again = await post(sandbox, alice, { text: ' caf\u00e9\n' });
    expect(again.status).toBe(403);
    expect(JSON.parse(again.text)).toEqual({
      title: 'Forbidden',
      detail: 'You are not allowed to create a Tweet with duplicate content.',
      type: 'about:blank',
      status: 403,
    });
    expect((await post(sandbox, bob, { text: 'caf\u00e9' })).status).toBe(201);
    await remove(alice, first);
    expect((await post(sandbox, alice, { text: 'caf\u00e9' })).status).toBe(201);
    skewMs = 24 * 60 * 60_000 - 5000;
    expect((await postLater('caf\u00e9')).status).toBe(403);
    skewMs += 10_000;
    expect((await postLater('caf\u00e9')).status).toBe(201);
  });
});

describe('DELETE and GET', () => {
  test('deletes what is one’s own', async () => {
    const id = await postedId(sandbox, alice, { text: 'short-lived' });
    expect((await remove(bob, id)).status).toBe(403);
    const gone = await remove(alice, id);
    expect([gone.status, JSON.parse(gone.text)]).toEqual([200, { data: { deleted: true } }]);
    expect(await tweets()).toEqual([]);
    expect((await remove(alice, id)).status).toBe(404);
  });

  test('an unknown tweet is 200 with errors', async () => {
    const reply = await get(sandbox, alice, '/2/tweets/123');
    expect(reply.status).toBe(200);
    expect(JSON.parse(reply.text)).toMatchObject({
      errors: [{ title: 'Not Found Error', resource_id: '123' }],
    });
  });

  test('who am I', async () => {
    const reply = await get(sandbox, bob, '/2/users/me');
    expect(JSON.parse(reply.text)).toEqual({ data: { id: bob.id, name: 'Bob', username: 'bob' } });
  });
});

describe('ids', () => {
  test('are X’s own arithmetic', () => {
    // The snowflake of the example in X's documentation: 1212092628029698048 was made at 2019-12-31T19:26:16.000Z.
    expect(new Date(snowflakeMs('1212092628029698048')).toISOString().slice(0, 19)).toBe(
      '2019-12-31T19:26:16',
    );
    expect(snowflakeAt(snowflakeMs('1212092628029698048'))).toBeLessThanOrEqual(1212092628029698048n);
  });

  test('grow, even when the clock stands still, goes back or starts again', () => {
    let now = 1_800_000_000_000;
    const next = makeSnowflakes(() => now);
    const ids = Array.from({ length: 5000 }, next);
    now -= 60_000;
    ids.push(...Array.from({ length: 5 }, next));
    ids.push(makeSnowflakes(() => now, BigInt(ids.at(-1) ?? '0'))());
    expect(ids.every((id, index) => index === 0 || BigInt(id) > BigInt(ids[index - 1] ?? '0'))).toBe(true);
  });
});
