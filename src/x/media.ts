import { setTimeout as sleep } from 'node:timers/promises';
import type {
  MediaFile,
  MediaKind,
  XCredentials,
  XMediaId,
  XMediaStatus,
  XMediaUploads,
  XRead,
} from '../kernel/index.ts';
import type { Reply } from './exchange.ts';
import { parseMediaId, parseMediaStatus } from './media-status.ts';
import { field } from './problem.ts';
import { type Parsed, readReply } from './read.ts';
import { type Call, revealTokens, type Transport, unparsed } from './transport.ts';

/** X takes at most 5 MB in one piece; a small one is soon sent again, and its copies in memory stay small. */
const CHUNK_BYTES = 1024 * 1024;

/** How long to wait before the second and the third try, in milliseconds. */
const PAUSES_MS = [200, 800];

const categories = {
  IMAGE: 'tweet_image',
  GIF: 'tweet_gif',
  VIDEO: 'tweet_video',
} as const satisfies Record<MediaKind, string>;

type Parse<T> = (body: unknown) => Parsed<T>;

/** X's chunked upload (`POST /2/media/upload/...`). Each of its requests has the transport's deadline. */
export function createMediaUploads(transport: Transport): XMediaUploads {
  /** Asks once, and twice more while the cause is one that passes. */
  const ask = async <T>(credentials: XCredentials, call: Call, parse: Parse<T>): Promise<XRead<T>> => {
    const tokens = revealTokens(credentials);
    let reply = await transport.send(tokens, call);
    let repeats = 0;
    for (; repeats < PAUSES_MS.length && isPassing(reply); repeats += 1) {
      await sleep(PAUSES_MS[repeats]);
      reply = await transport.send(tokens, call);
    }
    const read = readReply(reply, parse, 299);
    return repeats > 0 ? withoutVerdict(read) : read;
  };

  const initialize = (credentials: XCredentials, file: MediaFile): Promise<XRead<XMediaId>> => {
    const body = {
      media_type: file.mimeType,
      total_bytes: file.byteLength,
      media_category: categories[file.kind],
    };
    return ask(credentials, (api) => api.v2.post('media/upload/initialize', body, unparsed), parseMediaId);
  };

  /** One piece after the other, so that only one is in memory. */
  const append = async (credentials: XCredentials, id: XMediaId, file: MediaFile): Promise<XRead<true>> => {
    for (let index = 0; ; index += 1) {
      const start = index * CHUNK_BYTES;
      const end = Math.min(start + CHUNK_BYTES, file.byteLength);
      const body = { segment_index: index, media: bufferOf(await file.read(start, end)) };
      const path = `media/upload/${id}/append`;
      const call: Call = (api) => api.v2.post(path, body, { ...unparsed, forceBodyMode: 'form-data' });
      const appended = await ask(credentials, call, parseDone);
      if (!appended.ok || end === file.byteLength) return appended;
    }
  };

  const finalize = (credentials: XCredentials, id: XMediaId): Promise<XRead<XMediaStatus>> =>
    ask(
      credentials,
      (api) => api.v2.post(`media/upload/${id}/finalize`, undefined, unparsed),
      (body) => parseMediaStatus(body, id),
    );

  const uploadMedia: XMediaUploads['uploadMedia'] = async (credentials, file) => {
    const begun = await initialize(credentials, file);
    if (!begun.ok) return begun;
    const appended = await append(credentials, begun.value, file);
    return appended.ok ? finalize(credentials, begun.value) : appended;
  };

  const mediaStatus: XMediaUploads['mediaStatus'] = (credentials, id) =>
    ask(
      credentials,
      (api) => api.v2.get('media/upload', { command: 'STATUS', media_id: id }, unparsed),
      (body) => parseMediaStatus(body, id),
    );

  const describeMedia: XMediaUploads['describeMedia'] = (credentials, id, altText) => {
    const body = { id, metadata: { alt_text: { text: altText } } };
    return ask(credentials, (api) => api.v2.post('media/metadata', body, unparsed), parseDone);
  };

  return { uploadMedia, mediaStatus, describeMedia };
}

/** X did not answer, or not in full, or says that it is not well. After a whole deadline nobody waits any longer. */
const isPassing = ({ status = 0, complete, failure }: Reply): boolean =>
  failure !== 'DEADLINE' && (!complete || status === 408 || status >= 500);

/** The refusal of a repetition may only be about what the one before did, so it is no verdict on the file. */
const withoutVerdict = <T>(read: XRead<T>): XRead<T> =>
  !read.ok && read.code === 'X_REJECTED' ? { ...read, code: 'X_UNAVAILABLE' } : read;

/** A success with nothing in it that is needed, or nothing at all; X tells of partial failures under a 200. */
const parseDone = (body: unknown): Parsed<true> =>
  body !== undefined && field(body, 'errors') === undefined ? { value: true } : undefined;

/** The library takes nothing else for a part with bytes. */
const bufferOf = ({ buffer, byteOffset, byteLength }: Uint8Array): Buffer =>
  Buffer.from(buffer, byteOffset, byteLength);
