import { buildSchema, graphqlSync, type IntrospectionQuery, parse } from 'graphql';
import { describe, expect, it } from 'vitest';
import { ask } from '../support/engine-client.ts';
import { type Answer, type Received, startHandler } from './support/handler.ts';
import { AS_USER, startProject } from './support/project.ts';

const SDL = `
  type Query { me: Me!  look(id: ID!, size: Size): Thing }
  type Mutation { make(input: MakeInput!, owner: String): Thing! }
  type Subscription { things: Thing }
  input MakeInput { text: String }
  enum Size { SMALL LARGE }
  type Me { name: String! }
  type Thing { id: ID! size: Size owner: Me }
`;
const ROLE_SDL = `
  schema { query: Query mutation: Mutation }
  type Query { me: Me! }
  type Mutation { make(input: MakeInput!, owner: String @preset(value: "x-hasura-owner")): Thing! }
  input MakeInput { text: String }
  type Me { name: String! }
  type Thing { id: ID! }
`;
const SECRET = { name: 'x-hasura-webhook-secret', value_from_env: 'SECRET' };
const remote = await startHandler();
const isIntrospection = ({ body }: Received) => body.query.includes('__schema');
const introspection = (body: { query: string }): Answer => ({
  body: graphqlSync({ schema: buildSchema(SDL), source: body.query }),
});
const answer = (reply: Answer) =>
  remote.answer((request) => (isIntrospection(request) ? introspection(request.body) : reply));

const project = (definition: object = {}) => ({
  'remote_schemas.yaml': [
    {
      name: 'things',
      definition: { url: '{{REMOTE}}/graphql', timeout_seconds: 5, headers: [SECRET], ...definition },
      permissions: [{ role: 'user', definition: { schema: ROLE_SDL } }],
    },
  ],
});
const environment = { REMOTE: remote.url, SECRET: 'configured' };
answer({});
const engine = await startProject(project(), environment);
const introspected = [...remote.received];
const permitted = await startProject(project(), {
  ...environment,
  HASURA_GRAPHQL_ENABLE_REMOTE_SCHEMA_PERMISSIONS: 'true',
});
const keepsData = await startProject(project(), {
  ...environment,
  HASURA_GRAPHQL_REMOTE_SCHEMA_PRIORITIZE_DATA: 'true',
});
const customised = await startProject(
  project({ customization: { root_fields_namespace: 'things', type_names: { prefix: 'My' } } }),
  environment,
);

const ME = '{ me { name } }';
const shown = async (reply: Answer, query = ME, asked = engine) => {
  answer(reply);
  const { data, errors } = await ask(asked, query, AS_USER);
  return { ...(data === undefined ? {} : { data }), ...(errors === undefined ? {} : { errors }) };
};
const failed = (message: string, code = 'remote-schema-error') => ({
  errors: [{ message: expect.stringContaining(message), extensions: { path: '$', code } }],
});

describe('introspection', () => {
  it('case 47: at the start, with the configured header only', async () => {
    const [request] = introspected;
    expect(introspected).toHaveLength(1);
    expect(request?.body).toMatchObject({ variables: null, operationName: 'IntrospectionQuery' });
    expect(request?.header['x-hasura-webhook-secret']).toBe('configured');
    expect(Object.keys(request?.header ?? {}).filter((name) => name.startsWith('x-hasura-'))).toHaveLength(1);
    expect(engine.inconsistent()).toEqual([]);
    expect(
      (
        graphqlSync({ schema: buildSchema(SDL), source: request?.body.query ?? '' })
          .data as object as IntrospectionQuery
      ).__schema,
    ).toBeDefined();
  });

  it('case 48: refused, the metadata is inconsistent until somebody reloads it', async () => {
    remote.answer({ status: 401, body: { errors: [{ message: 'WEBHOOK_SECRET_MISMATCH' }] } });
    const late = await startProject(project(), environment);
    expect(late.inconsistent()).toEqual([expect.stringContaining('remote schema things')]);
    answer({ body: { data: { me: { name: 'a' } } } });
    expect((await ask(late, ME, AS_USER)).errors?.[0]?.message).toContain("field 'me' not found");
    expect(remote.received).toEqual([]);
    await late.reloadRemoteSchema('things');
    expect(late.inconsistent()).toEqual([]);
    expect((await ask(late, ME, AS_USER)).data).toEqual({ me: { name: 'a' } });
  });

  it('case 48: nobody there', async () => {
    const alone = await startProject(project(), { ...environment, REMOTE: 'http://127.0.0.1:9' });
    expect(alone.inconsistent()).toHaveLength(1);
    expect((await fetch(`${alone.url}/healthz?strict=true`)).status).toBe(500);
  });
});

describe('the request to a remote schema', () => {
  it('case 49: every session variable is a header; a configured one is stronger, the client’s own stay away', async () => {
    answer({ body: { data: { me: { name: 'a' } } } });
    const headers = { 'x-hasura-access-token': 'sealed', 'x-hasura-webhook-secret': 'forged', 'x-own': '1' };
    await ask(engine, ME, { ...AS_USER, ...headers });
    expect(remote.received[0]?.header).toMatchObject({
      'x-hasura-role': 'user',
      'x-hasura-user-id': '42',
      'x-hasura-access-token': 'sealed',
      'x-hasura-webhook-secret': 'configured',
    });
    expect(
      remote.received[0]?.header['x-own'] ?? remote.received[0]?.header['x-hasura-admin-secret'],
    ).toBeUndefined();
  });

  it('case 50: one for each root field; variables are renamed, fragments inlined, unused ones gone', async () => {
    remote.answer(({ body }) => ({
      body: { data: body.query.includes('other:') ? { other: null } : { me: { name: 'a' } } },
    }));
    const query = `query Q($id: ID!, $size: Size = LARGE, $more: Boolean!) {
      me { ...Name } other: look(id: $id, size: $size) { id owner @include(if: $more) { name } }
    } fragment Name on Me { name }`;
    const { data } = await ask(engine, query, AS_USER, { variables: { id: '5', more: false } });
    expect(data).toEqual({ me: { name: 'a' }, other: null });
    const [first, second] = remote.received.map(({ body }) => body);
    expect(parse(first?.query ?? '')).toMatchObject(parse('query Q { me { name } }', { noLocation: true }));
    expect(first?.variables).toBeUndefined();
    expect(second?.query.replaceAll(/\s+/g, ' ')).toBe(
      'query Q($hasura_json_var_1: ID!, $hasura_json_var_2: Size) { other: look(id: $hasura_json_var_1, size: $hasura_json_var_2) { id } }',
    );
    expect(second?.variables).toEqual({ hasura_json_var_1: '5', hasura_json_var_2: 'LARGE' });
  });

  it('a namespace and a type prefix are the engine’s own: the remote sees its own names', async () => {
    answer({ body: { data: { made: { __typename: 'Thing', id: '1' } } } });
    const query =
      'mutation M($input: MyMakeInput!) { things { made: make(input: $input) { __typename id } } }';
    const { data } = await ask(customised, query, AS_USER, { variables: { input: { text: 'a' } } });
    expect(data).toEqual({ things: { made: { __typename: 'MyThing', id: '1' } } });
    expect(remote.received[0]?.body.query).toContain('$hasura_json_var_1: MakeInput!');
    expect(remote.received[0]?.body.query).not.toContain('things');
  });
});

describe('the answer of a remote schema', () => {
  it.each<[string, Answer]>([
    ['HTTP 500', { status: 500, body: { data: { me: { name: 'a' } } } }],
    ['text/plain', { type: 'text/plain', body: { data: { me: { name: 'a' } } } }],
    ['with extensions, case 55', { body: { data: { me: { name: 'a' } }, extensions: { cost: 1 } } }],
  ])('case 51: %s does not count', async (_what, reply) => {
    expect(await shown(reply)).toEqual({ data: { me: { name: 'a' } } });
  });

  it('case 52: errors reach the client as they are and the data is dropped, unless data has priority', async () => {
    const errors = [
      { message: 'No.', extensions: { code: 'C' }, path: ['me'], locations: [{ line: 1, column: 2 }] },
    ];
    const reply = { body: { data: { me: { name: 'a' } }, errors } };
    expect(await shown(reply)).toEqual({ errors });
    expect(await shown(reply, ME, keepsData)).toEqual({ data: { me: { name: 'a' } } });
    expect(await shown({ body: { data: null, errors } }, ME, keepsData)).toEqual({ errors });
  });

  it('case 53: an empty list of errors is an error too, and null is none that it takes', async () => {
    const data = { me: { name: 'a' } };
    expect(await shown({ body: { data, errors: [] } })).toEqual({ errors: [] });
    expect(await shown({ body: { data, errors: null } })).toEqual(
      failed('Invalid "errors" field in response from remote'),
    );
  });

  it('case 54: no data, or not under the alias', async () => {
    expect(await shown({ body: {} })).toEqual(failed('Missing "data" field in response from remote'));
    expect(await shown({ body: { data: { me: {} } } }, '{ it: me { name } }')).toEqual(
      failed('expecting key it'),
    );
    expect(await shown({ body: '<html>' })).toEqual(failed('Error parsing'));
  });

  it('case 55: a masked error is one as any', async () => {
    const errors = [{ message: 'Unexpected error.', extensions: { code: 'INTERNAL_SERVER_ERROR' } }];
    expect(await shown({ body: { errors } })).toEqual({ errors });
  });

  it('nobody there', async () => {
    const gone = await startHandler();
    gone.answer((request) => introspection(request.body));
    const alone = await startProject(project(), { ...environment, REMOTE: gone.url });
    gone.close();
    expect((await ask(alone, ME, AS_USER)).errors?.[0]?.extensions?.code).toBe('remote-schema-error');
  });
});

describe('permissions', () => {
  const MAKE = 'mutation { make(input: {text: "a"}) { id } }';
  const LOOK = '{ look(id: 1) { id } }';
  const guest = { ...AS_USER, 'x-hasura-role': 'guest' };

  it('case 56: switched off, every role may call everything', async () => {
    answer({ body: { data: { make: { id: '1' } } } });
    expect((await ask(engine, MAKE, guest)).data).toEqual({ make: { id: '1' } });
  });

  it('switched on, a role has what its own SDL says, and one without has nothing', async () => {
    answer({ body: { data: { look: null } } });
    expect((await ask(permitted, MAKE, guest)).errors?.[0]?.message).toBe('no mutations exist');
    expect((await ask(permitted, LOOK, AS_USER)).errors?.[0]?.message).toContain("field 'look' not found");
    const query = 'mutation { make(input: {}, owner: "me") { id } }';
    expect((await ask(permitted, query, AS_USER)).errors?.[0]?.extensions?.code).toBe('validation-failed');
    expect(remote.received).toEqual([]);
  });

  it('case 57: a preset comes from the session; without the variable nothing is asked', async () => {
    expect(await shown({}, MAKE, permitted)).toEqual(
      failed('session variable expected, but not found', 'not-found'),
    );
    expect(remote.received).toEqual([]);
    answer({ body: { data: { make: { id: '1' } } } });
    await ask(permitted, MAKE, { ...AS_USER, 'x-hasura-owner': 'me' });
    expect(remote.received[0]?.body.query).toContain('owner: "me"');
  });

  it('case 57: no subscription to a remote schema', async () => {
    expect(await shown({}, 'subscription { things { id } }')).toEqual(
      failed('subscription to remote server is not supported', 'not-supported'),
    );
    expect(remote.received).toEqual([]);
  });
});
