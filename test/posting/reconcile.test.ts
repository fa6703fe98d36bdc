import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import type { XPost, XTimelineTweet } from '../../src/kernel/index.ts';
import { createWorld, type World } from '../support/world.ts';

let world: World;

afterEach(() => world.close());

/** Short windows, and a timeline that X shows as `show` says. */
const begin = async (show: (tweet: XTimelineTweet) => XTimelineTweet = (tweet) => tweet): Promise<World> => {
  world = await createWorld({
    environment: { HERALD_X_DEADLINE_MS: '700', HERALD_LEASE_MS: '7000', HERALD_SETTLE_WINDOW_MS: '3000' },
    overrides: {
      aroundX: (x) => ({
        ...x,
        tweetsSince: async (credentials, sinceId) => {
          const read = await x.tweetsSince(credentials, sinceId);
          return read.ok ? { ...read, value: read.value.map(show) } : read;
        },
      }),
    },
  });
  return world;
};

const postInDoubt = async (input: Record<string, unknown>): Promise<XPost> => {
  await world.fault('hang-after-accept', { ms: 60_000 });
  const { body } = await world.act('postTweet', { input }, await world.session('alice'));
  expect(body.state).toBe('UNKNOWN');
  return body;
};

const untilNot = async (id: string, state: string): Promise<XPost> => {
  const session = await world.session('alice');
  for (let tries = 0; tries < 150; tries += 1) {
    const { body } = await world.act('xPost', { id }, session);
    if (body.state !== state) return body;
    await sleep(100);
  }
  throw new Error(`Post ${id} stayed ${state}.`);
};

const createRequests = async (): Promise<number> => {
  const requests = (await (await fetch(`${world.sandbox.url}/_sandbox/requests`)).json()) as {
    method: string;
    path: string;
  }[];
  return requests.filter(({ method, path }) => method === 'POST' && path === '/2/tweets').length;
};

describe('a post whose answer was lost', () => {
  it.each([
    'plain',
    'cut < & > "quoted"',
    'bare example.com and https://Example.org/a?b=1&c=2 in it',
    'two\nlines  and   spaces',
    ' leading and trailing ',
    'emoji 👩‍👩‍👧 and 字',
  ])('is found on the timeline by its text: %j', async (text) => {
    await begin();
    const doubtful = await postInDoubt({ text });
    const found = await untilNot(doubtful.id, 'UNKNOWN');
    const [tweet] = await world.tweets();
    expect(found).toMatchObject({ state: 'SENT', tweetId: tweet?.id, error: null });
    expect(await createRequests()).toBe(1);
  });

  it('is found although X puts the mentions of the thread before a reply', async () => {
    await begin((tweet) => ({
      ...tweet,
      text: tweet.inReplyToTweetId ? `@bob @alice ${tweet.text}` : tweet.text,
    }));
    const first = (await world.act('postTweet', { input: { text: 'first' } }, await world.session('alice')))
      .body;
    const doubtful = await postInDoubt({ text: '@alice thanks', inReplyToTweetId: first.tweetId });
    expect(await untilNot(doubtful.id, 'UNKNOWN')).toMatchObject({ state: 'SENT' });
    expect(await createRequests()).toBe(2);
  });

  it('is for a person when a tweet differs in its links only, and is not sent again', async () => {
    await begin((tweet) => ({
      ...tweet,
      text: tweet.text.replace('http://example.com', 'http://xn--bsp-rla.com/'),
    }));
    const doubtful = await postInDoubt({ text: 'read example.com today' });
    expect(await untilNot(doubtful.id, 'UNKNOWN')).toMatchObject({
      state: 'NEEDS_REVIEW',
      error: { code: 'OUTCOME_UNKNOWN' },
    });
    expect(await createRequests()).toBe(1);
  });

  it('is not mistaken for an older tweet of the same text that another post has', async () => {
    await begin();
    const text = `same ${randomUUID()}`;
    const session = await world.session('alice');
    const first = (await world.act('postTweet', { input: { text, idempotencyKey: 'one' } }, session)).body;
    await world.fault('503');
    const second = (await world.act('postTweet', { input: { text, idempotencyKey: 'two' } }, session)).body;
    expect(second.state).toBe('UNKNOWN');
    const decided = await untilNot(second.id, 'UNKNOWN');
    expect(decided.tweetId).not.toBe(first.tweetId);
  });
});
