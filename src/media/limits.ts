import { count, Refusal } from './refusal.ts';

/*
 * What X takes with a tweet (docs.x.com, media best practices). Its megabyte has 1,048,576 bytes: it refuses with
 * "File size exceeds 5242880 bytes" and "File size exceeds 15728640 bytes"; the sizes in pixels are those of its
 * "Image dimensions must be >= 4x4 and <= 8192x8192".
 */
const MEGABYTE = 1024 * 1024;

export const IMAGE_LIMIT_BYTES = 5 * MEGABYTE;
export const GIF_LIMIT_BYTES = 15 * MEGABYTE;
const IMAGE_SIDE = { least: 4, most: 8192 };
const GIF_MOST = { width: 1280, height: 1080, frames: 350, pixels: 300_000_000 };
const VIDEO_SECONDS = { least: 0.5, most: 140 };
const VIDEO_SIDE = { least: 32, longer: 1280, shorter: 1024 };
const VIDEO_FRAMES_PER_SECOND = 60;
const VIDEO_RATIO = 3;

export interface Size {
  readonly width: number;
  readonly height: number;
}

/** Throws the refusal of a still picture that X would refuse. */
export function checkImage(size: Size, byteLength: number): void {
  checkBytes('picture', byteLength, IMAGE_LIMIT_BYTES);
  const { least, most } = IMAGE_SIDE;
  if (Math.max(size.width, size.height) > most)
    throw new Refusal(
      `The picture has ${pixels(size)}; X takes at most ${pixels({ width: most, height: most })}.`,
    );
  if (Math.min(size.width, size.height) < least)
    throw new Refusal(
      `The picture has ${pixels(size)}; X takes at least ${pixels({ width: least, height: least })}.`,
    );
}

/** Throws the refusal of an animated GIF that X would refuse. */
export function checkGif(size: Size, frames: number, byteLength: number): void {
  checkBytes('GIF', byteLength, GIF_LIMIT_BYTES);
  if (size.width > GIF_MOST.width || size.height > GIF_MOST.height)
    throw new Refusal(`The GIF has ${pixels(size)}; X takes at most ${pixels(GIF_MOST)}.`);
  if (frames > GIF_MOST.frames)
    throw new Refusal(`The GIF has ${count(frames)} frames; X takes at most ${GIF_MOST.frames}.`);
  const all = size.width * size.height * frames;
  if (all > GIF_MOST.pixels)
    throw new Refusal(
      `The GIF has ${count(all)} pixels over all its frames; X takes at most ${count(GIF_MOST.pixels)}.`,
    );
  checkImage(size, 0);
}

export interface VideoTrack extends Size {
  readonly seconds: number;
  readonly frames: number;
}

/** Throws the refusal of a video that X would refuse. Either side may be the longer one. */
export function checkVideo(video: VideoTrack): void {
  checkSeconds(video.seconds);
  const shorter = Math.min(video.width, video.height);
  const longer = Math.max(video.width, video.height);
  if (longer > VIDEO_SIDE.longer || shorter > VIDEO_SIDE.shorter || shorter < VIDEO_SIDE.least)
    throw new Refusal(
      `The video has ${pixels(video)}; X takes 32 x 32 to 1,280 x 1,024, or 1,024 x 1,280 upright.`,
    );
  if (longer > VIDEO_RATIO * shorter)
    throw new Refusal(
      `The video has ${pixels(video)}; X takes none that is more than 3 times as long as wide.`,
    );
  // A video of 60 has a little more by its own clock: its last frame is often short.
  if (Math.round(video.frames / video.seconds) > VIDEO_FRAMES_PER_SECOND)
    throw new Refusal(
      `The video has ${count(video.frames / video.seconds)} frames a second; X takes at most ${VIDEO_FRAMES_PER_SECOND}.`,
    );
}

/** Throws the refusal of a video, or of its sound, that is too short or too long for X. */
export function checkSeconds(seconds: number): void {
  const { least, most } = VIDEO_SECONDS;
  if (!(seconds >= least && seconds <= most))
    throw new Refusal(`The video lasts ${count(seconds)} seconds; X takes ${least} to ${most}.`);
}

/** Throws the refusal of a file that is too large for X. */
export const checkBytes = (what: string, byteLength: number, limitBytes: number): void => {
  if (byteLength > limitBytes)
    throw new Refusal(`The ${what} has ${count(byteLength)} bytes; X takes at most ${bytes(limitBytes)}.`);
};

const pixels = ({ width, height }: Size): string => `${count(width)} x ${count(height)} pixels`;

/** Both ways of saying it: 5,242,880 (5 MB). */
export const bytes = (value: number): string => `${count(value)} (${count(value / MEGABYTE)} MB)`;
