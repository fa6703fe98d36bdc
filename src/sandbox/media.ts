import { type MediaFiles, openMediaFiles } from './media-files.ts';
import { makeSnowflakes } from './snowflake.ts';
import type { User } from './users.ts';

export type MediaKind = 'image' | 'gif' | 'video';
export type MediaState = 'uploading' | 'in_progress' | 'succeeded' | 'failed';

/** What X does with a whole file before a tweet may take it; all in milliseconds since 1970. */
export interface Processing {
  readonly fromMs: number;
  /** Null: it never ends. */
  readonly untilMs: number | null;
  readonly fails: boolean;
}

/** A file that a user uploads, or did. */
export interface Media {
  readonly id: string;
  readonly ownerId: string;
  readonly kind: MediaKind;
  readonly type: string;
  readonly totalBytes: number;
  /** No tweet may take it from then on. */
  readonly expiresMs: number;
  /** Undefined while bytes come. */
  readonly finishedMs: number | undefined;
  /** Undefined for what is ready at once. */
  readonly processing: Processing | undefined;
  readonly altText: string | undefined;
}

export type NewMedia = Pick<Media, 'kind' | 'type' | 'totalBytes'>;

/** How long X keeps a file that no tweet took. */
const LIFE_MS = 24 * 60 * 60_000;

/** `3_` picture, `16_` GIF, `7_` video, as X's keys begin. */
export const mediaKey = ({ kind, id }: Media): string => `${{ image: 3, gif: 16, video: 7 }[kind]}_${id}`;

/** The files of the simulated X, kept in the folder `media` of the state; without a folder in memory. Videos' bytes are not kept. */
export class MediaLibrary {
  readonly #now: () => number;
  readonly #nextId: () => string;
  readonly #files: MediaFiles;
  readonly #media = new Map<string, Media>();
  /** The segments of the files that are still coming, by index. */
  readonly #segments = new Map<string, Map<number, Buffer>>();

  constructor(options: { dir: string | undefined; now: () => number }) {
    this.#now = options.now;
    this.#files = openMediaFiles(options.dir);
    for (const media of this.#files.list()) this.#media.set(media.id, media);
    this.#nextId = makeSnowflakes(options.now, [...this.#media.keys()].map(BigInt).reduce(larger, 0n));
  }

  /** Starts to write what changes, and forgets what expired and no tweet took. */
  keep(isTaken: (id: string) => boolean): void {
    this.#files.keep();
    for (const media of this.#media.values()) {
      if (this.isExpired(media) && !isTaken(media.id)) this.#forget(media.id);
    }
  }

  begin(owner: User, media: NewMedia): Media {
    this.#forgetAbandoned();
    const id = this.#nextId();
    this.#segments.set(id, new Map());
    return this.#put({
      ...media,
      id,
      ownerId: owner.id,
      expiresMs: this.#now() + LIFE_MS,
      finishedMs: undefined,
      processing: undefined,
      altText: undefined,
    });
  }

  /** Also what expired: a tweet that took it still shows it. */
  find(id: string): Media | undefined {
    return this.#media.get(id);
  }

  isExpired = (media: Media): boolean => media.expiresMs <= this.#now();

  /** Where a file is; undefined for none, and for one that expired. */
  stateOf(media: Media | undefined): MediaState | undefined {
    if (!media || this.isExpired(media)) return undefined;
    const { finishedMs, processing } = media;
    if (finishedMs === undefined) return 'uploading';
    if (!processing) return 'succeeded';
    if (processing.untilMs === null || processing.untilMs > this.#now()) return 'in_progress';
    return processing.fails ? 'failed' : 'succeeded';
  }

  /** Takes a segment, in place of an earlier one of that index; false when the file would grow beyond what was announced. */
  append(media: Media, index: number, bytes: Buffer): boolean {
    const segments = this.#segments.get(media.id);
    if (!segments) return false;
    const others = sizeOf(segments) - (segments.get(index)?.length ?? 0);
    if (others + bytes.length > media.totalBytes) return false;
    segments.set(index, bytes);
    return true;
  }

  /** Makes one file of the segments; undefined when one is missing or the announced size was not reached. */
  finish(media: Media, processing: Processing | undefined): Media | undefined {
    const segments = this.#segments.get(media.id) ?? new Map<number, Buffer>();
    const inOrder = [...segments].sort(([a], [b]) => a - b);
    const isWhole = inOrder.every(([index], position) => index === position);
    if (!isWhole || sizeOf(segments) !== media.totalBytes) return undefined;
    this.#segments.delete(media.id);
    const parts = inOrder.map(([, bytes]) => bytes);
    if (media.kind !== 'video') this.#files.writeBytes(media.id, Buffer.concat(parts));
    return this.#put({ ...media, finishedMs: this.#now(), processing });
  }

  describe(media: Media, altText: string): void {
    this.#put({ ...media, altText });
  }

  /** The bytes of a picture or a GIF that came whole. */
  bytesOf(media: Media): Buffer | undefined {
    return media.finishedMs === undefined ? undefined : this.#files.readBytes(media.id);
  }

  /** Forgets every file, and never gives an id twice. */
  clear(): void {
    for (const id of this.#media.keys()) this.#forget(id);
  }

  #put(media: Media): Media {
    this.#media.set(media.id, media);
    if (media.finishedMs !== undefined) this.#files.write(media);
    return media;
  }

  #forget(id: string): void {
    this.#media.delete(id);
    this.#segments.delete(id);
    this.#files.remove(id);
  }

  /** Bytes of uploads that nobody finished in a day; the oldest come first. */
  #forgetAbandoned(): void {
    for (const id of this.#segments.keys()) {
      const media = this.#media.get(id);
      if (media && !this.isExpired(media)) return;
      this.#forget(id);
    }
  }
}

const sizeOf = (segments: ReadonlyMap<number, Buffer>): number =>
  [...segments.values()].reduce((sum, { length }) => sum + length, 0);

const larger = (a: bigint, b: bigint): bigint => (a > b ? a : b);
