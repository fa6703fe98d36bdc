import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

type Mode = 'forward' | 'blackhole' | 'cut';

export interface TcpProxy {
  /** Where it listens, on 127.0.0.1. */
  readonly port: number;
  /** Open pairs of connections. */
  readonly connections: number;
  /** Passes everything on, and what was held back first. */
  forward(): void;
  /**
   * A half-open network: connections stay up, and no byte, end or reset gets through in either direction. It is held
   * and comes late once `forward` is called, as retransmission would bring it. New connections are accepted and hang.
   */
  blackhole(): void;
  /** Resets every connection and each new one, until `forward`. */
  cut(): void;
  close(): Promise<void>;
}

/** Listens on a free port of 127.0.0.1 and forwards to `target`, until told to misbehave. */
export async function startTcpProxy(target: {
  readonly host?: string;
  readonly port: number;
}): Promise<TcpProxy> {
  const pairs = new Set<Pair>();
  let mode: Mode = 'forward';
  const apply = (next: Mode): void => {
    mode = next;
    for (const pair of pairs) pair.apply(mode);
  };
  const server = createServer({ pauseOnConnect: true, allowHalfOpen: true }, (client) => {
    const pair = new Pair(client, target, () => pairs.delete(pair));
    pairs.add(pair);
    pair.apply(mode);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    get connections() {
      return pairs.size;
    },
    forward: () => apply('forward'),
    blackhole: () => apply('blackhole'),
    cut: () => apply('cut'),
    async close() {
      apply('cut');
      server.close();
      await once(server, 'close');
    },
  };
}

/** A client's connection and the one to the target; the second is opened when the first byte may pass. */
class Pair {
  readonly #client: Socket;
  readonly #target: { readonly host?: string; readonly port: number };
  readonly #onClosed: () => void;
  #upstream: Socket | undefined;
  #mode: Mode = 'blackhole';
  #broken = false;

  constructor(
    client: Socket,
    target: { readonly host?: string; readonly port: number },
    onClosed: () => void,
  ) {
    this.#client = client;
    this.#target = target;
    this.#onClosed = onClosed;
    this.#watch(client);
  }

  apply(mode: Mode): void {
    this.#mode = mode;
    this.#hold();
    if (mode === 'blackhole') return;
    if (mode === 'cut' || this.#broken) {
      this.#reset();
      return;
    }
    this.#upstream ??= this.#open();
    this.#client.pipe(this.#upstream);
    this.#upstream.pipe(this.#client);
  }

  #open(): Socket {
    const upstream = connect({ host: '127.0.0.1', ...this.#target, allowHalfOpen: true });
    this.#watch(upstream);
    return upstream;
  }

  #hold(): void {
    for (const socket of [this.#client, this.#upstream]) socket?.unpipe().pause();
  }

  /** A side that broke takes the other with it, unless nothing may get through: then later. */
  #watch(socket: Socket): void {
    socket.on('error', () => {});
    socket.on('close', (hadError) => {
      this.#broken ||= hadError || !socket.writableFinished;
      if (this.#mode === 'blackhole') return;
      if (this.#broken) this.#reset();
      if (this.#client.destroyed && (this.#upstream?.destroyed ?? true)) this.#onClosed();
    });
  }

  #reset(): void {
    this.#onClosed();
    this.#client.resetAndDestroy();
    this.#upstream?.resetAndDestroy();
  }
}
