import { createLocalJWKSet, errors, type JSONWebKeySet, type JWTVerifyGetKey } from 'jose';
import { HeraldError, type Log } from '../kernel/index.ts';

const FRESH_FOR_MS = 10 * 60_000;
const STALE_FOR_MS = 24 * 3_600_000;
const COOLDOWN_MS = 30_000;
const TIMEOUT_MS = 5_000;
const LIMIT_BYTES = 256 * 1024;

interface RemoteKeysTools {
  readonly url: URL;
  readonly fetch: typeof fetch;
  readonly now: () => Date;
  readonly log: Log;
}

interface Keys {
  readonly find: ReturnType<typeof createLocalJWKSet>;
  readonly fetchedAtMs: number;
}

/**
 * Public keys that stand at an address (R16): kept for 10 minutes, asked for again when a token names one that is not
 * among them, used for up to 24 hours when they cannot be had anew. Whatever tokens come, there is at most one request in
 * 30 seconds. Throws jose's error for a key that is not there, `TEMPORARILY_UNAVAILABLE` when there are no keys at all.
 */
export const createRemoteKeys = ({ url, fetch, now, log }: RemoteKeysTools): JWTVerifyGetKey => {
  let keys: Keys | undefined;
  let triedAtMs = Number.NEGATIVE_INFINITY;
  let pending: Promise<void> | undefined;

  const download = async (): Promise<void> => {
    triedAtMs = now().getTime();
    try {
      keys = { find: createLocalJWKSet(await fetchKeys(url, fetch)), fetchedAtMs: now().getTime() };
    } catch (error) {
      log('warn', 'jwks_unavailable', { failure: failureOf(error) });
    }
  };
  /** One request for all who wait, and none in the cooldown, whether the last one worked or not. */
  const refresh = async (): Promise<void> => {
    if (pending === undefined && now().getTime() - triedAtMs < COOLDOWN_MS) return;
    pending ??= download().finally(() => {
      pending = undefined;
    });
    await pending;
  };
  const isYoungerThan = (ageMs: number): boolean =>
    keys !== undefined && now().getTime() - keys.fetchedAtMs < ageMs;

  const usableKeys = async (): Promise<Keys> => {
    if (!isYoungerThan(FRESH_FOR_MS)) await refresh();
    if (keys !== undefined && isYoungerThan(STALE_FOR_MS)) return keys;
    throw new HeraldError('TEMPORARILY_UNAVAILABLE', { retryAt: new Date(triedAtMs + COOLDOWN_MS) });
  };

  return async (header, token) => {
    const known = await usableKeys();
    try {
      return await known.find(header, token);
    } catch (error) {
      if (!(error instanceof errors.JWKSNoMatchingKey)) throw error;
      await refresh();
      return (await usableKeys()).find(header, token);
    }
  };
};

/** A redirect could lead anywhere, so none is followed. */
const fetchKeys = async (url: URL, send: typeof fetch): Promise<JSONWebKeySet> => {
  const response = await send(url, {
    redirect: 'error',
    headers: { accept: 'application/jwk-set+json, application/json' },
    signal: AbortSignal.timeout(TIMEOUT_MS),
  });
  if (response.status !== 200) {
    await response.body?.cancel();
    throw new Error(`STATUS_${response.status}`);
  }
  return JSON.parse(await readAtMost(response, LIMIT_BYTES)) as JSONWebKeySet;
};

const readAtMost = async (response: Response, limitBytes: number): Promise<string> => {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of response.body ?? []) {
    bytes += chunk.length;
    if (bytes > limitBytes) throw new Error('TOO_LARGE');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
};

/** A word for the log: the network's code, the status, or the kind of the error. Never what the other side wrote. */
const failureOf = (error: unknown): string => {
  if (!(error instanceof Error)) return 'unknown';
  const { code } = (error.cause ?? error) as { readonly code?: unknown };
  if (typeof code === 'string') return code;
  return /^[A-Z_0-9]+$/.test(error.message) ? error.message : error.name;
};
