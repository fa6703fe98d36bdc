import { buildClientSchema, lexicographicSortSchema, printSchema } from 'graphql';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { hasuraIntrospection } from '../support/hasura-introspection.ts';
import { createWorld, send, type World } from '../support/world.ts';

let world: World;
let session: Record<string, string>;

beforeAll(async () => {
  world = await createWorld();
  session = await world.session('alice');
});
afterAll(() => world.close());
beforeEach(() => fetch(`${world.sandbox.url}/_sandbox/reset`, { method: 'POST' }));

const WHOLE = '{ id state createdAt xUserId tweetId url error { code message userAction retryAt } }';
const POST = `mutation ($input: PostTweetInput!) { postTweet(input: $input) ${WHOLE} }`;
const postCount = async () => (await world.tweets()).length;

describe('the remote schema', () => {
  it('posts the same as the action door', async () => {
    const { status, body } = await world.query(POST, { input: { text: 'through GraphQL' } }, session);
    expect(status).toBe(200);
    expect(body).toEqual({ data: { postTweet: expect.objectContaining({ state: 'SENT', error: null }) } });
    expect(await world.tweets()).toMatchObject([
      { id: body.data.postTweet.tweetId, text: 'through GraphQL' },
    ]);
  });

  it('takes variables named as Hasura names them, and a field under an alias', async () => {
    const query =
      'mutation ($hasura_json_var_1: PostTweetInput!) { a_1: postTweet(input: $hasura_json_var_1) { id state } }';
    const { body } = await world.query(query, { hasura_json_var_1: { text: 'a' } }, session);
    expect(body.data.a_1).toMatchObject({ state: 'SENT' });
  });

  it('answers a query', async () => {
    const { body } = await world.query('{ xMe { userId xUserId username name } }', undefined, session);
    expect(body).toEqual({ data: { xMe: expect.objectContaining({ username: 'alice' }) } });
  });

  it("answers Hasura's introspection on the secret alone, with data and neither errors nor extensions", async () => {
    const { status, body } = await send(
      `${world.url}/graphql`,
      { 'x-hasura-webhook-secret': world.secret },
      hasuraIntrospection,
    );
    expect(status).toBe(200);
    expect(Object.keys(body)).toEqual(['data']);
    const schema = buildClientSchema(body.data);
    expect(printSchema(lexicographicSortSchema(schema))).toContain(
      'postTweet(input: PostTweetInput!): XPost!',
    );
    expect(schema.getType('PostTweetInput')?.toConfig()).toBeDefined();
  });

  it('refuses introspection without the secret', async () => {
    const { status, body } = await send(`${world.url}/graphql`, {}, hasuraIntrospection);
    expect(status).toBe(401);
    expect(body).toEqual({
      errors: [
        {
          message: expect.any(String),
          extensions: expect.objectContaining({ code: 'WEBHOOK_SECRET_MISMATCH' }),
        },
      ],
    });
  });

  it('needs both the secret and a session: a session alone is nobody', async () => {
    const { status, body } = await send(`${world.url}/graphql`, session, {
      query: POST,
      variables: { input: { text: 'a' } },
    });
    expect([status, body.errors[0].extensions.code]).toEqual([401, 'WEBHOOK_SECRET_MISMATCH']);
    expect(await postCount()).toBe(0);
  });
});

describe('an error', () => {
  it.each([
    ['a policy of the text', { input: { text: '' } }, {}, 'TEXT_EMPTY', 'text'],
    ['a refused role', { input: { text: 'a' } }, { 'x-hasura-role': 'admin' }, 'ROLE_NOT_ALLOWED', null],
    [
      'a refused envelope',
      { input: { text: 'a' } },
      { 'x-hasura-user-id': 'twitter|1' },
      'CREDENTIALS_INVALID',
      null,
    ],
    ['a wrong type', { input: { text: 42 } }, {}, 'INVALID_INPUT', 'text'],
    [
      'a wrong type in a list',
      { input: { text: 'x', mediaIds: ['m', []] } },
      {},
      'INVALID_INPUT',
      'mediaIds.1',
    ],
    [
      'a wrong enum value',
      { input: { text: 'a', replySettings: 'EVERYONE' } },
      {},
      'INVALID_INPUT',
      'replySettings',
    ],
  ])(
    'carries the same extensions as on the action door: %s',
    async (_what, variables, changes, code, field) => {
      const { body } = await world.query(POST, variables, { ...session, ...changes });
      const [{ extensions }] = body.errors;
      expect(extensions).toEqual({
        code,
        field,
        userAction: expect.any(String),
        retryAt: null,
        requestId: expect.any(String),
      });
      const { body: action } = await world.act('postTweet', variables, { ...session, ...changes });
      expect({ ...action.extensions, requestId: '' }).toEqual({ ...extensions, requestId: '' });
      expect(await postCount()).toBe(0);
    },
  );

  it.each([
    ['a syntax error', '{ xMe {'],
    ['an unknown field, without a suggestion', '{ xMee { userId } }'],
    ['a misspelt field of a type', '{ xMe { usrename } }'],
    ['no query', undefined],
    ['a query that is no string', { a: 1 }],
    ['an unknown operation name', { query: 'query A { xMe { userId } }', operationName: 'B' }],
    ['a batch', [{ query: '{ __typename }' }, { query: '{ __typename }' }]],
    ['a subscription', 'subscription { x }'],
  ])('of the document is INVALID_REQUEST: %s', async (_what, query) => {
    const payload =
      typeof query === 'object' && ('operationName' in query || Array.isArray(query)) ? query : { query };
    const { status, body } = await send(
      `${world.url}/graphql`,
      { 'x-hasura-webhook-secret': world.secret, ...session },
      payload,
    );
    expect(status).toBeLessThan(500);
    expect(body.errors[0].extensions.code).toBe('INVALID_REQUEST');
    expect(JSON.stringify(body)).not.toMatch(/Did you mean|stack|node_modules/);
  });
});

describe('one operation posts at most once (R31)', () => {
  const aliases = (n: number) =>
    Array.from({ length: n }, (_, i) => `a${i}: postTweet(input: {text: "t${i}"}) { id }`).join(' ');

  it.each([
    ['20 aliases', `mutation { ${aliases(20)} }`],
    ['2 aliases', `mutation { ${aliases(2)} }`],
    [
      'aliases in two fragments',
      'mutation { ...A ...B } fragment A on Mutation { a: postTweet(input: {text: "a"}) { id } } fragment B on Mutation { b: postTweet(input: {text: "b"}) { id } }',
    ],
    [
      'aliases in inline fragments',
      'mutation { ... { a: postTweet(input: {text: "a"}) { id } } ... on Mutation { b: postTweet(input: {text: "b"}) { id } } }',
    ],
    [
      'fragments that call each other',
      'mutation { ...A } fragment A on Mutation { ...B a: postTweet(input: {text: "a"}) { id } } fragment B on Mutation { ...A b: postTweet(input: {text: "b"}) { id } }',
    ],
  ])('refuses %s', async (_what, query) => {
    const { body } = await world.query(query, undefined, session);
    expect(body.errors[0].extensions.code).toBe('INVALID_REQUEST');
    expect(await postCount()).toBe(0);
  });

  it('lets the same field twice under one name be one field', async () => {
    const once = 'postTweet(input: {text: "once"})';
    const { body } = await world.query(`mutation { ${once} { id } ${once} { state } }`, undefined, session);
    expect(body.data.postTweet).toMatchObject({ state: 'SENT' });
    expect(await postCount()).toBe(1);
  });
});

describe('a request that is no GraphQL over HTTP', () => {
  it.each([
    'text/plain',
    'application/x-www-form-urlencoded',
    'multipart/form-data; boundary=x',
    'application/graphql',
    'application/json\t; x',
  ])('is refused as %s, and nothing is posted', async (type) => {
    const response = await fetch(`${world.url}/graphql`, {
      method: 'POST',
      headers: { 'x-hasura-webhook-secret': world.secret, ...session, 'content-type': type },
      body: type.startsWith('application/json')
        ? '{"query":1}'
        : JSON.stringify({ query: 'mutation { postTweet(input: {text: "a"}) { id } }' }),
    });
    expect(response.status).toBeGreaterThanOrEqual(type.startsWith('application/json') ? 200 : 400);
    expect(response.status).toBeLessThan(500);
    expect(await response.json()).toMatchObject({ errors: [{ extensions: { code: 'INVALID_REQUEST' } }] });
    expect(await postCount()).toBe(0);
  });

  it('is refused by GET, also for a browser, and shows no page', async () => {
    for (const headers of [{}, { accept: 'text/html' }, { 'x-hasura-webhook-secret': world.secret }]) {
      const response = await fetch(`${world.url}/graphql?query={__typename}`, {
        headers: headers as Record<string, string>,
      });
      expect(response.status).toBe(405);
      expect(await response.json()).toMatchObject({ code: 'INVALID_REQUEST' });
    }
  });

  it.each(['image/png', 'text/html', 'text/event-stream', 'multipart/mixed'])(
    'is answered as JSON whatever else the caller accepts: %s',
    async (accept) => {
      const response = await fetch(`${world.url}/graphql`, {
        method: 'POST',
        headers: {
          'x-hasura-webhook-secret': world.secret,
          ...session,
          'content-type': 'application/json',
          accept,
        },
        body: JSON.stringify({ query: POST, variables: { input: { text: `as ${accept}` } } }),
      });
      expect(response.headers.get('content-type')).toMatch(/^application\/json/);
      expect(await response.json()).toMatchObject({ data: { postTweet: { state: 'SENT' } } });
    },
  );

  it('is refused when it carries an Authorization header beside the secret', async () => {
    const headers = { 'x-hasura-webhook-secret': world.secret, ...session, authorization: 'Bearer x' };
    const { status, body } = await send(`${world.url}/graphql`, headers, { query: '{ __typename }' });
    expect([status, body.errors[0].extensions.code]).toEqual([400, 'INVALID_REQUEST']);
  });

  it('is refused when a session header comes twice', async () => {
    const { hostname, port } = new URL(world.url);
    const { request } = await import('node:http');
    const text = await new Promise<string>((resolve, reject) => {
      const pairs = Object.entries(session).flat();
      const headers = [
        'host',
        'h',
        'content-type',
        'application/json',
        'x-hasura-webhook-secret',
        world.secret,
        ...pairs,
        'x-hasura-user-id',
        'twitter|2',
      ];
      const call = request({ hostname, port, method: 'POST', path: '/graphql', headers }, (response) => {
        let body = '';
        response.on('data', (chunk) => {
          body += chunk;
        });
        response.on('end', () => resolve(body));
      });
      call.on('error', reject);
      call.end(JSON.stringify({ query: POST, variables: { input: { text: 'a' } } }));
    });
    expect(JSON.parse(text).errors[0].extensions.code).toBe('INVALID_REQUEST');
    expect(await postCount()).toBe(0);
  });
});

describe('limits of a document (R30)', () => {
  it('leave room for everything there is of a post, through a fragment', async () => {
    const query = `query { xPosts { posts { ...Post } endCursor } }
      fragment Post on XPost { ...State parts { position state text tweetId url error { ...Error } } }
      fragment State on XPost { id state deduplicated accountId tweetId url error { ...Error } }
      fragment Error on XPostError { code message userAction retryAt }`;
    const { body } = await world.query(query, undefined, session);
    expect(body.errors).toBeUndefined();
  });

  it.each([
    [
      'depth',
      `{ xMe { userId } ...A } fragment A on Query { xMe { ${'deeper { '.repeat(6)} userId ${'} '.repeat(6)} } }`,
    ],
    ['tokens', `{ xMe { ${'userId '.repeat(600)} } }`],
    ['directives', `{ xMe { userId ${'@include(if: true) '.repeat(9)} } }`],
    ['cost', `{ ${Array.from({ length: 60 }, (_, i) => `a${i}: xMe { userId }`).join(' ')} }`],
  ])('refuses too much %s', async (_what, query) => {
    const { body } = await world.query(query, undefined, session);
    expect(body.errors[0].extensions.code).toBe('INVALID_REQUEST');
    expect(body.data ?? null).toBeNull();
  });
});
