import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createWorld, send, type World } from '../support/world.ts';

let world: World;

beforeAll(async () => {
  world = await createWorld();
});
afterAll(() => world.close());
beforeEach(() => fetch(`${world.sandbox.url}/_sandbox/reset`, { method: 'POST' }));

const INSTANT = /^\d{4}-\d\d-\d\dT[\d:.]+Z$/;
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

describe('an action of Hasura', () => {
  it('posts a tweet and answers the whole output object, without a data wrapper', async () => {
    const alice = await world.account('alice');
    const { status, body } = await world.act(
      'postTweet',
      { input: { text: 'Hello <b>&' } },
      await world.session('alice'),
    );

    expect(status).toBe(200);
    expect(body).toEqual({
      id: expect.stringMatching(UUID),
      state: 'SENT',
      deduplicated: false,
      idempotencyKey: null,
      createdAt: expect.stringMatching(INSTANT),
      expiresAt: expect.stringMatching(INSTANT),
      accountId: null,
      xUserId: alice.id,
      tweetId: expect.stringMatching(/^\d{15,19}$/),
      url: `${world.sandbox.url}/i/web/status/${body.tweetId}`,
      parts: [
        {
          position: 0,
          state: 'SENT',
          text: 'Hello <b>&',
          tweetId: body.tweetId,
          url: body.url,
          mediaIds: [],
          deletedAt: null,
          error: null,
        },
      ],
      deletedAt: null,
      error: null,
      costMicroUsd: 15_000,
    });
    expect(await world.tweets()).toMatchObject([{ id: body.tweetId, text: 'Hello <b>&', username: 'alice' }]);
  });

  it.each([{ input: { text: 'a' } }, { input: { text: 'a', inReplyToTweetId: null, replySettings: null } }])(
    'takes absent and null alike: %j',
    async (input) => {
      const { body } = await world.act('postTweet', input, await world.session('alice'));
      expect(body).toMatchObject({ state: 'SENT', error: null });
    },
  );

  it.each([
    ['null', { request_query: null }],
    ['absent', {}],
    ['there', { request_query: 'mutation { postTweet(input: {text: "a"}) { id } }' }],
  ])('does not care whether request_query is %s', async (_what, more) => {
    const session = await world.session('alice');
    const { status } = await send(
      `${world.url}/hasura/actions`,
      { 'x-hasura-webhook-secret': world.secret },
      { action: { name: 'postTweet' }, input: { input: { text: 'a' } }, session_variables: session, ...more },
    );
    expect(status).toBe(200);
  });

  it('replies and sets who may reply', async () => {
    const session = await world.session('alice');
    const first = await world.act('postTweet', { input: { text: 'first' } }, session);
    const input = { text: 'second', inReplyToTweetId: first.body.tweetId, replySettings: 'MENTIONED_USERS' };
    const reply = await world.act('postTweet', { input }, session);
    expect(reply.body.state).toBe('SENT');
    expect((await world.tweets()).at(-1)).toMatchObject({
      text: 'second',
      in_reply_to_tweet_id: first.body.tweetId,
    });
  });

  it('serves queries too', async () => {
    const alice = await world.account('alice');
    const { status, body } = await world.act('xMe', {}, await world.session('alice'));
    expect(status).toBe(200);
    expect(body).toEqual({
      userId: `twitter|${alice.id}`,
      xUserId: alice.id,
      username: 'alice',
      name: expect.any(String),
    });
  });

  it('reads the session from the body alone, whatever the headers say (R6)', async () => {
    const session = await world.session('alice');
    const bob = await world.session('bob');
    const { body } = await send(
      `${world.url}/hasura/actions`,
      { 'x-hasura-webhook-secret': world.secret, ...bob, 'x-hasura-role': 'admin' },
      { action: { name: 'postTweet' }, input: { input: { text: 'mine' } }, session_variables: session },
    );
    expect(body.state).toBe('SENT');
    expect(await world.tweets()).toMatchObject([{ username: 'alice' }]);
  });

  it('leaves one log line that ties request, trace and post together, and nothing that the user wrote', async () => {
    const session = await world.session('alice');
    const traceId = '4bf92f3577b34da6a3ce929d0e0e4736';
    const { body } = await send(
      `${world.url}/hasura/actions`,
      { 'x-hasura-webhook-secret': world.secret, 'x-b3-traceid': traceId, 'x-b3-spanid': '00f067aa0ba902b7' },
      {
        action: { name: 'postTweet' },
        input: { input: { text: 'canary text' } },
        session_variables: session,
      },
    );
    const lines = world.log.filter(({ fields }) => fields.postId === body.id);
    expect(lines.map(({ evt }) => evt)).toEqual(['x_created', 'request']);
    expect(lines[1]?.fields).toMatchObject({
      traceId,
      operation: 'postTweet',
      status: 200,
      requestId: expect.any(String),
    });
    expect(JSON.stringify(world.log)).not.toContain('canary');
  });

  it('asks X about an account once a day', async () => {
    const session = await world.session('bob');
    await world.act('xMe', {}, session);
    await world.act('xMe', {}, session);
    const requests = (await (await fetch(`${world.sandbox.url}/_sandbox/requests`)).json()) as {
      path: string;
    }[];
    expect(requests.filter(({ path }) => path.startsWith('/2/users/me'))).toHaveLength(1);
  });
});
