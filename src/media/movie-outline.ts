import { type Box, onlyBox, readBoxes, writeBox } from './boxes.ts';
import { damaged, Refusal } from './refusal.ts';
import { checkSoundSettings } from './sound-settings.ts';

/*
 * The library that reads films makes as much room, and takes as many turns, as a file's own numbers ask for. So it is
 * given an outline: the few boxes that tell the tracks, each checked against its own length, and nothing else.
 */

/** For both, and for QuickTime, whose tracks are laid out in the same way after this. */
const fileType = writeBox('ftyp', Buffer.from('isom\0\0\0\0isom', 'latin1'));

const codings = {
  vide: {
    types: ['avc1', 'avc3'],
    settings: 'avcC',
    fixedBytes: 78,
    refusal: 'video is coded as %; X takes H.264',
  },
  soun: { types: ['mp4a'], settings: 'esds', fixedBytes: 28, refusal: 'sound is coded as %; X takes AAC' },
} as const;

type Handler = keyof typeof codings;

/** From the payload of a `moov`: a small file with its video and audio tracks, of which every number was checked. */
export function outlineMovie(movie: Buffer): Buffer {
  const boxes = readBoxes(movie);
  if (boxes.some(({ type }) => type === 'mvex'))
    throw new Refusal(
      'The video is a fragmented MP4, which does not tell its length. Save it as a plain MP4.',
    );
  const tracks = boxes.filter(({ type }) => type === 'trak').flatMap(outlineTrack);
  return Buffer.concat([fileType, writeBox('moov', copyFixed(boxes, 'mvhd', 100, 112), ...tracks)]);
}

/** None for what is neither video nor sound: time codes, notes, subtitles. */
function outlineTrack({ payload }: Box): Buffer[] {
  const track = readBoxes(payload);
  const media = readBoxes(onlyBox(track, 'mdia').payload);
  const handler = onlyBox(media, 'hdlr').payload.toString('latin1', 8, 12);
  if (!isHandler(handler)) return [];
  const table = readBoxes(onlyBox(readBoxes(onlyBox(media, 'minf').payload), 'stbl').payload);
  const tables = writeBox('stbl', outlineCoding(table, handler), copyTable(table, 'stts', 8));
  return [
    writeBox(
      'trak',
      copyFixed(track, 'tkhd', 84, 96),
      writeBox('mdia', copyFixed(media, 'mdhd', 24, 36), copyHandler(media), writeBox('minf', tables)),
    ),
  ];
}

const isHandler = (handler: string): handler is Handler => handler in codings;

/** A box without lists: `bytes` long in its version 0, `longBytes` in version 1. */
function copyFixed(boxes: readonly Box[], type: string, bytes: number, longBytes: number): Buffer {
  const { payload } = onlyBox(boxes, type);
  const needed = payload[0] === 1 ? longBytes : bytes;
  if (payload.length < needed) throw damaged(`its box ${type} is too short`);
  return writeBox(type, payload.subarray(0, needed));
}

/** Without its name, which nobody needs. */
const copyHandler = (media: readonly Box[]): Buffer =>
  writeBox('hdlr', onlyBox(media, 'hdlr').payload.subarray(0, 24));

/** A box that is one list, which must be as long as it says. */
function copyTable(boxes: readonly Box[], type: string, entryBytes: number): Buffer {
  const { payload } = onlyBox(boxes, type);
  if (payload.length < 8 || payload.readUInt32BE(4) * entryBytes !== payload.length - 8)
    throw damaged(`its box ${type} has another length than it says`);
  return writeBox(type, payload);
}

/** How a track is coded: one entry, in the shape that MP4 gives it, with the settings of its decoder. */
function outlineCoding(table: readonly Box[], handler: Handler): Buffer {
  const { payload } = onlyBox(table, 'stsd');
  const entries = payload.length < 8 ? [] : readBoxes(payload.subarray(8));
  const [entry] = entries;
  const { types, settings, fixedBytes, refusal } = codings[handler];
  if (entry === undefined || entries.length !== payload.readUInt32BE(4))
    throw damaged('it does not say how it is coded');
  const stranger = entries.find(({ type }) => !types.some((known) => known === type));
  if (stranger !== undefined)
    throw new Refusal(`The ${refusal.replace('%', printable(stranger.type))} only.`);
  const fixed = Buffer.from(entry.payload.subarray(0, fixedBytes));
  if (fixed.length < fixedBytes) throw damaged('it does not say how it is coded');
  const nested = entry.payload.subarray(
    fixedBytes + (handler === 'soun' ? quickTimeBytes(payload, fixed) : 0),
  );
  if (handler === 'soun') fixed.writeUInt16BE(0, 8);
  const inner = writeBox(entry.type, fixed, writeBox(settings, findSettings(readBoxes(nested), settings)));
  return writeBox('stsd', Buffer.from([0, 0, 0, 0, 0, 0, 0, 1]), inner);
}

/** QuickTime's versions 1 and 2 of a sound entry have so many bytes more; that of MP4, in a table of version 1, has not. */
const quickTimeBytes = (table: Buffer, fixed: Buffer): number =>
  table[0] === 0 ? ([0, 16, 36][fixed.readUInt16BE(8)] ?? 0) : 0;

/** QuickTime puts a sound's settings one level deeper. */
function findSettings(boxes: readonly Box[], type: string): Buffer {
  const wave = boxes.find((box) => box.type === 'wave');
  const inside = type === 'esds' && wave !== undefined ? readBoxes(wave.payload) : [];
  const { payload } = onlyBox(boxes.some((box) => box.type === type) ? boxes : inside, type);
  if (type === 'esds') checkSoundSettings(payload);
  return payload;
}

const printable = (type: string): string =>
  /^[\x20-\x7e]{4}$/.test(type) ? type.trim() : 'something unknown';
