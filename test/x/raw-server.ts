import { createServer as createPlainServer, type Socket } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import { generate } from 'selfsigned';

/** What a test does with the n-th request (from 0) of the whole server, once it has arrived in full. */
export type Respond = (socket: Socket, request: string, n: number) => void;

export interface RawServer {
  readonly url: URL;
  /** The certificate to trust, for TLS. */
  readonly ca: string | undefined;
  /** Connections that came up: after the handshake, for TLS. */
  readonly dials: () => number;
  readonly requests: readonly string[];
  /** Ends the connection with a TCP reset, under TLS too (a TLS socket itself cannot send one). */
  reset(socket: Socket): void;
  close(): Promise<void>;
}

export const schemes = ['http', 'https'] as const;
export type Scheme = (typeof schemes)[number];

/** A key and a certificate of its own authority, for `host` and 127.0.0.1. */
export const testCertificate = (host = 'localhost'): Promise<{ private: string; cert: string }> =>
  generate([{ name: 'commonName', value: host }], {
    algorithm: 'sha256',
    extensions: [
      { name: 'basicConstraints', cA: true },
      {
        name: 'subjectAltName',
        altNames: [
          { type: 2, value: host },
          { type: 7, ip: '127.0.0.1' },
        ],
      },
    ],
  });

/** Made once for each test file. */
let certificate: ReturnType<typeof testCertificate> | undefined;

/** A server below HTTP: it hands whole requests to `respond`, which writes bytes, waits or cuts as it likes. */
export async function startRawServer(scheme: Scheme, respond: Respond): Promise<RawServer> {
  const sockets = new Set<Socket>();
  const wires = new Map<number | undefined, Socket>();
  const requests: string[] = [];
  let dials = 0;
  const onConnection = (socket: Socket): void => {
    dials += 1;
    sockets.add(socket);
    socket.on('error', () => {});
    socket.on('close', () => sockets.delete(socket));
    readRequests(socket, (request) => respond(socket, request, requests.push(request) - 1));
  };
  if (scheme === 'https') certificate ??= testCertificate();
  const { private: key, cert } = (await certificate) ?? { private: '', cert: '' };
  const server =
    scheme === 'https' ? createTlsServer({ key, cert }, onConnection) : createPlainServer(onConnection);
  server.on('connection', (wire: Socket) => wires.set(wire.remotePort, wire));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the server has no port');
  return {
    url: new URL(`${scheme}://127.0.0.1:${address.port}`),
    ca: scheme === 'https' ? cert : undefined,
    dials: () => dials,
    requests,
    reset: (socket) => void wires.get(socket.remotePort)?.resetAndDestroy(),
    close: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** Cuts a connection's bytes into requests by their content-length. */
function readRequests(socket: Socket, onRequest: (request: string) => void): void {
  let pending = '';
  socket.on('data', (chunk) => {
    pending += chunk.toString('latin1');
    for (let end = endOfRequest(pending); end !== undefined; end = endOfRequest(pending)) {
      const request = pending.slice(0, end);
      pending = pending.slice(end);
      onRequest(request);
    }
  });
}

function endOfRequest(bytes: string): number | undefined {
  const headEnd = bytes.indexOf('\r\n\r\n');
  if (headEnd < 0) return undefined;
  const bodyBytes = Number(/content-length: (\d+)/i.exec(bytes.slice(0, headEnd))?.[1] ?? 0);
  const end = headEnd + 4 + bodyBytes;
  return bytes.length >= end ? end : undefined;
}

/** The bytes of a whole answer. */
export function answer(status: number, body: string, headers: Record<string, string | number> = {}): string {
  const all = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body), ...headers };
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`);
  return `HTTP/1.1 ${status} Status\r\n${lines.join('')}\r\n${body}`;
}

export const TWEET_ID = '1988888888888888888';
export const created = (): string => answer(201, JSON.stringify({ data: { id: TWEET_ID, text: 'hello' } }));
