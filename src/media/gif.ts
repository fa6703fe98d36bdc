import type { ByteWindow } from './byte-source.ts';
import type { Structure } from './inspect.ts';
import { damaged } from './refusal.ts';

const HEADER_BYTES = 13;
const IMAGE = 0x2c;
const EXTENSION = 0x21;
const TRAILER = 0x3b;

/** Walks the blocks of a GIF (GIF89a, sections 17 to 27) up to its trailer and counts its frames. Nothing is decompressed. */
export async function walkGif(window: ByteWindow): Promise<Structure> {
  const screen = await window.take(0, HEADER_BYTES);
  const width = screen.readUInt16LE(6);
  const height = screen.readUInt16LE(8);
  let frames = 0;
  for (let at = HEADER_BYTES + colourTableBytes(screen.readUInt8(10)); ; ) {
    const kind = (await window.take(at, 1)).readUInt8(0);
    if (kind === TRAILER) {
      if (frames === 0) throw damaged('there is no picture in it');
      return { headBytes: HEADER_BYTES, end: at + 1, frames };
    }
    if (kind === EXTENSION) at = await skipSubBlocks(window, at + 2);
    else if (kind === IMAGE) {
      at = await skipFrame(window, at, width, height);
      frames += 1;
    } else throw damaged('a block of it has no known kind');
  }
}

async function skipFrame(window: ByteWindow, at: number, width: number, height: number): Promise<number> {
  const frame = await window.take(at, 10);
  const right = frame.readUInt16LE(1) + frame.readUInt16LE(5);
  const bottom = frame.readUInt16LE(3) + frame.readUInt16LE(7);
  if (right > width || bottom > height) throw damaged('a frame of it reaches out of the picture');
  // One byte, the size of the first codes, stands before the data.
  return skipSubBlocks(window, at + 10 + colourTableBytes(frame.readUInt8(9)) + 1);
}

const colourTableBytes = (flags: number): number => (flags & 0x80 ? 3 * 2 ** ((flags & 7) + 1) : 0);

async function skipSubBlocks(window: ByteWindow, start: number): Promise<number> {
  for (let at = start; ; ) {
    const length = (await window.take(at, 1)).readUInt8(0);
    at += 1 + length;
    if (length === 0) return at;
  }
}
