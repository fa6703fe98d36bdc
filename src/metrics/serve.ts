import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

const REQUEST_TIMEOUT_MS = 5_000;

export interface OpsServer {
  /** Where it listens, e.g. `http://127.0.0.1:4002`. */
  readonly url: string;
  close(): Promise<void>;
}

/** Serves `GET /metrics` and nothing else, on a port that the doors do not share (R38). Rejects when the port is taken. */
export const serveMetrics = async (
  host: string,
  port: number,
  page: { readonly contentType: string; readonly render: () => Promise<string> },
): Promise<OpsServer> => {
  const server = createServer((request, response) => {
    request.resume();
    if (request.method !== 'GET' || request.url !== '/metrics') return end(response, 404, 'Not found\n');
    page.render().then(
      (text) => end(response, 200, text, page.contentType),
      () => end(response, 500, 'The metrics could not be made.\n'),
    );
  });
  server.requestTimeout = REQUEST_TIMEOUT_MS;
  server.headersTimeout = REQUEST_TIMEOUT_MS;
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, resolve);
  });
  return {
    url: urlOf(server.address() as AddressInfo),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
};

const end = (
  response: ServerResponse,
  status: number,
  text: string,
  type = 'text/plain; charset=utf-8',
): void => void response.writeHead(status, { 'content-type': type }).end(text);

const urlOf = ({ address, family, port }: AddressInfo): string =>
  `http://${family === 'IPv6' ? `[${address}]` : address}:${port}`;
