import { describe, expect, it } from 'vitest';
import { createMediaReader } from '../../src/media/index.ts';
import {
  box,
  claimPng,
  gifFrame,
  jpegSegment,
  makeGif,
  makeJpeg,
  makeMp4,
  makePng,
  makePngOf,
  makeTrack,
  makeWebp,
  PNG_SIGNATURE,
  pngChunk,
  pngHeader,
  webpChunk,
  webpOf,
} from './files.ts';

const reader = createMediaReader({ maxStreamBytes: 64 * 1024 * 1024, byUrl: 'off' });

async function* inPieces(bytes: Buffer, pieceBytes = 50_000): AsyncIterable<Uint8Array> {
  for (let at = 0; at < bytes.length; at += pieceBytes) yield bytes.subarray(at, at + pieceBytes);
}

const ZIP = Buffer.concat([Buffer.from('PK\x03\x04', 'latin1'), Buffer.alloc(60), Buffer.from('PK\x05\x06')]);
const notTaken = 'not a picture or a video that X takes: JPEG, PNG, WebP, GIF, MP4, MOV';
const five = 5 * 1024 * 1024;

describe('a file that X takes', () => {
  it.each([
    ['a PNG', makePng(40, 30), 'IMAGE', 'image/png'],
    ['a PNG of 8192 x 8192', claimPng(8192, 8192), 'IMAGE', 'image/png'],
    ['a PNG of 4 x 4', makePng(4, 4), 'IMAGE', 'image/png'],
    ['a PNG of 5,242,880 bytes', makePngOf(five), 'IMAGE', 'image/png'],
    ['a JPEG', makeJpeg(40, 30), 'IMAGE', 'image/jpeg'],
    ['a progressive JPEG', makeJpeg(40, 30, { frameMarker: 0xc2 }), 'IMAGE', 'image/jpeg'],
    [
      'a JPEG with Exif',
      makeJpeg(40, 30, { segments: [jpegSegment(0xe1, Buffer.from('Exif\0\0MM\0*\0\0\0\x08\0\0'))] }),
      'IMAGE',
      'image/jpeg',
    ],
    ['a WebP', makeWebp(40, 30), 'IMAGE', 'image/webp'],
    ['a GIF of one frame', makeGif(1, 40, 30), 'IMAGE', 'image/gif'],
    ['a GIF of two frames', makeGif(2, 40, 30), 'GIF', 'image/gif'],
    ['a GIF of 350 frames', makeGif(350, 40, 30), 'GIF', 'image/gif'],
    ['a GIF of 1280 x 1080', makeGif(2, 1280, 1080), 'GIF', 'image/gif'],
    ['an MP4', makeMp4(), 'VIDEO', 'video/mp4'],
    ['an MP4 without sound', makeMp4({ soundCoding: undefined }), 'VIDEO', 'video/mp4'],
    ['an MP4 as recorders write it', makeMp4({ moovLast: true, brand: 'mp42' }), 'VIDEO', 'video/mp4'],
    ['a MOV', makeMp4({ brand: 'qt  ' }), 'VIDEO', 'video/quicktime'],
    ['a video of half a second', makeMp4({ seconds: 0.5 }), 'VIDEO', 'video/mp4'],
    ['a video of 140 seconds', makeMp4({ seconds: 140 }), 'VIDEO', 'video/mp4'],
    ['an upright video', makeMp4({ width: 720, height: 1280 }), 'VIDEO', 'video/mp4'],
    ['a video of 32 x 32', makeMp4({ width: 32, height: 32 }), 'VIDEO', 'video/mp4'],
    ['a video of 60 frames a second', makeMp4({ fps: 60 }), 'VIDEO', 'video/mp4'],
    [
      'a video with a track of notes',
      makeMp4({
        tracks: [makeTrack({ handler: 'meta', entry: box('mebx', Buffer.alloc(8)), samples: 1, ticks: 1 })],
      }),
      'VIDEO',
      'video/mp4',
    ],
  ])('is taken: %s', async (_, bytes, kind, mimeType) => {
    const file = await reader.fromStream(inPieces(bytes));
    expect(file).toMatchObject({ kind, mimeType, byteLength: bytes.length });
    expect(Buffer.from(await file.read(0, file.byteLength)).equals(bytes)).toBe(true);
    await file.dispose();
    await file.dispose();
  });

  it.each([
    ['a second picture', Buffer.concat([Buffer.alloc(6), makeJpeg(8, 8)])],
    ['a film', box('ftyp', Buffer.from('mp42'))],
    ['notes of a Samsung telephone', Buffer.from('\0\0\x01\nImage_UTC_Data0SEFHSEFT', 'latin1')],
    ['zeros', Buffer.alloc(100)],
    [
      'a film that is larger than a picture may be',
      Buffer.concat([box('ftyp', Buffer.from('mp42')), Buffer.alloc(6_000_000)]),
    ],
  ])('a JPEG is taken without what a telephone appended to it: %s', async (_, tail) => {
    const picture = makeJpeg(40, 30);
    const file = await reader.fromStream(inPieces(Buffer.concat([picture, tail])));
    expect(file.byteLength).toBe(picture.length);
    expect(Buffer.from(await file.read(0, 1_000_000)).equals(picture)).toBe(true);
    await file.dispose();
  });
});

const half = (bytes: Buffer): Buffer => bytes.subarray(0, Math.floor(bytes.length / 2));
const svg = '<svg xmlns="http://www.w3.org/2000/svg" width="10" height="10"><script>alert(1)</script></svg>';

describe('a file that X would refuse', () => {
  it.each([
    ['nothing', Buffer.alloc(0), notTaken],
    ['one byte', Buffer.from([0xff]), notTaken],
    ['a ZIP', ZIP, notTaken],
    ['an SVG', Buffer.from(svg), notTaken],
    ['HTML', Buffer.from('<!doctype html><p>hello'), notTaken],
    ['a PDF', Buffer.from('%PDF-1.7\n%%EOF'), notTaken],
    ['a BMP', Buffer.from('BM\x36\0\0\0\0\0\0\0\x36\0\0\0', 'latin1'), notTaken],
    ['a HEIC', box('ftyp', Buffer.from('heic\0\0\0\0mif1heic')), notTaken],
    ['an AVIF', box('ftyp', Buffer.from('avif\0\0\0\0mif1avif')), notTaken],
    ['a Matroska file', Buffer.from('\x1aE\xdf\xa3', 'latin1'), notTaken],
    ['a WAV', Buffer.from('RIFF\x24\0\0\0WAVEfmt ', 'latin1'), notTaken],
    [
      'a PNG with a ZIP behind it',
      Buffer.concat([makePng(8, 8), ZIP]),
      'Behind the picture there are 68 bytes',
    ],
    [
      'a JPEG with a ZIP behind it',
      Buffer.concat([makeJpeg(8, 8), ZIP]),
      'Behind the picture there are 68 bytes',
    ],
    [
      'a GIF with a script behind it',
      Buffer.concat([makeGif(1, 8, 8), Buffer.from('alert(1)')]),
      'Behind the picture there are 8 bytes',
    ],
    [
      'a WebP with a ZIP behind it',
      Buffer.concat([makeWebp(8, 8), ZIP]),
      'Behind the picture there are 68 bytes',
    ],
    ['an MP4 with a ZIP behind it', Buffer.concat([makeMp4(), ZIP]), 'damaged'],
    ['half a PNG', half(makePng(200, 200)), 'cut off'],
    ['half a JPEG', half(makeJpeg(400, 400)), 'cut off'],
    ['a JPEG without its end', makeJpeg(400, 400).subarray(0, -2), 'cut off'],
    ['half a GIF', half(makeGif(4, 100, 100)), 'cut off'],
    ['a GIF without its trailer', makeGif(1, 8, 8).subarray(0, -1), 'cut off'],
    ['half a WebP', half(makeWebp(8, 8)), 'cut off'],
    ['half an MP4', half(makeMp4({ dataBytes: 100_000 })), 'cut off'],
    [
      'a PNG with a wrong checksum',
      Buffer.from(makePng(8, 8)).fill(7, 60, 61),
      'a checksum in it does not fit',
    ],
    [
      'a PNG without a picture',
      Buffer.concat([PNG_SIGNATURE, pngHeader(8, 8), pngChunk('IEND', Buffer.alloc(0))]),
      'no picture in it',
    ],
    ['a JPEG without a picture', Buffer.from([0xff, 0xd8, 0xff, 0xd9]), 'no picture in it'],
    ['a GIF without a frame', makeGif(0, 8, 8), 'no picture in it'],
    ['a lossless JPEG', makeJpeg(8, 8, { frameMarker: 0xc3 }), 'this kind of JPEG'],
    ['an animated PNG', makePng(8, 8, { chunks: [pngChunk('acTL', Buffer.alloc(8))] }), 'an animated PNG'],
    [
      'an animated WebP',
      webpOf(
        webpChunk('VP8X', Buffer.from([2, 0, 0, 0, 7, 0, 0, 7, 0, 0])),
        webpChunk('ANIM', Buffer.alloc(6)),
      ),
      'an animated WebP',
    ],
    [
      'a GIF whose frame is larger than it',
      Buffer.concat([makeGif(1, 8, 8).subarray(0, -1), gifFrame(60_000, 60_000, 0).subarray(0, 20)]),
      'reaches out of the picture',
    ],
    [
      'a PNG of 20,000 x 20,000',
      claimPng(20_000, 20_000),
      'The picture has 20,000 x 20,000 pixels; X takes at most 8,192 x 8,192 pixels.',
    ],
    ['a JPEG of 8193 x 8', makeJpeg(8193, 8), '8,193 x 8 pixels'],
    ['a WebP of 16,383 x 16,383', makeWebp(16_383, 16_383), '16,383 x 16,383 pixels; X takes at most 8,192'],
    ['a PNG of 2,147,483,647 pixels a line', claimPng(2_147_483_647, 1), 'X takes at most 8,192'],
    ['a PNG of 3 x 3', makePng(3, 3), 'The picture has 3 x 3 pixels; X takes at least 4 x 4 pixels.'],
    ['a PNG of no size', claimPng(0, 0), 'X takes at least 4 x 4'],
    [
      'a PNG of 5,242,881 bytes',
      makePngOf(five + 1),
      'The picture has 5,242,881 bytes; X takes at most 5,242,880 (5 MB).',
    ],
    ['a GIF of 351 frames', makeGif(351, 8, 8), 'The GIF has 351 frames; X takes at most 350.'],
    [
      'a GIF of 1281 x 8',
      makeGif(2, 1281, 8),
      'The GIF has 1,281 x 8 pixels; X takes at most 1,280 x 1,080 pixels.',
    ],
    ['a GIF of 1080 x 1280', makeGif(2, 1080, 1280), 'X takes at most 1,280 x 1,080 pixels.'],
    [
      'a GIF of too many pixels',
      makeGif(220, 1280, 1080),
      'The GIF has 304,128,000 pixels over all its frames; X takes at most 300,000,000.',
    ],
    ['a still GIF of 9000 x 8', makeGif(1, 9000, 8), 'The picture has 9,000 x 8 pixels'],
    ['a GIF of 16 MB', largeGif(16 * 1024 * 1024), 'bytes; X takes at most 15,728,640 (15 MB).'],
    ['a video of 0.4 seconds', makeMp4({ seconds: 0.4 }), 'The video lasts 0.4 seconds; X takes 0.5 to 140.'],
    ['a video of 141 seconds', makeMp4({ seconds: 141 }), 'The video lasts 141 seconds; X takes 0.5 to 140.'],
    [
      'a video of 1920 x 1080',
      makeMp4({ width: 1920, height: 1080 }),
      'The video has 1,920 x 1,080 pixels; X takes 32 x 32 to 1,280 x 1,024',
    ],
    ['a video of 1280 x 1280', makeMp4({ width: 1280, height: 1280 }), 'The video has 1,280 x 1,280 pixels'],
    ['a video of 16 x 16', makeMp4({ width: 16, height: 16 }), 'The video has 16 x 16 pixels'],
    ['a video four times as long as wide', makeMp4({ width: 400, height: 100 }), 'more than 3 times'],
    [
      'a video of 120 frames a second',
      makeMp4({ fps: 120 }),
      'The video has 120 frames a second; X takes at most 60.',
    ],
    ['a video in HEVC', makeMp4({ videoCoding: 'hvc1' }), 'The video is coded as hvc1; X takes H.264 only.'],
    ['a video in AV1', makeMp4({ videoCoding: 'av01' }), 'The video is coded as av01; X takes H.264 only.'],
    ['a video with AC-3', makeMp4({ soundCoding: 'ac-3' }), 'The sound is coded as ac-3; X takes AAC only.'],
    ['a video with HE-AAC', makeMp4({ soundObject: 5 }), 'The sound is coded as mp4a.40.5'],
    ['a fragmented MP4', makeMp4({ movieBoxes: [box('mvex', Buffer.alloc(8))] }), 'a fragmented MP4'],
    [
      'a video without its description',
      Buffer.concat([box('ftyp', Buffer.from('isom')), box('mdat', Buffer.alloc(99))]),
      'moov',
    ],
    ['a video of sound alone', soundAlone(), 'The file has 0 video tracks'],
  ])('is refused: %s', async (_, bytes, sentence) => {
    const refusal = await reader.fromStream(inPieces(bytes)).catch((error: unknown) => error);
    expect(refusal).toMatchObject({
      code: 'MEDIA_INVALID',
      field: 'file',
      message: expect.stringContaining(sentence),
    });
  });
});

/** Its one frame has an endless comment before it. */
function largeGif(byteLength: number): Buffer {
  const gif = makeGif(2, 8, 8);
  const blocks = Buffer.alloc(
    Math.ceil(byteLength / 256) * 256,
    Buffer.concat([Buffer.from([255]), Buffer.alloc(255)]),
  );
  const comment = Buffer.concat([Buffer.from([0x21, 0xfe]), blocks, Buffer.from([0])]);
  return Buffer.concat([gif.subarray(0, 25), comment, gif.subarray(25)]);
}

function soundAlone(): Buffer {
  const whole = makeMp4();
  const at = whole.indexOf('vide');
  return Buffer.concat([whole.subarray(0, at), Buffer.from('hint'), whole.subarray(at + 4)]);
}
