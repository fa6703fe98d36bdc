import { createServer, type Server, type Socket } from 'node:net';
import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises';
import { createServer as createTlsServer } from 'node:tls';
import { afterEach, describe, expect, test } from 'vitest';
import {
  created,
  type RawServer,
  type Respond,
  schemes,
  startRawServer,
  TWEET_ID,
  testCertificate,
} from './raw-server.ts';
import { clientOf, credentials } from './x-client.ts';

const closers: Array<() => unknown> = [];
afterEach(async () => {
  for (const close of closers.splice(0)) await close();
});

async function start(scheme: (typeof schemes)[number], respond: Respond): Promise<RawServer> {
  const server = await startRawServer(scheme, respond);
  closers.push(() => server.close());
  return server;
}

function connect(server: Pick<RawServer, 'url' | 'ca'>, options: Parameters<typeof clientOf>[1] = {}) {
  const { x } = clientOf(server, options);
  closers.push(() => x.close());
  return { post: () => x.createTweet(credentials, { text: 'hello' }), me: () => x.me(credentials), x };
}

const always: Respond = (socket) => socket.write(created());

/** Holds the event loop, as a long garbage collection or a slow synchronous call does. */
function block(ms: number): void {
  const until = performance.now() + ms;
  while (performance.now() < until);
}

describe.each(schemes)('connections over %s', (scheme) => {
  test('C1: a connection that was idle for less than the bound is used again', async () => {
    const server = await start(scheme, always);
    const { post } = connect(server, { idleReuseMs: 60_000 });
    expect(await post()).toMatchObject({ kind: 'created', tweetId: TWEET_ID });
    await sleep(50);
    expect(await post()).toMatchObject({ kind: 'created' });
    expect(server.requests).toHaveLength(2);
    expect(server.dials()).toBe(1);
  });

  test('C2: a connection that was idle for longer than the bound is not used again', async () => {
    const server = await start(scheme, always);
    const { post } = connect(server, { idleReuseMs: 50 });
    await post();
    await sleep(150);
    expect(await post()).toMatchObject({ kind: 'created' });
    expect(server.dials()).toBe(2);
  });

  test('C3: nor when the event loop was blocked for longer than the bound', async () => {
    const server = await start(scheme, always);
    const { post } = connect(server, { idleReuseMs: 200 });
    await post();
    await new Promise((resolve) => process.nextTick(resolve));
    block(400);
    expect(await post()).toMatchObject({ kind: 'created' });
    expect(server.dials()).toBe(2);
  });

  test.each(['fresh', 'reused'])(
    'C4: a reset after the request, on a %s connection, is unknown',
    async (which) => {
      const failing = which === 'fresh' ? 0 : 1;
      const server: RawServer = await start(scheme, (socket, _request, n) => {
        if (n === failing) server.reset(socket);
        else socket.write(created());
      });
      const { post } = connect(server, { idleReuseMs: 60_000 });
      if (which === 'reused') await post();
      expect(await post()).toMatchObject({
        kind: 'unknown',
        code: 'OUTCOME_UNKNOWN',
        reason: 'no_answer',
        answer: { failure: 'ECONNRESET' },
      });
      expect(server.requests).toHaveLength(failing + 1);
      expect(await post()).toMatchObject({ kind: 'created' });
    },
  );

  test('C5: a close that meets the next request is unknown, and that request is not sent again', async () => {
    let idle: Socket | undefined;
    const server = await start(scheme, (socket) => {
      socket.write(created());
      socket.pause();
      idle ??= socket;
    });
    const { post } = connect(server, { idleReuseMs: 60_000 });
    await post();
    const outcome = post();
    await nextTurn();
    idle?.destroy();
    expect(await outcome).toMatchObject({ kind: 'unknown', reason: 'no_answer' });
    expect(server.dials()).toBe(1);
    expect(await post()).toMatchObject({ kind: 'created' });
    expect(server.dials()).toBe(2);
  });

  test('a connection that X closed while it was idle is not used again', async () => {
    const server = await start(scheme, (socket) => void socket.end(created()));
    const { post } = connect(server, { idleReuseMs: 60_000 });
    await post();
    await sleep(100);
    expect(await post()).toMatchObject({ kind: 'created' });
    expect(server.dials()).toBe(2);
  });

  test('C6: after a deadline the next post dials afresh', async () => {
    const server = await start(scheme, (socket, _request, n) => {
      if (n !== 1) socket.write(created());
    });
    const { post } = connect(server, { idleReuseMs: 60_000, deadlineMs: 1_200 });
    await post();
    expect(await post()).toMatchObject({
      kind: 'unknown',
      reason: 'no_answer',
      answer: { failure: 'DEADLINE' },
    });
    expect(await post()).toMatchObject({ kind: 'created' });
    expect(server.dials()).toBe(2);
  });

  test('an answer that takes longer than the idle bound is still read', async () => {
    const server = await start(scheme, (socket) => setTimeout(() => socket.write(created()), 300));
    const { post } = connect(server, { idleReuseMs: 50 });
    expect(await post()).toMatchObject({ kind: 'created' });
  });

  test('reads share the connections of posts', async () => {
    const server = await start(scheme, always);
    const { post, me } = connect(server, { idleReuseMs: 60_000 });
    await post();
    await me();
    await post();
    expect(server.dials()).toBe(1);
  });

  test('requests in flight at once have a connection each, and use them again', async () => {
    const server = await start(scheme, always);
    const { post } = connect(server, { idleReuseMs: 60_000 });
    await Promise.all(Array.from({ length: 20 }, post));
    const dials = server.dials();
    expect(dials).toBeLessThanOrEqual(20);
    await Promise.all(Array.from({ length: 20 }, post));
    expect(server.dials()).toBe(dials);
  });

  test('close lets a request in flight finish and then keeps no connection', async () => {
    let open: Socket | undefined;
    const server = await start(scheme, (socket) => {
      open = socket;
    });
    const { post, x } = connect(server, { idleReuseMs: 60_000 });
    const outcome = post();
    while (!open) await sleep(5);
    x.close();
    const closed = new Promise((resolve) => open?.once('close', resolve));
    open.write(created());
    expect(await outcome).toMatchObject({ kind: 'created' });
    await closed;
  });

  test('C7: a refused connection is certain not to have been sent', async () => {
    const server = await start(scheme, always);
    const { post } = connect(server);
    await server.close();
    closers.length = 0;
    expect(await post()).toMatchObject({
      kind: 'not_sent',
      code: 'X_UNAVAILABLE',
      reason: 'unreachable',
      answer: { failure: 'ECONNREFUSED' },
    });
  });

  test('C7: so is a name that does not resolve', async () => {
    const { post } = connect({ url: new URL(`${scheme}://x.invalid`), ca: undefined });
    expect(await post()).toMatchObject({
      kind: 'not_sent',
      reason: 'unreachable',
      answer: { status: undefined },
    });
  });
});

describe('TLS that never comes up', () => {
  const servers: Server[] = [];
  afterEach(() => {
    for (const server of servers.splice(0)) server.close();
  });

  async function startTcp(onConnection: (socket: Socket) => void): Promise<URL> {
    const sockets = new Set<Socket>();
    const server = createServer((socket) => {
      sockets.add(socket);
      socket.on('error', () => {});
      onConnection(socket);
    });
    servers.push(server);
    closers.push(() => sockets.forEach((socket) => void socket.destroy()));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    return new URL(`https://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`);
  }

  test.each([
    ['hangs', (socket: Socket) => void socket.resume()],
    ['is closed', (socket: Socket) => void socket.end()],
    ['is reset', (socket: Socket) => void socket.resetAndDestroy()],
    ['is not TLS', (socket: Socket) => void socket.end('HTTP/1.1 400 Bad Request\r\n\r\n')],
  ])('C7: not sent when it %s', async (_name, onConnection) => {
    const url = await startTcp(onConnection);
    const { post } = connect({ url, ca: undefined }, { deadlineMs: 700 });
    expect(await post()).toMatchObject({ kind: 'not_sent', code: 'X_UNAVAILABLE', reason: 'unreachable' });
  });

  test('C7: a certificate that is not trusted gets no byte of the request', async () => {
    const server = await start('https', always);
    const { post } = connect({ url: server.url, ca: undefined });
    expect(await post()).toMatchObject({ kind: 'not_sent', reason: 'unreachable' });
    await sleep(100);
    expect(server.requests).toEqual([]);
  });

  test('the name of the host is sent, and a certificate for another name gets no byte', async () => {
    const { private: key, cert } = await testCertificate('other.example');
    const seen: string[] = [];
    const server = createTlsServer({
      key,
      cert,
      SNICallback: (name, use) => use(null, void seen.push(name)),
    });
    server.on('secureConnection', (socket) =>
      socket.on('data', () => seen.push('a byte')).on('error', () => {}),
    );
    servers.push(server);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    const url = new URL(`https://localhost:${typeof address === 'object' ? address?.port : ''}`);
    const { post } = connect({ url, ca: cert });
    expect(await post()).toMatchObject({
      kind: 'not_sent',
      reason: 'unreachable',
      answer: { failure: 'ERR_TLS_CERT_ALTNAME_INVALID' },
    });
    await sleep(100);
    expect(seen).toEqual(['localhost']);
  });
});
