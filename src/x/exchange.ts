import type { ClientRequest, IncomingHttpHeaders, IncomingMessage } from 'node:http';

/** What went over the wire for one request: all that a conclusion about it may rest on. */
export interface Reply {
  /** A connection was up, so bytes of the request may have reached X. */
  readonly established: boolean;
  /** `beforeSend` refused; no connection was touched. */
  readonly cancelled: boolean;
  /** Absent when no status line came. */
  readonly status: number | undefined;
  readonly headers: IncomingHttpHeaders;
  /** The body as far as it came, at most the size limit. */
  readonly text: string;
  /** The whole body came. */
  readonly complete: boolean;
  /** The network's or Node's code for a failure, e.g. `ECONNREFUSED`. */
  readonly failure: string | undefined;
  /** When the status line came, in milliseconds since 1970 by this machine's clock. */
  readonly respondedAtMs?: number | undefined;
}

/**
 * Observes one request. The library's own results are not used, because they cannot tell a refused connection from
 * a lost answer, have no status for a success, and its errors hold the `Authorization` header.
 */
export class Exchange {
  readonly #maxResponseBytes: number;
  readonly #chunks: Buffer[] = [];
  #request: ClientRequest | undefined;
  #response: IncomingMessage | undefined;
  #failure: string | undefined;
  #receivedBytes = 0;
  #respondedAtMs: number | undefined;
  cancelled = false;

  constructor(maxResponseBytes: number) {
    this.#maxResponseBytes = maxResponseBytes;
  }

  /** Node made the request; until then nothing can have been sent. */
  get begun(): boolean {
    return this.#request !== undefined;
  }

  /** Called by the pool once Node has made the request and before it has a socket. */
  watch(request: ClientRequest): void {
    this.#request = request;
    request.once('error', (error: NodeJS.ErrnoException) => this.fail(error.code ?? error.name));
    request.once('response', (response) => {
      this.#response = response;
      this.#respondedAtMs = Date.now();
      response.on('data', (chunk: Buffer) => this.#receive(chunk));
    });
  }

  /** Ends the request where it stands; its connection is not used again. */
  abort(failure: string): void {
    this.fail(failure);
    this.#request?.destroy();
  }

  /** After the answer: one that came before the whole request was written leaves a connection that nobody ends. */
  finish(): void {
    if (this.#request?.writableFinished === false) this.#request.destroy();
  }

  /** Notes why there is no answer; the first cause is the one that counts. */
  fail(failure: string): void {
    this.#failure ??= failure;
  }

  reply(isEstablished: (socket: object) => boolean): Reply {
    const socket = this.#request?.socket;
    const response = this.#response;
    return {
      established: response !== undefined || (socket != null && isEstablished(socket)),
      cancelled: this.cancelled,
      status: response?.statusCode,
      headers: response?.headers ?? {},
      text: Buffer.concat(this.#chunks).toString('utf8'),
      complete: response?.complete ?? false,
      failure: this.#failure,
      respondedAtMs: this.#respondedAtMs,
    };
  }

  #receive(chunk: Buffer): void {
    this.#receivedBytes += chunk.length;
    if (this.#receivedBytes > this.#maxResponseBytes) this.abort('RESPONSE_TOO_LARGE');
    else this.#chunks.push(chunk);
  }
}
