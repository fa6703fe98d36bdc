import { randomBytes } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createMediaReader } from '../../src/media/index.ts';
import { openTemporaryFile } from '../../src/media/temporary-file.ts';
import { afterFile } from '../support/cleanup.ts';
import { makeMp4, makePng, makePngOf } from './files.ts';

const folder = mkdtempSync(join(tmpdir(), 'herald-media-'));
afterFile(() => rmSync(folder, { recursive: true }));

const limit = 8 * 1024 * 1024;
const reader = createMediaReader({ maxStreamBytes: limit, byUrl: 'off', temporaryFolder: folder });
const refusalOf = (work: Promise<unknown>): Promise<unknown> =>
  work.then(
    () => 'taken',
    (error: unknown) => error,
  );

async function* inPieces(bytes: Buffer, pieceBytes = 30_011): AsyncIterable<Uint8Array> {
  for (let at = 0; at < bytes.length; at += pieceBytes) yield bytes.subarray(at, at + pieceBytes);
}

/** The descriptors of this process that lead to removed files of the folder; elsewhere than on Linux nobody can tell. */
const openFiles = (): string[] =>
  process.platform === 'linux'
    ? readdirSync('/proc/self/fd').filter((fd) => linkOf(fd).startsWith(folder))
    : [];

const linkOf = (fd: string): string => {
  try {
    return readlinkSync(`/proc/self/fd/${fd}`);
  } catch {
    return '';
  }
};

describe('base64', () => {
  const png = makePng(10, 10);
  it.each([
    ['with padding', png.toString('base64')],
    ['without padding', png.toString('base64').replace(/=+$/, '')],
    ['base64url', png.toString('base64url')],
    ['of 5,242,880 bytes', makePngOf(5 * 1024 * 1024).toString('base64')],
  ])('is taken %s', async (_, text) => {
    const file = await reader.fromBase64(text);
    const bytes = Buffer.from(text, 'base64');
    expect(file).toMatchObject({ kind: 'IMAGE', mimeType: 'image/png', byteLength: bytes.length });
    expect(Buffer.from(await file.read(3, 9))).toEqual(bytes.subarray(3, 9));
    await file.dispose();
  });

  it.each([
    ['nothing', '', 'not a picture or a video'],
    [
      'white space',
      `${png.toString('base64').slice(0, 20)}\n${png.toString('base64').slice(20)}`,
      'not base64',
    ],
    ['a data address', `data:image/png;base64,${png.toString('base64')}`, 'not base64'],
    ['too much padding', `${png.toString('base64')}=`, 'not base64'],
    ['one letter too many', 'AAAAA', 'not base64'],
    ['padding in the middle', 'AA==AAAA', 'not base64'],
    ['other letters', 'iVBORw0KGgo\u00e9', 'not base64'],
    ['5,242,881 bytes', makePngOf(5 * 1024 * 1024 + 1).toString('base64'), 'larger than 5,242,880 (5 MB)'],
    ['text', Buffer.from('hello').toString('base64'), 'not a picture or a video'],
    ['half a file', png.subarray(0, 50).toString('base64'), 'cut off'],
  ])('is refused with %s', async (_, text, sentence) => {
    expect(await refusalOf(reader.fromBase64(text))).toMatchObject({
      code: 'MEDIA_INVALID',
      field: 'base64',
      message: expect.stringContaining(sentence),
    });
  });
});

describe('a stream', () => {
  it('of 256 KiB stays in memory', async () => {
    const file = await reader.fromStream(inPieces(makePngOf(256 * 1024)));
    expect(openFiles()).toHaveLength(0);
    await file.dispose();
  });

  it('of more is kept encrypted in a file without a name, and can be read in any order', async () => {
    const bytes = makeMp4({ dataBytes: 3_000_000 });
    randomBytes(2_000_000).copy(bytes, bytes.length - 2_500_000);
    const file = await reader.fromStream(inPieces(bytes));
    expect(readdirSync(folder)).toEqual([]);
    const [fd] = openFiles();
    if (fd !== undefined) {
      const onDisk = readFileSync(`/proc/self/fd/${fd}`);
      expect(onDisk.length).toBe(bytes.length);
      expect(onDisk.includes('moov')).toBe(false);
      for (let at = 0; at < bytes.length - 64; at += 64 * 1024)
        expect(onDisk.includes(bytes.subarray(at, at + 64))).toBe(false);
    }
    const places = [0, 1, 15, 16, 17, 4096, 30_011, 1_000_003, bytes.length - 17, bytes.length - 1];
    for (const start of places)
      for (const length of [0, 1, 15, 16, 33, 100_000])
        expect(
          Buffer.from(await file.read(start, start + length)).equals(bytes.subarray(start, start + length)),
        ).toBe(true);
    const reads = await Promise.all(places.map((start) => file.read(start, start + 999)));
    expect(
      reads.every((read, n) => Buffer.from(read).equals(bytes.subarray(places[n], (places[n] ?? 0) + 999))),
    ).toBe(true);
    await Promise.all([file.dispose(), file.dispose()]);
    expect(openFiles()).toEqual([]);
    expect(await refusalOf(file.read(0, 10))).toBeInstanceOf(Error);
  });

  it('keeps two files under two keys', async () => {
    const files = await Promise.all([openTemporaryFile(folder), openTemporaryFile(folder)]);
    for (const file of files) await file.append(Buffer.alloc(64));
    const onDisk = openFiles().map((fd) => readFileSync(`/proc/self/fd/${fd}`, 'hex'));
    expect(new Set(onDisk).size).toBe(onDisk.length);
    for (const file of files) await file.dispose();
  });

  it('that is too long is refused at once and no further read', async () => {
    let given = 0;
    let ended = false;
    async function* endless(): AsyncIterable<Uint8Array> {
      try {
        for (;;) {
          given += 65_536;
          yield Buffer.alloc(65_536, 'x');
        }
      } finally {
        ended = true;
      }
    }
    expect(await refusalOf(reader.fromStream(endless()))).toMatchObject({
      code: 'MEDIA_INVALID',
      field: 'file',
      message: 'The file is larger than 8,388,608 (8 MB), the most that this Herald takes.',
    });
    expect({ given, ended }).toEqual({ given: limit + 65_536, ended: true });
    expect(openFiles()).toEqual([]);
  });

  it.each([100_000, 1_000_000])('that breaks off after %d bytes leaves nothing', async (length) => {
    const broken = new Error('the client went away');
    async function* breaking(): AsyncIterable<Uint8Array> {
      yield Buffer.alloc(length);
      throw broken;
    }
    expect(await refusalOf(reader.fromStream(breaking()))).toBe(broken);
    expect(openFiles()).toEqual([]);
    expect(readdirSync(folder)).toEqual([]);
  });

  it('of a file that X would refuse leaves nothing', async () => {
    expect(await refusalOf(reader.fromStream(inPieces(Buffer.alloc(1_000_000))))).toMatchObject({
      code: 'MEDIA_INVALID',
      field: 'file',
    });
    expect(openFiles()).toEqual([]);
  });

  it('says when the temporary folder cannot be written, and takes small files all the same', async () => {
    const missing = createMediaReader({
      maxStreamBytes: limit,
      byUrl: 'off',
      temporaryFolder: join(folder, 'none'),
    });
    expect(await refusalOf(missing.fromStream(inPieces(makePngOf(300_000))))).toMatchObject({
      code: 'TEMPORARILY_UNAVAILABLE',
      message: expect.stringContaining('temporary folder'),
      retryAt: expect.any(Date),
      cause: expect.objectContaining({ code: 'ENOENT' }),
    });
    await (await missing.fromStream(inPieces(makePng(8, 8)))).dispose();
  });
});
