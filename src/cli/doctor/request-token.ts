import { createHmac, randomBytes } from 'node:crypto';
import type { Secrets } from '../../config/index.ts';

const ANSWER_TIMEOUT_MS = 5_000;

/** What X says to the first step of a sign-in; the request token itself is thrown away. */
export interface RequestTokenAnswer {
  /** Undefined when X could not be asked. */
  readonly status: number | undefined;
  /** X's numeric codes, e.g. 32 or 415. */
  readonly codes: readonly number[];
  /** `oauth_callback_confirmed=true`, RFC 5849 section 2.1. */
  readonly isConfirmed: boolean;
  /** `x-access-level`, where X sends it: `read`, `read-write`, ... */
  readonly accessLevel: string | undefined;
}

/** Asks for a request token, signed by the application alone. Never throws. */
export const askRequestToken = async (
  { appKey, appSecret }: Secrets['x'],
  apiUrl: URL,
  callbackUrl: string,
): Promise<RequestTokenAnswer> => {
  const url = `${apiUrl.origin}/oauth/request_token`;
  try {
    const response = await fetch(url, {
      method: 'POST',
      headers: { authorization: authorize(url, appKey, appSecret.reveal(), callbackUrl) },
      redirect: 'manual',
      signal: AbortSignal.timeout(ANSWER_TIMEOUT_MS),
    });
    const text = await response.text();
    return {
      status: response.status,
      // The endpoints under /oauth answer errors as JSON or as XML.
      codes: [...text.matchAll(/\bcode"?\s*[:=]\s*"?(\d+)/g)].map(([, code]) => Number(code)),
      isConfirmed: response.ok && new URLSearchParams(text).get('oauth_callback_confirmed') === 'true',
      accessLevel: response.headers.get('x-access-level') ?? undefined,
    };
  } catch {
    return { status: undefined, codes: [], isConfirmed: false, accessLevel: undefined };
  }
};

/** RFC 5849, section 3.4: the request has no parameters but those of its header. */
const authorize = (url: string, appKey: string, appSecret: string, callbackUrl: string): string => {
  const parameters: Record<string, string> = {
    oauth_callback: callbackUrl,
    oauth_consumer_key: appKey,
    oauth_nonce: randomBytes(16).toString('hex'),
    oauth_signature_method: 'HMAC-SHA1',
    oauth_timestamp: String(Math.floor(Date.now() / 1000)),
    oauth_version: '1.0',
  };
  // In the order of their names, as section 3.4.1.3.2 asks for.
  const normalised = Object.entries(parameters)
    .map(([name, value]) => `${name}=${encode(value)}`)
    .join('&');
  const base = ['POST', url, normalised].map(encode).join('&');
  const signature = createHmac('sha1', `${encode(appSecret)}&`)
    .update(base)
    .digest('base64');
  const header = { ...parameters, oauth_signature: signature };
  return `OAuth ${Object.entries(header)
    .map(([name, value]) => `${name}="${encode(value)}"`)
    .join(', ')}`;
};

/** RFC 5849, section 3.6. */
const encode = (text: string): string =>
  encodeURIComponent(text).replace(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`);
