import type { Socket } from 'node:net';
import { HeraldError } from '../kernel/index.ts';
import { actionError } from './answer.ts';

const STATUS_TEXT: Readonly<Record<number, string>> = {
  400: 'Bad Request',
  408: 'Request Timeout',
  431: 'Request Header Fields Too Large',
};

/** Answers what Node's HTTP parser refuses, before there is a request that a route could answer. */
export const answerBrokenRequest = (error: NodeJS.ErrnoException, socket: Socket): void => {
  if (error.code === 'ECONNRESET' || !socket.writable) return void socket.destroy();
  const refusal = refusalOf(error.code);
  const body = JSON.stringify(actionError(refusal, 'none'));
  socket.end(
    `HTTP/1.1 ${refusal.status} ${STATUS_TEXT[refusal.status]}\r\nContent-Type: application/json; charset=utf-8\r\n` +
      `Content-Length: ${Buffer.byteLength(body)}\r\nConnection: close\r\n\r\n${body}`,
  );
};

const refusalOf = (code: string | undefined): HeraldError => {
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT') return refused(408, 'The request took too long to arrive.');
  if (code === 'HPE_HEADER_OVERFLOW')
    return refused(431, 'The request headers are too large: 16 KiB in all.');
  return refused(400, 'This is not a valid HTTP/1.1 request.');
};

const refused = (status: number, message: string): HeraldError =>
  new HeraldError('INVALID_REQUEST', { status, message });
