import type { Sandbox } from '../../src/sandbox/index.ts';
import { type Reply, sendSigned, type Tokens } from './signed.ts';

export interface Announced {
  readonly media_type: string;
  readonly media_category: string;
  readonly total_bytes?: unknown;
}

export const PNG: Announced = { media_type: 'image/png', media_category: 'tweet_image' };
export const GIF: Announced = { media_type: 'image/gif', media_category: 'tweet_gif' };
export const MP4: Announced = { media_type: 'video/mp4', media_category: 'tweet_video' };

export interface Processing {
  readonly state: string;
  readonly progress_percent?: number;
  readonly check_after_secs?: number;
  readonly error?: object;
}

interface Uploaded {
  readonly data: { readonly id: string; readonly processing_info?: Processing };
}

export const dataOf = (reply: Reply): Uploaded['data'] => (JSON.parse(reply.text) as Uploaded).data;

const send = (sandbox: Sandbox, tokens: Tokens, path: string, json?: unknown): Promise<Reply> =>
  sendSigned(sandbox, { method: 'POST', target: `/2/media/${path}`, json, tokens });

export const initialize = (sandbox: Sandbox, tokens: Tokens, json: unknown): Promise<Reply> =>
  send(sandbox, tokens, 'upload/initialize', json);

export const finalize = (sandbox: Sandbox, tokens: Tokens, id: string): Promise<Reply> =>
  send(sandbox, tokens, `upload/${id}/finalize`);

export const describeMedia = (sandbox: Sandbox, tokens: Tokens, id: string, text: unknown): Promise<Reply> =>
  send(sandbox, tokens, 'metadata', { id, metadata: { alt_text: { text } } });

export const readStatus = (sandbox: Sandbox, tokens: Tokens, id: string): Promise<Reply> =>
  sendSigned(sandbox, { method: 'GET', target: `/2/media/upload?command=STATUS&media_id=${id}`, tokens });

/** One segment, as twitter-api-v2 sends it: no file name, application/octet-stream. */
export function append(
  sandbox: Sandbox,
  tokens: Tokens,
  id: string,
  index: unknown,
  bytes: Buffer,
): Promise<Reply> {
  const head =
    `--B\r\nContent-Disposition: form-data; name="segment_index"\r\n\r\n${index}\r\n` +
    '--B\r\nContent-Disposition: form-data; name="media"\r\nContent-Type: application/octet-stream\r\n\r\n';
  const body = Buffer.concat([Buffer.from(head), bytes, Buffer.from('\r\n--B--\r\n')]);
  const other = { type: 'multipart/form-data; boundary=B', body };
  return sendSigned(sandbox, { method: 'POST', target: `/2/media/upload/${id}/append`, other, tokens });
}

/** The id of a whole file that was uploaded and finalized. */
export async function upload(
  sandbox: Sandbox,
  tokens: Tokens,
  what: Announced,
  bytes: Buffer = Buffer.from('bytes'),
): Promise<string> {
  const { id } = dataOf(await initialize(sandbox, tokens, { total_bytes: bytes.length, ...what }));
  await append(sandbox, tokens, id, 0, bytes);
  const reply = await finalize(sandbox, tokens, id);
  if (reply.status !== 200) throw new Error(`not uploaded: ${reply.status} ${reply.text}`);
  return id;
}
