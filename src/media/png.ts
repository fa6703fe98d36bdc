import { crc32 } from 'node:zlib';
import type { ByteWindow } from './byte-source.ts';
import type { Structure } from './inspect.ts';
import { damaged, Refusal } from './refusal.ts';

const SIGNATURE_BYTES = 8;
const HEADER_END = 33;
const PIECE_BYTES = 32 * 1024;

/** Walks the chunks of a PNG (ISO/IEC 15948, section 5) up to the end of the file. Nothing is decompressed. */
export async function walkPng(window: ByteWindow): Promise<Structure> {
  let hasData = false;
  for (let at = SIGNATURE_BYTES; ; ) {
    const { type, length } = await readHead(window, at);
    if ((at === SIGNATURE_BYTES) !== (type === 'IHDR') || (type === 'IHDR' && length !== 13))
      throw damaged('it does not begin with the header of a PNG');
    if (type === 'acTL')
      throw new Refusal('The file is an animated PNG, which X would show as a still picture. Send a GIF.');
    await checkChunk(window, at, length);
    hasData ||= type === 'IDAT';
    at += length + 12;
    if (type !== 'IEND') continue;
    if (!hasData) throw damaged('there is no picture in it');
    return { headBytes: HEADER_END, end: at, frames: 1 };
  }
}

async function readHead(window: ByteWindow, at: number): Promise<{ type: string; length: number }> {
  const head = await window.take(at, 8);
  const type = head.toString('latin1', 4, 8);
  if (!/^[A-Za-z]{4}$/.test(type)) throw damaged('a chunk of it has no name');
  return { type, length: head.readUInt32BE(0) };
}

/** The checksum covers a chunk's type and data. */
async function checkChunk(window: ByteWindow, at: number, length: number): Promise<void> {
  const end = at + 8 + length;
  let checksum = 0;
  for (let piece = at + 4; piece < end; piece += PIECE_BYTES)
    checksum = crc32(await window.take(piece, Math.min(PIECE_BYTES, end - piece)), checksum);
  if (checksum !== (await window.take(end, 4)).readUInt32BE(0))
    throw damaged('a checksum in it does not fit');
}
