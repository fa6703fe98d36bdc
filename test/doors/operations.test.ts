import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { DeletedTweet, Posting, TweetPreview, XMedia, XPost } from '../../src/kernel/index.ts';
import { type OpenDoors, openDoors, refusingPosting, SECRET } from './open-doors.ts';

const AT = '2026-11-22T12:00:00.000Z';
const post: XPost = {
  id: '00000000-0000-4000-8000-000000000002',
  state: 'SENT',
  deduplicated: false,
  idempotencyKey: null,
  createdAt: AT,
  expiresAt: AT,
  accountId: null,
  xUserId: '7',
  tweetId: '1',
  url: 'https://x.com/i/web/status/1',
  deletedAt: AT,
  parts: [
    {
      position: 0,
      state: 'SENT',
      text: 'one',
      tweetId: '1',
      url: 'https://x.com/i/web/status/1',
      mediaIds: ['m'],
      deletedAt: null,
      error: null,
    },
  ],
  error: null,
  costMicroUsd: 15_000,
};
const media: XMedia = {
  id: 'm',
  kind: 'VIDEO',
  state: 'PROCESSING',
  progress: 40,
  altText: 'a',
  expiresAt: AT,
};
const deleted: DeletedTweet = { tweetId: '1', deletedAt: AT };
const preview: TweetPreview = {
  parts: [{ position: 0, text: 'one', weightedLength: 3, remaining: 277 }],
  costMicroUsd: 15_000,
  problems: [
    { code: 'LINK', message: 'm', userAction: 'EDIT', blocking: false, position: null, field: 'thread.text' },
  ],
};

let doors: OpenDoors;
let calls: unknown[] = [];
const answer =
  <T>(what: keyof Posting, value: T) =>
  async (session: { userId: string }, given?: unknown) => {
    calls.push([what, session.userId, given]);
    return value;
  };

beforeAll(async () => {
  const posting: Posting = {
    ...refusingPosting,
    postThread: answer('postThread', post),
    deleteTweet: answer('deleteTweet', deleted),
    uploadTweetMedia: answer('uploadTweetMedia', media),
    xMedia: answer('xMedia', media),
    previewTweet: answer('previewTweet', preview),
  };
  doors = await openDoors({ posting });
});
afterAll(() => doors.close());
beforeEach(() => {
  calls = [];
});

const session = { 'x-hasura-role': 'user', 'x-hasura-user-id': 'user-1' };
const send = async (path: string, headers: Record<string, string>, body: unknown) => {
  const response = await fetch(`${doors.url}${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-hasura-webhook-secret': SECRET, ...headers },
    body: JSON.stringify(body),
  });
  return { status: response.status, body: (await response.json()) as Record<string, never> };
};
const act = (name: string, input: unknown) =>
  send('/hasura/actions', {}, { action: { name }, input, session_variables: session });
const query = (document: string, variables: unknown = {}) =>
  send('/graphql', session, { query: document, variables });

const POST = '{ id state deletedAt costMicroUsd parts { position mediaIds deletedAt } }';
const MEDIA = '{ id kind state progress altText expiresAt }';

describe('the operations on posts and files', () => {
  it.each([
    [
      'postThread',
      { input: { parts: [{ text: 'one', mediaIds: ['m'] }, { text: 'two' }], onPartFailure: 'STOP' } },
      `mutation ($input: PostThreadInput!) { postThread(input: $input) ${POST} }`,
      { id: post.id, deletedAt: AT, costMicroUsd: 15_000 },
    ],
    [
      'deleteTweet',
      { input: { tweetId: '1', accountId: 'a' } },
      'mutation ($input: DeleteTweetInput!) { deleteTweet(input: $input) { tweetId deletedAt } }',
      deleted,
    ],
    [
      'uploadTweetMedia',
      { input: { base64: 'aGVsbG8=', altText: 'a' } },
      `mutation ($input: UploadTweetMediaInput!) { uploadTweetMedia(input: $input) ${MEDIA} }`,
      media,
    ],
    ['xMedia', { id: 'm' }, `query ($id: ID!) { xMedia(id: $id) ${MEDIA} }`, media],
    [
      'previewTweet',
      { input: { thread: { text: 'one', numbering: true }, tweet: null } },
      'query ($input: PreviewTweetInput!) { previewTweet(input: $input) { costMicroUsd parts { position text weightedLength remaining } problems { code message userAction blocking position field } } }',
      preview,
    ],
  ])('%s is the same on both doors', async (name, input, document, expected) => {
    expect(await act(name, input)).toMatchObject({ status: 200, body: expected });
    expect(await query(document, input)).toMatchObject({ status: 200, body: { data: { [name]: expected } } });
    const given = (input as { input?: unknown }).input ?? (input as { id?: unknown }).id;
    expect(calls).toEqual([
      [name, 'user-1', given],
      [name, 'user-1', given],
    ]);
  });

  it.each([
    ['postThread', { input: { parts: [{ text: 1 }] } }, 'parts.0.text'],
    ['postThread', { input: { parts: [{ poll: { options: ['a'] } }] } }, 'parts.0.poll'],
    ['postThread', { input: { text: 'a', onPartFailure: 'EXPLODE' } }, 'onPartFailure'],
    ['postThread', { input: { text: 'a', numbering: 'yes' } }, 'numbering'],
    ['deleteTweet', { input: {} }, 'input'],
    ['uploadTweetMedia', { input: { base64: 7 } }, 'base64'],
    ['uploadTweetMedia', { input: { base64: 'a', altText: { a: 1 } } }, 'altText'],
    ['previewTweet', { input: { tweet: { text: ['a'] } } }, 'tweet.text'],
    ['xMedia', {}, 'id'],
  ])('%s refuses %j', async (name, input, field) => {
    expect(await act(name, input)).toMatchObject({
      status: 400,
      body: { code: 'INVALID_INPUT', extensions: { field } },
    });
    expect(calls).toEqual([]);
  });

  it.each([
    `postThread(input: {text: "t"}) ${POST} b: deleteTweet(input: {tweetId: "1"}) { tweetId }`,
    `a: uploadTweetMedia(input: {base64: "a"}) ${MEDIA} b: uploadTweetMedia(input: {base64: "a"}) ${MEDIA}`,
  ])('of those that change something, one in an operation: %s', async (fields) => {
    const { body } = await query(`mutation { ${fields} }`);
    expect(body).toMatchObject({ errors: [{ extensions: { code: 'INVALID_REQUEST' } }] });
    expect(calls).toEqual([]);
  });

  it('tie the log line to the thread', async () => {
    doors.log.length = 0;
    await act('postThread', { input: { text: 't' } });
    expect(doors.log.at(-1)).toMatchObject({ fields: { operation: 'postThread', postId: post.id } });
  });
});
