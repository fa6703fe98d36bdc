import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Advice, advise, PostTweetDocument, problemOf, problemOfPost } from '../../client/src/index.ts';
import { answerErrors, HeraldError, postErrors } from '../../src/kernel/index.ts';
import { type OpenDoors, openDoors, SECRET } from '../doors/open-doors.ts';

let doors: OpenDoors;
let refusal = new HeraldError('INTERNAL');

beforeAll(async () => {
  const posting = {
    postTweet: () => Promise.reject(refusal),
    postThread: () => Promise.reject(refusal),
    previewTweet: () => Promise.reject(refusal),
    deleteTweet: () => Promise.reject(refusal),
    uploadTweetMedia: () => Promise.reject(refusal),
    uploadMediaStream: () => Promise.reject(refusal),
    xMedia: () => Promise.reject(refusal),
    cancelTweet: () => Promise.reject(refusal),
    retryTweet: () => Promise.reject(refusal),
    resolveTweet: () => Promise.reject(refusal),
    xPost: () => Promise.reject(refusal),
    xPosts: () => Promise.reject(refusal),
    xMe: () => Promise.reject(refusal),
  };
  doors = await openDoors({ posting });
});
afterAll(() => doors.close());

const variables = { input: { text: 'Hello' } };
const secret = { 'x-hasura-webhook-secret': SECRET };
const session = { 'x-hasura-role': 'user', 'x-hasura-user-id': 'user-1' };

const post = async (path: string, headers: Record<string, string>, body: unknown): Promise<unknown> => {
  const response = await fetch(`${doors.url}${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  });
  return response.json();
};

const document = { query: PostTweetDocument.text, variables };
const ways: Record<string, () => Promise<unknown>> = {
  // The engine shows an action's error as its message and extensions, and nothing else of it.
  'an action': async () => {
    const body = { action: { name: 'postTweet' }, input: variables, session_variables: session };
    const { message, extensions } = (await post('/hasura/actions', secret, body)) as Record<string, unknown>;
    return { errors: [{ message, extensions }] };
  },
  'the remote schema': () => post('/graphql', { ...secret, ...session }, document),
  'the direct door': () => post('/graphql', { authorization: 'Bearer good' }, document),
};

describe.each(Object.keys(ways))('a refusal through %s', (way) => {
  const refused = async (error: HeraldError) => {
    refusal = error;
    return problemOf(await ways[way]?.());
  };

  it('says what the user can do, and that nothing was accepted', async () => {
    expect(await refused(new HeraldError('TEXT_TOO_LONG', { field: 'text' }))).toEqual({
      code: 'TEXT_TOO_LONG',
      message: answerErrors.TEXT_TOO_LONG.message,
      requestId: expect.any(String),
      accepted: 'no',
      userAction: 'EDIT',
      field: 'text',
    });
  });

  it('gives the time to wait for as a date', async () => {
    const retryAt = new Date('2026-11-22T12:00:00.000Z');
    expect(await refused(new HeraldError('RATE_LIMITED', { retryAt }))).toMatchObject({
      userAction: 'WAIT',
      retryAt,
      accepted: 'no',
    });
  });

  it.each(['INTERNAL', 'TEMPORARILY_UNAVAILABLE'] as const)('leaves open what came of %s', async (code) => {
    expect(await refused(new HeraldError(code))).toMatchObject({ code, accepted: 'unknown' });
  });
});

describe('what clients give', () => {
  const error = { message: 'No account.', extensions: { code: 'ACCOUNT_REQUIRED', userAction: 'CONNECT' } };
  const thrown = (fields: object) => Object.assign(new Error('[GraphQL] No account.'), fields);

  it.each([
    ['an answer', { errors: [error] }],
    ["urql's result", { data: undefined, error: thrown({ graphQLErrors: [error] }) }],
    ["urql's CombinedError", thrown({ graphQLErrors: [error], networkError: undefined })],
    ["Apollo 4's CombinedGraphQLErrors", thrown({ errors: [error], data: null })],
    ["Apollo 3's ApolloError", thrown({ graphQLErrors: [error], networkError: null })],
    ['one error of the list', error],
    [
      "an engine's error beside it",
      { errors: [{ message: 'x', extensions: { code: 'unexpected' } }, error] },
    ],
  ])('%s is understood', (_what, given) => {
    expect(problemOf(given)).toMatchObject({
      code: 'ACCOUNT_REQUIRED',
      userAction: 'CONNECT',
      accepted: 'no',
    });
  });

  it.each([
    ['an answer', { data: { postTweet: { id: '1' } } }],
    ["urql's result", { data: { postTweet: { id: '1' } }, error: undefined }],
    ["Apollo's result", { data: { postTweet: { id: '1' } }, error: null }],
    ['nothing', undefined],
    ['null', null],
  ])('%s without an error is no problem', (_what, given) => {
    expect(problemOf(given)).toBeUndefined();
  });

  it.each([
    ['a network that failed', new TypeError('fetch failed'), 'NETWORK'],
    [
      "urql's word for it",
      { error: thrown({ graphQLErrors: [], networkError: new Error('down') }) },
      'NETWORK',
    ],
    [
      'an engine that waited too long',
      {
        errors: [
          { message: 'http exception when calling webhook', extensions: { path: '$', code: 'unexpected' } },
        ],
      },
      'unexpected',
    ],
    ['something that is no error', 'teapot', 'NETWORK'],
  ])('%s leaves everything open', (_what, given, code) => {
    expect(problemOf(given)).toMatchObject({
      code,
      userAction: 'WAIT',
      accepted: 'unknown',
      retryAt: undefined,
    });
  });

  it.each([
    ['invalid-jwt', 'SIGN_IN'],
    ['validation-failed', 'CONTACT_ADMIN'],
  ])("the engine's %s is a refusal: %s", (code, userAction) => {
    const given = { errors: [{ message: 'no', extensions: { path: '$', code } }] };
    expect(problemOf(given)).toMatchObject({ code, userAction, accepted: 'no' });
  });

  it('an action of a newer Herald is one for the administrator', () => {
    const given = { message: 'no', extensions: { code: 'NEW', userAction: 'DANCE' } };
    expect(problemOf(given)).toMatchObject({ userAction: 'CONTACT_ADMIN' });
  });
});

describe("a post's own problem", () => {
  it.each(Object.entries(postErrors))('%s says what to do', (code, { userAction, message }) => {
    const error = { code, message, userAction, retryAt: null };
    expect(problemOfPost({ error })).toMatchObject({ code, message, userAction, accepted: 'yes' });
  });

  it('is none when there is none', () => {
    expect(problemOfPost({ error: null })).toBeUndefined();
  });
});

describe('advice', () => {
  const names: Advice<string> = {
    NONE: () => 'NONE',
    EDIT: ({ field }) => `EDIT ${field}`,
    WAIT: ({ retryAt }) => `WAIT ${retryAt?.toISOString()}`,
    SIGN_IN: () => 'SIGN_IN',
    CONNECT: () => 'CONNECT',
    RECONNECT: () => 'RECONNECT',
    TOP_UP: () => 'TOP_UP',
    CONTACT_ADMIN: () => 'CONTACT_ADMIN',
  };

  it.each(Object.keys(names))('%s goes to its own answer', (userAction) => {
    const problem = problemOf({ message: '', extensions: { code: 'A', userAction, field: 'text' } });
    expect(problem && advise(problem, names)).toMatch(new RegExp(`^${userAction}`));
  });
});
