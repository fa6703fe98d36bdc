import { once } from 'node:events';
import type { RequestListener } from 'node:http';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { afterFile } from '../support/cleanup.ts';
import { makeMp4 } from './files.ts';
import { HOST, PUBLIC_ADDRESS, startPictureHost } from './picture-host.ts';
import { png, redirect, usePictureWorld } from './picture-world.ts';

const world = usePictureWorld();

describe('a host that cannot be trusted', () => {
  it.each([
    ['a certificate for another name', 'https://wrong.example/'],
    ['a certificate for another IP address', 'https://8.8.8.8/'],
  ])('is refused for %s', async (_, url) => {
    expect(await world.refusalOf(url)).toMatchObject({ message: expect.stringContaining('no certificate') });
    expect(world.host.requests).toEqual([]);
  });

  it('is refused for a certificate of an authority that is not known', async () => {
    const { network } = await startPictureHost(() => {});
    expect(await world.refusalOf(`https://${HOST}/`, { ca: network.ca })).toMatchObject({
      code: 'MEDIA_INVALID',
      field: 'url',
      message: expect.stringContaining('no certificate'),
    });
    expect(world.host.requests).toEqual([]);
  });

  it.each<[string, RequestListener, string]>([
    ['404', (_, response) => void response.writeHead(404).end(png), 'answered with the status 404'],
    ['500', (_, response) => void response.writeHead(500).end(), 'answered with the status 500'],
    ['206', (_, response) => void response.writeHead(206).end(png), 'answered with the status 206'],
    ['a redirect to nowhere', (_, response) => void response.writeHead(302).end(), 'the status 302'],
    [
      'a compressed answer',
      (_, response) => void response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync(png)),
      'sent the file compressed',
    ],
    [
      'HTML',
      (_, response) => void response.writeHead(200, { 'content-type': 'image/png' }).end('<html>'),
      'not a picture',
    ],
    ['a video', (_, response) => void response.end(makeMp4()), 'Only pictures and GIFs'],
    ['half a picture', (_, response) => void response.end(png.subarray(0, 60)), 'cut off'],
    [
      'a length of 6 MB',
      (_, response) => void response.writeHead(200, { 'content-length': 6_000_000 }).write(png),
      'larger than 5,242,880 (5 MB)',
    ],
    [
      'a shorter body than it said',
      (_, response) => {
        response.writeHead(200, { 'content-length': 5000 }).write(png);
        setTimeout(() => response.destroy(), 20);
      },
      'broke off',
    ],
    [
      'what is not HTTP',
      (request) => void request.socket.end('SSH-2.0-OpenSSH_9.6\r\n'),
      'none that can be read',
    ],
    ['silence', (request) => void request.socket.destroy(), 'broke off'],
    [
      'endless headers',
      (request) => endless(request.socket, 'x-header: y\r\n', 'HTTP/1.1 200 OK\r\n'),
      'none that can be read',
    ],
  ])('is refused for %s', async (_, listener, sentence) => {
    world.answer = listener;
    expect(await world.refusalOf(`https://${HOST}/`)).toMatchObject({
      code: 'MEDIA_INVALID',
      field: 'url',
      message: expect.stringContaining(sentence),
    });
  });

  it('is cut off when its body never ends', async () => {
    let sent = 0;
    world.answer = (_, response) => {
      const more = (): void => {
        while (!response.destroyed && response.write(Buffer.alloc(65_536))) sent += 65_536;
      };
      response.on('drain', more);
      more();
    };
    expect(await world.refusalOf(`https://${HOST}/`)).toMatchObject({
      message: expect.stringContaining('larger than 5,242,880 (5 MB)'),
    });
    const [connection] = world.host.connections;
    while (connection?.closed !== true) await new Promise((resolve) => setTimeout(resolve, 5));
    expect(sent).toBeLessThan(50_000_000);
  });

  it.each<[string, RequestListener]>([
    ['says nothing', () => {}],
    [
      'sends a byte now and then',
      (_, response) => {
        const timer = setInterval(() => response.write('x'), 20);
        response.on('close', () => clearInterval(timer));
      },
    ],
    [
      'sends redirects for ever, slowly',
      (_, response) => void setTimeout(() => redirect('/')(response), 150),
    ],
  ])('is given up when it %s', async (_, listener) => {
    world.answer = listener;
    expect(await world.refusalOf(`https://${HOST}/`, { deadlineMs: 400 })).toMatchObject({
      code: 'MEDIA_INVALID',
      field: 'url',
      message: expect.stringContaining('took longer'),
    });
  });

  it('is given up when its name or its handshake takes too long', async () => {
    const silent = createServer((socket) => void socket.on('error', () => {}).resume());
    await once(silent.listen(0, '127.0.0.1'), 'listening');
    afterFile(() => silent.close());
    const { port } = silent.address() as AddressInfo;
    const toSilence = () =>
      Object.defineProperty(connect(port, '127.0.0.1'), 'remoteAddress', { value: PUBLIC_ADDRESS });
    for (const network of [{ resolve: () => new Promise<string[]>(() => {}) }, { connect: toSilence }])
      expect(await world.refusalOf(`https://${HOST}/`, { ...network, deadlineMs: 200 })).toMatchObject({
        message: expect.stringContaining('took longer'),
      });
  });
});

function endless(socket: Socket, line: string, start: string): void {
  socket.write(start);
  const timer = setInterval(() => socket.write(line.repeat(1000)), 5);
  socket.on('close', () => clearInterval(timer));
}
