import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { HeraldError } from '../kernel/index.ts';
import { actionError, graphqlRefusal } from './answer.ts';

const STATUS_TEXT: Readonly<Record<number, string>> = {
  400: 'Bad Request',
  408: 'Request Timeout',
  431: 'Request Header Fields Too Large',
};

/** Answers what Node's HTTP parser refuses, before there is a request that a route could answer. */
export const answerBrokenRequest = (error: NodeJS.ErrnoException, socket: Socket): void => {
  if (error.code === 'ECONNRESET' || !socket.writable) return void socket.destroy();
  const open = (socket as Socket & { readonly _httpMessage?: ServerResponse })._httpMessage;
  // What came before on this connection is answered first; its answer must not be written over.
  if (open && !isStillArriving(open)) return void open.once('finish', () => socket.destroy());
  const refusal = refusalOf(error.code);
  const body = inBothShapes(refusal);
  socket.end(
    `HTTP/1.1 ${refusal.status} ${STATUS_TEXT[refusal.status]}\r\nContent-Type: application/json; charset=utf-8\r\n` +
      `Content-Length: ${Buffer.byteLength(body)}\r\nConnection: close\r\n\r\n${body}`,
    () => socket.destroy(),
  );
};

/** Then it is this very request that is broken or late, and nobody else will answer it. */
const isStillArriving = ({ req, headersSent }: ServerResponse): boolean => !req.complete && !headersSent;

const refusalOf = (code: string | undefined): HeraldError => {
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT') return refused(408, 'The request took too long to arrive.');
  if (code === 'HPE_HEADER_OVERFLOW')
    return refused(431, 'The request headers are too large: 16 KiB in all.');
  return refused(400, 'This is not a valid HTTP/1.1 request.');
};

const refused = (status: number, message: string): HeraldError =>
  new HeraldError('INVALID_REQUEST', { status, message });

/** `Expect` with anything but `100-continue`, which Node answers with an empty body of its own. */
export const answerExpectation = (_request: IncomingMessage, response: ServerResponse): void => {
  const refusal = refused(417, 'This server meets no expectation but 100-continue.');
  response.writeHead(refusal.status, { 'content-type': 'application/json; charset=utf-8' });
  response.end(inBothShapes(refusal));
};

/** There is no route yet, so it is not known whether an action or a remote schema asks. */
const inBothShapes = (refusal: HeraldError): string =>
  JSON.stringify({ ...actionError(refusal, 'none'), ...graphqlRefusal(refusal, 'none') });

/** Reads at most this much of a body that is too large, so that its sender gets to see the answer. */
const DRAIN_LIMIT_BYTES = 16 * 1024 * 1024;
const DRAIN_WITHIN_MS = 2_000;

/** Throws away the rest of a request's body; a connection closed in mid-send would lose the answer. */
export const drain = (request: IncomingMessage): Promise<void> =>
  new Promise((resolve) => {
    let bytes = 0;
    const timer = setTimeout(resolve, DRAIN_WITHIN_MS);
    request.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes > DRAIN_LIMIT_BYTES) resolve();
    });
    request.once('close', resolve);
    request.once('end', resolve);
    request.resume();
    if (request.readableEnded || request.destroyed) resolve();
    void timer.unref();
  });
