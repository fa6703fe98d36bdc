import { big, latin1 } from './byte-order.ts';

export const box = (type: string, ...payload: Uint8Array[]): Buffer => {
  const body = Buffer.concat(payload);
  return Buffer.concat([big(body.length + 8), latin1(type), body]);
};

interface Mp4Options {
  readonly seconds?: number;
  readonly width?: number;
  readonly height?: number;
  readonly fps?: number;
  /** Four characters: `avc1`, `hvc1`, ... */
  readonly videoCoding?: string;
  /** Four characters; none for a silent video. */
  readonly soundCoding?: string | undefined;
  /** Of the AAC: 2 is low complexity, 5 is high efficiency. */
  readonly soundObject?: number;
  /** `isom`, `mp42`, `qt  `, ... */
  readonly brand?: string;
  /** How much there is to play. */
  readonly dataBytes?: number;
  /** The description of the tracks stands behind the data, as recorders put it. */
  readonly moovLast?: boolean;
  /** Boxes of the `moov` besides. */
  readonly movieBoxes?: readonly Buffer[];
  /** Tracks besides. */
  readonly tracks?: readonly Buffer[];
}

const TICKS = 60_000;

/** A video as far as it can be told without playing it: 2 seconds of 320 x 240 with sound, when nothing else is said. */
export function makeMp4(options: Mp4Options = {}): Buffer {
  const { seconds = 2, brand = 'isom', dataBytes = 1000, moovLast = false } = options;
  const soundCoding = 'soundCoding' in options ? options.soundCoding : 'mp4a';
  const moov = box(
    'moov',
    movieHeader(seconds),
    ...(options.movieBoxes ?? []),
    videoTrack(options),
    ...(soundCoding === undefined ? [] : [soundTrack(options, soundCoding)]),
    ...(options.tracks ?? []),
  );
  const start = box('ftyp', latin1(brand), big(512), latin1(brand));
  const mdat = box('mdat', Buffer.alloc(dataBytes));
  return Buffer.concat(moovLast ? [start, mdat, moov] : [start, moov, mdat]);
}

const movieHeader = (seconds: number): Buffer =>
  box('mvhd', Buffer.alloc(12), big(1000), big(Math.round(seconds * 1000)), Buffer.alloc(80));

const videoTrack = (options: Mp4Options): Buffer => {
  const { seconds = 2, width = 320, height = 240, fps = 30, videoCoding = 'avc1' } = options;
  const settings = box('avcC', Buffer.from([1, 0x64, 0, 0x1f, 0xff, 0xe1, 0, 1, 0x67, 1, 0, 1, 0x68]));
  const sizes = Buffer.concat([Buffer.alloc(24), big(width, 2), big(height, 2), Buffer.alloc(50)]);
  return makeTrack({
    handler: 'vide',
    entry: box(videoCoding, sizes, settings, box('pasp', big(1), big(1))),
    samples: Math.round(seconds * fps),
    ticks: Math.round(TICKS / fps),
    width,
    height,
  });
};

const soundTrack = ({ seconds = 2, soundObject = 2, brand }: Mp4Options, coding: string): Buffer => {
  const isQuickTime = brand === 'qt  ';
  const fixed = Buffer.concat([Buffer.alloc(8), big(isQuickTime ? 1 : 0, 2), Buffer.alloc(6), big(2, 2)]);
  const rest = Buffer.concat([big(16, 2), Buffer.alloc(4), big(48_000, 2), Buffer.alloc(2)]);
  const settings = soundSettings(soundObject);
  const inner = isQuickTime
    ? [Buffer.alloc(16), box('wave', box('frma', latin1(coding)), settings)]
    : [settings];
  const samples = Math.round((seconds * 48_000) / 1024);
  return makeTrack({ handler: 'soun', entry: box(coding, fixed, rest, ...inner), samples, ticks: 1280 });
};

/** An `esds` of AAC. */
const soundSettings = (object: number): Buffer => {
  const specific = Buffer.from([5, 2, object << 3, 0x10]);
  const decoder = Buffer.concat([
    Buffer.from([4, 13 + specific.length, 0x40, 0x15]),
    Buffer.alloc(11),
    specific,
  ]);
  const stream = Buffer.concat([Buffer.from([0, 1, 0]), decoder, Buffer.from([6, 1, 2])]);
  return box('esds', Buffer.alloc(4), Buffer.from([3, stream.length]), stream);
};

interface TrackOptions {
  readonly handler: string;
  /** How it is coded. */
  readonly entry: Buffer;
  readonly samples: number;
  /** Of 60,000 a second, for each sample. */
  readonly ticks: number;
  readonly width?: number;
  readonly height?: number;
}

export const makeTrack = ({
  handler,
  entry,
  samples,
  ticks,
  width = 0,
  height = 0,
}: TrackOptions): Buffer => {
  const table = box(
    'stbl',
    box('stsd', big(0), big(1), entry),
    box('stts', big(0), big(1), big(samples), big(ticks)),
    box('stsc', big(0), big(1), big(1), big(samples), big(1)),
    box('stsz', big(0), big(100), big(samples)),
    box('stco', big(0), big(1), big(48)),
  );
  const header = Buffer.concat([Buffer.alloc(12), big(1), Buffer.alloc(60), big(width * 65536 || 0, 4)]);
  return box(
    'trak',
    box('tkhd', header, big(height * 65536 || 0, 4)),
    box(
      'mdia',
      box('mdhd', Buffer.alloc(12), big(TICKS), big(samples * ticks), Buffer.alloc(4)),
      box('hdlr', Buffer.alloc(8), latin1(handler), Buffer.alloc(12), latin1('Handler\0')),
      box('minf', box(handler === 'vide' ? 'vmhd' : 'smhd', Buffer.alloc(12)), table),
    ),
  );
};
