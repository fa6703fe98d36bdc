import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { EngineError, isObject } from './engine-error.ts';
import type { GraphqlResult } from './execute.ts';
import { type Headers, pairHeaders } from './headers.ts';
import type { GraphqlRequest } from './read-document.ts';

/** Runs one request of a client; cookies of action handlers go into `cookies`. */
export type Runner = (
  request: GraphqlRequest,
  headers: Headers,
  cookies?: string[],
) => Promise<GraphqlResult>;

/** As large as the engine's own limit for headers, so that Herald's is the smaller one. */
const MAX_HEADER_BYTES = 64 * 1024;

/** Serves `/v1/graphql` and `/healthz` on a free port. */
export const serve = async (
  run: Runner,
  problems: () => readonly string[],
): Promise<Server & { url: string }> => {
  const server = createServer({ maxHeaderSize: MAX_HEADER_BYTES }, (incoming, outgoing) => {
    void answer(incoming, outgoing, run, problems).catch((error: unknown) => {
      outgoing.writeHead(500).end(JSON.stringify({ errors: [{ message: `stand-in: ${String(error)}` }] }));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return Object.assign(server, { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` });
};

/** `/v1/graphql` answers 200 whatever happened; only the cookies of action handlers come with it. */
const answer = async (
  incoming: IncomingMessage,
  outgoing: ServerResponse,
  run: Runner,
  problems: () => readonly string[],
): Promise<void> => {
  const url = new URL(incoming.url ?? '/', 'http://engine');
  if (url.pathname === '/healthz') {
    const isBad = problems().length > 0;
    const status = isBad && url.searchParams.get('strict') === 'true' ? 500 : 200;
    return void outgoing.writeHead(status).end(isBad ? 'WARN: inconsistent objects in schema' : 'OK');
  }
  if (url.pathname !== '/v1/graphql' || incoming.method !== 'POST') return void outgoing.writeHead(404).end();
  const cookies: string[] = [];
  const request = readRequest(await text(incoming));
  const result =
    request === undefined
      ? { errors: [new EngineError('Error in $: not a GraphQL request', 'invalid-json').show(false)] }
      : await run(request, pairHeaders(incoming.rawHeaders), cookies);
  outgoing.setHeader('content-type', 'application/json; charset=utf-8');
  if (cookies.length > 0) outgoing.setHeader('set-cookie', cookies);
  outgoing.end(JSON.stringify(result));
};

const readRequest = (body: string): GraphqlRequest | undefined => {
  try {
    const request: unknown = JSON.parse(body);
    return isObject(request) && typeof request.query === 'string'
      ? (request as unknown as GraphqlRequest)
      : undefined;
  } catch {
    return undefined;
  }
};

/** A subscription; it polls, as the engine's live queries do. */
export interface Subscription {
  stop(): Promise<void>;
}

const POLL_MS = 50;

/** Asks again and again, and tells each result that is another than the one before. */
export const subscribe = (
  ask: () => Promise<GraphqlResult>,
  onData: (result: GraphqlResult) => void,
): Subscription => {
  const stopping = new AbortController();
  const looking = (async () => {
    let before = '';
    while (!stopping.signal.aborted) {
      const result = await ask();
      const shown = JSON.stringify(result);
      if (shown !== before && !stopping.signal.aborted) onData(result);
      before = shown;
      await sleep(POLL_MS);
    }
  })();
  return {
    stop: async () => {
      stopping.abort();
      await looking;
    },
  };
};
