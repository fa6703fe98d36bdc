import { crc32, deflateSync } from 'node:zlib';

const WIDTH = 480;
const HEIGHT = 200;
/** 8 bits for each of red, green and blue; no interlacing (PNG, third edition, section 11.2.1). */
const COLOUR_TYPE = [8, 2, 0, 0, 0];

/** A PNG of an evening sky over hills, drawn here, so that the demo has something to upload. */
export const drawPicture = (): Buffer => {
  const rows = Array.from({ length: HEIGHT }, (_row, y) =>
    Buffer.from([0, ...Array.from({ length: WIDTH }, (_pixel, x) => colourAt(x, y)).flat()]),
  );
  const header = Buffer.alloc(8);
  header.writeUInt32BE(WIDTH, 0);
  header.writeUInt32BE(HEIGHT, 4);
  return Buffer.concat([
    Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]),
    chunk('IHDR', Buffer.concat([header, Buffer.from(COLOUR_TYPE)])),
    chunk('IDAT', deflateSync(Buffer.concat(rows), { level: 9 })),
    chunk('IEND', Buffer.alloc(0)),
  ]);
};

const colourAt = (x: number, y: number): number[] => {
  if (y > 150 + 18 * Math.sin(x / 70)) return [38, 70, 83];
  if (y > 120 + 24 * Math.sin(x / 110 + 2)) return [42, 157, 143];
  if (Math.hypot(x - 360, y - 70) < 26) return [255, 236, 179];
  const dusk = y / HEIGHT;
  return [Math.round(250 - 20 * dusk), Math.round(130 + 60 * dusk), Math.round(110 + 20 * dusk)];
};

const chunk = (type: string, data: Buffer): Buffer => {
  const named = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const framed = Buffer.alloc(named.length + 8);
  framed.writeUInt32BE(data.length, 0);
  named.copy(framed, 4);
  framed.writeUInt32BE(crc32(named), named.length + 4);
  return framed;
};
