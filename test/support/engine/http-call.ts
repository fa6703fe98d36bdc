import { type IncomingMessage, request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import { buffer } from 'node:stream/consumers';
import { gunzipSync } from 'node:zlib';
import { type Headers, pairHeaders } from './headers.ts';

export interface Call {
  readonly url: string;
  readonly headers: Headers;
  readonly body: string;
  readonly timeoutMs: number;
}

export interface Reply {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
}

/** No answer: refused, cut off, or too late. */
export class NoAnswer extends Error {}

const MAX_REDIRECTS = 10;

/** A POST as the engine's HTTP client sends it: no `Accept`, gzip allowed, redirects followed. Throws {@link NoAnswer}. */
export const callHttp = async (call: Call): Promise<Reply> => {
  const deadline = AbortSignal.timeout(call.timeoutMs);
  try {
    let { url } = call;
    let body: string | undefined = call.body;
    for (let hop = 0; ; hop += 1) {
      const response = await send(url, call.headers, body, deadline);
      const { statusCode: status = 0, headers } = response;
      if (
        ![301, 302, 303, 307, 308].includes(status) ||
        headers.location === undefined ||
        hop === MAX_REDIRECTS
      )
        return { status, headers: pairHeaders(response.rawHeaders), text: await readText(response) };
      response.resume();
      url = new URL(headers.location, url).href;
      if (status <= 303) body = undefined;
    }
  } catch (error) {
    throw new NoAnswer(deadline.aborted ? 'Response timeout' : String(error), { cause: error });
  }
};

const send = (
  url: string,
  headers: Headers,
  body: string | undefined,
  signal: AbortSignal,
): Promise<IncomingMessage> =>
  new Promise((resolve, reject) => {
    const length = body === undefined ? {} : { 'Content-Length': Buffer.byteLength(body) };
    const request = (url.startsWith('https:') ? requestHttps : requestHttp)(url, {
      method: body === undefined ? 'GET' : 'POST',
      agent: false,
      signal,
      headers: { 'Accept-Encoding': 'gzip', ...length, ...Object.fromEntries(headers) },
    });
    request.removeHeader('Connection');
    request.once('response', resolve);
    request.once('error', reject);
    request.end(body);
  });

const readText = async (response: IncomingMessage): Promise<string> => {
  const bytes = await buffer(response);
  return (response.headers['content-encoding'] === 'gzip' ? gunzipSync(bytes) : bytes).toString('utf8');
};
