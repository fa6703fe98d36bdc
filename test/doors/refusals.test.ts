import { request } from 'node:http';
import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { answerErrors } from '../../src/kernel/index.ts';
import { createWorld, send, type World } from '../support/world.ts';

let world: World;
let session: Record<string, string>;

beforeAll(async () => {
  world = await createWorld();
  session = await world.session('alice');
});
afterAll(() => world.close());

const action = (changes: Record<string, unknown> = {}): Record<string, unknown> => ({
  action: { name: 'postTweet' },
  input: { input: { text: 'never posted' } },
  session_variables: session,
  ...changes,
});

const sendAction = (body: unknown, headers: Record<string, string> = {}) =>
  send(`${world.url}/hasura/actions`, { 'x-hasura-webhook-secret': world.secret, ...headers }, body);

/** A request with raw header pairs and bytes, as fetch will not send them. */
const sendRaw = (options: { method?: string; path?: string; headers: string[]; body?: Buffer | string }) =>
  new Promise<{ status: number; headers: NodeJS.Dict<string | string[]>; text: string }>(
    (resolve, reject) => {
      const { port } = new URL(world.url);
      const call = request(
        {
          host: '127.0.0.1',
          port,
          method: options.method ?? 'POST',
          path: options.path ?? '/hasura/actions',
          headers: options.headers,
        },
        (response) => {
          const chunks: Buffer[] = [];
          response.on('data', (chunk: Buffer) => chunks.push(chunk));
          response.on('end', () =>
            resolve({
              status: response.statusCode ?? 0,
              headers: response.headers,
              text: Buffer.concat(chunks).toString(),
            }),
          );
        },
      );
      call.on('error', reject);
      call.end(options.body);
    },
  );

const plainHeaders = (...more: string[]): string[] => [
  'host',
  'herald',
  'content-type',
  'application/json',
  ...more,
];
const withSecret = (...more: string[]): string[] =>
  plainHeaders('x-hasura-webhook-secret', world.secret, ...more);

/** The shape that every refusal of the action door has, and nothing beside it. */
const expectRefusal = (
  answer: { status: number; body: unknown },
  code: keyof typeof answerErrors,
  status?: number,
) => {
  expect(answer.body).toEqual({
    message: expect.any(String),
    code,
    extensions: {
      code,
      userAction: answerErrors[code].userAction,
      retryAt: null,
      field: (answer.body as { extensions: { field: unknown } }).extensions.field,
      requestId: expect.any(String),
    },
  });
  expect(answer.status).toBe(status ?? answerErrors[code].status);
  expect(JSON.stringify(answer.body)).not.toMatch(/ at .*\.(js|ts):|node_modules|Error:/);
};

const nothingPosted = async () => expect(await world.tweets()).toEqual([]);

describe('the webhook secret', () => {
  it.each([
    ['missing', undefined],
    ['empty', ''],
    ['wrong', 'x'.repeat(43)],
    ['shorter', 'SECRET-1'],
    ['longer', 'SECRET+1'],
  ])('is refused when %s', async (_what, given) => {
    const value = given?.startsWith('SECRET')
      ? given === 'SECRET-1'
        ? world.secret.slice(1)
        : `${world.secret}x`
      : given;
    const headers = value === undefined ? plainHeaders() : plainHeaders('x-hasura-webhook-secret', value);
    const { status, text } = await sendRaw({ headers, body: JSON.stringify(action()) });
    expectRefusal({ status, body: JSON.parse(text) }, 'WEBHOOK_SECRET_MISMATCH');
    await nothingPosted();
  });

  it('is refused when it comes twice, even twice the same', async () => {
    const headers = withSecret('x-hasura-webhook-secret', world.secret);
    const { status, text } = await sendRaw({ headers, body: JSON.stringify(action()) });
    expectRefusal({ status, body: JSON.parse(text) }, 'WEBHOOK_SECRET_MISMATCH');
  });

  it('is asked for before the body is read', async () => {
    const { status, text } = await sendRaw({ headers: plainHeaders('content-length', '0') });
    expectRefusal({ status, body: JSON.parse(text) }, 'WEBHOOK_SECRET_MISMATCH');
  });

  it('is never replaced by what a caller says of itself (R8)', async () => {
    for (const header of [
      ['user-agent', 'kube-probe/1.30'],
      ['x-forwarded-uri', '/healthz'],
      ['x-original-url', '/healthz'],
      ['x-forwarded-for', '127.0.0.1'],
      ['x_hasura_webhook_secret', world.secret],
    ]) {
      const { status } = await sendRaw({ headers: plainHeaders(...header), body: JSON.stringify(action()) });
      expect([header[0], status]).toEqual([header[0], 401]);
    }
    for (const path of [
      '/hasura/actions/',
      '//hasura/actions',
      '/hasura%2factions',
      '/hasura/actions;x',
      '/healthz/../hasura/actions',
    ]) {
      const { status } = await sendRaw({ path, headers: plainHeaders(), body: JSON.stringify(action()) });
      expect([path, status >= 400 && status < 500]).toEqual([path, true]);
    }
    await nothingPosted();
  });

  it('may be one of two while it is changed over (R3)', async () => {
    const previous = Buffer.from(Array.from({ length: 32 }, (_, i) => (i * 37 + 11) % 256)).toString(
      'base64url',
    );
    const rotating = await createWorld({ environment: { HERALD_WEBHOOK_SECRET_PREVIOUS: previous } });
    try {
      const both = await Promise.all(
        [rotating.secret, previous].map((secret) =>
          send(`${rotating.url}/graphql`, { 'x-hasura-webhook-secret': secret }, { query: '{ __typename }' }),
        ),
      );
      expect(both.map(({ status }) => status)).toEqual([200, 200]);
    } finally {
      await rotating.close();
    }
  });
});

describe('a request that is no action request', () => {
  const bodies: readonly (readonly [string, () => unknown, keyof typeof answerErrors, number])[] = [
    ['an unknown action', () => action({ action: { name: 'likeTweet' } }), 'UNKNOWN_OPERATION', 404],
    ['__proto__', () => action({ action: { name: '__proto__' } }), 'UNKNOWN_OPERATION', 404],
    ['constructor', () => action({ action: { name: 'constructor' } }), 'UNKNOWN_OPERATION', 404],
    ['toString', () => action({ action: { name: 'toString' } }), 'UNKNOWN_OPERATION', 404],
    ['no action', () => action({ action: null }), 'INVALID_REQUEST', 400],
    ['a name that is no string', () => action({ action: { name: ['postTweet'] } }), 'INVALID_REQUEST', 400],
    ['session variables as an array', () => action({ session_variables: [] }), 'INVALID_REQUEST', 400],
    ['no session variables', () => action({ session_variables: undefined }), 'INVALID_REQUEST', 400],
    ['input as a string', () => action({ input: 'text' }), 'INVALID_REQUEST', 400],
    ['an array', () => [action()], 'INVALID_REQUEST', 400],
    ['null', () => 'null', 'INVALID_REQUEST', 400],
    ['a number', () => '42', 'INVALID_REQUEST', 400],
    ['broken JSON', () => '{"action":', 'INVALID_REQUEST', 400],
    [
      'an own __proto__ key',
      () => '{"__proto__":{"x":1},"action":{"name":"postTweet"}}',
      'INVALID_REQUEST',
      400,
    ],
    ['deep JSON', () => `{"a":${'['.repeat(50_000)}${']'.repeat(50_000)}}`, 'INVALID_REQUEST', 400],
    [
      'deep JSON as input',
      () =>
        `{"action":{"name":"postTweet"},"session_variables":${JSON.stringify(session)},"input":{"input":{"text":${'['.repeat(50_000)}${']'.repeat(50_000)}}}}`,
      'INVALID_INPUT',
      400,
    ],
  ];

  it.each(bodies)('is refused: %s', async (_what, body, code, status) => {
    expectRefusal(await sendAction(body()), code, status);
    await nothingPosted();
  });

  it.each([
    ['an empty body', Buffer.alloc(0), 'INVALID_REQUEST', 400],
    [
      'invalid UTF-8',
      Buffer.concat([Buffer.from('{"action":{"name":"'), Buffer.from([0xff, 0xfe]), Buffer.from('"}}')]),
      'INVALID_REQUEST',
      400,
    ],
    ['10 MB', Buffer.from(JSON.stringify({ a: 'x'.repeat(10_000_000) })), 'PAYLOAD_TOO_LARGE', 413],
  ] as const)('is refused: %s', async (_what, body, code, status) => {
    const answer = await sendRaw({ headers: withSecret('content-length', String(body.length)), body });
    expectRefusal({ status: answer.status, body: JSON.parse(answer.text) }, code, status);
  });

  it.each([
    'text/plain',
    'application/x-www-form-urlencoded',
    'multipart/form-data; boundary=x',
    'application/xml',
    '',
  ])('is refused with 415 as %j', async (type) => {
    const headers = [
      'host',
      'herald',
      'x-hasura-webhook-secret',
      world.secret,
      ...(type ? ['content-type', type] : []),
    ];
    const answer = await sendRaw({ headers, body: JSON.stringify(action()) });
    expectRefusal({ status: answer.status, body: JSON.parse(answer.text) }, 'INVALID_REQUEST', 415);
  });

  it('is refused with 405 and Allow for another method, and 404 for another route', async () => {
    for (const method of ['GET', 'PUT', 'DELETE', 'PATCH']) {
      const answer = await sendRaw({ method, headers: withSecret() });
      expectRefusal({ status: answer.status, body: JSON.parse(answer.text) }, 'INVALID_REQUEST', 405);
      expect(answer.headers.allow).toBe('POST');
    }
    const answer = await sendRaw({ path: '/hasura/action', headers: withSecret(), body: '{}' });
    expectRefusal({ status: answer.status, body: JSON.parse(answer.text) }, 'UNKNOWN_OPERATION', 404);
  });

  it('is answered in the same shape when Node itself refuses it', async () => {
    const huge = await sendRaw({ headers: withSecret('x-junk', 'x'.repeat(17_000)), body: '{}' });
    expect(huge.status).toBe(431);
    expect(JSON.parse(huge.text)).toMatchObject({
      code: 'INVALID_REQUEST',
      extensions: { code: 'INVALID_REQUEST' },
    });
    expect(
      await talk('POST /hasura/actions HTTP/1.1\r\nhost: h\r\nexpect: fish\r\nconnection: close\r\n\r\n'),
    ).toMatch(/^HTTP\/1\.1 417 .*"code":"INVALID_REQUEST"/s);
    expect(await talk('GET /healthz HTTP/1.1\r\nconnection: close\r\n\r\n')).toMatch(/^HTTP\/1\.1 200 /);
    expect(await talk('NONSENSE\r\n\r\n')).toMatch(/^HTTP\/1\.1 400 .*"code":"INVALID_REQUEST"/s);
  });
});

describe('a connection that carries more than one request', () => {
  it('gets the answer to a good one before what comes after it is refused', async () => {
    const body = JSON.stringify(action({ input: { input: { text: 'before the garbage' } } }));
    const head = `POST /hasura/actions HTTP/1.1\r\nhost: h\r\ncontent-type: application/json\r\nx-hasura-webhook-secret: ${world.secret}\r\ncontent-length: ${Buffer.byteLength(body)}\r\n\r\n`;
    const said = await talk(`${head}${body}GARBAGE\r\n\r\n`);
    expect(said).toMatch(/^HTTP\/1\.1 200 .*"state":"SENT"/s);
    await fetch(`${world.sandbox.url}/_sandbox/reset`, { method: 'POST' });
  });
});

/** Writes bytes to the port and reads what comes back until the server closes. */
const talk = (bytes: string): Promise<string> =>
  new Promise((resolve, reject) => {
    const { port } = new URL(world.url);
    let said = '';
    const socket = connect(Number(port), '127.0.0.1', () => socket.write(bytes));
    socket.on('data', (chunk) => {
      said += chunk.toString();
    });
    socket.on('close', () => resolve(said));
    socket.on('error', reject);
  });

describe('input', () => {
  it.each([
    ['no input', {}, 'INVALID_INPUT', 'input'],
    ['null input', { input: null }, 'INVALID_INPUT', 'input'],
    ['a string for an object', { input: 'hi' }, 'INVALID_INPUT', 'input'],
    ['a list for an object', { input: [{ text: 'hi' }] }, 'INVALID_INPUT', 'input'],
    ['a number as text', { input: { text: 42 } }, 'INVALID_INPUT', 'text'],
    ['an object as text', { input: { text: { $gt: '' } } }, 'INVALID_INPUT', 'text'],
    ['a boolean as text', { input: { text: true } }, 'INVALID_INPUT', 'text'],
    ['an unknown field', { input: { text: 'a', mediaKeys: ['1'] } }, 'INVALID_INPUT', 'input'],
    ['an unknown argument', { input: { text: 'a' }, admin: true }, 'INVALID_INPUT', 'admin'],
    [
      'an unknown enum value',
      { input: { text: 'a', replySettings: 'everyone' } },
      'INVALID_INPUT',
      'replySettings',
    ],
    [
      'an id that is none',
      { input: { text: 'a', inReplyToTweetId: 'x' } },
      'INVALID_INPUT',
      'inReplyToTweetId',
    ],
    [
      'an id of 20 digits',
      { input: { text: 'a', inReplyToTweetId: '1'.repeat(20) } },
      'INVALID_INPUT',
      'inReplyToTweetId',
    ],
    ['no text', { input: {} }, 'TEXT_EMPTY', 'text'],
    ['null text', { input: { text: null } }, 'TEXT_EMPTY', 'text'],
    ['empty text', { input: { text: '' } }, 'TEXT_EMPTY', 'text'],
    ['blank text', { input: { text: ' \n\u3000' } }, 'TEXT_EMPTY', 'text'],
    ['281 weighted characters', { input: { text: 'x'.repeat(281) } }, 'TEXT_TOO_LONG', 'text'],
    ['141 ideographs', { input: { text: '字'.repeat(141) } }, 'TEXT_TOO_LONG', 'text'],
    ['60,000 characters', { input: { text: 'x'.repeat(60_000) } }, 'TEXT_TOO_LONG', 'text'],
    ['a lone surrogate', { input: { text: 'a\ud800b' } }, 'INVALID_INPUT', 'text'],
    ['a control character', { input: { text: 'a\u0000b' } }, 'INVALID_INPUT', 'text'],
  ] as const)('is refused: %s', async (_what, input, code, field) => {
    const answer = await world.act('postTweet', input, session);
    expectRefusal(answer, code);
    expect(answer.body.extensions.field).toBe(field);
    await nothingPosted();
  });

  it('over 64 KiB is refused as too large', async () => {
    expectRefusal(
      await world.act('postTweet', { input: { text: 'x'.repeat(70_000) } }, session),
      'PAYLOAD_TOO_LARGE',
    );
  });

  it('is not looked at before the session', async () => {
    expectRefusal(
      await world.act('postTweet', { input: { text: 42 } }, { 'x-hasura-role': 'admin' }),
      'ROLE_NOT_ALLOWED',
    );
  });
});

describe('sessions and credentials', () => {
  it.each([
    ['admin', () => ({ ...session, 'x-hasura-role': 'admin' }), 'ROLE_NOT_ALLOWED'],
    [
      'the unauthenticated role with a forged user',
      () => ({ ...session, 'x-hasura-role': 'anonymous' }),
      'ROLE_NOT_ALLOWED',
    ],
    ['an admin-secret caller without a user id', () => ({ 'x-hasura-role': 'user' }), 'ROLE_NOT_ALLOWED'],
    ['a number as user id', () => ({ ...session, 'x-hasura-user-id': 7 }), 'INVALID_REQUEST'],
    [
      'no envelopes',
      () => ({ 'x-hasura-role': 'user', 'x-hasura-user-id': 'twitter|1' }),
      'ACCOUNT_REQUIRED',
    ],
    ['another user', () => ({ ...session, 'x-hasura-user-id': 'twitter|1' }), 'CREDENTIALS_INVALID'],
    ['another X user', () => ({ ...session, 'x-hasura-x-user-id': '1' }), 'CREDENTIALS_INVALID'],
    [
      'token and secret swapped',
      () => ({
        ...session,
        'x-hasura-access-token': session['x-hasura-access-token-secret'],
        'x-hasura-access-token-secret': session['x-hasura-access-token'],
      }),
      'CREDENTIALS_INVALID',
    ],
    [
      'a truncated envelope',
      () => ({ ...session, 'x-hasura-access-token': session['x-hasura-access-token']?.slice(0, -9) }),
      'CREDENTIALS_INVALID',
    ],
    [
      'an envelope of 5 kB',
      () => ({ ...session, 'x-hasura-access-token': 'a.b.c.d.'.padEnd(5_000, 'e') }),
      'CREDENTIALS_INVALID',
    ],
    [
      'legacy hex',
      () => ({ ...session, 'x-hasura-access-token': '617a2a70'.repeat(12) }),
      'CREDENTIALS_INVALID',
    ],
    ['an empty envelope', () => ({ ...session, 'x-hasura-access-token': '' }), 'CREDENTIALS_INVALID'],
  ] as const)('are refused: %s', async (_what, variables, code) => {
    expectRefusal(await world.act('postTweet', { input: { text: 'never' } }, variables()), code);
    await nothingPosted();
  });

  it('of two sign-ins do not mix', async () => {
    const second = await world.session('alice');
    const mixed = { ...session, 'x-hasura-access-token-secret': second['x-hasura-access-token-secret'] };
    expectRefusal(await world.act('postTweet', { input: { text: 'never' } }, mixed), 'CREDENTIALS_INVALID');
  });

  it('give one and the same answer whatever was wrong with an envelope (R14)', async () => {
    const bad = ['', 'x', 'a.b.c.d.e', session['x-hasura-access-token']?.slice(1)];
    const answers = await Promise.all(
      bad.map((envelope) =>
        world.act(
          'postTweet',
          { input: { text: 'never' } },
          { ...session, 'x-hasura-access-token': envelope },
        ),
      ),
    );
    const shown = answers.map(({ status, body }) =>
      JSON.stringify([status, body]).replace(/"requestId":"[^"]+"/, ''),
    );
    expect(new Set(shown).size).toBe(1);
  });

  it('leave the reason in the log, and only there', () => {
    const reasons = world.log
      .filter(({ evt }) => evt === 'credentials_refused')
      .map(({ fields }) => fields.reason);
    expect(new Set(reasons).size).toBeGreaterThan(2);
  });
});

describe('health', () => {
  it('answers on exact paths and needs no secret', async () => {
    for (const [path, status] of [
      ['/healthz', 200],
      ['/readyz', 200],
      ['/healthz/', 404],
      ['/x/healthz', 404],
      ['/healthzz', 404],
    ] as const) {
      expect([path, (await fetch(`${world.url}${path}`)).status]).toEqual([path, status]);
    }
  });
});
