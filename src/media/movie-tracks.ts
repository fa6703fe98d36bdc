import { createFile, type ISOFile, Log, type Movie, MP4BoxBuffer } from 'mp4box';
import type { VideoTrack } from './limits.ts';
import { damaged } from './refusal.ts';

export interface SoundTrack {
  readonly seconds: number;
  /** As RFC 6381 spells it: `mp4a.40.2`. */
  readonly coding: string;
}

/** The tracks of an outline that {@link outlineMovie} made. */
export function readTracks(outline: Buffer): { videos: VideoTrack[]; sounds: SoundTrack[] } {
  // It writes to the console, and what a file's damage makes it say is of no use to anybody.
  Log.error = () => {};
  try {
    const file = createFile();
    let info: Movie | undefined;
    file.onReady = (movie) => {
      info = movie;
    };
    file.appendBuffer(MP4BoxBuffer.fromArrayBuffer(new Uint8Array(outline).buffer, 0));
    return describe(file, info);
  } catch {
    // Whatever it stumbles over is in the file: nothing else was given to it.
    throw damaged('the description of its tracks cannot be read');
  }
}

function describe(file: ISOFile, info: Movie | undefined): { videos: VideoTrack[]; sounds: SoundTrack[] } {
  const tracks = (info?.tracks ?? []).map((track, index) => ({ ...track, ...measure(file, index) }));
  return {
    videos: tracks.flatMap(({ video, seconds, frames }) => (video ? [{ ...video, seconds, frames }] : [])),
    sounds: tracks.flatMap(({ audio, seconds, codec }) => (audio ? [{ seconds, coding: codec }] : [])),
  };
}

/** By the table of how long each frame is shown; the lengths in the headers are mere claims. */
function measure(file: ISOFile, index: number): { seconds: number; frames: number } {
  const media = file.moov.traks[index]?.mdia;
  const { sample_counts = [], sample_deltas = [] } = media?.minf.stbl.stts ?? {};
  const frames = sample_counts.reduce((sum, each) => sum + each, 0);
  const ticks = sample_counts.reduce((sum, each, entry) => sum + each * (sample_deltas[entry] ?? 0), 0);
  return { frames, seconds: ticks / (media?.mdhd.timescale ?? 0) };
}
