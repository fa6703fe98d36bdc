import { createSocket } from 'node:dgram';
import { Resolver } from 'node:dns/promises';
import { afterFile } from '../support/cleanup.ts';

export interface NameServer {
  readonly resolver: Resolver;
  /** The names that it was asked for. */
  readonly asked: string[];
}

/** A real name server (RFC 1035) that gives the n-th question for an IPv4 address the n-th answer, and later ones the last. */
export async function startNameServer(answers: readonly string[]): Promise<NameServer> {
  const socket = createSocket('udp4');
  const asked: string[] = [];
  socket.on('message', (query, peer) => {
    const { name, end } = readName(query);
    const address = answers[Math.min(asked.length, answers.length - 1)] ?? '';
    asked.push(name);
    const question = query.subarray(12, end + 4);
    const head = Buffer.from([query[0] ?? 0, query[1] ?? 0, 0x81, 0x80, 0, 1, 0, 1, 0, 0, 0, 0]);
    // The name of the question, type A, class IN, to be kept for no time.
    const record = Buffer.from([0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 0, 0, 4, ...address.split('.').map(Number)]);
    socket.send(Buffer.concat([head, question, record]), peer.port, peer.address);
  });
  await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve));
  afterFile(() => socket.close());
  const resolver = new Resolver();
  resolver.setServers([`127.0.0.1:${socket.address().port}`]);
  return { resolver, asked };
}

const readName = (query: Buffer): { name: string; end: number } => {
  const labels: string[] = [];
  let at = 12;
  for (let length = query[at] ?? 0; length > 0; length = query[at] ?? 0) {
    labels.push(query.toString('latin1', at + 1, at + 1 + length));
    at += 1 + length;
  }
  return { name: labels.join('.'), end: at + 1 };
};
