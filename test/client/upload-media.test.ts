import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { problemOf, uploadMedia } from '../../client/src/index.ts';
import { HeraldError, type XMedia } from '../../src/kernel/index.ts';
import { type OpenDoors, openDoors } from '../doors/open-doors.ts';

const MEDIA: XMedia = {
  id: '00000000-0000-4000-8000-000000000002',
  kind: 'IMAGE',
  state: 'READY',
  progress: null,
  altText: 'A herald with a trumpet.',
  expiresAt: '2026-11-23T12:00:00.000Z',
};

let doors: OpenDoors;
let refusal: HeraldError | undefined;
const received: { bytes: Uint8Array; about: unknown; user: string }[] = [];

/** The real door; what is behind it writes down what came, or refuses. */
beforeAll(async () => {
  const refuse = async (): Promise<never> => Promise.reject(new HeraldError('NOT_FOUND'));
  const others = {
    postTweet: refuse,
    postThread: refuse,
    previewTweet: refuse,
    deleteTweet: refuse,
    uploadTweetMedia: refuse,
    xMedia: refuse,
    cancelTweet: refuse,
    retryTweet: refuse,
    resolveTweet: refuse,
    xPost: refuse,
    xPosts: refuse,
    xMe: refuse,
  };
  doors = await openDoors({
    posting: {
      ...others,
      uploadMediaStream: async ({ userId }, stream, about) => {
        const chunks: Uint8Array[] = [];
        for await (const chunk of stream) chunks.push(chunk);
        if (refusal !== undefined) throw refusal;
        received.push({ bytes: Buffer.concat(chunks), about, user: userId });
        return MEDIA;
      },
    },
  });
});
beforeEach(() => {
  refusal = undefined;
  received.length = 0;
});
afterAll(() => doors.close());

const bytes = new Uint8Array(300_000).map((_, place) => place % 251);
const upload = (options = {}, token = 'good') =>
  uploadMedia(`${doors.url}/media`, token, new Blob([bytes], { type: 'image/png' }), options);
const problemWith = async (attempt: Promise<unknown>) => problemOf(await attempt.catch((error) => error));

describe('uploadMedia', () => {
  it('sends every byte with what is said of the file, and gives the answer', async () => {
    const accountId = '00000000-0000-4000-8000-000000000001';
    expect(await upload({ altText: 'A herald with a trumpet.', accountId })).toEqual(MEDIA);
    expect(received).toMatchObject([
      { about: { altText: 'A herald with a trumpet.', accountId }, user: 'user-1' },
    ]);
    expect(Buffer.compare(received[0]?.bytes ?? new Uint8Array(), bytes)).toBe(0);
  });

  it('says nothing of what it was not told', async () => {
    await upload();
    expect(received).toMatchObject([{ about: { altText: null, accountId: null } }]);
  });

  it('has the refusal of a file as a problem', async () => {
    refusal = new HeraldError('MEDIA_INVALID', { field: 'file', message: 'The picture has 3 x 3 pixels.' });
    expect(await problemWith(upload())).toEqual({
      code: 'MEDIA_INVALID',
      message: 'The picture has 3 x 3 pixels.',
      userAction: 'EDIT',
      field: 'file',
      accepted: 'no',
      requestId: expect.any(String),
    });
  });

  it('has a budget that is used up as one, too', async () => {
    refusal = new HeraldError('BUDGET_EXCEEDED', { retryAt: new Date('2026-11-23T00:00:00Z') });
    expect(await problemWith(upload())).toMatchObject({
      userAction: 'TOP_UP',
      retryAt: new Date('2026-11-23T00:00:00Z'),
      accepted: 'no',
    });
  });

  it('has a token that is no good as one', async () => {
    expect(await problemWith(upload({}, 'bad'))).toMatchObject({
      code: 'UNAUTHENTICATED',
      userAction: 'SIGN_IN',
    });
  });

  it('leaves open what became of one that was ended, or of which a proxy answers with a page', async () => {
    expect(await problemWith(upload({ signal: AbortSignal.abort() }))).toMatchObject({
      code: 'NETWORK',
      accepted: 'unknown',
    });
    const proxy = createServer((_request, response) => {
      response.writeHead(413, { 'content-type': 'text/html' }).end('<html>413</html>');
    });
    await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
    const { port } = proxy.address() as AddressInfo;
    const attempt = uploadMedia(`http://127.0.0.1:${port}/media`, 'good', new Blob(['x']));
    expect(await problemWith(attempt)).toMatchObject({ code: 'NETWORK', accepted: 'unknown' });
    await new Promise((resolve) => proxy.close(resolve));
  });
});
