import fc from 'fast-check';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { type ByteSource, inMemory } from '../../src/media/byte-source.ts';
import { inspect } from '../../src/media/inspect.ts';
import { Refusal } from '../../src/media/refusal.ts';
import {
  box,
  jpegSegment,
  makeGif,
  makeJpeg,
  makeMp4,
  makePng,
  makeTrack,
  makeWebp,
  pngChunk,
} from './files.ts';

const samples: readonly (readonly [string, Buffer])[] = [
  ['PNG', makePng(40, 30, { chunks: [pngChunk('tEXt', Buffer.from('a\0b'))] })],
  ['JPEG', makeJpeg(40, 30, { segments: [jpegSegment(0xe1, Buffer.from('Exif\0\0MM\0*\0\0\0\x08\0\0'))] })],
  ['GIF', makeGif(3, 40, 30)],
  ['WebP', makeWebp(40, 30)],
  ['MP4', makeMp4({ dataBytes: 40 })],
  ['MOV', makeMp4({ dataBytes: 40, brand: 'qt  ', moovLast: true })],
];

/** What a look at a file cost, counted where its bytes come from. */
interface Work {
  reads: number;
  bytes: number;
}

const counted = (bytes: Buffer): { source: ByteSource; work: Work } => {
  const work: Work = { reads: 0, bytes: 0 };
  const { read, ...source } = inMemory(bytes);
  return {
    work,
    source: {
      ...source,
      async read(start, end) {
        const given = await read(start, end);
        work.reads += 1;
        work.bytes += given.length;
        return given;
      },
    },
  };
};

/** Looks at it; anything but findings or a refusal fails the test, and so does more work than the file is long. */
async function look(bytes: Buffer): Promise<string> {
  const { source, work } = counted(bytes);
  const result = await inspect(source).then(
    ({ kind, byteLength }) => `${kind} ${byteLength <= bytes.length}`,
    (error: unknown) => {
      if (error instanceof Refusal) return error.message;
      throw error;
    },
  );
  expect(work.bytes).toBeLessThan(3 * bytes.length + 200_000);
  expect(work.reads).toBeLessThan(bytes.length / 16_384 + 1_100);
  return result;
}

afterEach(() => void vi.restoreAllMocks());

const interesting = fc.constantFrom(0, 1, 2, 0x7f, 0x80, 0xc0, 0xd9, 0xda, 0xfe, 0xff);
const mutation = fc.record({
  at: fc.nat(),
  kind: fc.constantFrom('set', 'long', 'cut', 'insert', 'repeat'),
  byte: fc.oneof(interesting, fc.integer({ min: 0, max: 255 })),
  length: fc.integer({ min: 1, max: 40 }),
});

function mutate(
  bytes: Buffer,
  { at, kind, byte, length }: { at: number; kind: string; byte: number; length: number },
): Buffer {
  const start = bytes.length === 0 ? 0 : at % bytes.length;
  const [before, after] = [bytes.subarray(0, start), bytes.subarray(start)];
  if (kind === 'set') return Buffer.concat([before, Buffer.from([byte]), after.subarray(1)]);
  if (kind === 'long') return Buffer.concat([before, Buffer.alloc(4, byte), after.subarray(4)]);
  if (kind === 'cut') return Buffer.concat([before, after.subarray(length)]);
  if (kind === 'insert') return Buffer.concat([before, Buffer.alloc(length, byte), after]);
  return Buffer.concat([before, after.subarray(0, length), after]);
}

describe('hostile files', () => {
  it.each(samples)(
    'are refused or taken, whatever is changed in a %s, and nothing else happens',
    async (_, bytes) => {
      const spoken = [vi.spyOn(console, 'error'), vi.spyOn(console, 'warn'), vi.spyOn(console, 'info')];
      await fc.assert(
        fc.asyncProperty(fc.array(mutation, { minLength: 1, maxLength: 4 }), async (mutations) => {
          await look(mutations.reduce(mutate, bytes));
        }),
        { seed: 6, numRuns: 1500 },
      );
      for (const spy of spoken) expect(spy).not.toHaveBeenCalled();
    },
  );

  it.each(samples)('are refused or taken wherever a %s is cut off', async (_, bytes) => {
    for (let end = 0; end < bytes.length; end += 1)
      expect(await look(bytes.subarray(0, end))).not.toMatch(/^(IMAGE|GIF|VIDEO)/);
  });

  it.each<[string, Buffer, string]>([
    [
      'a GIF of a million empty comments',
      Buffer.concat([
        makeGif(1, 8, 8).subarray(0, 25),
        Buffer.alloc(3_000_000, Buffer.from([0x21, 0xfe, 0])),
      ]),
      'cut off',
    ],
    [
      'a PNG of 400,000 empty chunks',
      makePng(8, 8, { chunks: Array(400_000).fill(pngChunk('tEXt', Buffer.alloc(0))) }),
      'IMAGE',
    ],
    ['a JPEG of 4 MB of stuffed bytes', openJpeg(Buffer.from([0xff, 0])), 'cut off'],
    ['a JPEG of 4 MB of 0xFF', openJpeg(Buffer.from([0xff])), 'cut off'],
    ['a JPEG of a million scans', openJpeg(jpegSegment(0xda, Buffer.alloc(0))), 'cut off'],
    [
      'an MP4 of 500,000 empty boxes',
      Buffer.concat([makeMp4(), Buffer.alloc(4_000_000, box('free'))]),
      'more boxes than a video can have',
    ],
    ['a WebP of 500,000 empty chunks', largeWebp(), 'IMAGE'],
  ])('take no more work than they are long: %s', async (_, bytes, result) => {
    expect(await look(bytes)).toContain(result);
  });

  it('are not read on when they are larger than X takes', async () => {
    const bytes = Buffer.concat([openJpeg(Buffer.from([0xff])), Buffer.alloc(40_000_000)]);
    const { source, work } = counted(bytes);
    await expect(inspect(source)).rejects.toThrow('X takes at most 5,242,880 (5 MB)');
    expect(work.bytes).toBeLessThan(6_000_000);
  });

  it.each(['stts', 'stsd'])(
    'room is made for no number that is merely claimed: 4 billion entries in %s',
    async (type) => {
      const bytes = makeMp4();
      const at = bytes.indexOf(type) + 8;
      bytes.fill(0xff, at, at + 4);
      expect(await look(bytes)).toContain('damaged');
    },
  );

  it('a table of sizes that claims 4 billion samples is not even read', async () => {
    const bytes = makeMp4();
    const at = bytes.indexOf('stsz') + 12;
    bytes.fill(0xff, at, at + 4);
    expect(await look(bytes)).toBe('VIDEO true');
  });

  it.each([
    ['a length of 256 MB', Buffer.from([5, 0xff, 0xff, 0xff, 0x7f])],
    ['a length without an end', Buffer.alloc(2000, 0xff)],
    ['one descriptor in the other, a thousand times', nestedDescriptors(1000)],
  ])('the settings of a sound with %s are refused', async (_, settings) => {
    const fixed = Buffer.alloc(28);
    const entry = box('mp4a', fixed, box('esds', Buffer.alloc(4), settings));
    const tracks = [makeTrack({ handler: 'soun', entry, samples: 100, ticks: 1280 })];
    expect(await look(makeMp4({ soundCoding: undefined, tracks }))).toContain('the settings of its sound');
  });

  it.each([
    [0xffff, 'damaged'],
    [20, 'VIDEO'],
  ])(
    'a set of decoder parameters that is longer than its box is not spoken of: %d',
    async (length, result) => {
      const spoken = vi.spyOn(console, 'error');
      const bytes = makeMp4();
      bytes.writeUInt16BE(length, bytes.indexOf('avcC') + 10);
      expect(await look(bytes)).toContain(result);
      expect(spoken).not.toHaveBeenCalled();
    },
  );
});

/** A JPEG whose compressed data goes on with 4 MB of `pattern` and never ends. */
function openJpeg(pattern: Buffer): Buffer {
  return Buffer.concat([makeJpeg(8, 8).subarray(0, -2), Buffer.alloc(4_000_000, pattern)]);
}

function largeWebp(): Buffer {
  const chunks = Buffer.alloc(4_000_000, Buffer.from('EXIF\0\0\0\0', 'latin1'));
  const picture = makeWebp(8, 8);
  const bytes = Buffer.concat([picture, chunks]);
  bytes.writeUInt32LE(bytes.length - 8, 4);
  return bytes;
}

/** Each says that the rest is its own. */
function nestedDescriptors(depth: number): Buffer {
  let inner = Buffer.alloc(0);
  for (let level = 0; level < depth; level += 1) {
    const length = inner.length + 3;
    const head = [3, 0x80 | (length >> 14), 0x80 | ((length >> 7) & 0x7f), length & 0x7f, 0, 1, 0];
    inner = Buffer.concat([Buffer.from(head), inner]);
  }
  return inner;
}
