import { imageSize } from 'image-size';
import type { MediaKind } from '../kernel/index.ts';
import { type ByteSource, ByteWindow } from './byte-source.ts';
import { walkGif } from './gif.ts';
import { walkJpeg } from './jpeg.ts';
import { checkGif, checkImage, GIF_LIMIT_BYTES, IMAGE_LIMIT_BYTES, type Size } from './limits.ts';
import { inspectMovie } from './movie.ts';
import { isPhoneTail } from './phone-tail.ts';
import { walkPng } from './png.ts';
import { damaged, Refusal } from './refusal.ts';
import { walkWebp } from './webp.ts';

/** What a walk over a whole picture found. */
export interface Structure {
  /** So many bytes from the start on tell the size in pixels. */
  readonly headBytes: number;
  /** Where the picture ends; what follows it is no part of it. */
  readonly end: number;
  readonly frames: number;
}

/** A file that X takes. */
export interface Findings {
  readonly kind: MediaKind;
  readonly mimeType: string;
  /** At most that of the file: what follows the picture does not count. */
  readonly byteLength: number;
}

interface PictureFormat {
  /** As image-size calls it. */
  readonly type: 'jpg' | 'png' | 'gif' | 'webp';
  readonly mimeType: string;
  /** On the first bytes as Latin-1. */
  readonly begins: RegExp;
  readonly limitBytes: number;
  walk(window: ByteWindow): Promise<Structure>;
}

const pictures: readonly PictureFormat[] = [
  {
    type: 'jpg',
    mimeType: 'image/jpeg',
    begins: /^\xff\xd8\xff/,
    limitBytes: IMAGE_LIMIT_BYTES,
    walk: walkJpeg,
  },
  {
    type: 'png',
    mimeType: 'image/png',
    begins: /^\x89PNG\r\n.\n/s,
    limitBytes: IMAGE_LIMIT_BYTES,
    walk: walkPng,
  },
  { type: 'gif', mimeType: 'image/gif', begins: /^GIF8[79]a/, limitBytes: GIF_LIMIT_BYTES, walk: walkGif },
  {
    type: 'webp',
    mimeType: 'image/webp',
    begins: /^RIFF.{4}WEBP/s,
    limitBytes: IMAGE_LIMIT_BYTES,
    walk: walkWebp,
  },
];

/** A QuickTime film, or an MP4 of any brand but those that are pictures (HEIC, AVIF). */
const movie = /^.{4}ftyp(?!heic|heix|heim|heis|hevc|hevx|mif1|msf1|avif|avis)/s;

/**
 * Looks at a whole file, whatever it is said to be, and tells what it is; throws the {@link Refusal} of one that X would
 * not take. Only its structure is read, nothing is decompressed, and what it says of itself is believed for no
 * allocation: memory stays within a few MiB.
 */
export async function inspect(source: ByteSource): Promise<Findings> {
  const head = Buffer.from(await source.read(0, 16)).toString('latin1');
  const format = pictures.find(({ begins }) => begins.test(head));
  if (format !== undefined) return inspectPicture(source, format);
  if (movie.test(head)) return inspectMovie(source, head.slice(8, 12));
  throw new Refusal('The file is not a picture or a video that X takes: JPEG, PNG, WebP, GIF, MP4, MOV.');
}

async function inspectPicture(source: ByteSource, format: PictureFormat): Promise<Findings> {
  const { type, mimeType, limitBytes } = format;
  const { headBytes, end, frames } = await format.walk(new ByteWindow(source, limitBytes));
  if (end < source.byteLength && !(type === 'jpg' && (await isPhoneTail(source, end))))
    throw new Refusal(
      `Behind the picture there are ${source.byteLength - end} bytes that are no part of it. Save it again.`,
    );
  const size = readSize(await source.read(0, headBytes), type);
  // X has a category of its own for what moves; a GIF of one frame is a picture like others.
  const moves = frames > 1;
  if (moves) checkGif(size, frames, end);
  else checkImage(size, end);
  return { kind: moves ? 'GIF' : 'IMAGE', mimeType, byteLength: end };
}

/** The size of a picture whose structure is known to be sound. */
function readSize(head: Uint8Array, type: PictureFormat['type']): Size {
  try {
    const size = imageSize(head);
    if (size.type === type) return size;
  } catch {
    // image-size throws for what it cannot make sense of; that says no more than the line below.
  }
  throw damaged('its size cannot be read');
}
