import { describe, expect, it } from 'vitest';
import { ask } from '../support/engine-client.ts';
import { type Answer, startHandler } from './support/handler.ts';
import { AS_ADMIN, AS_USER, actionsFor, startProject } from './support/project.ts';

const SDL = `
  type Mutation {
    make: Made!
    makeMaybe: Made
    makeMany: [Made!]!
    count: Int!
    word: String!
    flag: Boolean!
    stamp: timestamptz!
  }
  scalar timestamptz
  type Made { id: ID! text: String inner: Inner inners: [Inner!] }
  type Inner { name: String! note: String }
`;
const handler = await startHandler();
const engine = await startProject(actionsFor(SDL, { timeout: 1 }), { HANDLER: handler.url });
const developing = await startProject(actionsFor(SDL), {
  HANDLER: handler.url,
  HASURA_GRAPHQL_DEV_MODE: 'true',
});

const MADE = 'mutation { make { id text } }';

const answerOf = async (answer: Answer, query = MADE) => {
  handler.answer(answer);
  const { data, errors } = await ask(engine, query, AS_USER);
  return { ...(data === undefined ? {} : { data }), ...(errors === undefined ? {} : { errors }) };
};

const E = (message: string, extensions: object) => ({ errors: [{ message, extensions }] });
const U = { path: '$', code: 'unexpected' };
const NOT_JSON = E('not a valid json response from webhook', U);

describe('a successful answer of an action handler', () => {
  it.each<[number | string, Answer, string, object]>([
    [13, { status: 201, body: { id: '1', text: 'a' } }, MADE, { make: { id: '1', text: 'a' } }],
    [14, { body: { id: '1', text: 'a', more: 1 } }, MADE, { make: { id: '1', text: 'a' } }],
    [15, { body: { id: '1', text: 'a' }, type: 'text/html' }, MADE, { make: { id: '1', text: 'a' } }],
    [19, { body: { id: '1' } }, MADE, { make: { id: '1', text: null } }],
    ['20, omitted', { body: { id: '1' } }, 'mutation { make { id inner { name } } }', { make: { id: '1' } }],
    [
      '20, under an alias',
      { body: { id: '1', inner: { name: 'a' } } },
      'mutation { make { it: inner { name } } }',
      { make: {} },
    ],
    [
      '20, explicit null',
      { body: { id: '1', inner: null } },
      'mutation { make { inner { name } } }',
      { make: { inner: null } },
    ],
    [
      21,
      { body: { id: '1', inner: { name: null } } },
      'mutation { make { inner { name } } }',
      { make: { inner: { name: null } } },
    ],
    ['22, nullable', { body: null }, 'mutation { makeMaybe { id } }', { makeMaybe: null }],
    [
      24,
      { body: [{ id: '1' }, { id: '2' }] },
      'mutation { makeMany { id } }',
      { makeMany: [{ id: '1' }, { id: '2' }] },
    ],
    ['25, right kind', { body: 3 }, 'mutation { count }', { count: 3 }],
    ['25, scalar of Postgres', { body: 3 }, 'mutation { stamp }', { stamp: 3 }],
    [26, { body: { id: 7, text: 8 } }, MADE, { make: { id: 7, text: 8 } }],
  ])('case %s', async (_case, answer, query, data) => {
    expect(await answerOf(answer, query)).toEqual({ data });
  });

  it('an alias of a scalar, __typename, fragments and skipped fields are the client’s affair', async () => {
    const query = `mutation ($no: Boolean!) { m: make { kind: __typename t: text ...More inner @skip(if: $no) { name } } }
      fragment More on Made { id inners { note } }`;
    handler.answer({ body: { id: '1', text: 'a', inners: [{ name: 'b', note: 'c' }] } });
    const { data } = await ask(engine, query, AS_USER, { variables: { no: true } });
    expect(data).toEqual({ m: { kind: 'Made', t: 'a', id: '1', inners: [{ note: 'c' }] } });
  });

  it('case 26: a number beyond 2^53 loses precision in the client', async () => {
    handler.answer({ body: '{"id":1750000000000000001}' });
    const { data } = await ask<{ make: { id: unknown } }>(engine, MADE, AS_USER);
    expect(data.make.id).not.toBe('1750000000000000001');
  });

  it('case 27: of the headers only Set-Cookie arrives', async () => {
    handler.answer({
      body: { id: '1' },
      headers: { 'set-cookie': ['a=1', 'b=2'], 'x-rate-limit-limit': '5' },
    });
    const { cookies, headers } = await ask(engine, MADE, AS_USER);
    expect(cookies).toEqual(['a=1', 'b=2']);
    expect(headers.get('x-rate-limit-limit')).toBeNull();
  });
});

describe('an answer that the output type does not allow', () => {
  const missing = E('field "id" expected in webhook response, but not found', U);
  const none = E('got null for the action webhook response', U);

  it.each<[number | string, Answer, string, object]>([
    ['16, 204', { status: 204 }, MADE, NOT_JSON],
    ['16, empty', {}, MADE, NOT_JSON],
    ['17, wrapped', { body: { data: { id: '1' } } }, MADE, missing],
    ['17, missing', { body: { text: 'a' } }, MADE, missing],
    [18, { body: { id: null } }, MADE, E('expecting not null value for field "id"', U)],
    ['22, non-null', { body: 'null' }, MADE, none],
    [
      '23, array',
      { body: [{ id: '1' }] },
      MADE,
      E('got array for the action webhook response, expecting Made', U),
    ],
    [
      '23, object',
      { body: { id: '1' } },
      'mutation { makeMany { id } }',
      E('expecting array for the action webhook response', U),
    ],
    ['24, null', { body: [{ id: '1' }, null] }, 'mutation { makeMany { id } }', none],
    ['24, field', { body: [{ id: '1' }, {}] }, 'mutation { makeMany { id } }', missing],
    [
      '25, object',
      { body: {} },
      'mutation { count }',
      E('got object for the action webhook response, expecting Int', U),
    ],
  ])('case %s', async (_case, answer, query, shown) => {
    expect(await answerOf(answer, query)).toEqual(shown);
  });

  it.each([
    ['"3"', 'mutation { count }'],
    ['3', 'mutation { word }'],
    ['"true"', 'mutation { flag }'],
  ])('case 25: %s for %s', async (body, query) => {
    const { errors } = (await answerOf({ body }, query)) as {
      errors: [{ message: string; extensions: object }];
    };
    expect(errors[0].message).toMatch(/^got scalar .* for the action webhook response, expecting /);
    expect(errors[0].extensions).toEqual(U);
  });
});

describe('an error of an action handler', () => {
  const message = 'No.';
  const parseFailed = { path: '$', code: 'parse-failed' };
  const keyless = E("the key 'message' was not present", parseFailed);

  it.each<[number | string, Answer, object]>([
    [29, { status: 400, body: { message, code: 'C', extensions: { code: 'C' } } }, E(message, { code: 'C' })],
    [
      '29, without root code',
      { status: 409, body: { message, extensions: { code: 'C', foo: 1 } } },
      E(message, { code: 'C', foo: 1 }),
    ],
    [30, { status: 400, body: { message, code: 'C', extensions: { foo: 1 } } }, E(message, { foo: 1 })],
    [31, { status: 400, body: { message, code: 'C' } }, E(message, { path: '$', code: 'C' })],
    [32, { status: 400, body: { message } }, E(message, U)],
    [33, { status: 400, body: { message, code: 'C', extensions: {} } }, E(message, {})],
    ['34, error', { status: 400, body: { error: 'no' } }, keyless],
    ['34, RFC 7807', { status: 400, body: { type: 'about:blank', title: 'no', status: 400 } }, keyless],
    ['34, GraphQL', { status: 400, body: { errors: [{ message }] } }, keyless],
    [36, { status: 400, body: 'No.', type: 'text/plain' }, NOT_JSON],
    [37, { status: 404, body: { statusCode: 404, error: 'Not Found', message } }, E(message, U)],
    [38, { status: 500, body: { message, code: 'C', extensions: { code: 'C' } } }, E('internal error', U)],
    [39, { status: 502, body: '<html>Bad gateway</html>', type: 'text/html' }, NOT_JSON],
    ['28, JSON', { status: 302, body: {} }, E('internal error', U)],
    ['28, other', { status: 302, body: 'Moved' }, NOT_JSON],
  ])('case %s', async (_case, answer, shown) => {
    expect(await answerOf(answer)).toEqual(shown);
  });

  it.each([{ message, code: 7 }, { message: 7 }])('case 35: %j', async (body) => {
    const { errors } = (await answerOf({ status: 400, body })) as unknown as {
      errors: [{ extensions: object }];
    };
    expect(errors[0].extensions).toEqual(parseFailed);
  });

  it.each([
    ['the development mode', developing, AS_USER],
    ['admin', engine, AS_ADMIN],
  ])('case 40: %s sees what the handler said, and what it was asked', async (_who, seen, headers) => {
    handler.answer({ status: 500, body: { stack: 'at line 1' }, headers: { 'x-internal': 'yes' } });
    const { errors } = await ask(seen, MADE, headers);
    expect(errors?.[0]).toMatchObject({
      message: 'internal error',
      extensions: {
        ...U,
        internal: {
          error: 'expecting 2xx or 4xx status code, but found 500',
          request: { action: { name: 'make' }, input: {}, request_query: MADE },
          response: {
            status: 500,
            body: { stack: 'at line 1' },
            headers: expect.arrayContaining([{ name: 'x-internal', value: 'yes' }]),
          },
        },
      },
    });
    expect(JSON.stringify(errors)).not.toContain('session_variables');
  });

  it('case 41: no answer in time, asked once', async () => {
    handler.answer(() => undefined);
    expect((await ask(engine, MADE, AS_USER)).errors).toEqual([
      { message: 'http exception when calling webhook', extensions: U },
    ]);
    expect(handler.received).toHaveLength(1);
  });

  it('no handler at all', async () => {
    const alone = await startProject(actionsFor(SDL), { HANDLER: 'http://127.0.0.1:9' });
    expect((await ask(alone, MADE, AS_USER)).errors).toEqual([
      { message: 'http exception when calling webhook', extensions: U },
    ]);
  });
});
