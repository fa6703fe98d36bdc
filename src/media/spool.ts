import { type ByteSource, inMemory } from './byte-source.ts';
import { bytes } from './limits.ts';
import { Refusal } from './refusal.ts';
import { openTemporaryFile, type TemporaryFile } from './temporary-file.ts';

const MEMORY_BYTES = 256 * 1024;

/**
 * Takes in a whole stream: up to 256 KiB in memory, more in an encrypted temporary file. Throws a {@link Refusal} as soon as it is
 * longer than `limitBytes`, and whatever the stream throws; then nothing is left of it.
 */
export async function spool(
  stream: AsyncIterable<Uint8Array>,
  limitBytes: number,
  folder: string,
): Promise<ByteSource> {
  const memory = Buffer.alloc(MEMORY_BYTES);
  let byteLength = 0;
  let file: TemporaryFile | undefined;
  try {
    for await (const chunk of stream) {
      if (byteLength + chunk.length > limitBytes)
        throw new Refusal(`The file is larger than ${bytes(limitBytes)}, the most that this Herald takes.`);
      if (file === undefined && byteLength + chunk.length > MEMORY_BYTES) {
        file = await openTemporaryFile(folder);
        await file.append(memory.subarray(0, byteLength));
      }
      if (file === undefined) memory.set(chunk, byteLength);
      else await file.append(chunk);
      byteLength += chunk.length;
    }
  } catch (error) {
    await file?.dispose();
    throw error;
  }
  return file ?? inMemory(memory.subarray(0, byteLength));
}
