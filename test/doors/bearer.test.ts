import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type OpenDoors, openDoors, SECRET, sendRaw } from './open-doors.ts';

let doors: OpenDoors;
let revokedBefore: Date | undefined;

beforeAll(async () => {
  doors = await openDoors({
    revokedBefore: async () => revokedBefore,
    redirectUris: [
      'https://app.example/callback',
      'http://127.0.0.1/callback',
      'com.example.app:/callback',
      'http://staging.example:8080/callback',
    ],
  });
});
afterAll(() => doors.close());
beforeEach(() => {
  revokedBefore = undefined;
  doors.calls.length = 0;
  doors.log.length = 0;
});

interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: { data?: unknown; errors?: [{ message: string; extensions: { code: string } }] };
}

const query = async (document: string, headers: Record<string, string>, url = doors.url): Promise<Answer> => {
  const response = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify({ query: document }),
  });
  return {
    status: response.status,
    headers: response.headers,
    body: (await response.json()) as Answer['body'],
  };
};

const ME = '{ xMe { userId } }';
const INTROSPECTION = '{ __schema { queryType { name } } }';
const bearer = { authorization: 'Bearer good' };
const hasura = { 'x-hasura-webhook-secret': SECRET };
const codeOf = ({ body }: Answer) => body.errors?.[0].extensions.code;

describe('the direct door', () => {
  it('answers the user whom the token names', async () => {
    const { status, body, headers } = await query(ME, bearer);
    expect([status, body]).toEqual([200, { data: { xMe: { userId: 'user-1' } } }]);
    expect(headers.get('www-authenticate')).toBeNull();
  });

  it('ignores every x-hasura-* header but the role', async () => {
    const forged = {
      'x-hasura-user-id': 'victim',
      'x-hasura-access-token': 'a',
      'x-hasura-access-token-secret': 'b',
      'x-hasura-x-user-id': '1',
      'x-hasura-role': 'user',
    };
    const { body } = await query(ME, { ...bearer, ...forged });
    expect(body).toEqual({ data: { xMe: { userId: 'user-1' } } });
    expect(doors.calls).toEqual([
      { what: 'verifyBearer', given: ['Bearer good', 'user'] },
      {
        what: 'xMe',
        session: { userId: 'user-1', role: 'user', xUserId: undefined, envelopes: undefined },
      },
    ]);
  });

  it('refuses a role that HERALD_ROLES does not list', async () => {
    const answer = await query(ME, { ...bearer, 'x-hasura-role': 'admin' });
    expect([answer.status, codeOf(answer)]).toEqual([403, 'ROLE_NOT_ALLOWED']);
    expect(answer.headers.get('www-authenticate')).toBeNull();
    expect(doors.calls.map(({ what }) => what)).toEqual(['verifyBearer']);
  });

  it('answers a token that is refused with 401, in the shape of GraphQL', async () => {
    const answer = await query(ME, { authorization: 'Bearer bad' });
    expect(answer.status).toBe(401);
    expect(answer.headers.get('www-authenticate')).toBe('Bearer error="invalid_token"');
    expect(answer.body).toEqual({
      errors: [
        {
          message: 'The bearer token is missing, invalid or expired. Sign in again.',
          extensions: {
            code: 'UNAUTHENTICATED',
            userAction: 'SIGN_IN',
            retryAt: null,
            field: null,
            requestId: expect.any(String) as string,
          },
        },
      ],
    });
  });

  it('asks for the token before it reads the body', async () => {
    const { status } = await sendRaw(doors.url, {
      method: 'POST',
      path: '/graphql',
      headers: ['host', 'h', 'authorization', 'Bearer bad', 'content-type', 'text/plain'],
      body: 'x'.repeat(300_000),
    });
    expect(status).toBe(401);
  });

  it.each([
    ['issued before', '2026-11-22T12:00:00.001Z', 401],
    ['issued in the same instant', '2026-11-22T12:00:00.000Z', 200],
    ['issued after', '2026-11-22T11:59:59.999Z', 200],
  ])('looks whether all sign-ins were revoked: %s', async (_what, revoked, status) => {
    revokedBefore = new Date(revoked);
    const answer = await query(ME, bearer);
    expect(answer.status).toBe(status);
    expect(codeOf(answer)).toBe(status === 200 ? undefined : 'UNAUTHENTICATED');
  });

  it.each([undefined, new Date(Number.NaN)])(
    'refuses a token that does not say when it was issued, once a revocation stands',
    async (issuedAt) => {
      const undated = await openDoors({
        revokedBefore: async () => new Date(0),
        verifyBearer: async () => ({
          variables: { 'x-hasura-role': 'user', 'x-hasura-user-id': 'user-1' },
          issuedAt,
        }),
      });
      try {
        expect(codeOf(await query(ME, bearer, undated.url))).toBe('UNAUTHENTICATED');
      } finally {
        await undated.close();
      }
    },
  );

  it.each<[string, readonly string[]]>([
    ['two tokens', ['authorization', 'Bearer good', 'authorization', 'Bearer good']],
    ['an empty header', ['authorization', '']],
    ['another scheme', ['authorization', 'Basic Z29vZA==']],
  ])('refuses %s', async (_what, headers) => {
    const { status, text } = await sendRaw(doors.url, {
      method: 'POST',
      path: '/graphql',
      headers: ['host', 'h', 'content-type', 'application/json', ...headers],
      body: JSON.stringify({ query: ME }),
    });
    expect(status).toBe(401);
    expect(text).toContain('UNAUTHENTICATED');
  });

  it('refuses a role that is given twice', async () => {
    const { status, text } = await sendRaw(doors.url, {
      method: 'POST',
      path: '/graphql',
      headers: [
        'host',
        'h',
        'authorization',
        'Bearer good',
        'x-hasura-role',
        'user',
        'x-hasura-role',
        'user',
      ],
    });
    expect([status, text.includes('INVALID_REQUEST')]).toEqual([400, true]);
  });

  it('is not the action door: a bearer token opens nothing there', async () => {
    const response = await fetch(`${doors.url}/hasura/actions`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...bearer },
      body: '{}',
    });
    expect(response.status).toBe(401);
    expect(await response.json()).toMatchObject({ code: 'WEBHOOK_SECRET_MISMATCH' });
  });
});

describe('who comes to /graphql', () => {
  it.each<[string, Record<string, string>, number, string]>([
    ['with both', { ...bearer, ...hasura }, 400, 'INVALID_REQUEST'],
    ['with both, one wrong', { ...bearer, 'x-hasura-webhook-secret': 'x' }, 400, 'INVALID_REQUEST'],
    ['with both, one empty', { ...bearer, 'x-hasura-webhook-secret': '' }, 400, 'INVALID_REQUEST'],
    ['with neither', {}, 401, 'WEBHOOK_SECRET_MISMATCH'],
    [
      'with a session alone',
      { 'x-hasura-role': 'user', 'x-hasura-user-id': 'u' },
      401,
      'WEBHOOK_SECRET_MISMATCH',
    ],
    ['with a wrong secret', { 'x-hasura-webhook-secret': 'x' }, 401, 'WEBHOOK_SECRET_MISMATCH'],
  ])('%s is refused, and nothing is looked at', async (_what, headers, status, code) => {
    const answer = await query(ME, headers);
    expect([answer.status, codeOf(answer)]).toEqual([status, code]);
    expect(doors.calls).toEqual([]);
  });

  it('may introspect as Hasura, and as a frontend only in development (R28)', async () => {
    expect(await query(INTROSPECTION, hasura)).toMatchObject({
      body: { data: { __schema: { queryType: { name: 'Query' } } } },
    });
    // The same document: what was valid for Hasura is not valid for everybody.
    for (const document of [
      INTROSPECTION,
      '{ __type(name: "Query") { name } }',
      `{ a: ${INTROSPECTION.slice(2)}`,
    ]) {
      const answer = await query(document, bearer);
      expect([codeOf(answer), answer.body.data ?? null]).toEqual(['INVALID_REQUEST', null]);
    }
    expect(await query('{ __typename }', bearer)).toMatchObject({ body: { data: { __typename: 'Query' } } });
    const development = await openDoors({ development: true });
    try {
      expect(await query(INTROSPECTION, bearer, development.url)).toMatchObject({ body: { data: {} } });
      expect((await query(INTROSPECTION, {}, development.url)).status).toBe(401);
    } finally {
      await development.close();
    }
  });
});

describe('the operations on accounts', () => {
  const ACCOUNT = '{ id username state }';
  it.each([
    [
      'startXConnect',
      'startXConnect(input: {returnTo: "https://app.example/callback"}) { url expiresAt }',
      { returnTo: 'https://app.example/callback' },
    ],
    ['connectXAccount', `connectXAccount(input: {code: "c"}) ${ACCOUNT}`, { code: 'c' }],
    ['disconnectXAccount', `disconnectXAccount(input: {id: "1"}) ${ACCOUNT}`, '1'],
  ])('%s, once in an operation', async (name, field, given) => {
    const { body } = await query(`mutation { ${field} }`, bearer);
    expect(body.errors).toBeUndefined();
    expect(doors.calls.at(-1)).toMatchObject({ what: name, session: { userId: 'user-1' }, given });
    doors.calls.length = 0;
    const twice = await query(`mutation { a: ${field} b: ${field} }`, bearer);
    expect(codeOf(twice)).toBe('INVALID_REQUEST');
    const mixed = await query(`mutation { ${field} postTweet(input: {text: "t"}) { id } }`, bearer);
    expect(codeOf(mixed)).toBe('INVALID_REQUEST');
    expect(doors.calls.map(({ what }) => what)).toEqual(['verifyBearer', 'verifyBearer']);
  });

  it('are the same on the action door', async () => {
    const act = async (name: string, input: unknown) => {
      const response = await fetch(`${doors.url}/hasura/actions`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...hasura },
        body: JSON.stringify({
          action: { name },
          input,
          session_variables: { 'x-hasura-role': 'user', 'x-hasura-user-id': 'user-2' },
        }),
      });
      return response.json() as Promise<unknown>;
    };
    expect(await act('xAccounts', {})).toMatchObject([{ username: 'alice' }]);
    expect(await act('startXConnect', { input: { returnTo: 'x' } })).toMatchObject({
      url: expect.any(String) as string,
    });
    expect(await act('connectXAccount', { input: { code: null } })).toMatchObject({ state: 'CONNECTED' });
    expect(await act('disconnectXAccount', { input: { id: '1' } })).toMatchObject({
      id: expect.any(String) as string,
    });
    expect(await act('startXConnect', { input: { returnTo: 7 } })).toMatchObject({
      code: 'INVALID_INPUT',
      extensions: { field: 'returnTo' },
    });
    expect(doors.calls.every(({ session }) => session?.userId === 'user-2')).toBe(true);
  });
});

describe('pages of other origins', () => {
  const preflight = (origin: string, path = '/graphql') =>
    fetch(`${doors.url}${path}`, {
      method: 'OPTIONS',
      headers: {
        origin,
        'access-control-request-method': 'POST',
        'access-control-request-headers': 'authorization,content-type',
      },
    });

  it.each([
    'https://app.example',
    'http://127.0.0.1',
    'http://127.0.0.1:5173',
    'http://staging.example:8080',
  ])('may call from %s, without cookies', async (origin) => {
    const asked = await preflight(origin);
    expect(asked.status).toBe(204);
    expect(asked.headers.get('access-control-allow-origin')).toBe(origin);
    expect(asked.headers.get('access-control-allow-methods')).toBe('POST');
    expect(asked.headers.get('access-control-allow-headers')).toBe('authorization,content-type');
    expect(asked.headers.get('access-control-allow-credentials')).toBeNull();
    expect(asked.headers.get('vary')).toContain('Origin');
    for (const headers of [bearer, { authorization: 'Bearer bad' }]) {
      const answer = await query(ME, { ...headers, origin });
      expect(answer.headers.get('access-control-allow-origin')).toBe(origin);
    }
  });

  it.each([
    'https://evil.example',
    'http://app.example',
    'https://app.example:8443',
    'https://app.example.evil.example',
    'https://sub.app.example',
    'https://APP.example',
    'https://app.example/',
    'http://localhost:5173',
    'https://127.0.0.1:5173',
    'http://127.0.0.1.evil.example',
    'http://127.0.0.1@evil.example',
    'http://staging.example',
    'com.example.app://',
    'null',
    '*',
  ])('may not from %s', async (origin) => {
    const asked = await preflight(origin);
    expect([asked.status, asked.headers.get('allow')]).toEqual([405, 'POST']);
    expect(asked.headers.get('access-control-allow-origin')).toBeNull();
    expect(await asked.json()).toMatchObject({ code: 'INVALID_REQUEST' });
    const answer = await query(ME, { ...bearer, origin });
    expect(answer.headers.get('access-control-allow-origin')).toBeNull();
  });

  it.each(['/hasura/actions', '/graphql/', '/graphqlx', '/auth/x/connect', '/nowhere', '/'])(
    'may not call %s',
    async (path) => {
      const asked = await preflight('https://app.example', path);
      expect([404, 405]).toContain(asked.status);
      expect(asked.headers.get('access-control-allow-origin')).toBeNull();
      expect(await asked.json()).toMatchObject({ extensions: { code: expect.any(String) as string } });
    },
  );
});
