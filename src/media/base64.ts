import { bytes, IMAGE_LIMIT_BYTES } from './limits.ts';
import { Refusal } from './refusal.ts';

/** Decodes base64 or base64url, with or without padding (RFC 4648, sections 4 and 5); the length is checked first. */
export function decodeBase64(text: string): Buffer {
  const padding = /={0,2}$/.exec(text)?.[0].length ?? 0;
  const byteLength = Math.floor(((text.length - padding) * 3) / 4);
  if (byteLength > IMAGE_LIMIT_BYTES)
    throw new Refusal(
      `The file is larger than ${bytes(IMAGE_LIMIT_BYTES)}, the most that comes as base64. Send it to POST /media.`,
    );
  if (!isBase64(text, padding))
    throw new Refusal(
      'This is not base64. Send the letters alone: no white space, and nothing before them such as "data:image/png;base64,".',
    );
  return Buffer.from(text, 'base64');
}

const isBase64 = (text: string, padding: number): boolean =>
  (padding > 0 ? text.length % 4 === 0 : text.length % 4 !== 1) && /^[A-Za-z0-9+/_-]*={0,2}$/.test(text);
