import { Agent, type ClientRequest, type ClientRequestArgs } from 'node:http';
import { connect as connectPlain, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { type ConnectionOptions, connect as connectTls, createSecureContext } from 'node:tls';
import type { Exchange } from './exchange.ts';

declare module 'node:http' {
  interface Agent {
    /** How Node hands each request to its agent; not in Node's documentation, but agents have overridden it since 0.11. */
    addRequest(request: ClientRequest, options: ClientRequestArgs): void;
  }
}

export interface PoolOptions {
  readonly secure: boolean;
  /** A connection that was idle for longer is not used again. */
  readonly idleReuseMs: number;
  /** A certificate authority in PEM to trust instead of the usual ones. */
  readonly ca?: string | undefined;
}

interface PooledRequestOptions extends ClientRequestArgs {
  readonly exchange?: Exchange;
}

/**
 * Keep-alive connections to one origin, over TLS or plain http, under two rules:
 * - it knows of every socket whether it was ever established, because only a request on a connection that never came
 *   up is certain not to have been sent;
 * - it reuses a connection only when that was idle for less than `idleReuseMs`, because a peer closes idle ones and a
 *   request that meets the close gets no answer. The monotonic clock decides before each request; Node's own socket
 *   timer, late after a blocked event loop, only tidies up.
 */
export class ConnectionPool extends Agent {
  readonly protocol: string;
  readonly defaultPort: number;
  readonly #idleReuseMs: number;
  readonly #tls: ConnectionOptions | undefined;
  readonly #established = new WeakSet<object>();
  readonly #freeSinceMs = new WeakMap<object, number>();
  #closed = false;

  constructor({ secure, idleReuseMs, ca }: PoolOptions) {
    super({ keepAlive: true, maxSockets: Infinity, maxFreeSockets: Infinity, timeout: idleReuseMs });
    this.protocol = secure ? 'https:' : 'http:';
    this.defaultPort = secure ? 443 : 80;
    this.#idleReuseMs = idleReuseMs;
    this.#tls = secure
      ? { secureContext: createSecureContext(ca === undefined ? {} : { ca }), ALPNProtocols: ['http/1.1'] }
      : undefined;
  }

  readonly isEstablished = (socket: object): boolean => this.#established.has(socket);

  override addRequest(request: ClientRequest, { exchange, headers, ...options }: PooledRequestOptions): void {
    exchange?.watch(request);
    this.#dropStale();
    // The headers stay behind: a socket keeps these options for as long as it lives.
    super.addRequest(request, options);
  }

  override createConnection(options: ClientRequestArgs): Socket {
    const socket = this.#tls
      ? connectTls({ ...(options as ConnectionOptions), ...this.#tls })
      : connectPlain({ ...options, host: options.host ?? undefined, port: Number(options.port) });
    socket.once(this.#tls ? 'secureConnect' : 'connect', () => this.#established.add(socket));
    return socket;
  }

  override keepSocketAlive(socket: Duplex): void {
    this.#freeSinceMs.set(socket, performance.now());
    if (this.#closed) return; // Nothing true returned: Node destroys the socket.
    // biome-ignore lint/correctness/noVoidTypeReturn: Node returns a boolean here, and needs it, whatever the types say
    return super.keepSocketAlive(socket);
  }

  /** Closes idle connections, and those in use as soon as their answer is there. */
  close(): void {
    this.#closed = true;
    for (const free of Object.values(this.freeSockets)) {
      for (const socket of [...(free ?? [])]) socket.destroy();
    }
  }

  /** Free sockets stand in the order in which they became free, and Node takes the last. */
  #dropStale(): void {
    for (const free of Object.values(this.freeSockets)) {
      while (free?.[0] && this.#isStale(free[0])) free.shift()?.destroy();
      while (free?.at(-1)?.writable === false) free.pop()?.destroy();
    }
  }

  #isStale(socket: Socket): boolean {
    return performance.now() - (this.#freeSinceMs.get(socket) ?? 0) >= this.#idleReuseMs;
  }
}
