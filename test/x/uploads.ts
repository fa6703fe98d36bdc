import { type MediaFile, type MediaKind, parseXMediaId } from '../../src/kernel/index.ts';
import { answer, type Respond } from './raw-server.ts';

export const MEDIA_ID = '1880028106020515840';
const parsed = parseXMediaId(MEDIA_ID);
if (!parsed) throw new Error('not an id');
export const mediaId = parsed;

/** A file that notes which of its bytes were asked for. */
export function fileOf(
  bytes: Buffer = Buffer.from('bytes'),
  kind: MediaKind = 'IMAGE',
  mimeType = 'image/png',
): { file: MediaFile; reads: Array<[number, number]> } {
  const reads: Array<[number, number]> = [];
  const read = async (start: number, end: number) => {
    reads.push([start, end]);
    return bytes.subarray(start, end);
  };
  const file = { kind, mimeType, byteLength: bytes.length, read, dispose: async () => {} };
  return { file, reads };
}

/** Method and address of a request. */
export const pathOf = (request = ''): string => request.slice(0, request.indexOf(' HTTP'));
export const bodyOf = (request = ''): string => request.slice(request.indexOf('\r\n\r\n') + 4);
/** Which step of an upload a request is. */
export const stepOf = (request: string): string => /initialize|append|finalize/.exec(request)?.[0] ?? '';

export const uploaded = { id: MEDIA_ID, media_key: `3_${MEDIA_ID}`, expires_after_secs: 86_400 };
export const data = (value: object): string => answer(200, JSON.stringify({ data: value }));

/** X with everything in order; `processing` is what it says of the file once it has it. */
export const good =
  (processing?: object | null): Respond =>
  (socket, request) => {
    const appended = stepOf(request) === 'append';
    socket.write(appended ? answer(204, '') : data({ ...uploaded, processing_info: processing }));
  };
