import type { Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import { afterEach, describe, expect, test } from 'vitest';
import {
  answer,
  created,
  type RawServer,
  type Respond,
  schemes,
  startRawServer,
  TWEET_ID,
} from './raw-server.ts';
import { clientOf, credentials } from './x-client.ts';

const closers: Array<() => unknown> = [];
afterEach(async () => {
  for (const close of closers.splice(0)) await close();
});

type Options = Parameters<typeof clientOf>[1];

async function start(scheme: (typeof schemes)[number], respond: Respond, options: Options = {}) {
  const server: RawServer = await startRawServer(scheme, respond);
  const { x } = clientOf(server, options);
  closers.push(
    () => x.close(),
    () => server.close(),
  );
  return { server, x, post: () => x.createTweet(credentials, { text: 'hello' }) };
}

/** Does `fault` to the first request and answers the others. */
const first =
  (fault: (socket: Socket) => void): Respond =>
  (socket, _request, n) => {
    if (n === 0) fault(socket);
    else socket.write(created());
  };

function drip(socket: Socket, bytes: string): void {
  let sent = 0;
  const timer = setInterval(() => socket.write(bytes[sent++ % bytes.length] ?? ' '), 20);
  socket.once('close', () => clearInterval(timer));
}

const corruptGzip = gzipSync(created()).fill(0xff, 10, 20).toString('latin1');

const faults: ReadonlyArray<readonly [string, (socket: Socket) => void, string]> = [
  ['a 201 that is cut', (s) => void s.end(created().slice(0, -20)), 'unreadable_success'],
  [
    'a chunked 201 that is cut',
    (s) => void s.end('HTTP/1.1 201 C\r\ntransfer-encoding: chunked\r\n\r\n5\r\n{"dat'),
    'unreadable_success',
  ],
  ['an empty 201', (s) => void s.write(answer(201, '')), 'unreadable_success'],
  [
    'a 201 of HTML',
    (s) => void s.write(answer(201, '<html>', { 'content-type': 'text/html' })),
    'unreadable_success',
  ],
  [
    'a 201 with corrupt gzip',
    (s) => void s.write(answer(201, corruptGzip, { 'content-encoding': 'gzip' })),
    'unreadable_success',
  ],
  [
    'a 201 with corrupt brotli',
    (s) => void s.write(answer(201, corruptGzip, { 'content-encoding': 'br' })),
    'unreadable_success',
  ],
  [
    'a 503 of HTML',
    (s) => void s.write(answer(503, '<html>', { 'content-type': 'text/html' })),
    'server_error',
  ],
  ['a 500 that is cut', (s) => void s.end(answer(500, '{}', { 'content-length': 90 })), 'server_error'],
  ['a status line alone', (s) => void s.end('HTTP/1.1 201 Created\r\n'), 'no_answer'],
  ['something that is not HTTP', (s) => void s.end('+OK ready\r\n\r\n'), 'no_answer'],
  [
    'headers without end',
    (s) => void s.write(`HTTP/1.1 201 C\r\n${'x-a: b\r\n'.repeat(20_000)}`),
    'no_answer',
  ],
  [
    'a switch of protocols',
    (s) => void s.write('HTTP/1.1 101 S\r\nupgrade: x\r\nconnection: upgrade\r\n\r\n'),
    'no_answer',
  ],
  ['a quiet close', (s) => void s.end(), 'no_answer'],
];

describe.each(schemes)('over %s', (scheme) => {
  test.each(faults)('%s is unknown, and the next post works', async (_name, fault, reason) => {
    const { post } = await start(scheme, first(fault));
    expect(await post()).toMatchObject({ kind: 'unknown', code: 'OUTCOME_UNKNOWN', reason });
    expect(await post()).toMatchObject({ kind: 'created', tweetId: TWEET_ID });
  });

  test.each([
    ['silence', () => {}, 'no_answer'],
    ['a slow drip of the head', (s: Socket) => drip(s, 'HTTP/1.1 201 Created\r\nx: '), 'no_answer'],
    [
      'a slow drip of the body',
      (s: Socket) => {
        s.write('HTTP/1.1 201 Created\r\ncontent-type: application/json\r\ncontent-length: 100000\r\n\r\n');
        drip(s, ' ');
      },
      'unreadable_success',
    ],
  ])('%s ends at the deadline', async (_name, fault, reason) => {
    const { post, server } = await start(scheme, fault, { deadlineMs: 800 });
    const startedMs = performance.now();
    expect(await post()).toMatchObject({ kind: 'unknown', reason, answer: { failure: 'DEADLINE' } });
    expect(performance.now() - startedMs).toBeGreaterThanOrEqual(790);
    expect(server.requests).toHaveLength(1);
  });

  test('a redirect is not followed', async () => {
    const elsewhere = await start(scheme, (socket) => socket.write(created()));
    const { post } = await start(scheme, (socket) =>
      socket.write(answer(307, '', { location: `${elsewhere.server.url.origin}/2/tweets` })),
    );
    expect(await post()).toMatchObject({ kind: 'unknown', reason: 'unclassified', answer: { status: 307 } });
    expect(elsewhere.server.requests).toHaveLength(0);
  });

  test.each(['content-length', 'chunked'])('100 MB of %s body are cut at the limit', async (framing) => {
    const mebibyte = ' '.repeat(1024 * 1024);
    const chunk = framing === 'chunked' ? `100000\r\n${mebibyte}\r\n` : mebibyte;
    const header = framing === 'chunked' ? 'transfer-encoding: chunked' : 'content-length: 104857600';
    let writtenBytes: Promise<number> | undefined;
    const { post } = await start(
      scheme,
      first((socket) => {
        socket.write(`HTTP/1.1 201 Created\r\ncontent-type: application/json\r\n${header}\r\n\r\n`);
        writtenBytes = flood(socket, chunk, 100);
      }),
    );
    const rssBytes = process.memoryUsage.rss();
    expect(await post()).toMatchObject({
      kind: 'unknown',
      reason: 'unreadable_success',
      answer: { status: 201, failure: 'RESPONSE_TOO_LARGE' },
    });
    expect(process.memoryUsage.rss() - rssBytes).toBeLessThan(96 * 1024 * 1024);
    expect(await post()).toMatchObject({ kind: 'created' });
    expect(await writtenBytes).toBeLessThan(50 * 1024 * 1024);
  });

  test('an answer below the limit is whole', async () => {
    const body = JSON.stringify({ data: { id: TWEET_ID, text: 'x'.repeat(900 * 1024) } });
    const { post } = await start(scheme, (socket) => socket.write(answer(201, body)));
    expect(await post()).toMatchObject({ kind: 'created', tweetId: TWEET_ID });
  });

  test('the limit can be set', async () => {
    const { post } = await start(scheme, (socket) => socket.write(created()), { maxResponseBytes: 10 });
    expect(await post()).toMatchObject({ kind: 'unknown', reason: 'unreadable_success' });
  });

  test('an answer before the whole request was read counts', async () => {
    const { post } = await start(scheme, (socket) => socket.end(answer(413, '')));
    expect(await post()).toMatchObject({ kind: 'rejected', code: 'X_REJECTED' });
  });

  test('bytes that nobody asked for are not taken for the next answer', async () => {
    const { post } = await start(scheme, (socket, _request, n) => {
      socket.write(created());
      if (n === 0) setTimeout(() => socket.write(answer(408, '')), 20);
    });
    await post();
    await sleep(200);
    expect(await post()).toMatchObject({ kind: 'created' });
  });
});

/** Writes as fast as the other side reads; gives the bytes that were handed over before it hung up. */
async function flood(socket: Socket, chunk: string, times: number): Promise<number> {
  for (let n = 0; n < times && socket.writable; n += 1) {
    if (!socket.write(chunk))
      await new Promise<void>((resolve) => {
        socket.once('drain', resolve).once('close', resolve);
      });
  }
  return socket.bytesWritten;
}
