import { damaged } from './refusal.ts';

const LONGEST_BYTES = 4096;
const STREAM = 3;
/** A stream's descriptor has more fields when these of its flags are set, which no MP4 needs. */
const STREAM_FLAGS = 0xe0;
/** So many bytes of a descriptor stand before those that are inside it. */
const bytesBeforeInner: Readonly<Record<number, number>> = { [STREAM]: 3, 4: 13 };

/** Checks that the descriptors of an `esds` fit into each other (ISO/IEC 14496-1, section 7.2.6); throws what a damaged file gets. */
export function checkSoundSettings(payload: Buffer): void {
  if (payload.length > LONGEST_BYTES) throw unfit();
  checkDescriptors(payload.subarray(4));
}

function checkDescriptors(bytes: Buffer): void {
  for (let at = 0; at < bytes.length; ) {
    const { start, end } = readSpan(bytes, at);
    const tag = bytes.readUInt8(at);
    const before = bytesBeforeInner[tag];
    if (before !== undefined && end - start < before) throw unfit();
    if (tag === STREAM && (bytes.readUInt8(start + 2) & STREAM_FLAGS) !== 0) throw unfit();
    if (before !== undefined) checkDescriptors(bytes.subarray(start + before, end));
    at = end;
  }
}

/** What a descriptor's length, of one to four bytes with seven bits each, says. */
function readSpan(bytes: Buffer, at: number): { start: number; end: number } {
  let length = 0;
  for (let next = at + 1; next <= at + 4 && next < bytes.length; next += 1) {
    const byte = bytes.readUInt8(next);
    length = length * 128 + (byte & 0x7f);
    if (byte >= 0x80) continue;
    const end = next + 1 + length;
    if (end > bytes.length) break;
    return { start: next + 1, end };
  }
  throw unfit();
}

const unfit = () => damaged('the settings of its sound do not fit into their box');
