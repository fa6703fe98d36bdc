import { describe, expect, it } from 'vitest';
import { ask, askRaw } from '../support/engine-client.ts';
import { startHandler } from './support/handler.ts';
import { ADMIN_SECRET, AS_ADMIN, AS_USER, actionsFor, startProject } from './support/project.ts';

const SDL = `
  type Mutation { make(input: MakeInput!, note: String): Made! }
  type Query { look(id: ID!): Made }
  input MakeInput { text: String! size: Size tags: [String!] }
  enum Size { SMALL LARGE }
  type Made { id: ID! }
`;
const headers = [
  { name: 'x-hasura-action-secret', value_from_env: 'SECRET' },
  { name: 'x-plain', value: 'first' },
  { name: 'X-Plain', value: 'configured' },
];
const handler = await startHandler();
handler.answer({ body: { id: '1' } });
const environment = { HANDLER: handler.url, SECRET: 'configured-secret' };
const engine = await startProject(actionsFor(SDL, { headers }), environment);
const forwarding = await startProject(
  actionsFor(SDL, { headers, forward_client_headers: true }),
  environment,
);
const configuredFirst = await startProject(actionsFor(SDL, { headers, forward_client_headers: true }), {
  ...environment,
  HASURA_GRAPHQL_CONFIGURED_HEADER_PRECEDENCE: 'true',
});

const MAKE = 'mutation M($input: MakeInput!, $note: String) { make(input: $input, note: $note) { id } }';
const received = async (...args: Parameters<typeof ask>) => {
  handler.answer({ body: { id: '1' } });
  const { errors } = await ask(...args);
  expect(errors).toBeUndefined();
  const [request] = handler.received;
  if (request === undefined) throw new Error('Nothing was sent.');
  return request;
};

describe('the request to an action handler', () => {
  it('cases 1 and 4: four keys, the client’s document, and every session variable as a lower-case string', async () => {
    const input = { text: 'a', size: 'LARGE' };
    const request = await received(
      engine,
      MAKE,
      { ...AS_USER, 'X-Hasura-Unknown': '7' },
      { variables: { input }, operationName: 'M' },
    );
    expect(request).toMatchObject({ method: 'POST', path: '/actions' });
    expect(request.body).toEqual({
      action: { name: 'make' },
      input: { input },
      session_variables: { 'x-hasura-role': 'user', 'x-hasura-user-id': '42', 'x-hasura-unknown': '7' },
      request_query: MAKE,
    });
    expect(JSON.stringify(request.body)).not.toContain(ADMIN_SECRET);
    expect(Object.keys(request.header).sort()).toEqual([
      'accept-encoding',
      'content-length',
      'content-type',
      'host',
      'user-agent',
      'x-b3-sampled',
      'x-b3-spanid',
      'x-b3-traceid',
      'x-hasura-action-secret',
      'x-plain',
    ]);
    expect(request.header).toMatchObject({
      'accept-encoding': 'gzip',
      'content-type': 'application/json',
      'user-agent': expect.stringMatching(/^hasura-graphql-engine\/v2\./),
      'x-hasura-action-secret': 'configured-secret',
      'x-plain': 'configured',
    });
  });

  it('case 3: an optional argument is absent or null, as the client had it', async () => {
    const absent = await received(engine, 'mutation { make(input: {text: "a"}) { id } }', AS_USER);
    expect(absent.body.input).toEqual({ input: { text: 'a' } });
    const given = await received(
      engine,
      'mutation { make(input: {text: "a", tags: null}, note: null) { id } }',
      AS_USER,
    );
    expect(given.body.input).toEqual({ input: { text: 'a', tags: null }, note: null });
    const variable = await received(engine, MAKE, AS_USER, { variables: { input: { text: 'a' } } });
    expect(variable.body.input).toEqual({ input: { text: 'a' } });
  });

  it('case 5: B3 headers, in the client’s trace when it has one', async () => {
    const query = 'query { look(id: 1) { id } }';
    const own = await received(engine, query, AS_USER);
    expect(own.header['x-b3-traceid']).toMatch(/^[0-9a-f]{32}$/);
    expect(own.header['x-b3-spanid']).toMatch(/^[0-9a-f]{16}$/);
    expect(own.header['x-b3-parentspanid']).toBeUndefined();
    const trace = { 'x-b3-traceid': 'a'.repeat(32), 'x-b3-spanid': 'b'.repeat(16), 'x-b3-sampled': '0' };
    const joined = await received(engine, query, { ...AS_USER, ...trace });
    expect(joined.header).toMatchObject({
      'x-b3-traceid': 'a'.repeat(32),
      'x-b3-parentspanid': 'b'.repeat(16),
      'x-b3-sampled': '0',
    });
  });

  it('case 6: one request for each alias', async () => {
    handler.answer(({ body }) => ({ body: { id: body.input.input.text } }));
    const { data } = await ask(
      engine,
      'mutation { a: make(input: {text: "1"}) { id } b: make(input: {text: "2"}) { id } }',
      AS_USER,
    );
    expect(data).toEqual({ a: { id: '1' }, b: { id: '2' } });
    expect(handler.received.map(({ body }) => body.input.input.text).sort()).toEqual(['1', '2']);
  });

  it('a redirect is followed, and the POST becomes a GET', async () => {
    handler.answer(({ path }) =>
      path === '/actions' ? { status: 302, headers: { location: '/elsewhere' } } : { body: { id: '9' } },
    );
    expect((await ask(engine, 'query { look(id: 1) { id } }', AS_USER)).data).toEqual({ look: { id: '9' } });
    expect(handler.received.map(({ method }) => method)).toEqual(['POST', 'GET']);
  });
});

describe('forward_client_headers', () => {
  const client = {
    ...AS_USER,
    'x-hasura-action-secret': 'forged',
    x_hasura_action_secret: 'look-alike',
    'x-plain': 'from the client',
    authorization: 'Bearer not-for-this-engine',
    cookie: 'a=1',
    origin: 'https://app.example.com',
    'accept-language': 'en',
    'x-request-id': 'r',
  };
  const LOOK = 'query { look(id: 1) { id } }';

  it('case 8: is off by default, and then nothing of the client arrives', async () => {
    const { header } = await received(engine, LOOK, client);
    expect(header['x-hasura-action-secret']).toBe('configured-secret');
    expect(header.authorization ?? header.cookie ?? header.x_hasura_action_secret).toBeUndefined();
  });

  it('case 8: never forwards x-hasura-* headers; they are session variables', async () => {
    const request = await received(forwarding, LOOK, client);
    expect(request.header['x-hasura-action-secret']).toBe('configured-secret');
    expect(request.header['x-hasura-user-id']).toBeUndefined();
    expect(request.body.session_variables['x-hasura-action-secret']).toBe('forged');
    expect(request.body.session_variables.x_hasura_action_secret).toBeUndefined();
    expect(request.header.x_hasura_action_secret).toBe('look-alike');
  });

  it('case 9: a client’s header takes the place of a configured one, unless configured ones come first', async () => {
    expect((await received(forwarding, LOOK, client)).header['x-plain']).toBe('from the client');
    expect((await received(configuredFirst, LOOK, client)).header['x-plain']).toBe('configured');
  });

  it('case 10: drops what belongs to the connection, passes the rest, and says where it came from', async () => {
    const { header } = await received(forwarding, LOOK, client);
    expect(header).toMatchObject({
      authorization: 'Bearer not-for-this-engine',
      cookie: 'a=1',
      'x-request-id': 'r',
      'x-forwarded-host': new URL(forwarding.url).host,
      'x-forwarded-origin': 'https://app.example.com',
      'x-forwarded-user-agent': expect.any(String),
      'user-agent': expect.stringMatching(/^hasura-graphql-engine/),
    });
    expect(header['accept-language'] ?? header.origin ?? header.accept).toBeUndefined();
  });

  it('ignored_client_headers takes the place of the engine’s list', async () => {
    const replaced = await startProject(
      actionsFor(SDL, {
        forward_client_headers: true,
        ignored_client_headers: ['cookie', 'content-length', 'host'],
      }),
      environment,
    );
    const { header } = await received(replaced, LOOK, client);
    expect(header.cookie).toBeUndefined();
    expect(header['accept-language']).toBe('en');
  });
});

describe('what the engine refuses by itself', () => {
  it.each([
    ['an unknown field', 'mutation { nothing }', "field 'nothing' not found in type: 'mutation_root'"],
    ['a missing argument', 'mutation { make { id } }', 'input'],
    ['a wrong type', 'mutation { make(input: {text: 3}) { id } }', 'String'],
    ['a document that is none', 'mutation {', 'not a valid graphql query'],
  ])('%s', async (_what, query, message) => {
    handler.answer({ body: { id: '1' } });
    const { errors } = await ask(engine, query, AS_USER);
    expect(errors?.[0]?.message).toContain(message);
    expect(errors?.[0]?.extensions?.code).toBe('validation-failed');
    expect(handler.received).toEqual([]);
  });

  it('a role without permission has no such field; admin has every one', async () => {
    handler.answer({ body: { id: '1' } });
    const query = 'query { look(id: 1) { id } }';
    const { errors } = await ask(engine, query, { ...AS_ADMIN, 'x-hasura-role': 'guest' });
    expect(errors?.[0]?.message).toBe("field 'look' not found in type: 'query_root'");
    expect((await ask(engine, query, AS_ADMIN)).data).toEqual({ look: { id: '1' } });
  });

  it('a body that is no request', async () => {
    const response = await fetch(`${engine.url}/v1/graphql`, {
      method: 'POST',
      body: 'null',
      headers: AS_ADMIN,
    });
    expect(
      ((await response.json()) as { errors: [{ extensions: object }] }).errors[0].extensions,
    ).toMatchObject({
      code: 'invalid-json',
    });
  });

  it('an action whose environment is incomplete: the metadata is inconsistent', async () => {
    const broken = await startProject(actionsFor(SDL, { headers }), { HANDLER: handler.url });
    expect(broken.inconsistent()).toEqual([
      "action make: environment variable 'SECRET' not set",
      "action look: environment variable 'SECRET' not set",
    ]);
    expect((await fetch(`${broken.url}/healthz?strict=true`)).status).toBe(500);
    expect(await (await fetch(`${broken.url}/healthz`)).text()).toMatch(/^WARN/);
    expect(await (await fetch(`${engine.url}/healthz?strict=true`)).text()).toBe('OK');
  });
});

describe('headers that no honest client sends', () => {
  const LOOK = 'query { look(id: 1) { id } }';
  const secret = ['x-hasura-admin-secret', ADMIN_SECRET, 'x-hasura-role', 'user'];

  it('given twice: the last one counts; joined by a comma: one value', async () => {
    handler.answer({ body: { id: '1' } });
    await askRaw(engine, LOOK, [...secret, 'x-hasura-user-id', '1', 'X-Hasura-User-Id', '2']);
    await askRaw(engine, LOOK, [...secret, 'x-hasura-user-id', '1, 2']);
    expect(handler.received.map(({ body }) => body.session_variables['x-hasura-user-id'])).toEqual([
      '2',
      '1, 2',
    ]);
  });

  it('of 20 KiB: the variable arrives whole, in the body', async () => {
    handler.answer({ body: { id: '1' } });
    await askRaw(engine, LOOK, [...secret, 'x-hasura-access-token', 'a'.repeat(20_480)]);
    expect(handler.received[0]?.body.session_variables['x-hasura-access-token']).toHaveLength(20_480);
  });
});
