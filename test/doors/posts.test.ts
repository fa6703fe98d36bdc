import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Answer, createWorld, type World } from '../support/world.ts';

let world: World;
let alice: Record<string, string>;
let bob: Record<string, string>;

beforeAll(async () => {
  world = await createWorld({
    environment: { HERALD_X_DEADLINE_MS: '700', HERALD_LEASE_MS: '7000', HERALD_SETTLE_WINDOW_MS: '600000' },
  });
  alice = await world.session('alice');
  bob = await world.session('bob');
});
afterAll(() => world.close());

const post = (input: Record<string, unknown>, session = alice): Promise<Answer> =>
  world.act('postTweet', { input: { text: `post ${randomUUID()}`, ...input } }, session);

const refusal = ({ status, body }: Answer) => [status, body.code, body.extensions?.field];

describe('the same post', () => {
  it.each([
    ['with one idempotency key', { idempotencyKey: 'gesture-1' }],
    ['without a key', {}],
  ])('asked for twenty times at once %s is one tweet and one id', async (_how, key) => {
    const text = `twenty ${randomUUID()}`;
    const answers = await Promise.all(Array.from({ length: 20 }, () => post({ text, ...key })));
    expect(new Set(answers.map(({ body }) => body.id)).size).toBe(1);
    expect(answers.map(({ body }) => body.state)).toEqual(Array(20).fill('SENT'));
    expect(answers.filter(({ body }) => !body.deduplicated)).toHaveLength(1);
    expect((await world.tweets()).filter((tweet) => tweet.text === text)).toHaveLength(1);
  });

  it('is another post for another user with the same key and text', async () => {
    const input = { text: `shared ${randomUUID()}`, idempotencyKey: 'shared-key' };
    const [one, other] = [await post(input), await post(input, bob)];
    expect(other.body).toMatchObject({ state: 'SENT', deduplicated: false });
    expect(other.body.id).not.toBe(one.body.id);
  });

  it('answers later repeats from the ledger', async () => {
    const input = { text: `later ${randomUUID()}`, idempotencyKey: randomUUID() };
    const first = await post(input);
    const again = await post(input);
    expect(again.body).toEqual({ ...first.body, deduplicated: true });
  });

  it('with another input is IDEMPOTENCY_KEY_REUSED, and nothing is posted', async () => {
    const idempotencyKey = randomUUID();
    await post({ text: `first ${randomUUID()}`, idempotencyKey });
    const before = (await world.tweets()).length;
    expect(refusal(await post({ text: `second ${randomUUID()}`, idempotencyKey }))).toEqual([
      409,
      'IDEMPOTENCY_KEY_REUSED',
      'idempotencyKey',
    ]);
    expect((await world.tweets()).length).toBe(before);
  });

  it('may be tried again at once when it failed', async () => {
    const text = `fails first ${randomUUID()}`;
    await world.fault('403-duplicate');
    expect((await post({ text })).body.state).toBe('FAILED');
    expect((await post({ text })).body).toMatchObject({ state: 'SENT', deduplicated: false });
  });
});

describe('terms of a post', () => {
  it.each([
    ['an empty key', { idempotencyKey: '' }, 'idempotencyKey'],
    ['a key of 256 characters', { idempotencyKey: 'k'.repeat(256) }, 'idempotencyKey'],
    ['a key with a control character', { idempotencyKey: 'a\u0000b' }, 'idempotencyKey'],
    ['a key with half a surrogate pair', { idempotencyKey: 'a\ud800' }, 'idempotencyKey'],
    ['an expiry in the past', { expiresAt: '2020-01-01T00:00:00Z' }, 'expiresAt'],
    [
      'an expiry in the past, with a key',
      { expiresAt: '2020-01-01T00:00:00Z', idempotencyKey: 'past' },
      'expiresAt',
    ],
    ['an expiry without a zone', { expiresAt: '2099-01-01T00:00:00' }, 'expiresAt'],
    ['an expiry that is no date', { expiresAt: '2026-13-45T00:00:00Z' }, 'expiresAt'],
    ['an expiry as a number', { expiresAt: 4102444800 }, 'expiresAt'],
    ['an expiry in a week', { expiresAt: new Date(Date.now() + 7 * 86_400_000).toISOString() }, 'expiresAt'],
  ])('are refused: %s', async (_what, input, field) => {
    expect(refusal(await post(input))).toEqual([400, 'INVALID_INPUT', field]);
  });

  it('of a post that exists are answered with it, also when its expiry has passed meanwhile', async () => {
    const input = { text: `soon over ${randomUUID()}`, idempotencyKey: randomUUID() };
    const expiresAt = new Date(Date.now() + 1_500).toISOString();
    const first = await post({ ...input, expiresAt });
    expect(first.body.state).toBe('SENT');
    await new Promise((resolve) => setTimeout(resolve, 1_600));
    expect((await post({ ...input, expiresAt })).body).toEqual({ ...first.body, deduplicated: true });
  });

  it('allow a key of 255 characters and an expiry in an hour', async () => {
    const expiresAt = new Date(Date.now() + 3_600_000).toISOString();
    const { body } = await post({ idempotencyKey: '鍵'.repeat(255), expiresAt });
    expect(body).toMatchObject({ state: 'SENT', expiresAt, idempotencyKey: '鍵'.repeat(255) });
  });
});

describe("a user's own posts", () => {
  it('are read one by one and page by page, newest first', async () => {
    const dora = await world.session('dora');
    const ids: string[] = [];
    for (let i = 0; i < 5; i += 1) ids.unshift((await post({}, dora)).body.id);
    const one = await world.act('xPost', { id: ids[0] }, dora);
    expect(one.body).toMatchObject({ id: ids[0], state: 'SENT' });

    const first = await world.query(
      'query ($i: XPostsInput) { xPosts(input: $i) { posts { id } endCursor hasNextPage } }',
      { i: { first: 3 } },
      dora,
    );
    const page = (first.body.data as unknown as { xPosts: Page }).xPosts;
    expect(page.posts.map(({ id }) => id)).toEqual(ids.slice(0, 3));
    expect(page.hasNextPage).toBe(true);
    const second = await world.act('xPosts', { input: { first: 3, after: page.endCursor } }, dora);
    const rest = second.body as unknown as Page;
    expect(rest.posts.map(({ id }) => id)).toEqual(ids.slice(3));
    expect(rest.hasNextPage).toBe(false);
    expect((await world.act('xPosts', { input: { states: ['FAILED'] } }, dora)).body).toEqual({
      posts: [],
      endCursor: null,
      hasNextPage: false,
    });
  });

  it.each([
    ['0', { first: 0 }, 'first'],
    ['101', { first: 101 }, 'first'],
    ['a cursor that is none', { after: 'nonsense' }, 'after'],
    ['an unknown state', { states: ['LOST'] }, 'states.0'],
  ])('are not read with %s', async (_what, input, field) => {
    expect(refusal(await world.act('xPosts', { input }, alice))).toEqual([400, 'INVALID_INPUT', field]);
  });

  it.each(['xPost', 'cancelTweet', 'retryTweet', 'resolveTweet'])(
    'are nobody else’s: %s of another user is NOT_FOUND',
    async (operation) => {
      const { body } = await post({});
      for (const id of [body.id, randomUUID(), 'nonsense', '', body.id.toUpperCase()]) {
        const session = id === body.id ? bob : alice;
        const input =
          operation === 'xPost'
            ? { id }
            : { input: { id, ...(operation === 'resolveTweet' ? { resolution: 'GIVE_UP' } : {}) } };
        expect([id, ...refusal(await world.act(operation, input, session))].slice(1, 3)).toEqual([
          404,
          'NOT_FOUND',
        ]);
      }
    },
  );
});

interface Page {
  readonly posts: readonly { readonly id: string }[];
  readonly endCursor: string | null;
  readonly hasNextPage: boolean;
}

describe('what a user can do about a post', () => {
  it('cancels what waits, and only that', async () => {
    await world.fault('429', { ms: 600_000 });
    const waiting = (await post({})).body;
    expect(waiting.state).toBe('QUEUED');
    expect((await world.act('cancelTweet', { input: { id: waiting.id } }, alice)).body.state).toBe(
      'CANCELLED',
    );
    expect(refusal(await world.act('cancelTweet', { input: { id: waiting.id } }, alice))).toEqual([
      409,
      'STATE_CONFLICT',
      null,
    ]);
    const sent = (await post({})).body;
    expect(refusal(await world.act('cancelTweet', { input: { id: sent.id } }, alice))).toEqual([
      409,
      'STATE_CONFLICT',
      null,
    ]);
  });

  it('sends again what failed or was cancelled, with the same text and once', async () => {
    await world.fault('401');
    const failed = (await post({})).body;
    expect(failed).toMatchObject({ state: 'FAILED', error: { code: 'ACCOUNT_NEEDS_RECONNECT' } });
    const retried = (
      await world.act('retryTweet', { input: { id: failed.id } }, await world.session('alice'))
    ).body;
    expect(retried).toMatchObject({ id: failed.id, state: 'SENT', error: null });
    expect((await world.tweets()).filter(({ text }) => text === failed.parts[0]?.text)).toHaveLength(1);
    expect(refusal(await world.act('retryTweet', { input: { id: failed.id } }, alice))).toEqual([
      409,
      'STATE_CONFLICT',
      null,
    ]);
  });

  it('does not retry as another X account', async () => {
    await world.fault('401');
    const failed = (await post({})).body;
    const asBob = await world.session('bob', { 'x-hasura-user-id': alice['x-hasura-user-id'] });
    const answer = await world.act('retryTweet', { input: { id: failed.id } }, asBob);
    expect(answer.status).toBeGreaterThanOrEqual(400);
    expect((await world.act('xPost', { id: failed.id }, alice)).body.state).toBe('FAILED');
  });

  it('decides a post in doubt: it is there, by a tweet of the same account that no other post has', async () => {
    const other = (await post({})).body;
    await world.fault('hang-after-accept', { ms: 600_000 });
    const doubtful = (await post({})).body;
    expect(doubtful.state).toBe('UNKNOWN');
    const foreign = (await post({}, bob)).body;
    const resolve = (tweetId: unknown) =>
      world.act('resolveTweet', { input: { id: doubtful.id, resolution: 'IT_IS_THERE', tweetId } }, alice);

    for (const tweetId of [null, 'x', '1', foreign.tweetId]) {
      expect(refusal(await resolve(tweetId))).toEqual([400, 'INVALID_INPUT', 'tweetId']);
    }
    expect(refusal(await resolve(other.tweetId))).toEqual([409, 'STATE_CONFLICT', null]);
    const tweet = (await world.tweets()).find(({ text }) => text === doubtful.parts[0]?.text);
    expect((await resolve(tweet?.id)).body).toMatchObject({ state: 'SENT', tweetId: tweet?.id });
    expect(refusal(await resolve(tweet?.id))).toEqual([409, 'STATE_CONFLICT', null]);
  });

  it.each(['SEND_IT', 'GIVE_UP'])('does not decide %s about what is not in review', async (resolution) => {
    const sent = (await post({})).body;
    const answer = await world.act('resolveTweet', { input: { id: sent.id, resolution } }, alice);
    expect(refusal(answer)).toEqual([409, 'STATE_CONFLICT', null]);
  });
});
