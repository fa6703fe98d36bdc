import { damaged } from './refusal.ts';

/** A box of an MP4 or QuickTime file (ISO/IEC 14496-12, section 4.2) that lies whole in memory. */
export interface Box {
  /** Four characters. */
  readonly type: string;
  /** What follows its length and type. */
  readonly payload: Buffer;
}

/** The boxes that fill `bytes` exactly; throws the refusal of a damaged file when they do not. */
export function readBoxes(bytes: Buffer): Box[] {
  const boxes: Box[] = [];
  for (let at = 0; at < bytes.length; ) {
    if (isClosingZero(bytes, at)) break;
    const size = bytes.length - at < 8 ? 0 : bytes.readUInt32BE(at);
    if (size < 8 || at + size > bytes.length)
      throw damaged('a box of it does not fit into the one around it');
    boxes.push({
      type: bytes.toString('latin1', at + 4, at + 8),
      payload: bytes.subarray(at + 8, at + size),
    });
    at += size;
  }
  return boxes;
}

/** QuickTime may end a list of boxes with four zeros. */
const isClosingZero = (bytes: Buffer, at: number): boolean =>
  bytes.length - at === 4 && bytes.readUInt32BE(at) === 0;

export const writeBox = (type: string, ...payload: Buffer[]): Buffer => {
  const head = Buffer.alloc(8);
  head.writeUInt32BE(8 + payload.reduce((length, part) => length + part.length, 0), 0);
  head.write(type, 4, 'latin1');
  return Buffer.concat([head, ...payload]);
};

/** The only box of this type, or the refusal of a damaged file. */
export function onlyBox(boxes: readonly Box[], type: string): Box {
  const [box, ...others] = boxes.filter((each) => each.type === type);
  if (box === undefined || others.length > 0) throw damaged(`it needs one box ${type}`);
  return box;
}
