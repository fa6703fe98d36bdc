import { lookup } from 'node:dns/promises';
import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { request as requestSecurely } from 'node:https';
import { connect as connectSocket, isIP, type Socket } from 'node:net';
import { bytes, IMAGE_LIMIT_BYTES } from './limits.ts';
import { hostOf, parseMediaAddress } from './media-address.ts';
import { isPublicAddress } from './public-address.ts';
import { Refusal } from './refusal.ts';
import { openSecureSocket, unreachable } from './secure-socket.ts';

const MOST_REDIRECTS = 3;
const DEADLINE_MS = 5_000;

/** The ways out of this process. Each is the usual one when absent. */
export interface MediaNetwork {
  /** All IP addresses of a host. */
  readonly resolve?: (host: string) => Promise<readonly string[]>;
  /** A socket that is connecting to port 443 of an IP address. */
  readonly connect?: (address: string) => Socket;
  /** A certificate authority in PEM to trust instead of the usual ones. */
  readonly ca?: string;
  /** For all of it, redirects too; 5000 when absent. */
  readonly deadlineMs?: number;
}

/**
 * The bytes behind an https address, at most 5 MB, or a {@link Refusal} (R39, R40). Each host is resolved once, all its
 * addresses must be public, and the connection goes to the first of them; so does each of at most 3 redirects, as if
 * its address had been given. No cookies, no credentials, no proxy, no connection that is used twice.
 */
export async function fetchMedia(
  address: string,
  allowedHosts: readonly string[] | undefined,
  network: MediaNetwork,
): Promise<Buffer> {
  const deadline = new AbortController();
  const timer = setTimeout(() => deadline.abort(), network.deadlineMs ?? DEADLINE_MS);
  try {
    let url = parseMediaAddress(address, undefined, allowedHosts);
    for (let redirects = 0; redirects <= MOST_REDIRECTS; redirects += 1) {
      const answer = await ask(url, network, deadline.signal);
      if (Buffer.isBuffer(answer)) return answer;
      url = parseMediaAddress(answer.location, url, allowedHosts);
    }
    throw new Refusal(`The address leads to more than ${MOST_REDIRECTS} others, one after the other.`);
  } catch (error) {
    if (deadline.signal.aborted) throw new Refusal('The host of this address took longer than 5 seconds.');
    throw error;
  } finally {
    clearTimeout(timer);
  }
}

/** One request: what the host sent, or where it says to look. */
async function ask(
  url: URL,
  network: MediaNetwork,
  signal: AbortSignal,
): Promise<Buffer | { location: string }> {
  const host = hostOf(url);
  const pinned = await untilAborted(pinAddress(host, network), signal);
  const dial = () => network.connect?.(pinned) ?? connectSocket({ host: pinned, port: 443 });
  const socket = await openSecureSocket(dial, host, network.ca, signal);
  try {
    const request = requestSecurely({
      createConnection: () => socket,
      host,
      defaultPort: 443,
      path: url.pathname + url.search,
      headers: { accept: 'image/*', 'accept-encoding': 'identity', 'user-agent': 'Herald' },
    });
    request.on('error', () => {});
    const answered = once(request, 'response', { signal });
    request.end();
    const [response]: IncomingMessage[] = await answered;
    if (response === undefined) throw brokenOff();
    return await readAnswer(response, signal);
  } catch (error) {
    throw error instanceof Refusal ? error : brokenOff();
  } finally {
    socket.destroy();
  }
}

/** The first of the host's addresses, when all are public: a host that has both kinds is up to something. */
async function pinAddress(host: string, { resolve = resolveAll }: MediaNetwork): Promise<string> {
  const addresses = isIP(host) ? [host] : await resolve(host).catch(() => []);
  const [first] = addresses;
  if (first === undefined || !addresses.every(isPublicAddress)) throw unreachable();
  return first;
}

const resolveAll = async (host: string): Promise<string[]> =>
  (await lookup(host, { all: true })).map(({ address }) => address);

async function untilAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  signal.throwIfAborted();
  const aborted = new Promise<never>((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason), { once: true });
  });
  return Promise.race([work, aborted]);
}

async function readAnswer(
  response: IncomingMessage,
  signal: AbortSignal,
): Promise<Buffer | { location: string }> {
  const { statusCode = 0, headers } = response;
  if ([301, 302, 303, 307, 308].includes(statusCode) && headers.location !== undefined)
    return { location: headers.location };
  if (statusCode !== 200)
    throw new Refusal(`The host of this address answered with the status ${statusCode}.`);
  if ((headers['content-encoding'] ?? 'identity') !== 'identity')
    throw new Refusal('The host of this address sent the file compressed, though it was asked not to.');
  if (Number(headers['content-length'] ?? 0) > IMAGE_LIMIT_BYTES) throw tooLarge();
  return readBody(response, signal);
}

async function readBody(response: IncomingMessage, signal: AbortSignal): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let byteLength = 0;
  const stop = () => response.destroy();
  signal.addEventListener('abort', stop, { once: true });
  for await (const chunk of response as AsyncIterable<Buffer>) {
    byteLength += chunk.length;
    if (byteLength > IMAGE_LIMIT_BYTES) throw tooLarge();
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

const tooLarge = (): Refusal =>
  new Refusal(
    `The file is larger than ${bytes(IMAGE_LIMIT_BYTES)}, the most that comes from an address. Send it to POST /media.`,
  );

const brokenOff = (): Refusal =>
  new Refusal('The answer of the host of this address broke off, or is none that can be read.');
