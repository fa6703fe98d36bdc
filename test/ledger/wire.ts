import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { onTestFinished } from 'vitest';

export interface Wire {
  /** The database, by way of this wire. */
  readonly url: string;
  /** What the clients asked the server to run since the last call: `Execute` and simple `Query` messages. */
  take(): number;
  /** Breaks the line when the server has done the next statement, before its answer is passed on. */
  loseNextAnswer(): void;
}

/**
 * Stands between a client and Postgres, where no statement can hide and an answer can get lost. Messages are a type
 * byte, a length that includes itself, and a body; only the first one of a connection has no type (protocol 3.0).
 */
export const startWire = async (databaseUrl: string): Promise<Wire> => {
  const target = new URL(databaseUrl);
  let statements = 0;
  let losing: 'nothing' | 'next' | 'answer' = 'nothing';
  const sockets = new Set<Socket>();
  const server = createServer((client) => {
    const upstream = connect(Number(target.port || 5432), target.hostname);
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.on('error', () => {});
    }
    const read = messageReader((type) => {
      if (type !== 'E' && type !== 'Q') return;
      statements += 1;
      if (losing === 'next') losing = 'answer';
    });
    client.on('data', read);
    client.pipe(upstream);
    upstream.on('data', (answer) => {
      if (losing !== 'answer') client.write(answer);
      else {
        losing = 'nothing';
        client.destroy();
        upstream.destroy();
      }
    });
    upstream.on('close', () => client.destroy());
    client.on('close', () => upstream.destroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(async () => {
    for (const socket of sockets) socket.destroy();
    server.close();
    await once(server, 'close');
  });
  const url = new URL(databaseUrl);
  url.hostname = '127.0.0.1';
  url.port = String((server.address() as AddressInfo).port);
  return {
    url: url.href,
    take: () => {
      const taken = statements;
      statements = 0;
      return taken;
    },
    loseNextAnswer: () => {
      losing = 'next';
    },
  };
};

const messageReader = (onMessage: (type: string) => void): ((chunk: Buffer) => void) => {
  let pending = Buffer.alloc(0);
  let typed = 0;
  return (chunk) => {
    pending = Buffer.concat([pending, chunk]);
    while (pending.length >= typed + 4) {
      const size = typed + pending.readUInt32BE(typed);
      if (pending.length < size) return;
      if (typed === 1) onMessage(String.fromCharCode(pending[0] ?? 0));
      pending = pending.subarray(size);
      typed = 1;
    }
  };
};
