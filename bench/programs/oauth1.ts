import { createHmac, randomBytes } from 'node:crypto';

/** An application and one of its users, as OAuth 1.0a signs for them. */
export interface Signer {
  readonly appKey: string;
  readonly appSecret: string;
  readonly accessToken: string;
  readonly accessTokenSecret: string;
}

/** RFC 5849, section 3.6. */
const encode = (text: string): string =>
  encodeURIComponent(text).replace(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`);

/** The `Authorization` header of a POST with a JSON body to `url`, which has no query (RFC 5849, section 3.4). */
export const authorizationOf = (url: string, signer: Signer): string => {
  // In the order of their names, as the base string wants them.
  const parameters = [
    ['oauth_consumer_key', signer.appKey],
    ['oauth_nonce', randomBytes(16).toString('hex')],
    ['oauth_signature_method', 'HMAC-SHA1'],
    ['oauth_timestamp', String(Math.floor(Date.now() / 1000))],
    ['oauth_token', signer.accessToken],
    ['oauth_version', '1.0'],
  ].map(([name = '', value = '']) => [name, encode(value)] as const);
  const normalised = parameters.map(([name, value]) => `${name}=${value}`).join('&');
  const signature = createHmac('sha1', `${encode(signer.appSecret)}&${encode(signer.accessTokenSecret)}`)
    .update(`POST&${encode(url)}&${encode(normalised)}`)
    .digest('base64');
  const fields = parameters.map(([name, value]) => `${name}="${value}"`).join(', ');
  return `OAuth ${fields}, oauth_signature="${encode(signature)}"`;
};
