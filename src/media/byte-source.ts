import { setImmediate } from 'node:timers/promises';
import { checkBytes } from './limits.ts';
import { cutOff } from './refusal.ts';

/** Bytes that are somewhere, to be read in any order. */
export interface ByteSource {
  readonly byteLength: number;
  /** The bytes from `start` up to, and without, `end`; fewer at the end, as `slice` does. */
  read(start: number, end: number): Promise<Uint8Array>;
  /** Lets go of the bytes. May be called twice. */
  dispose(): Promise<void>;
}

/** A source that is all in memory. Each read lets others have their turn, as one from a disk does. */
export const inMemory = (bytes: Uint8Array): ByteSource => ({
  byteLength: bytes.length,
  read: (start, end) => setImmediate(bytes.subarray(start, end)),
  dispose: async () => {},
});

const WINDOW_BYTES = 64 * 1024;

/**
 * A look at a source through 64 KiB of memory, for readers that go forward: however large the file is, and whatever
 * lengths it names, no more of it is held.
 */
export class ByteWindow {
  readonly byteLength: number;
  readonly #source: ByteSource;
  readonly #limitBytes: number;
  #start = 0;
  #bytes: Buffer = Buffer.alloc(0);

  /** Looking past `limitBytes` throws the refusal of a picture that is too large. */
  constructor(source: ByteSource, limitBytes = Infinity) {
    this.#source = source;
    this.#limitBytes = limitBytes;
    this.byteLength = source.byteLength;
  }

  /** Exactly `length` bytes, at most 64 KiB, or the refusal of a file that is cut off. */
  async take(start: number, length: number): Promise<Buffer> {
    if (start + length > this.byteLength) throw cutOff();
    if (start + length > this.#limitBytes) checkBytes('picture', this.byteLength, this.#limitBytes);
    if (start < this.#start || start + length > this.#start + this.#bytes.length) await this.#move(start);
    return this.#bytes.subarray(start - this.#start, start - this.#start + length);
  }

  /** Some bytes from `start` on, as many as are at hand; none only at the end. */
  async some(start: number): Promise<Buffer> {
    if (start < this.#start || start >= this.#start + this.#bytes.length) await this.#move(start);
    return this.#bytes.subarray(start - this.#start);
  }

  async #move(start: number): Promise<void> {
    const { buffer, byteOffset, byteLength } = await this.#source.read(start, start + WINDOW_BYTES);
    this.#bytes = Buffer.from(buffer, byteOffset, byteLength);
    this.#start = start;
  }
}
