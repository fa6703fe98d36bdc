import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';

/** Writes the line that the benchmark waits for. */
export const sayStarted = (url: string): void => {
  process.stdout.write(`${JSON.stringify({ evt: 'started', url })}\n`);
};

/** Says where a server listens on 127.0.0.1, once it does. */
export const sayListening = (server: Server): void => {
  server.once('listening', () => sayStarted(`http://127.0.0.1:${(server.address() as AddressInfo).port}`));
};
