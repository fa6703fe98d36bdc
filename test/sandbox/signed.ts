import { createHmac, randomBytes } from 'node:crypto';
import http from 'node:http';
import https from 'node:https';
import type { Sandbox } from '../../src/sandbox/index.ts';

export interface Tokens {
  readonly access_token: string;
  readonly access_token_secret: string;
}

export interface Account extends Tokens {
  readonly id: string;
  readonly username: string;
}

export interface Reply {
  readonly status: number;
  readonly headers: http.IncomingHttpHeaders;
  readonly text: string;
}

/** A request to sign. What is in `oauth` replaces what a good client would send; undefined leaves it out. */
export interface Unsent {
  readonly method: string;
  /** Path and query. */
  readonly target: string;
  readonly json?: unknown;
  readonly form?: string;
  /** A body of another type; it takes no part in the signature. */
  readonly other?: { readonly type: string; readonly body: Buffer };
  readonly tokens?: Tokens | undefined;
  readonly oauth?: Record<string, string | undefined>;
  /** Signed instead of `target`, for tampering. */
  readonly signedTarget?: string;
  /** The Host header, signed too. */
  readonly host?: string;
  readonly consumerSecret?: string;
  readonly tls?: boolean;
  /** Sent as it is instead of a signed header. */
  readonly authorization?: string;
}

const encode = (text: string): string =>
  encodeURIComponent(text).replace(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`);

/** The Authorization header, written from RFC 5849 and sharing nothing with the sandbox. */
export function authorize(url: string, unsent: Unsent): string {
  const oauth: Record<string, string | undefined> = {
    oauth_consumer_key: 'sandbox-app',
    oauth_nonce: randomBytes(16).toString('hex'),
    oauth_signature_method: 'HMAC-SHA1',
    oauth_timestamp: String(Math.floor(Date.now() / 1000)),
    oauth_version: '1.0',
    ...(unsent.tokens && { oauth_token: unsent.tokens.access_token }),
    ...unsent.oauth,
  };
  const kept = Object.entries(oauth).filter((pair): pair is [string, string] => pair[1] !== undefined);
  const signed = new URL(unsent.signedTarget ?? unsent.target, url);
  const all = [...kept, ...signed.searchParams, ...new URLSearchParams(unsent.form ?? '')];
  const pairs = all
    .filter(([name]) => name !== 'oauth_signature')
    .map(([name, value]) => `${encode(name)}=${encode(value)}`)
    .sort();
  const origin = unsent.host === undefined ? signed.origin : `${signed.protocol}//${unsent.host}`;
  const base = [unsent.method, `${origin}${signed.pathname}`, pairs.join('&')].map(encode).join('&');
  const key = `${encode(unsent.consumerSecret ?? 'sandbox-app-secret')}&${encode(unsent.tokens?.access_token_secret ?? '')}`;
  const signature = oauth.oauth_signature ?? createHmac('sha1', key).update(base).digest('base64');
  const header = [...kept.filter(([name]) => name !== 'oauth_signature'), ['oauth_signature', signature]];
  return `OAuth ${header.map(([name, value]) => `${encode(name ?? '')}="${encode(value ?? '')}"`).join(', ')}`;
}

function bodyOf({ json, form, other }: Unsent): { type: string; body: string | Buffer | undefined } {
  if (other) return other;
  if (json === undefined) return { type: 'application/x-www-form-urlencoded', body: form };
  return { type: 'application/json', body: JSON.stringify(json) };
}

/** Sends a signed request on a connection of its own; rejects with the socket's error when there is no whole answer. */
export function sendSigned(sandbox: Sandbox, unsent: Unsent, signal?: AbortSignal): Promise<Reply> {
  const base = unsent.tls ? sandbox.tlsUrl : sandbox.url;
  if (base === undefined) throw new Error('this sandbox has no TLS');
  const { type, body } = bodyOf(unsent);
  const headers = {
    authorization: unsent.authorization ?? authorize(base, unsent),
    ...(body !== undefined && { 'content-type': type, 'content-length': String(Buffer.byteLength(body)) }),
    ...(unsent.host !== undefined && { host: unsent.host }),
  };
  const options = {
    method: unsent.method,
    headers,
    agent: false as const,
    ca: sandbox.ca,
    ...(signal && { signal }),
  };
  return new Promise((resolve, reject) => {
    const request = (unsent.tls ? https : http).request(new URL(unsent.target, base), options, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('error', reject);
      response.on('end', () =>
        resolve({
          status: response.statusCode ?? 0,
          headers: response.headers,
          text: Buffer.concat(chunks).toString(),
        }),
      );
    });
    request.on('error', reject);
    request.end(body);
  });
}

/** Asks the control API. */
export async function control<T>(sandbox: Sandbox, method: string, path: string, body?: unknown): Promise<T> {
  const init = body === undefined ? { method } : { method, body: JSON.stringify(body) };
  const response = await fetch(`${sandbox.url}/_sandbox/${path}`, init);
  return (await response.json()) as T;
}

export const account = (sandbox: Sandbox, username: string): Promise<Account> =>
  control(sandbox, 'POST', 'users', { username });

/** Posts a tweet with whatever body and gives X's answer. */
export const post = (sandbox: Sandbox, tokens: Tokens, json: unknown, tls = false): Promise<Reply> =>
  sendSigned(sandbox, { method: 'POST', target: '/2/tweets', json, tokens, tls });

export const get = (sandbox: Sandbox, tokens: Tokens, target: string): Promise<Reply> =>
  sendSigned(sandbox, { method: 'GET', target, tokens });

/** The id of a tweet that has to be posted. */
export async function postedId(sandbox: Sandbox, tokens: Tokens, json: unknown): Promise<string> {
  const reply = await post(sandbox, tokens, json);
  if (reply.status !== 201) throw new Error(`not posted: ${reply.status} ${reply.text}`);
  return (JSON.parse(reply.text) as { data: { id: string } }).data.id;
}
