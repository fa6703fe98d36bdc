import { request as requestHttp } from 'node:http';
import { text } from 'node:stream/consumers';
import type { XConnect, XMe, XPost } from '../../src/kernel/index.ts';

/** What `/v1/graphql` answered: data or errors; which of them is there is for the test to say. */
export interface Shown<Data = Selected> {
  readonly data: Data;
  readonly errors?: readonly {
    readonly message: string;
    readonly extensions?: Readonly<Record<string, unknown>>;
  }[];
}

/** What the documents of the tests select of Herald; which of it is there is for the test to say, too. */
interface Selected {
  readonly postTweet: XPost;
  readonly a: XPost;
  readonly b: XPost;
  readonly xMe: XMe;
  readonly startXConnect: XConnect;
}

/** An engine, or what stands in for one. */
export interface EngineAddress {
  readonly url: string;
}

interface More {
  readonly variables?: object;
  readonly operationName?: string;
}

/** Sends a document as a frontend does; whatever happens, `/v1/graphql` answers with HTTP 200. */
export const ask = async <Data = Selected>(
  { url }: EngineAddress,
  query: string,
  headers: Readonly<Record<string, string>>,
  more: More = {},
): Promise<Shown<Data> & { readonly cookies: readonly string[]; readonly headers: Headers }> => {
  const response = await fetch(`${url}/v1/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify({ query, ...more }),
  });
  if (response.status !== 200) throw new Error(`HTTP ${response.status}: ${await response.text()}`);
  const shown = (await response.json()) as Shown<Data>;
  return { ...shown, cookies: response.headers.getSetCookie(), headers: response.headers };
};

/** The same with headers exactly as given, name and value in turn: `fetch` would join those that come twice. */
export const askRaw = async (
  { url }: EngineAddress,
  query: string,
  rawHeaders: readonly string[],
): Promise<Shown> => {
  const body = JSON.stringify({ query });
  const address = new URL('/v1/graphql', url);
  const own = [
    'host',
    address.host,
    'content-type',
    'application/json',
    'content-length',
    String(Buffer.byteLength(body)),
  ];
  return new Promise((resolve, reject) => {
    const request = requestHttp(address, { method: 'POST', headers: [...own, ...rawHeaders] }, (response) => {
      text(response).then((answer) => resolve(JSON.parse(answer) as Shown), reject);
    });
    request.once('error', reject);
    request.end(body);
  });
};
