import type { ByteWindow } from './byte-source.ts';
import type { Structure } from './inspect.ts';
import { damaged, Refusal } from './refusal.ts';

const START_OF_IMAGE = 0xd8;
const END_OF_IMAGE = 0xd9;
const START_OF_SCAN = 0xda;

/** Walks the segments of a JPEG (ITU-T T.81, annex B) up to its end marker. Nothing is decompressed. */
export async function walkJpeg(window: ByteWindow): Promise<Structure> {
  let headBytes = 0;
  let scans = 0;
  for (let at = 2; ; ) {
    const marker = await readMarker(window, at);
    if (marker === END_OF_IMAGE) {
      if (scans === 0) throw damaged('there is no picture in it');
      return { headBytes, end: at + 2, frames: 1 };
    }
    const end = await segmentEnd(window, at);
    if (isFrame(marker)) {
      if (headBytes > 0 || marker > 0xc2)
        throw new Refusal('X does not take this kind of JPEG. Save it again.');
      headBytes = end;
    }
    at = marker === START_OF_SCAN ? await scanEnd(window, end) : end;
    if (marker === START_OF_SCAN) scans += 1;
    if (scans > 0 && headBytes === 0) throw damaged('its size is missing');
  }
}

async function readMarker(window: ByteWindow, at: number): Promise<number> {
  const [first = 0, marker = 0] = await window.take(at, 2);
  if (first !== 0xff || marker < 0xc0 || marker === START_OF_IMAGE || isRestart(marker) || marker === 0xff)
    throw damaged('its segments do not follow each other');
  return marker;
}

async function segmentEnd(window: ByteWindow, at: number): Promise<number> {
  const length = (await window.take(at + 2, 2)).readUInt16BE(0);
  if (length < 2) throw damaged('a segment of it has an impossible length');
  await window.take(at + 1 + length, 1);
  return at + 2 + length;
}

/** Start-of-frame markers, which carry the size; of 0xC0 to 0xCF three mean something else. */
const isFrame = (marker: number): boolean =>
  marker >= 0xc0 && marker <= 0xcf && marker !== 0xc4 && marker !== 0xc8 && marker !== 0xcc;

const isRestart = (marker: number): boolean => marker >= 0xd0 && marker <= 0xd7;

/** Where the compressed data ends: at the first 0xFF that is neither stuffed nor a restart. */
async function scanEnd(window: ByteWindow, start: number): Promise<number> {
  for (let at = start; ; ) {
    await window.take(at, 2);
    const bytes = await window.some(at);
    const end = findMarker(bytes);
    if (end !== undefined) return at + end;
    // The last byte may be the first half of a marker.
    at += bytes.length - 1;
  }
}

function findMarker(bytes: Buffer): number | undefined {
  for (let at = bytes.indexOf(0xff); at !== -1; at = bytes.indexOf(0xff, at + 1)) {
    const next = bytes[at + 1] ?? 0;
    if (next !== 0 && next !== 0xff && !isRestart(next)) return at;
  }
  return undefined;
}
