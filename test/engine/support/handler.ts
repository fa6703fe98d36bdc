import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterFile } from '../../support/cleanup.ts';
import { type Headers, pairHeaders } from '../../support/engine/headers.ts';

/** What a handler was sent. */
export interface Received {
  readonly method: string;
  readonly path: string;
  readonly headers: Headers;
  /** By lower-case name. */
  readonly header: Readonly<Record<string, string | undefined>>;
  readonly body: RequestBody;
}

/** What an engine may send; which of it is there is for the test to say. */
interface RequestBody {
  readonly action: { readonly name: string };
  readonly input: { readonly text: string; readonly input: { readonly text: string } };
  readonly session_variables: Readonly<Record<string, string>>;
  readonly query: string;
  readonly variables: Readonly<Record<string, unknown>> | null;
  readonly id: string;
  readonly event: { readonly session_variables: Readonly<Record<string, string>> | null };
  readonly delivery_info: { readonly current_retry: number };
}

export interface Answer {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string | readonly string[]>>;
  /** A text goes as it is, anything else as JSON; undefined is an empty body. */
  readonly body?: unknown;
  readonly type?: string;
}

/** A hand-written webhook: it answers as it is told, and keeps what it was sent. */
export interface Handler {
  readonly url: string;
  readonly received: Received[];
  answer(reply: Answer | ((request: Received) => Answer | Promise<Answer> | undefined)): void;
  close(): void;
}

/** Undefined as an answer means none at all. */
export const startHandler = async (): Promise<Handler> => {
  const received: Received[] = [];
  let reply: (request: Received) => Answer | Promise<Answer> | undefined = () => ({ body: {} });
  const server = createServer((incoming, outgoing) => {
    void (async () => {
      const body = await text(incoming);
      const headers = pairHeaders(incoming.rawHeaders);
      const request = {
        method: incoming.method ?? '',
        path: incoming.url ?? '',
        headers,
        header: Object.fromEntries(headers.map(([name, value]) => [name.toLowerCase(), value])),
        body: JSON.parse(body === '' ? '{}' : body) as RequestBody,
      };
      received.push(request);
      const answer = await reply(request);
      if (answer === undefined) return;
      outgoing.statusCode = answer.status ?? 200;
      outgoing.setHeader('content-type', answer.type ?? 'application/json');
      for (const [name, value] of Object.entries(answer.headers ?? {})) outgoing.setHeader(name, value);
      const { body: sent } = answer;
      outgoing.end(typeof sent === 'string' || sent === undefined ? sent : JSON.stringify(sent));
    })();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const close = () => {
    server.close();
    server.closeAllConnections();
  };
  afterFile(close);
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    received,
    answer: (next) => {
      received.length = 0;
      reply = typeof next === 'function' ? next : () => next;
    },
    close,
  };
};
