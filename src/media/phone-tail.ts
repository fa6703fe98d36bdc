import type { ByteSource } from './byte-source.ts';

const LOOK_BYTES = 4096;

/**
 * Whether what follows a JPEG is what telephones append to one: a second picture (multi-picture format, gain map), a
 * film, notes of a Samsung, or zeros. It never goes to X.
 */
export async function isPhoneTail(source: ByteSource, start: number): Promise<boolean> {
  const tail = Buffer.from(await source.read(start, Math.min(start + LOOK_BYTES, source.byteLength)));
  return isPadded(tail) || isFilm(tail) || (await hasSamsungEnd(source));
}

/** Zeros, and behind them nothing or the beginning of a JPEG. */
const isPadded = (tail: Buffer): boolean => {
  const first = tail.findIndex((byte) => byte !== 0);
  return first === -1 || tail.subarray(first, first + 2).equals(Buffer.from([0xff, 0xd8]));
};

const isFilm = (tail: Buffer): boolean => tail.toString('latin1', 4, 8) === 'ftyp';

const hasSamsungEnd = async (source: ByteSource): Promise<boolean> =>
  Buffer.from(await source.read(source.byteLength - 4, source.byteLength)).toString('latin1') === 'SEFT';
