import type { ByteWindow } from './byte-source.ts';
import type { Structure } from './inspect.ts';
import { cutOff, damaged, Refusal } from './refusal.ts';

const FIRST_CHUNK = 12;
const HEAD_BYTES = 30;

/** Walks the chunks of a WebP (RFC 9649, section 2) up to the end that its first lines name. Nothing is decompressed. */
export async function walkWebp(window: ByteWindow): Promise<Structure> {
  const end = (await window.take(4, 4)).readUInt32LE(0) + 8;
  if (end > window.byteLength) throw cutOff();
  let pictures = 0;
  let at = FIRST_CHUNK;
  while (at < end) {
    const head = await window.take(at, 8);
    const type = head.toString('latin1', 0, 4);
    if (type === 'ANIM' || type === 'ANMF')
      throw new Refusal('The file is an animated WebP, which X does not take. Send a GIF.');
    if (type === 'VP8 ' || type === 'VP8L') pictures += 1;
    const length = head.readUInt32LE(4);
    at += 8 + length + (length % 2);
  }
  if (at !== end) throw damaged('its chunks do not add up to its length');
  if (pictures !== 1) throw damaged('there is no picture in it');
  return { headBytes: HEAD_BYTES, end, frames: 1 };
}
