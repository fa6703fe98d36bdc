import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { startTcpProxy, type TcpProxy } from './tcp-proxy.ts';

const QUIET_MS = 150;

let server: Server;
const atServer: Socket[] = [];

beforeAll(async () => {
  server = createServer({ allowHalfOpen: true }, (socket) => {
    atServer.push(socket);
    socket.on('error', () => {});
    socket.pipe(socket);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
});

afterAll(async () => {
  for (const socket of atServer) socket.destroy();
  server.close();
  await once(server, 'close');
});

async function openThrough(proxy: TcpProxy): Promise<Socket> {
  const socket = connect(proxy.port, '127.0.0.1');
  onTestFinished(() => {
    socket.destroy();
  });
  await once(socket, 'connect');
  return socket.setEncoding('utf8');
}

async function startProxy(): Promise<TcpProxy> {
  const proxy = await startTcpProxy({ port: (server.address() as AddressInfo).port });
  onTestFinished(() => proxy.close());
  return proxy;
}

async function say(socket: Socket, text: string): Promise<string> {
  socket.write(text);
  const [answer] = (await once(socket, 'data')) as [string];
  return answer;
}

describe('the TCP proxy', () => {
  it('forwards bytes and ends both ways', async () => {
    const proxy = await startProxy();
    const socket = await openThrough(proxy);
    expect(await say(socket, 'hello')).toBe('hello');
    proxy.forward();
    expect(await say(socket, 'once')).toBe('once');
    socket.end();
    await once(socket, 'close');
    await expect.poll(() => proxy.connections).toBe(0);
  });

  it('as a blackhole holds bytes back without ending the connection, and gives them up late', async () => {
    const proxy = await startProxy();
    const socket = await openThrough(proxy);
    await say(socket, 'hello');
    proxy.blackhole();
    const heard: string[] = [];
    socket.on('data', (text: string) => heard.push(text));
    socket.write('late');
    await sleep(QUIET_MS);
    expect(heard).toEqual([]);
    expect(socket.destroyed).toBe(false);
    proxy.forward();
    await expect.poll(() => heard.join('')).toBe('late');
  });

  it('as a blackhole lets a new connection hang, and hides from the server that a client died', async () => {
    const proxy = await startProxy();
    const socket = await openThrough(proxy);
    await say(socket, 'hello');
    const peer = atServer.at(-1);
    proxy.blackhole();
    const newcomer = await openThrough(proxy);
    newcomer.write('anybody?');
    socket.resetAndDestroy();
    await sleep(QUIET_MS);
    expect(peer?.destroyed).toBe(false);
    expect(newcomer.bytesRead).toBe(0);
    proxy.forward();
    await expect.poll(() => newcomer.bytesRead).toBe('anybody?'.length);
    await expect.poll(() => peer?.destroyed).toBe(true);
  });

  it('cuts what is open and what comes, until it forwards again', async () => {
    const proxy = await startProxy();
    const socket = await openThrough(proxy);
    await say(socket, 'hello');
    const reset = once(socket, 'error');
    proxy.cut();
    expect((await reset)[0]).toMatchObject({ code: 'ECONNRESET' });
    const refused = connect(proxy.port, '127.0.0.1').on('error', () => {});
    await expect.poll(() => refused.destroyed).toBe(true);
    proxy.forward();
    expect(await say(await openThrough(proxy), 'back')).toBe('back');
  });
});
