import { beforeAll, describe, expect, it } from 'vitest';
import type { XPost } from '../../src/kernel/index.ts';
import { ask } from '../support/engine-client.ts';
import { ME, POST } from './support/documents.ts';
import { openStage, type Poster } from './support/stage.ts';

const stage = await openStage();
let poster: Poster;
beforeAll(async () => {
  poster = await stage.poster();
});

const send = (input: object, headers = poster.headers) =>
  ask(stage.engine, POST, headers, { variables: { input } });
const post = async (input: object, headers = poster.headers) => {
  const { data, errors } = await send(input, headers);
  if (errors !== undefined) throw new Error(JSON.stringify(errors));
  return data.postTweet;
};
const tweets = () => stage.x.tweets(poster.username);

describe('posting through the engine', () => {
  it('cases 1, 13, 20 and 26: the whole post, ids as strings, nulls said', async () => {
    const answer = await post({ text: 'first light' });
    const [tweet] = await tweets();
    expect(answer).toEqual({
      id: expect.any(String),
      state: 'SENT',
      deduplicated: false,
      idempotencyKey: null,
      createdAt: expect.any(String),
      expiresAt: expect.any(String),
      accountId: expect.any(String),
      xUserId: expect.stringMatching(/^\d+$/),
      tweetId: tweet?.id,
      url: expect.stringContaining(tweet?.id ?? ''),
      parts: [
        {
          position: 0,
          state: 'SENT',
          text: 'first light',
          tweetId: tweet?.id,
          url: answer.url,
          mediaIds: [],
          deletedAt: null,
          error: null,
        },
      ],
      deletedAt: null,
      costMicroUsd: 15_000,
      error: null,
    });
  });

  it('case 3: an optional field is as good as null', async () => {
    const absent = await post({ text: 'nothing optional' });
    const nulls = {
      mediaIds: null,
      poll: null,
      inReplyToTweetId: null,
      quoteTweetId: null,
      replySettings: null,
      madeWithAi: null,
      paidPartnership: null,
      communityId: null,
      linkPolicy: null,
      accountId: null,
      idempotencyKey: null,
      expiresAt: null,
    };
    expect(await post({ text: 'nothing optional', ...nulls })).toEqual({ ...absent, deduplicated: true });
  });

  it('case 6: two aliases with one key are one tweet', async () => {
    const { data } = await ask(
      stage.engine,
      `mutation ($input: PostTweetInput!) { a: postTweet(input: $input) { id tweetId } b: postTweet(input: $input) { id tweetId } }`,
      poster.headers,
      { variables: { input: { text: 'twice in one', idempotencyKey: 'alias' } } },
    );
    expect(data.a).toEqual(data.b);
    expect((await tweets()).filter(({ text }) => text === 'twice in one')).toHaveLength(1);
  });

  it('case 42: the mutation again with its key is the first outcome', async () => {
    const input = { text: 'once and again', idempotencyKey: 'gesture' };
    const first = await post(input);
    expect(await post(input)).toEqual({ ...first, deduplicated: true });
    expect((await tweets()).filter(({ text }) => text === 'once and again')).toHaveLength(1);
    const { errors } = await send({ ...input, text: 'another' });
    expect(errors?.[0]?.extensions?.code).toBe('IDEMPOTENCY_KEY_REUSED');
  });

  it.each([
    ['403-duplicate', 'FAILED', 'DUPLICATE_CONTENT'],
    ['429', 'QUEUED', 'RATE_LIMITED'],
    ['503-after-accept', 'UNKNOWN', 'OUTCOME_UNKNOWN'],
  ])('case 44: X answers %s, and it is data: %s, %s', async (kind, state, code) => {
    const alone = await stage.poster();
    await stage.x.fault({ kind });
    expect(await post({ text: `during ${kind}` }, alone.headers)).toMatchObject({ state, error: { code } });
  });

  it('case 29: an error is its message and its own extensions, without a path', async () => {
    const { data, errors } = await send({ text: 'x'.repeat(300) });
    expect(data ?? null).toBeNull();
    expect(errors).toEqual([
      {
        message: expect.any(String),
        extensions: {
          code: 'TEXT_TOO_LONG',
          userAction: 'EDIT',
          retryAt: null,
          field: 'text',
          requestId: expect.any(String),
        },
      },
    ]);
  });

  it('xMe', async () => {
    const { data } = await ask(stage.engine, ME, poster.headers);
    expect(data.xMe).toMatchObject({ userId: `user-of-${poster.username}`, username: poster.username });
  });
});

describe('who may not', () => {
  const count = async () => (await stage.x.creates()).length;
  const refusal = async (headers: Record<string, string>) => {
    const before = await count();
    const { errors } = await send({ text: 'not mine to send' }, headers);
    expect(await count()).toBe(before);
    return errors?.[0];
  };
  const admin = { 'x-hasura-admin-secret': stage.adminSecret };

  it('admin, and is told what to send instead', async () => {
    const error = await refusal(admin);
    expect(error?.extensions?.code).toBe('ROLE_NOT_ALLOWED');
    expect(error?.message).toContain('x-hasura-role: user');
  });

  it('a caller with the admin secret who names no user, and is told so', async () => {
    const error = await refusal({ ...admin, 'x-hasura-role': 'user' });
    expect(error?.extensions?.code).toBe('ROLE_NOT_ALLOWED');
    expect(error?.message).toContain('x-hasura-user-id');
  });

  it('a user id with an underscore look-alike of the header', async () => {
    const error = await refusal({ ...admin, 'x-hasura-role': 'user', x_hasura_user_id: 'somebody' });
    expect(error?.extensions?.code).toBe('ROLE_NOT_ALLOWED');
  });

  it('a role without permission: there is no such field', async () => {
    const error = await refusal({ ...poster.headers, 'x-hasura-role': 'guest' });
    expect(error?.extensions?.code).toBe('validation-failed');
  });

  it('a user who has connected nothing', async () => {
    const error = await refusal({ ...poster.headers, 'x-hasura-user-id': 'stranger' });
    expect(error?.extensions).toMatchObject({ code: 'ACCOUNT_REQUIRED', userAction: 'CONNECT' });
  });

  it('nobody at all', async () => {
    expect((await refusal({}))?.extensions?.code).toBe('invalid-headers');
    expect((await refusal({ 'x-hasura-admin-secret': 'wrong' }))?.extensions?.code).toBe('access-denied');
  });
});

describe('the tracked tables', () => {
  const ROWS = `query ($id: uuid!) {
    herald_post_by_pk(id: $id) { state user_id parts { position tweet_id } account { username } }
    herald_post(where: {id: {_eq: $id}}) { id }
    herald_part(where: {post_id: {_eq: $id}}) { text post { x_user_id } }
    herald_account { username state }
  }`;

  it('show a user the own post, and the action’s output leads to it', async () => {
    const query = `mutation ($input: PostTweetInput!) {
      postTweet(input: $input) { id tweetId xUserId post { state parts(limit: 1) { tweet_id } } }
    }`;
    const { data } = await ask<{ postTweet: XPost & { post: object } }>(stage.engine, query, poster.headers, {
      variables: { input: { text: 'with its row' } },
    });
    const { id, tweetId, xUserId, post: row } = data.postTweet;
    expect(row).toEqual({ state: 'SENT', parts: [{ tweet_id: tweetId }] });
    const rows = await ask(stage.engine, ROWS, poster.headers, { variables: { id } });
    expect(rows.data).toEqual({
      herald_post_by_pk: {
        state: 'SENT',
        user_id: poster.headers['x-hasura-user-id'],
        parts: [{ position: 0, tweet_id: tweetId }],
        account: { username: poster.username },
      },
      herald_post: [{ id }],
      herald_part: [{ text: 'with its row', post: { x_user_id: xUserId } }],
      herald_account: [{ username: poster.username, state: 'CONNECTED' }],
    });
  });

  it('show what a thread costs, and what of it was deleted', async () => {
    const { data } = await ask<{ postThread: XPost }>(
      stage.engine,
      'mutation ($input: PostThreadInput!) { postThread(input: $input) { id parts { tweetId } } }',
      poster.headers,
      { variables: { input: { parts: [{ text: 'alone in its thread' }], onPartFailure: 'STOP' } } },
    );
    const { id, parts } = data.postThread;
    const deletion = 'mutation ($id: ID!) { deleteTweet(input: {tweetId: $id}) { deletedAt } }';
    await ask(stage.engine, deletion, poster.headers, { variables: { id: parts[0]?.tweetId } });
    const query = `query ($id: uuid!) { herald_post_by_pk(id: $id) {
      state on_part_failure parts { state deleted_at delete_error_code cost_micro_usd extra_micro_usd }
    } }`;
    const rows = await ask(stage.engine, query, poster.headers, { variables: { id } });
    const part = {
      state: 'SENT',
      deleted_at: expect.any(String),
      delete_error_code: null,
      cost_micro_usd: 15_000,
      extra_micro_usd: 10_000,
    };
    expect(rows.data).toEqual({
      herald_post_by_pk: { state: 'SENT', on_part_failure: 'STOP', parts: [part] },
    });
  });

  it('show nobody else anything', async () => {
    const { id } = await post({ text: 'private until posted' });
    const other = await stage.poster();
    expect((await ask(stage.engine, ROWS, other.headers, { variables: { id } })).data).toEqual({
      herald_post_by_pk: null,
      herald_post: [],
      herald_part: [],
      herald_account: [{ username: other.username, state: 'CONNECTED' }],
    });
  });

  it.each([
    ['herald_account', 'version'],
    ['herald_post', 'fingerprint'],
    ['herald_part', 'fence'],
    ['herald_part', 'options'],
  ])('have no %s.%s', async (table, column) => {
    const { errors } = await ask(stage.engine, `{ ${table} { ${column} } }`, poster.headers);
    expect(errors?.[0]?.message).toContain(column);
    expect(errors?.[0]?.extensions?.code).toBe('validation-failed');
  });

  it.each([
    'herald_post_credential',
    'herald_attempt',
    'herald_account_key',
    'herald_account_credential',
    'herald_media',
    'herald_budget',
    'herald_spending',
  ])('do not include %s', async (table) => {
    const { errors } = await ask(stage.engine, `{ ${table} { __typename } }`, poster.headers);
    expect(errors?.[0]?.extensions?.code).toBe('validation-failed');
  });

  it('are read only', async () => {
    const query = 'mutation { delete_herald_post(where: {}) { affected_rows } }';
    expect((await ask(stage.engine, query, poster.headers)).errors?.[0]?.extensions?.code).toBe(
      'validation-failed',
    );
  });
});
