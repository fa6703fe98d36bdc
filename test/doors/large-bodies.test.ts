import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { XMedia } from '../../src/kernel/index.ts';
import { type OpenDoors, openDoors, refusingPosting, SECRET } from './open-doors.ts';

const MEDIA: XMedia = {
  id: 'm',
  kind: 'IMAGE',
  state: 'READY',
  progress: null,
  altText: null,
  expiresAt: '2026-11-22T12:00:00.000Z',
};
const KIB = 1024;
const MIB = 1024 * KIB;

let doors: OpenDoors;
/** Lengths of the files that came through. */
let files: number[];
let hold: Promise<void>;
let letGo: () => void;

beforeEach(async () => {
  files = [];
  hold = Promise.resolve();
  doors = await openDoors({
    posting: {
      ...refusingPosting,
      uploadTweetMedia: async (_session, { base64 }) => {
        files.push(base64?.length ?? 0);
        await hold;
        return MEDIA;
      },
    },
  });
});
afterEach(() => doors.close());

const session = { 'x-hasura-role': 'user', 'x-hasura-user-id': 'user-1' };
const headers = { 'content-type': 'application/json', 'x-hasura-webhook-secret': SECRET };
const UPLOAD = 'mutation ($input: UploadTweetMediaInput!) { uploadTweetMedia(input: $input) { id } }';

const send = async (path: string, body: unknown) => {
  const response = await fetch(`${doors.url}${path}`, {
    method: 'POST',
    headers: path === '/graphql' ? { ...headers, ...session } : headers,
    body: JSON.stringify(body),
  });
  return { status: response.status, body: (await response.json()) as { errors?: { extensions: unknown }[] } };
};
const actionBody = (name: string, input: unknown) => ({
  action: { name },
  input: { input },
  session_variables: session,
});
const act = (name: string, input: unknown) => send('/hasura/actions', actionBody(name, input));
const mutate = (document: string, input: unknown) =>
  send('/graphql', { query: document, variables: { input } });

const tooLarge = { code: 'PAYLOAD_TOO_LARGE' };

describe('a large body', () => {
  it('carries a file of 5 MB in base64 through both doors', async () => {
    const base64 = 'A'.repeat(7 * MIB);
    expect((await act('uploadTweetMedia', { base64 })).status).toBe(200);
    expect((await mutate(UPLOAD, { base64 })).body).toEqual({ data: { uploadTweetMedia: { id: 'm' } } });
    expect(files).toEqual([7 * MIB, 7 * MIB]);
  });

  it.each([
    ['altText', { base64: 'A'.repeat(MIB), altText: 'a'.repeat(64 * KIB) }],
    ['url', { url: `https://e.example/${'a'.repeat(64 * KIB)}` }],
  ])('counts what stands beside the file: %s', async (_what, input) => {
    expect(await act('uploadTweetMedia', input)).toMatchObject({ status: 413, body: tooLarge });
    expect((await mutate(UPLOAD, input)).body.errors?.[0]?.extensions).toMatchObject(tooLarge);
    expect(files).toEqual([]);
  });

  it.each([
    ['postTweet', { text: 'a'.repeat(64 * KIB) }],
    ['postThread', { parts: Array.from({ length: 700 }, () => ({ text: 'a'.repeat(100) })) }],
    ['postTweet', { text: 'a', mediaIds: ['A'.repeat(7 * MIB)] }],
  ])('is too large for every other input: %s', async (name, input) => {
    const type = name === 'postTweet' ? 'PostTweetInput' : 'PostThreadInput';
    expect(await act(name, input)).toMatchObject({ status: 413, body: tooLarge });
    const document = `mutation ($input: ${type}!) { ${name}(input: $input) { id } }`;
    expect((await mutate(document, input)).body.errors?.[0]?.extensions).toMatchObject(tooLarge);
  });

  it('over 8 MiB is not read', async () => {
    const base64 = 'A'.repeat(8 * MIB);
    expect(await act('uploadTweetMedia', { base64 })).toMatchObject({ status: 413, body: tooLarge });
    expect(await mutate(UPLOAD, { base64 })).toMatchObject({ status: 413 });
    expect(files).toEqual([]);
  });

  it('cannot be a document: a file goes into a variable', async () => {
    const inline = (length: number) =>
      send('/graphql', {
        query: `mutation { uploadTweetMedia(input: {base64: "${'A'.repeat(length)}"}) { id } }`,
      });
    expect((await inline(100 * KIB)).status).toBe(200);
    expect(await inline(128 * KIB)).toMatchObject({
      status: 413,
      body: { errors: [{ message: expect.stringContaining('as a variable'), extensions: tooLarge }] },
    });
    expect(files).toEqual([100 * KIB]);
  });

  it('is not compared with the values of an enumeration', async () => {
    const long = 'A'.repeat(5 * MIB);
    const document = 'query ($states: [XPostState!]) { xPosts(input: {states: $states}) { endCursor } }';
    const variable = (states: unknown) => send('/graphql', { query: document, variables: { states } });
    expect(await variable(long)).toMatchObject({
      body: { errors: [{ extensions: { code: 'INVALID_REQUEST' } }] },
    });
    expect(await variable([long])).toMatchObject({
      status: 413,
      body: { errors: [{ extensions: tooLarge }] },
    });
    expect(await variable(['A'.repeat(101)])).toMatchObject({
      body: { errors: [{ message: expect.stringContaining('so long') }] },
    });
  });

  it('of an event keeps its limit', async () => {
    expect(await send('/hasura/events', { a: 'a'.repeat(300 * KIB) })).toMatchObject({
      status: 413,
      body: tooLarge,
    });
  });
});

/** A request whose body is announced and does not come. */
const begin = async (head: string, path = '/hasura/actions'): Promise<Socket> => {
  const socket = connect(Number(new URL(doors.url).port), '127.0.0.1');
  socket.on('error', () => {});
  await once(socket, 'connect');
  const lines = { host: 'h', ...headers, ...session };
  socket.write(
    `POST ${path} HTTP/1.1\r\n${Object.entries(lines)
      .map(([name, value]) => `${name}: ${value}\r\n`)
      .join('')}${head}\r\n`,
  );
  return socket;
};

const refusalOf = (body: unknown) => ({ status: 429, body: expect.objectContaining(body) as unknown });
const busy = { code: 'TEMPORARILY_UNAVAILABLE' };

const large = { base64: 'A'.repeat(300 * KIB) };

describe('large bodies at once', () => {
  const eight = async () => {
    const sockets: Socket[] = [];
    for (let index = 0; index < 8; index += 1) {
      const [head, path] =
        index % 2 === 0
          ? [`content-length: ${300 * KIB}\r\n`, '/hasura/actions']
          : ['transfer-encoding: chunked\r\n', '/graphql'];
      sockets.push(await begin(head, path));
    }
    // Once the headers of all of them were read.
    await expect.poll(async () => (await act('uploadTweetMedia', large)).status).toBe(429);
    return sockets;
  };

  it('are eight on both doors together; the ninth is refused, small ones are not', async () => {
    const sockets = await eight();
    const before = Date.now();
    const refused = await act('uploadTweetMedia', large);
    expect(refused).toEqual(
      refusalOf({ ...busy, extensions: expect.objectContaining({ userAction: 'WAIT' }) as unknown }),
    );
    const { retryAt } = (refused.body as unknown as { extensions: { retryAt: string } }).extensions;
    expect(Date.parse(retryAt)).toBeGreaterThan(before);
    expect((await mutate(UPLOAD, large)).status).toBe(429);
    expect((await act('uploadTweetMedia', { base64: 'A' })).status).toBe(200);
    for (const socket of sockets) socket.destroy();
    await expect.poll(async () => (await act('uploadTweetMedia', large)).status).toBe(200);
  });

  it('before the body of the ninth is read, and not for who does not belong here', async () => {
    const sockets = await eight();
    const ninth = await begin(`content-length: ${300 * KIB}\r\nconnection: close\r\n`);
    expect(await text(ninth)).toMatch(/^HTTP\/1\.1 429 .*TEMPORARILY_UNAVAILABLE/s);
    const stranger = await fetch(`${doors.url}/hasura/actions`, {
      method: 'POST',
      body: 'x'.repeat(300 * KIB),
    });
    expect(stranger.status).toBe(401);
    for (const socket of sockets) socket.destroy();
  });

  it('hold their place while they are worked on, even when the client has gone', async () => {
    hold = new Promise((resolve) => {
      letGo = resolve;
    });
    const leaving = new AbortController();
    const working = Array.from({ length: 8 }, () =>
      fetch(`${doors.url}/hasura/actions`, {
        method: 'POST',
        headers,
        body: JSON.stringify(actionBody('uploadTweetMedia', large)),
        signal: leaving.signal,
      }).catch(() => undefined),
    );
    await expect.poll(() => files.length).toBe(8);
    leaving.abort();
    await Promise.all(working);
    expect((await act('uploadTweetMedia', large)).status).toBe(429);
    letGo();
    await expect.poll(async () => (await act('uploadTweetMedia', large)).status).toBe(200);
  });

  it('give their place back when they turn out to be small', async () => {
    hold = new Promise((resolve) => {
      letGo = resolve;
    });
    const body = JSON.stringify(actionBody('uploadTweetMedia', { base64: 'A' }));
    const chunked = (): Promise<number> =>
      fetch(`${doors.url}/hasura/actions`, {
        method: 'POST',
        headers,
        body: new Blob([body]).stream(),
        duplex: 'half',
      } as RequestInit).then(({ status }) => status);
    const working: Promise<number>[] = [];
    for (let count = 1; count <= 10; count += 1) {
      working.push(chunked());
      await expect.poll(() => files.length).toBe(count);
    }
    letGo();
    expect(new Set(await Promise.all(working))).toEqual(new Set([200]));
  });
});
