import type { IncomingMessage, RequestListener } from 'node:http';
import { createServer } from 'node:https';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { generate } from 'selfsigned';
import type { MediaNetwork } from '../../src/media/index.ts';
import { afterFile } from '../support/cleanup.ts';

export const PUBLIC_ADDRESS = '93.184.216.34';
export const PUBLIC_ADDRESS_6 = '2606:4700::1111';
export const HOST = 'pictures.example';

export interface PictureHost {
  /** The way to it: every name leads to a public address, and every public address leads here. */
  readonly network: Required<MediaNetwork>;
  /** Where connections were opened to. */
  readonly dialled: string[];
  readonly requests: IncomingMessage[];
  /** Connections that reached the host, whatever came of them. */
  readonly connections: Socket[];
}

/** A real TLS server on the loopback address that stands for a host in the world; `answer` is what it does with a request. */
export async function startPictureHost(answer: RequestListener): Promise<PictureHost> {
  const { private: key, cert } = await generate([{ name: 'commonName', value: HOST }], {
    algorithm: 'sha256',
    extensions: [
      { name: 'basicConstraints', cA: true },
      {
        name: 'subjectAltName',
        altNames: [
          { type: 2, value: HOST },
          { type: 2, value: 'other.example' },
          { type: 7, ip: PUBLIC_ADDRESS_6 },
        ],
      },
    ],
  });
  const requests: IncomingMessage[] = [];
  const connections: Socket[] = [];
  const dialled: string[] = [];
  const server = createServer({ key, cert }, (request, response) => {
    requests.push(request);
    response.on('error', () => {});
    answer(request, response);
  });
  server.on('connection', (socket: Socket) => {
    connections.push(socket);
    socket.on('error', () => {});
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  afterFile(() => {
    for (const socket of connections) socket.destroy();
    server.close();
  });

  return {
    dialled,
    requests,
    connections,
    network: {
      ca: cert,
      deadlineMs: 5_000,
      resolve: async () => [PUBLIC_ADDRESS],
      connect: (address) => {
        dialled.push(address);
        return Object.defineProperty(connect(port, '127.0.0.1'), 'remoteAddress', { value: address });
      },
    },
  };
}
