import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { expect, it } from 'vitest';
import { createWorld } from '../support/world.ts';

const open = async (url: string, bytes: string): Promise<Socket> => {
  const socket = connect(Number(new URL(url).port), '127.0.0.1');
  socket.on('error', () => {});
  await once(socket, 'connect');
  socket.write(bytes);
  return socket;
};

it('does not wait for connections that say nothing, nor for those that are kept alive', async () => {
  const world = await createWorld();
  const silent = await open(world.url, '');
  const keptAlive = await open(world.url, 'GET /healthz HTTP/1.1\r\nhost: h\r\n\r\n');
  await once(keptAlive, 'data');
  const closed = [silent, keptAlive].map((socket) => once(socket, 'close'));
  await world.close();
  await Promise.all(closed);
  expect([silent.destroyed, keptAlive.destroyed]).toEqual([true, true]);
});
