import { crc32, deflateSync } from 'node:zlib';
import { big, latin1, little } from './byte-order.ts';

export { box, makeMp4, makeTrack } from './movies.ts';

/*
 * Files as cameras and programs make them, made by code. The pictures can be decoded; a video has its boxes, and
 * nothing that could be played.
 */

/** What a picture is filled with, as red, green, blue. */
type Colour = readonly [number, number, number];
const BLUE: Colour = [29, 155, 240];

// PNG

export const pngChunk = (type: string, data: Uint8Array): Buffer => {
  const body = Buffer.concat([latin1(type), data]);
  return Buffer.concat([big(data.length), body, big(crc32(body))]);
};

interface PngOptions {
  readonly colour?: Colour;
  /** Stand before the data of the picture. */
  readonly chunks?: readonly Buffer[];
}

export const PNG_SIGNATURE = latin1('\x89PNG\r\n\x1a\n');

/** A PNG of one colour. Each line is the same, so that even large ones are small. */
export function makePng(
  width: number,
  height: number,
  { colour = BLUE, chunks = [] }: PngOptions = {},
): Buffer {
  const line = Buffer.concat([Buffer.from([0]), Buffer.alloc(width * 3, Buffer.from(colour))]);
  const pixels = deflateSync(Buffer.alloc(line.length * height, line));
  return Buffer.concat([
    PNG_SIGNATURE,
    pngHeader(width, height),
    ...chunks,
    pngChunk('IDAT', pixels),
    pngChunk('IEND', Buffer.alloc(0)),
  ]);
}

export const pngHeader = (width: number, height: number): Buffer =>
  pngChunk('IHDR', Buffer.concat([big(width), big(height), Buffer.from([8, 2, 0, 0, 0])]));

/** A PNG that claims a size and has no pixels to speak of: what its header says is all there is. */
export const claimPng = (width: number, height: number): Buffer =>
  Buffer.concat([
    PNG_SIGNATURE,
    pngHeader(width, height),
    pngChunk('IDAT', deflateSync(Buffer.alloc(16))),
    pngChunk('IEND', Buffer.alloc(0)),
  ]);

/** A PNG of exactly so many bytes: the rest is a text in it. */
export function makePngOf(byteLength: number): Buffer {
  const rest = byteLength - makePng(8, 8).length - 12;
  return makePng(8, 8, { chunks: [pngChunk('tEXt', Buffer.alloc(rest, 'x'))] });
}

// JPEG

export const jpegSegment = (marker: number, data: Uint8Array): Buffer =>
  Buffer.concat([Buffer.from([0xff, marker]), big(data.length + 2, 2), data]);

const jpegFrame = (width: number, height: number, marker = 0xc0): Buffer =>
  jpegSegment(
    marker,
    Buffer.concat([big(8, 1), big(height, 2), big(width, 2), Buffer.from([1, 1, 0x11, 0])]),
  );

interface JpegOptions {
  /** Stand after the first segment. */
  readonly segments?: readonly Buffer[];
  /** Of the frame: 0xC0 baseline, 0xC2 progressive, ... */
  readonly frameMarker?: number;
}

/** A grey JPEG. Each block of 8 x 8 is two bits: no difference, end of block. */
export function makeJpeg(width: number, height: number, options: JpegOptions = {}): Buffer {
  const blocks = Math.ceil(width / 8) * Math.ceil(height / 8);
  const oneCode = Buffer.concat([Buffer.from([1]), Buffer.alloc(15), Buffer.from([0])]);
  const data = Buffer.alloc(Math.ceil((blocks * 2) / 8));
  const spareBits = data.length * 8 - blocks * 2;
  if (data.length > 0) data[data.length - 1] = 2 ** spareBits - 1;
  return Buffer.concat([
    Buffer.from([0xff, 0xd8]),
    jpegSegment(0xe0, Buffer.from('JFIF\0\x01\x01\0\0\x01\0\x01\0\0', 'latin1')),
    ...(options.segments ?? []),
    jpegSegment(0xdb, Buffer.concat([Buffer.from([0]), Buffer.alloc(64, 1)])),
    jpegFrame(width, height, options.frameMarker),
    jpegSegment(0xc4, Buffer.concat([Buffer.from([0x00]), oneCode])),
    jpegSegment(0xc4, Buffer.concat([Buffer.from([0x10]), oneCode])),
    jpegSegment(0xda, Buffer.from([1, 1, 0, 0, 63, 0])),
    data,
    Buffer.from([0xff, 0xd9]),
  ]);
}

// GIF

/** A GIF of frames of one colour each, compressed as GIFs are. */
export function makeGif(frames: number, width: number, height: number): Buffer {
  const palette = Buffer.from([29, 155, 240, 255, 255, 255, 15, 20, 25, 249, 24, 128]);
  return Buffer.concat([
    latin1('GIF89a'),
    little(width),
    little(height),
    Buffer.from([0x81, 0, 0]),
    palette,
    Buffer.from('\x21\xff\x0bNETSCAPE2.0\x03\x01\0\0\0', 'latin1'),
    ...Array.from({ length: frames }, (_, frame) => gifFrame(width, height, frame % 4)),
    Buffer.from([0x3b]),
  ]);
}

export const gifFrame = (width: number, height: number, colour: number): Buffer =>
  Buffer.concat([
    Buffer.from([0x21, 0xf9, 4, 0, 10, 0, 0, 0]),
    Buffer.from([0x2c]),
    little(0),
    little(0),
    little(width),
    little(height),
    Buffer.from([0, 2]),
    subBlocks(compressRun(width * height, colour)),
  ]);

const subBlocks = (data: Buffer): Buffer => {
  const blocks: Buffer[] = [];
  for (let at = 0; at < data.length; at += 255)
    blocks.push(Buffer.from([Math.min(255, data.length - at)]), data.subarray(at, at + 255));
  return Buffer.concat([...blocks, Buffer.from([0])]);
};

/** LZW of `length` pixels of one colour: each code stands for a run that is one longer than the one before. */
function compressRun(length: number, colour: number): Buffer {
  const bits: number[] = [];
  const write = (code: number, width: number): void => {
    for (let bit = 0; bit < width; bit += 1) bits.push((code >> bit) & 1);
  };
  const [clear, end, first] = [4, 5, 6];
  let next = first;
  let width = 3;
  write(clear, width);
  for (let left = length, run = 1; left > 0; run += 1) {
    const isWhole = left >= run && next < 4095;
    if (!isWhole) {
      // What is left is shorter than the next run: its code has long been there.
      const size = Math.min(left, run - 1);
      write(size === 1 ? colour : first + size - 2, width);
      left -= size;
      if (left > 0) write(clear, width);
      [next, width, run] = [first, 3, 0];
      continue;
    }
    write(run === 1 ? colour : first + run - 2, width);
    left -= run;
    if (run > 1) next += 1;
    if (next === 2 ** width - 1 && width < 12) width += 1;
  }
  write(end, width);
  const bytes = Buffer.alloc(Math.ceil(bits.length / 8));
  bits.forEach((bit, at) => {
    bytes[at >> 3] = (bytes[at >> 3] ?? 0) | (bit << (at & 7));
  });
  return bytes;
}

// WebP

export const webpChunk = (type: string, data: Uint8Array): Buffer =>
  Buffer.concat([latin1(type), little(data.length, 4), data, Buffer.alloc(data.length % 2)]);

export const webpOf = (...chunks: Buffer[]): Buffer => {
  const body = Buffer.concat([latin1('WEBP'), ...chunks]);
  return Buffer.concat([latin1('RIFF'), little(body.length, 4), body]);
};

/** A lossless WebP of one colour: each of its five codes has one symbol, so that a pixel takes no bit. */
export const makeWebp = (width: number, height: number, colour: Colour = BLUE): Buffer =>
  webpOf(webpChunk('VP8L', losslessPicture(width, height, colour)));

const losslessPicture = (width: number, height: number, [red, green, blue]: Colour): Buffer => {
  let value = 0n;
  let length = 0n;
  const write = (bits: number, count: number): void => {
    value |= BigInt(bits) << length;
    length += BigInt(count);
  };
  write(width - 1, 14);
  write(height - 1, 14);
  write(0, 1 + 3); // No alpha, version 0.
  write(0, 3); // No transform, no colour cache, one group of codes.
  for (const symbol of [green, red, blue, 255]) {
    write(0b101, 3); // A simple code with one symbol of eight bits.
    write(symbol, 8);
  }
  write(0b0001, 4); // Of distances: a simple code with one symbol of one bit.
  const bytes = Buffer.alloc(Number((length + 7n) / 8n));
  for (let at = 0; at < bytes.length; at += 1) bytes[at] = Number((value >> BigInt(8 * at)) & 0xffn);
  return Buffer.concat([Buffer.from([0x2f]), bytes]);
};
