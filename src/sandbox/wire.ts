import type { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { gzipSync } from 'node:zlib';
import {
  type Answer,
  creditsDepleted,
  duplicateContent,
  internalError,
  noSuchRoute,
  notPermitted,
  oauth1Permissions,
  parentGone,
  quoteNotAllowed,
  replyNotAllowed,
  serviceUnavailable,
  tooManyRequests,
  unauthorized,
} from './answers.ts';
import type { DueFault, FaultKind } from './faults.ts';
import { windowHeaders } from './limits.ts';

/** How an answer leaves: the response, the headers that X always sends, and how to reset a connection. */
export interface Wire {
  readonly response: ServerResponse;
  readonly headers: Readonly<Record<string, string>>;
  /** Closes a connection with a TCP reset, under TLS too. */
  readonly reset: (socket: Socket) => void;
  readonly now: () => number;
}

/** Sends an answer and gives its status. */
export function send({ response, headers }: Wire, answer: Answer): number {
  const body = bodyOf(answer);
  response.writeHead(answer.status, { ...headersOf(answer, body), ...headers, ...answer.headers });
  response.end(body);
  return answer.status;
}

const bodyOf = (answer: Answer): Buffer =>
  Buffer.from(typeof answer.body === 'string' ? answer.body : JSON.stringify(answer.body));

const headersOf = (answer: Answer, body: Buffer): Record<string, string | number> => ({
  'content-type':
    answer.status < 400 ? 'application/json; charset=utf-8' : 'application/problem+json; charset=utf-8',
  'content-length': body.length,
});

const DEFAULT_WAIT_MS = 90_000;
const DRIP_MS = 100;

/**
 * Answers as the fault wants it, `answer` being what X would have said (none before the request was accepted).
 * Gives the status that went out, or null when none did.
 */
export function sendFaulty(wire: Wire, { kind, ms }: DueFault, answer: Answer | undefined): number | null {
  const instead = INSTEAD[kind]?.(wire.now() + (ms ?? DEFAULT_WAIT_MS));
  if (instead) return send(kind.startsWith('429') ? withoutWindow(wire) : wire, instead);
  const socket = wire.response.socket;
  if (socket && kind.startsWith('drop')) wire.reset(socket);
  if (socket && kind.startsWith('hang') && ms !== undefined) closeAfter(socket, ms);
  if (kind.startsWith('drop') || kind.startsWith('hang') || !answer) return null;
  spoil(wire, kind, ms, answer);
  return answer.status;
}

/** The faults that are an answer of their own; `resetMs` is when a 429 says that it ends. */
const INSTEAD: Partial<Record<FaultKind, (resetMs: number) => Answer>> = {
  '503': () => serviceUnavailable,
  '503-after-accept': () => serviceUnavailable,
  '500-after-accept': () => internalError,
  'html-503': () => ({
    status: 503,
    body: '<!DOCTYPE html><html><body><h1>503 Service Temporarily Unavailable</h1></body></html>',
    headers: { 'content-type': 'text/html' },
  }),
  '429': (resetMs) => ({ ...tooManyRequests, headers: windowHeaders(100, 0, resetMs) }),
  '429-day-only': (resetMs) => ({ ...tooManyRequests, headers: dayHeaders(resetMs) }),
  '402': () => creditsDepleted,
  '403-duplicate': () => duplicateContent,
  '401': () => unauthorized,
  '403-oauth1-permissions': () => oauth1Permissions,
  '403-parent-not-visible': () => parentGone,
  '403-reply': () => replyNotAllowed,
  '403-quote': () => quoteNotAllowed,
  '403-not-permitted': () => notPermitted,
  '404': () => noSuchRoute,
};

const dayHeaders = (resetMs: number): Record<string, string> => ({
  'x-user-limit-24hour-limit': '100',
  'x-user-limit-24hour-remaining': '0',
  'x-user-limit-24hour-reset': String(Math.ceil(resetMs / 1000)),
});

function withoutWindow(wire: Wire): Wire {
  const kept = Object.entries(wire.headers).filter(([name]) => !name.startsWith('x-rate-limit-'));
  return { ...wire, headers: Object.fromEntries(kept) };
}

/** The faults that send X's own answer, damaged. */
function spoil({ response, headers }: Wire, kind: FaultKind, ms: number | undefined, answer: Answer): void {
  const body = bodyOf(answer);
  const head = { ...headersOf(answer, body), ...headers, ...answer.headers };
  if (kind === 'truncate-201') {
    response.writeHead(answer.status, head);
    response.write(body.subarray(0, Math.ceil(body.length / 2)), () => response.socket?.end());
  } else if (kind === 'empty-201') {
    response.writeHead(answer.status, { ...head, 'content-length': 0 }).end();
  } else if (kind === 'corrupt-gzip-201') {
    const corrupt = gzipSync(body).fill(0xff, 10);
    const gzip = { 'content-encoding': 'gzip', 'content-length': corrupt.length };
    response.writeHead(answer.status, { ...head, ...gzip }).end(corrupt);
  } else if (kind === 'slow-drip') {
    const { 'content-length': _unknown, ...chunked } = head;
    response.writeHead(answer.status, chunked);
    drip(response, body, ms);
  } else {
    response.writeHead(answer.status, head).end(body);
  }
}

/** A byte every 100 ms, then spaces for ever; after `ms` the rest comes at once and the answer is whole. */
function drip(response: ServerResponse, body: Buffer, ms: number | undefined): void {
  const endsAt = ms === undefined ? Number.POSITIVE_INFINITY : performance.now() + ms;
  let sent = 0;
  const timer = setInterval(() => {
    if (performance.now() >= endsAt) {
      response.end(body.subarray(sent));
      clearInterval(timer);
    } else {
      response.write(sent < body.length ? body.subarray(sent, sent + 1) : ' ');
      sent += 1;
    }
  }, DRIP_MS);
  response.once('close', () => clearInterval(timer));
}

function closeAfter(socket: Socket, ms: number): void {
  const timer = setTimeout(() => socket.destroy(), ms);
  socket.once('close', () => clearTimeout(timer));
}
