import { describe, expect, test } from 'vitest';
import { parseTweetId, parseXMediaId, postErrors } from '../../src/kernel/index.ts';
import { answersOfX } from './answers.ts';
import { answer, startRawServer, TWEET_ID } from './raw-server.ts';
import { clientOf, credentials } from './x-client.ts';

const tweetId = parseTweetId(TWEET_ID);
const mediaId = parseXMediaId(TWEET_ID);
if (!tweetId || !mediaId) throw new Error('not an id');

/** Runs `use` with a client of a server that gives the same answer to everything. */
async function withAnswer<T>(
  bytes: string,
  use: (x: ReturnType<typeof clientOf>['x']) => Promise<T>,
): Promise<T> {
  const server = await startRawServer('http', (socket) => socket.write(bytes));
  const { x } = clientOf(server);
  try {
    return await use(x);
  } finally {
    x.close();
    await server.close();
  }
}

describe.concurrent('what X says, and what Herald makes of it', () => {
  test.each(answersOfX)('$status: $name', async (row) => {
    const bytes = answer(row.status, JSON.stringify(row.body), { ...row.headers });
    await withAnswer(bytes, async (x) => {
      const outcome = await x.createTweet(credentials, { text: 'hello' });
      expect(outcome).toMatchObject({ ...row.create, answer: { status: row.status } });
      expect('reason' in outcome ? outcome.reason : undefined).toBe(row.create.reason);
      expect('retryAt' in outcome ? outcome.retryAt : undefined).toEqual(row.retryAt);
      expect(postErrors[row.create.code].userAction).toBe(row.userAction);

      const deletion = await x.deleteTweet(credentials, tweetId);
      expect(deletion).toMatchObject({ ...row.deletion, answer: { status: row.status } });
      expect('retryAt' in deletion ? deletion.retryAt : undefined).toEqual(row.retryAt);

      expect(await x.mediaStatus(credentials, mediaId)).toMatchObject({
        ok: false,
        code: row.media,
        retryAt: row.retryAt,
      });
    });
  });
});

describe.concurrent('deleting a tweet', () => {
  const body = (value: unknown) => JSON.stringify(value);
  const gone = 'https://api.x.com/2/problems/resource-not-found';

  test.each<[string, number, string, object]>([
    ['X did', 200, body({ data: { deleted: true } }), { kind: 'deleted' }],
    ['X says that there is none', 200, body({ errors: [{ type: gone }] }), { kind: 'gone' }],
    ['v1 says so with a 403', 403, body({ errors: [{ code: 144 }] }), { kind: 'gone' }],
    ['a 403 of that type', 403, body({ type: gone, title: 'Not Found Error' }), { kind: 'gone' }],
    ['a 404 with nothing in it', 404, '', { kind: 'gone' }],
    ['a 404 of a gateway', 404, '<html>no such route</html>', { kind: 'not_now', code: 'X_UNAVAILABLE' }],
    ['X did not', 200, body({ data: { deleted: false } }), { kind: 'not_now', code: 'X_UNAVAILABLE' }],
    ['an empty success', 200, '', { kind: 'not_now', code: 'X_UNAVAILABLE' }],
    ['a success in HTML', 200, '<html>', { kind: 'not_now', code: 'X_UNAVAILABLE' }],
    [
      'a success that looks like a creation',
      201,
      body({ data: { id: TWEET_ID } }),
      { kind: 'not_now', code: 'X_UNAVAILABLE' },
    ],
    ['a redirect', 307, '', { kind: 'not_now', code: 'X_UNAVAILABLE' }],
    [
      "another's tweet",
      403,
      body({ detail: 'You are not authorized to delete this Tweet.' }),
      { kind: 'refused', code: 'X_FORBIDDEN' },
    ],
  ])('%s', async (_name, status, text, expected) => {
    await withAnswer(answer(status, text), async (x) => {
      expect(await x.deleteTweet(credentials, tweetId)).toMatchObject({ ...expected, answer: { status } });
    });
  });

  test('an answer that was cut is not a verdict', async () => {
    const server = await startRawServer('http', (socket) =>
      socket.end(answer(404, '', { 'content-length': 40 })),
    );
    const { x } = clientOf(server);
    expect(await x.deleteTweet(credentials, tweetId)).toMatchObject({
      kind: 'not_now',
      code: 'X_UNAVAILABLE',
    });
    x.close();
    await server.close();
  });

  test('is sent once, and nothing is heard of a server that is not there', async () => {
    const server = await startRawServer('http', (socket) => void socket.destroy());
    const { x } = clientOf(server);
    const lost = await x.deleteTweet(credentials, tweetId);
    expect(lost).toMatchObject({ kind: 'not_now', code: 'X_UNAVAILABLE', answer: { status: undefined } });
    expect(server.requests).toHaveLength(1);
    expect(server.requests[0]).toMatch(new RegExp(`^DELETE /2/tweets/${TWEET_ID} HTTP`));
    await server.close();
    expect(await x.deleteTweet(credentials, tweetId)).toMatchObject({
      kind: 'not_now',
      answer: { failure: 'ECONNREFUSED' },
    });
    x.close();
  });
});
