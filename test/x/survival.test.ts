import { execFile } from 'node:child_process';
import type { Socket } from 'node:net';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { answer, created, startRawServer } from './raw-server.ts';

const corrupt = '\x1f\x8b\x08\x00 this is no gzip at all, and no brotli';

const breaks: ReadonlyArray<(socket: Socket) => void> = [
  (socket) => void socket.resetAndDestroy(),
  (socket) => void socket.end(),
  (socket) => void socket.end('nonsense\r\n\r\n'),
  (socket) => void socket.end(created().slice(0, -9)),
  (socket) => void socket.write(answer(201, corrupt, { 'content-encoding': 'gzip' })),
  (socket) => void socket.write(answer(201, corrupt, { 'content-encoding': 'br' })),
  (socket) => void socket.write(answer(201, corrupt, { 'content-encoding': 'deflate' })),
  (socket) => void socket.write(answer(201, '')),
  (socket) => void socket.write(created() + created()),
  (socket) => {
    socket.write(created());
    setImmediate(() => socket.resetAndDestroy());
  },
];

test('no answer, however broken, ends the process', async () => {
  const server = await startRawServer('http', (socket, _request, n) => breaks[n % breaks.length]?.(socket));
  const args = ['--import', 'tsx', '--unhandled-rejections=strict', '--trace-warnings'];
  const { stdout, stderr } = await promisify(execFile)(process.execPath, [
    ...args,
    fileURLToPath(new URL('./poster.ts', import.meta.url)),
    server.url.href,
    '200',
  ]);
  await server.close();
  const kinds = JSON.parse(stdout) as Record<string, number>;
  expect(stderr).toBe('');
  expect(Object.keys(kinds).sort()).toEqual(['created', 'unknown']);
  expect((kinds.created ?? 0) + (kinds.unknown ?? 0)).toBe(200);
});
