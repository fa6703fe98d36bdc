import { type Answer, forbidden, invalidRequest, notFound, ok } from './answers.ts';
import type { Call } from './call.ts';
import type { DueFault } from './faults.ts';
import { BadField, readChoice, readId, readJson, readObject, readWhole, refuseUnknown } from './json-body.ts';
import { type Media, type MediaKind, mediaKey, type NewMedia, type Processing } from './media.ts';
import { invalid, refuseStray } from './query.ts';
import type { World } from './server.ts';

type MediaWorld = Pick<World, 'media' | 'now'>;

const MEBIBYTE = 1024 * 1024;
const LONGEST_SEGMENT_BYTES = 5 * MEBIBYTE;
const LONGEST_ALT_TEXT = 1000;
/** X takes a moment for GIFs and videos. */
const PROCESSING_MS = 500;
const FAULT_PROCESSING_MS = 60_000;

interface Category {
  readonly kind: MediaKind;
  readonly limitBytes: number;
  readonly types: readonly string[];
}

const CATEGORIES: Readonly<Record<string, Category>> = {
  tweet_image: {
    kind: 'image',
    limitBytes: 5 * MEBIBYTE,
    types: ['image/jpeg', 'image/png', 'image/webp', 'image/gif'],
  },
  tweet_gif: { kind: 'gif', limitBytes: 15 * MEBIBYTE, types: ['image/gif'] },
  tweet_video: { kind: 'video', limitBytes: 512 * MEBIBYTE, types: ['video/mp4', 'video/quicktime'] },
};

/** POST /2/media/upload/initialize: announces a file. */
export function initialize({ media, now }: MediaWorld, call: Call): Answer {
  const announced = readJson(call, readAnnounced);
  if ('status' in announced) return announced;
  return ok({ data: describe(media.begin(call.user, announced), now()) });
}

function readAnnounced(json: Record<string, unknown>): NewMedia {
  refuseUnknown(json, '', ['media_type', 'total_bytes', 'media_category'], ['additional_owners', 'shared']);
  const category = readChoice('media_category', json.media_category, Object.keys(CATEGORIES));
  const { kind, limitBytes, types } = CATEGORIES[category] ?? { kind: 'image', limitBytes: 0, types: [] };
  const type = readChoice('media_type', json.media_type, types);
  return { kind, type, totalBytes: readWhole('total_bytes', json.total_bytes, 1, limitBytes) };
}

/** POST /2/media/upload/:id/append: one segment, as multipart/form-data. */
export function append({ media: library }: MediaWorld, call: Call): Answer {
  const media = ownMedia(library, call, call.path.id ?? '');
  if ('status' in media) return media;
  if (call.contentType !== 'multipart/form-data') {
    return invalidRequest('The Content-Type must be multipart/form-data.');
  }
  const { segment_index: index, media: bytes } = call.parts;
  if (typeof index !== 'string' || !/^\d{1,3}$/.test(index)) {
    return new BadField('segment_index', index, 'is not a whole number from 0 to 999').answer;
  }
  if (!Buffer.isBuffer(bytes) || bytes.length === 0 || bytes.length > LONGEST_SEGMENT_BYTES) {
    return invalidRequest('The field media is not a file of 1 byte to 5 MB.', { media: [] });
  }
  if (media.finishedMs !== undefined) return invalidRequest('The upload is finalized.', { id: [media.id] });
  if (!library.append(media, Number(index), bytes)) {
    return invalidRequest('The file is longer than total_bytes.', { total_bytes: [`${media.totalBytes}`] });
  }
  return ok({ data: { expires_at: Math.floor(media.expiresMs / 1000) } });
}

/** POST /2/media/upload/:id/finalize: all segments came. Asked again it answers the same. */
export function finalize({ media: library, now }: MediaWorld, call: Call): Answer {
  const media = ownMedia(library, call, call.path.id ?? '');
  if ('status' in media) return media;
  const finished =
    media.finishedMs === undefined ? library.finish(media, processingOf(media, call.fault, now())) : media;
  if (!finished) {
    return invalidRequest('Segments are missing, or the size is not total_bytes.', {
      total_bytes: [`${media.totalBytes}`],
    });
  }
  const isWorking = library.stateOf(finished) === 'in_progress';
  const pending = { processing_info: { state: 'pending', check_after_secs: 1 } };
  return ok({ data: { ...describe(finished, now()), ...(isWorking && pending) } });
}

/** GET /2/media/upload?command=STATUS&media_id=: how far X is. */
export function readStatus({ media: library, now }: MediaWorld, call: Call): Answer {
  const stray = refuseStray(call.query, ['command', 'media_id']);
  if (stray) return stray;
  if (call.query.get('command') !== 'STATUS') return invalid(call.query, 'command', 'value is not STATUS');
  const media = ownMedia(library, call, call.query.get('media_id') ?? '');
  return 'status' in media ? media : ok({ data: describe(media, now()) });
}

/** POST /2/media/metadata: the description of a picture or GIF. */
export function describeMedia({ media: library }: MediaWorld, call: Call): Answer {
  const told = readJson(call, readAltText);
  if ('status' in told) return told;
  const media = ownMedia(library, call, told.id);
  if ('status' in media) return media;
  library.describe(media, told.text);
  return ok({ data: { id: media.id, associated_metadata: { alt_text: { text: told.text } } } });
}

function readAltText(json: Record<string, unknown>): { id: string; text: string } {
  refuseUnknown(json, '', ['id', 'metadata']);
  const metadata = readObject('metadata', json.metadata);
  refuseUnknown(metadata, 'metadata.', ['alt_text']);
  const { text, ...more } = readObject('metadata.alt_text', metadata.alt_text);
  refuseUnknown(more, 'metadata.alt_text.', []);
  const isRight =
    typeof text === 'string' && text.trim() !== '' && Array.from(text).length <= LONGEST_ALT_TEXT;
  if (!isRight) throw new BadField('metadata.alt_text.text', text, 'is not a text of 1 to 1000 characters');
  return { id: readId('id', json.id), text };
}

/** The caller's own file, or X's refusal. */
function ownMedia(library: World['media'], { user }: Call, id: string): Media | Answer {
  const media = library.find(id);
  if (!media || library.isExpired(media)) return notFound('media', id);
  return media.ownerId === user.id ? media : forbidden('You are not authorized to use this media.');
}

function processingOf({ kind }: Media, fault: DueFault | undefined, now: number): Processing | undefined {
  const ending = (ms: number, fails = false) => ({ fromMs: now, untilMs: now + ms, fails });
  if (fault?.kind === 'media-stuck') return { fromMs: now, untilMs: null, fails: false };
  if (fault?.kind === 'media-failed') return ending(fault.ms ?? 0, true);
  if (fault?.kind === 'media-processing') return ending(fault.ms ?? FAULT_PROCESSING_MS);
  return kind === 'image' ? undefined : ending(PROCESSING_MS);
}

/** A file as X answers it. */
function describe(media: Media, now: number): object {
  const { id, finishedMs, totalBytes, expiresMs, processing } = media;
  return {
    id,
    media_key: mediaKey(media),
    expires_after_secs: Math.floor((expiresMs - now) / 1000),
    ...(finishedMs !== undefined && { size: totalBytes }),
    ...(processing && { processing_info: describeProcessing(processing, now) }),
  };
}

function describeProcessing({ fromMs, untilMs, fails }: Processing, now: number): object {
  if (untilMs === null) return { state: 'in_progress', check_after_secs: 1, progress_percent: 50 };
  if (now < untilMs) {
    const progress = Math.floor((100 * (now - fromMs)) / (untilMs - fromMs));
    return { state: 'in_progress', check_after_secs: 1, progress_percent: progress };
  }
  if (!fails) return { state: 'succeeded', progress_percent: 100 };
  const error = { code: 1, name: 'InvalidMedia', message: 'Unsupported media format' };
  return { state: 'failed', progress_percent: 100, error };
}
