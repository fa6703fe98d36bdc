import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { XPost } from '../../src/kernel/index.ts';
import { settled } from '../faults/support/calls.ts';
import type { Person } from '../faults/support/people.ts';
import type { Engine } from '../support/engine/index.ts';
import { ask } from '../support/engine-client.ts';
import { POST } from './support/documents.ts';
import { asPerson, newPerson, openHouse } from './support/house.ts';
import { asynchronous, impatient } from './support/metadata.ts';

const house = await openHouse();
const { x } = house.scene;
let engine: Engine;
let person: Person;
beforeAll(async () => {
  engine = await house.engine();
});
beforeEach(async () => {
  await x.clearFaults();
  person = await newPerson(house);
});

const post = async (input: object, asked = engine, more: Record<string, string> = {}) =>
  ask(asked, POST, { ...(await asPerson(person)), ...more }, { variables: { input } });
const tweets = () => x.tweets(person.username);

interface Direct {
  readonly path?: string;
  readonly method?: string;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

/** A request that the engine would not send in this way. */
const call = async ({ path = '/hasura/actions', method = 'POST', body, headers }: Direct) => {
  const response = await fetch(`${house.herald.url}${path}`, {
    method,
    redirect: 'manual',
    headers: { 'content-type': 'application/json', 'x-hasura-webhook-secret': house.secret, ...headers },
    ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  });
  const { status, headers: answered } = response;
  return { status, headers: answered, body: (await response.json()) as Readonly<Record<string, unknown>> };
};
const actionOf = (input: object, more: object = {}) => ({
  action: { name: 'postTweet' },
  input: { input },
  session_variables: person.variables,
  ...more,
});

describe('the answer to an action', () => {
  it('case 2: is the same whether the client’s document comes along, is null or is absent', async () => {
    const first = await call({ body: actionOf({ text: 'documents' }, { request_query: POST }) });
    expect(first.status).toBe(200);
    for (const more of [{ request_query: null }, {}]) {
      const again = await call({ body: actionOf({ text: 'documents' }, more) });
      expect(again.body).toEqual({ ...first.body, deduplicated: true });
    }
  });

  it('cases 20, 26, 27 and 28: is 200 with every field, null where there is nothing, and no header that matters', async () => {
    const { status, headers, body } = await call({ body: actionOf({ text: 'all of it' }) });
    expect(status).toBe(200);
    expect(Object.keys(body).sort()).toEqual(
      [
        'accountId',
        'costMicroUsd',
        'createdAt',
        'deduplicated',
        'deletedAt',
        'error',
        'expiresAt',
        'id',
        'idempotencyKey',
        'parts',
        'state',
        'tweetId',
        'url',
        'xUserId',
      ].sort(),
    );
    expect(body).toMatchObject({
      accountId: null,
      error: null,
      idempotencyKey: null,
      tweetId: expect.any(String),
    });
    expect(headers.get('location') ?? headers.get('set-cookie')).toBeNull();
    expect([...headers.keys()].filter((name) => /rate-?limit/.test(name))).toEqual([]);
  });

  it('case 6: two aliases with one key are one tweet', async () => {
    const query =
      'mutation ($i: PostTweetInput!) { a: postTweet(input: $i) { id } b: postTweet(input: $i) { id } }';
    const { data } = await ask(engine, query, await asPerson(person), {
      variables: { i: { text: 'alias', idempotencyKey: 'k' } },
    });
    expect(data.a.id).toBe(data.b.id);
    expect(await tweets()).toHaveLength(1);
  });

  it('case 41: Herald’s own deadline is over before the engine’s', async () => {
    await x.fault({ kind: 'hang', ms: 60_000 });
    const { data } = await post({ text: 'X says nothing' });
    expect(data.postTweet).toMatchObject({
      state: 'UNKNOWN',
      error: { code: 'OUTCOME_UNKNOWN', userAction: 'WAIT' },
    });
  });

  it('cases 41 and 42: an engine that gives up first; the same key finds what landed', async () => {
    const slow = await house.scene.start({
      script: 'src/main.ts',
      environment: {
        HERALD_X_DEADLINE_MS: '5000',
        HERALD_LEASE_MS: '20000',
        HERALD_ANSWER_WITHIN_MS: '8000',
      },
    });
    const hurried = await house.engine({ edits: impatient, environment: { HERALD_URL: slow.url } });
    await x.fault({ kind: 'hang-after-accept', ms: 60_000 });
    const input = { text: 'too late to hear', idempotencyKey: 'gesture' };
    const { errors } = await post(input, hurried);
    expect(errors).toEqual([
      { message: 'http exception when calling webhook', extensions: { path: '$', code: 'unexpected' } },
    ]);
    const { data } = await post(input);
    expect(data.postTweet).toMatchObject({ deduplicated: true, idempotencyKey: 'gesture' });
    expect(await settled(house.herald, person, data.postTweet.id)).toMatchObject({ state: 'SENT' });
    expect(await tweets()).toHaveLength(1);
    slow.process.signal('SIGTERM');
  });

  it.each([
    ['401', 'FAILED', 'ACCOUNT_NEEDS_RECONNECT'],
    ['403-duplicate', 'FAILED', 'DUPLICATE_CONTENT'],
    ['403-oauth1-permissions', 'FAILED', 'ACCOUNT_NEEDS_RECONNECT'],
    ['429', 'QUEUED', 'RATE_LIMITED'],
    ['503', 'UNKNOWN', 'OUTCOME_UNKNOWN'],
    ['html-503', 'UNKNOWN', 'OUTCOME_UNKNOWN'],
    ['500-after-accept', 'UNKNOWN', 'OUTCOME_UNKNOWN'],
    ['drop-before-accept', 'UNKNOWN', 'OUTCOME_UNKNOWN'],
  ])('case 44: X answers %s: data with state %s and %s', async (kind, state, code) => {
    await x.fault({ kind });
    const { data, errors } = await post({ text: `during ${kind}` });
    expect(errors).toBeUndefined();
    expect(data.postTweet).toMatchObject({ state, error: { code } });
  });

  it('case 44: X answers 402: data, and the post waits', async () => {
    const broke = await openBrokeHouse();
    expect(await broke()).toMatchObject({ state: 'QUEUED', error: { code: 'OUT_OF_CREDITS' } });
  });
});

/** A Herald of its own: after a 402 nothing of the application is sent for a while. */
const openBrokeHouse = async () => {
  const other = await openHouse();
  const asked = await other.engine();
  const guest = await newPerson(other);
  await other.scene.x.fault({ kind: '402' });
  return async () =>
    (await ask(asked, POST, await asPerson(guest), { variables: { input: { text: 'no credits' } } })).data
      .postTweet;
};

describe('a refusal', () => {
  it('cases 29 and 37: has its message, and the code in both places', async () => {
    const direct = await call({ body: actionOf({ text: '' }) });
    expect(direct.status).toBe(400);
    expect(direct.body).toEqual({
      message: expect.any(String),
      code: 'TEXT_EMPTY',
      extensions: {
        code: 'TEXT_EMPTY',
        userAction: 'EDIT',
        retryAt: null,
        field: 'text',
        requestId: expect.any(String),
      },
    });
    const { errors } = await post({ text: '' });
    expect(errors).toEqual([
      {
        message: direct.body.message,
        extensions: { ...(direct.body.extensions as object), requestId: expect.any(String) },
      },
    ]);
  });

  it.each<[string, Direct, number, string]>([
    ['an unknown route', { path: '/hasura/nothing', body: {} }, 404, 'UNKNOWN_OPERATION'],
    [
      'an unknown action',
      { body: { action: { name: 'nothing' }, input: {}, session_variables: {} } },
      404,
      'UNKNOWN_OPERATION',
    ],
    ['a method that the route does not have', { method: 'PUT', body: {} }, 405, 'INVALID_REQUEST'],
    ['a body that is too large', { body: `{"a":"${'x'.repeat(9_000_000)}"}` }, 413, 'PAYLOAD_TOO_LARGE'],
    [
      'another content type',
      { body: '{}', headers: { 'content-type': 'text/plain' } },
      415,
      'INVALID_REQUEST',
    ],
    ['JSON that is none', { body: '{"action":' }, 400, 'INVALID_REQUEST'],
    ['an empty body', {}, 400, 'INVALID_REQUEST'],
    ['no request of an action', { body: { action: 'postTweet' } }, 400, 'INVALID_REQUEST'],
    [
      'headers of more than 16 KiB',
      { body: {}, headers: { 'x-long': 'a'.repeat(20_000) } },
      431,
      'INVALID_REQUEST',
    ],
  ])('case 43: %s', async (_what, request, status, code) => {
    const answer = await call(request);
    expect(answer.status).toBe(status);
    expect(answer.body).toMatchObject({ message: expect.any(String), code, extensions: { code } });
  });

  it('case 43: an input that is too large, in a body that is not', async () => {
    const answer = await call({ body: actionOf({ text: 'x'.repeat(100_000) }) });
    expect(answer).toMatchObject({ status: 413, body: { code: 'PAYLOAD_TOO_LARGE' } });
  });

  it('case 43: an input that the SDL does not allow, which an engine with other metadata lets through', async () => {
    const answer = await call({ body: actionOf({ text: 7 }) });
    expect(answer).toMatchObject({
      status: 400,
      body: { code: 'INVALID_INPUT', extensions: { field: 'text' } },
    });
  });
});

describe('an asynchronous action, which nobody should make of it', () => {
  const begin = async (asked: Engine, input: object): Promise<string> => {
    const query = 'mutation ($i: PostTweetInput!) { postTweet(input: $i) }';
    return (
      await ask<{ postTweet: string }>(asked, query, await asPerson(person), { variables: { i: input } })
    ).data.postTweet;
  };
  const resultOf = async (asked: Engine, id: string) => {
    const query = `{ postTweet(id: "${id}") { errors output { id state } } }`;
    const { data } = await ask<{ postTweet: { errors: object; output: XPost } }>(
      asked,
      query,
      await asPerson(person),
    );
    return data.postTweet;
  };

  it('case 45: still has the code of an error', async () => {
    const asked = await house.engine({ edits: asynchronous });
    const id = await begin(asked, { text: '' });
    await asked.processAsyncActions();
    expect(await resultOf(asked, id)).toMatchObject({
      errors: { code: 'TEXT_EMPTY', path: '$' },
      output: null,
    });
  });

  it('case 46: delivered twice is one tweet, with a key or without', async () => {
    const asked = await house.engine({ edits: asynchronous });
    const ids = [
      await begin(asked, { text: 'with', idempotencyKey: 'k' }),
      await begin(asked, { text: 'without' }),
    ];
    const first = asked.processAsyncActions();
    asked.interruptAsyncActions();
    await asked.processAsyncActions();
    await first;
    for (const id of ids) expect((await resultOf(asked, id)).output.state).toBe('SENT');
    expect((await tweets()).map(({ text }) => text).sort()).toEqual(['with', 'without']);
  });
});

describe('tracing', () => {
  const traceId = 'c0ffee'.padEnd(32, '0');
  const logged = () =>
    house.herald.process.waitForEvent<{ evt: string; traceId: string; operation: string }>(
      (line) => line.evt === 'request' && line.traceId === traceId,
    );

  it.each([
    ['0', 'unsampled'],
    ['1', 'sampled'],
  ])('case 5: the trace of B3 headers is in the log, sampled %s', async (sampled, text) => {
    const b3 = { 'x-b3-traceid': traceId, 'x-b3-spanid': 'b'.repeat(16), 'x-b3-sampled': sampled };
    expect((await post({ text }, engine, b3)).data.postTweet.state).toBe('SENT');
    expect(await logged()).toMatchObject({ operation: 'postTweet' });
  });

  it('case 5: so is that of traceparent, and none is needed', async () => {
    const other = 'facade'.padEnd(32, '0');
    const headers = { traceparent: `00-${other}-${'b'.repeat(16)}-01` };
    expect((await call({ body: actionOf({ text: 'w3c' }), headers })).status).toBe(200);
    await house.herald.process.waitForEvent<{ traceId: string }>((line) => line.traceId === other);
    expect((await call({ body: actionOf({ text: 'none' }) })).status).toBe(200);
  });
});
