import { createCipheriv, randomBytes, randomUUID } from 'node:crypto';
import { type FileHandle, open, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { HeraldError } from '../kernel/index.ts';
import type { ByteSource } from './byte-source.ts';

const BLOCK_BYTES = 16;
const RETRY_AFTER_MS = 60_000;

/** A file without a name, encrypted under a key that only this object has: whatever ends the process, nothing is left. */
export interface TemporaryFile extends ByteSource {
  append(bytes: Uint8Array): Promise<void>;
}

/** Opens one in `folder`. It and `append` throw `TEMPORARILY_UNAVAILABLE` when the folder cannot be written. */
export async function openTemporaryFile(folder: string): Promise<TemporaryFile> {
  const handle = await orUnavailable(openUnlinked(folder));
  const key = randomBytes(32);
  const cipher = createCipheriv('aes-256-ctr', key, counterAt(0));
  let byteLength = 0;
  let closed: Promise<void> | undefined;

  return {
    get byteLength() {
      return byteLength;
    },
    async append(bytes) {
      // On a handle this goes on where the last one ended, and goes on until all is written.
      await orUnavailable(handle.writeFile(cipher.update(bytes)));
      byteLength += bytes.length;
    },
    async read(start, end) {
      const first = start - (start % BLOCK_BYTES);
      const encrypted = await readFully(handle, first, Math.min(end, byteLength));
      const decipher = createCipheriv('aes-256-ctr', key, counterAt(first / BLOCK_BYTES));
      return decipher.update(encrypted).subarray(start - first);
    },
    dispose() {
      key.fill(0);
      closed ??= handle.close();
      return closed;
    },
  };
}

async function openUnlinked(folder: string): Promise<FileHandle> {
  const path = join(folder, `herald-${randomUUID()}`);
  const handle = await open(path, 'wx+', 0o600);
  try {
    await unlink(path);
    return handle;
  } catch (error) {
    await handle.close();
    throw error;
  }
}

/** The counter block of the key stream (NIST SP 800-38A, 6.5). No two files share a key, so that it may begin at 0. */
function counterAt(block: number): Buffer {
  const counter = Buffer.alloc(BLOCK_BYTES);
  counter.writeBigUInt64BE(BigInt(block), 8);
  return counter;
}

async function readFully(handle: FileHandle, start: number, end: number): Promise<Buffer> {
  const bytes = Buffer.alloc(Math.max(0, end - start));
  for (let at = 0; at < bytes.length; ) {
    const { bytesRead } = await handle.read(bytes, at, bytes.length - at, start + at);
    if (bytesRead === 0) throw new Error('the temporary file is shorter than what was written to it');
    at += bytesRead;
  }
  return bytes;
}

async function orUnavailable<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (cause) {
    throw new HeraldError('TEMPORARILY_UNAVAILABLE', {
      message:
        'Herald cannot write to its temporary folder, which it needs for larger files. Try again later.',
      retryAt: new Date(Date.now() + RETRY_AFTER_MS),
      cause,
    });
  }
}
