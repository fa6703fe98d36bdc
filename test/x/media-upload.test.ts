import { randomBytes } from 'node:crypto';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import type { MediaKind } from '../../src/kernel/index.ts';
import { answer, type RawServer, type Respond, type Scheme, schemes, startRawServer } from './raw-server.ts';
import { bodyOf, data, fileOf, good, MEDIA_ID, mediaId, pathOf, stepOf, uploaded } from './uploads.ts';
import { clientOf, credentials } from './x-client.ts';

const MIB = 1024 * 1024;

const closers: Array<() => unknown> = [];
afterEach(async () => {
  for (const close of closers.splice(0)) await close();
});

async function start(
  respond: Respond,
  options: Parameters<typeof clientOf>[1] = {},
  scheme: Scheme = 'http',
) {
  const server: RawServer = await startRawServer(scheme, respond);
  const { x } = clientOf(server, options);
  closers.push(
    () => x.close(),
    () => server.close(),
  );
  return { server, x };
}

/** The parts of a multipart body, as latin1, with their heads. */
function partsOf(request: string): Array<{ head: string; body: string }> {
  const boundary = /content-type: multipart\/form-data; boundary=(\S+)/i.exec(request)?.[1] ?? '';
  return bodyOf(request)
    .split(`--${boundary}`)
    .slice(1, -1)
    .map((part) => {
      const end = part.indexOf('\r\n\r\n');
      return { head: part.slice(2, end), body: part.slice(end + 4, -2) };
    });
}

describe('an upload', () => {
  test.each(schemes)(
    'goes out in pieces of a mebibyte, each read when it is due, over %s',
    async (scheme) => {
      const bytes = randomBytes(2 * MIB + 123);
      const { file, reads } = fileOf(bytes, 'VIDEO', 'video/mp4');
      const { server, x } = await start(good(), {}, scheme);
      expect(await x.uploadMedia(credentials, file)).toMatchObject({
        ok: true,
        value: { xMediaId: MEDIA_ID, state: 'READY', expiresAfterMs: 86_400_000 },
      });
      expect(server.requests.map(pathOf)).toEqual([
        'POST /2/media/upload/initialize',
        ...Array(3).fill(`POST /2/media/upload/${MEDIA_ID}/append`),
        `POST /2/media/upload/${MEDIA_ID}/finalize`,
      ]);
      expect(reads).toEqual([
        [0, MIB],
        [MIB, 2 * MIB],
        [2 * MIB, 2 * MIB + 123],
      ]);
      const parts = server.requests.slice(1, 4).map(partsOf);
      expect(parts.map(([index]) => index?.body)).toEqual(['0', '1', '2']);
      const sent = Buffer.from(parts.map(([, media]) => media?.body).join(''), 'latin1');
      expect(sent.equals(bytes)).toBe(true);
      expect(parts[0]?.[1]?.head).toContain('name="media"');
    },
  );

  test.each<[MediaKind, string, string]>([
    ['IMAGE', 'image/png', 'tweet_image'],
    ['GIF', 'image/gif', 'tweet_gif'],
    ['VIDEO', 'video/mp4', 'tweet_video'],
  ])('of a %s says what it is', async (kind, mimeType, category) => {
    const { server, x } = await start(good());
    await x.uploadMedia(credentials, fileOf(Buffer.from('bytes'), kind, mimeType).file);
    expect(JSON.parse(bodyOf(server.requests[0]))).toEqual({
      media_type: mimeType,
      total_bytes: 5,
      media_category: category,
    });
  });

  test.each(['initialize', 'append', 'finalize'])(
    'gets over two answers that %s did not get',
    async (step) => {
      let failures = 0;
      const { server, x } = await start((socket, request, n) => {
        if (stepOf(request) !== step || failures === 2) return good()(socket, request, n);
        failures += 1;
        if (failures === 1) socket.destroy();
        else socket.write(answer(503, '<html>busy</html>'));
      });
      const { file, reads } = fileOf();
      expect(await x.uploadMedia(credentials, file)).toMatchObject({ ok: true, value: { state: 'READY' } });
      expect(server.requests.filter((request) => stepOf(request) === step)).toHaveLength(3);
      expect(server.requests).toHaveLength(5);
      expect(reads).toHaveLength(1);
    },
  );

  test('is given up after the third', async () => {
    const { server, x } = await start((socket) => socket.write(answer(503, '')));
    const upload = await x.uploadMedia(credentials, fileOf().file);
    expect(upload).toMatchObject({ ok: false, code: 'X_UNAVAILABLE', answer: { status: 503 } });
    expect(server.requests).toHaveLength(3);
  });

  test.each<[number, string]>([
    [400, 'X_REJECTED'],
    [401, 'ACCOUNT_NEEDS_RECONNECT'],
    [402, 'OUT_OF_CREDITS'],
    [403, 'X_FORBIDDEN'],
    [413, 'X_REJECTED'],
    [429, 'RATE_LIMITED'],
  ])('that X answers %i is over at once', async (status, code) => {
    for (const step of ['initialize', 'append', 'finalize']) {
      const { server, x } = await start((socket, request, n) =>
        stepOf(request) === step ? socket.write(answer(status, '{}')) : good()(socket, request, n),
      );
      const upload = await x.uploadMedia(credentials, fileOf().file);
      expect(upload).toMatchObject({ ok: false, code, answer: { status } });
      expect(server.requests.filter((request) => stepOf(request) === step)).toHaveLength(1);
    }
  });

  test('is not refused because of a repetition', async () => {
    let finalized = 0;
    const { x } = await start((socket, request, n) => {
      if (stepOf(request) !== 'finalize') return good()(socket, request, n);
      finalized += 1;
      if (finalized === 1) socket.destroy();
      else socket.write(answer(400, '{}'));
    });
    const upload = await x.uploadMedia(credentials, fileOf().file);
    expect(upload).toMatchObject({ ok: false, code: 'X_UNAVAILABLE', answer: { status: 400 } });
  });

  test('ends with the deadline of the request that X leaves unread, which is not repeated', async () => {
    const { server, x } = await start(
      (socket, request, n) => stepOf(request) !== 'append' && good()(socket, request, n),
      { deadlineMs: 700 },
    );
    const upload = await x.uploadMedia(credentials, fileOf(randomBytes(MIB)).file);
    expect(upload).toMatchObject({ ok: false, code: 'X_UNAVAILABLE', answer: { failure: 'DEADLINE' } });
    expect(server.requests).toHaveLength(2);
  });

  test('takes no more of an answer than the limit', async () => {
    const { x } = await start((socket) => socket.write(data({ ...uploaded, more: 'x'.repeat(4_000) })), {
      maxResponseBytes: 2_000,
    });
    const upload = await x.uploadMedia(credentials, fileOf().file);
    expect(upload).toMatchObject({
      ok: false,
      code: 'X_UNAVAILABLE',
      answer: { failure: 'RESPONSE_TOO_LARGE' },
    });
  });

  test('of a file that cannot be read fails as the file does', async () => {
    const { server, x } = await start(good());
    const file = { ...fileOf().file, read: () => Promise.reject(new Error('the disk')) };
    await expect(x.uploadMedia(credentials, file)).rejects.toThrow('the disk');
    expect(server.requests).toHaveLength(1);
  });

  test('that is refused before it was read ends its connection', async () => {
    const server = createServer((socket) => {
      sockets.push(socket.on('error', () => {}));
      socket.once('data', () => void socket.pause().write(answer(413, '{}')));
    });
    const sockets: Socket[] = [];
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const { x } = clientOf({ url: new URL(`http://127.0.0.1:${port}`), ca: undefined });
    closers.push(() => x.close());
    const altText = 'x'.repeat(32 * MIB);
    const described = await x.describeMedia(credentials, mediaId, altText);
    expect(described).toMatchObject({ ok: false, code: 'X_REJECTED', answer: { status: 413 } });
    const closed = new Promise((resolve) => sockets[0]?.once('close', resolve));
    sockets[0]?.resume();
    await closed;
    expect(sockets[0]?.bytesRead).toBeLessThan(altText.length);
    await new Promise((resolve) => server.close(resolve));
  });
});
