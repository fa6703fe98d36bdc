import { type ByteSource, ByteWindow } from './byte-source.ts';
import type { Findings } from './inspect.ts';
import { checkSeconds, checkVideo } from './limits.ts';
import { outlineMovie } from './movie-outline.ts';
import { readTracks } from './movie-tracks.ts';
import { cutOff, damaged, Refusal } from './refusal.ts';

/** 140 seconds of 60 frames have tables of less than 1 MiB. */
const MOVIE_LIMIT_BYTES = 4 * 1024 * 1024;
const MOST_BOXES = 1_000;

/** Looks at an MP4 or QuickTime file of this brand; only its outermost boxes and the one that describes its tracks are read. */
export async function inspectMovie(source: ByteSource, brand: string): Promise<Findings> {
  const { start, end } = await findMovie(new ByteWindow(source));
  if (end - start > MOVIE_LIMIT_BYTES) throw damaged('the description of its tracks is too long');
  const { buffer, byteOffset, byteLength } = await source.read(start, end);
  const { videos, sounds } = readTracks(outlineMovie(Buffer.from(buffer, byteOffset, byteLength)));
  const [video, ...others] = videos;
  if (video === undefined || others.length > 0)
    throw new Refusal(`The file has ${videos.length} video tracks; X takes one.`);
  checkVideo(video);
  for (const sound of sounds) {
    // A sound may run on for a frame or two of its own.
    if (sound.seconds > video.seconds + 1) checkSeconds(sound.seconds);
    if (sound.coding !== 'mp4a.40.2')
      throw new Refusal(
        `The sound is coded as ${sound.coding}; X takes AAC of low complexity (mp4a.40.2) only.`,
      );
  }
  return {
    kind: 'VIDEO',
    mimeType: brand === 'qt  ' ? 'video/quicktime' : 'video/mp4',
    byteLength: source.byteLength,
  };
}

/** Where the contents of the `moov` are, in a file whose boxes fill it exactly and that has its pictures and sounds. */
async function findMovie(window: ByteWindow): Promise<{ start: number; end: number }> {
  let movie: { start: number; end: number } | undefined;
  let hasData = false;
  let boxes = 0;
  for (let at = 0; at < window.byteLength; boxes += 1) {
    const { type, start, end } = await readOutermost(window, at);
    if (boxes > MOST_BOXES || (type === 'moov' && movie !== undefined))
      throw damaged('it has more boxes than a video can have');
    if (type === 'moov') movie = { start, end };
    hasData ||= type === 'mdat';
    at = end;
  }
  if (movie === undefined) throw damaged('the description of its tracks (moov) is missing');
  if (!hasData) throw damaged('its pictures (mdat) are missing');
  return movie;
}

async function readOutermost(
  window: ByteWindow,
  at: number,
): Promise<{ type: string; start: number; end: number }> {
  const head = await window.take(at, 8);
  const type = head.toString('latin1', 4, 8);
  if (!/^[\x20-\x7e\xa9]{4}$/.test(type)) throw damaged('what stands between its boxes is none');
  const short = head.readUInt32BE(0);
  const start = short === 1 ? at + 16 : at + 8;
  const size = short === 1 ? Number((await window.take(at + 8, 8)).readBigUInt64BE(0)) : short;
  // A length of 0 means: up to the end of the file.
  const end = short === 0 ? window.byteLength : at + size;
  if (end < start) throw damaged('a box of it has an impossible length');
  if (end > window.byteLength) throw cutOff();
  return { type, start, end };
}
