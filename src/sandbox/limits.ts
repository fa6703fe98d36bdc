import { type Answer, tooManyRequests } from './answers.ts';

/** What X counts apart, each per user. `reads` are timelines and single tweets. */
export const BUCKETS = [
  'posts',
  'deletes',
  'me',
  'reads',
  'mediaInitialize',
  'mediaAppend',
  'mediaFinalize',
  'mediaStatus',
  'mediaMetadata',
] as const;

export type Bucket = (typeof BUCKETS)[number];

/** How many requests a user may make in a window; null lifts the limit, and with it the headers. */
export type LimitSettings = Record<Bucket, number | null> & { windowMs: number };

/** X's own figures (docs.x.com, rate limits): requests per 15 minutes and user. */
const X_LIMITS: LimitSettings = {
  posts: 100,
  deletes: 50,
  me: 75,
  reads: 900,
  mediaInitialize: 1875,
  mediaAppend: 1875,
  mediaFinalize: 1875,
  mediaStatus: 1000,
  mediaMetadata: 500,
  windowMs: 15 * 60_000,
};

export interface Limits {
  readonly settings: Readonly<LimitSettings>;
  /** Sets what is given, leaves the rest, and starts every count anew. */
  set(change: Partial<LimitSettings>): void;
  /** Counts one request. */
  count(bucket: Bucket, userId: string): Counted;
  /** Starts every count anew. */
  clear(): void;
}

export interface Counted {
  /** x-rate-limit-*, for every answer. */
  readonly headers: Readonly<Record<string, string>>;
  /** 429 when nothing was left; such a request is not counted. */
  readonly refusal: Answer | undefined;
}

/** The three headers of X's window; `reset` is in seconds since 1970. */
export function windowHeaders(limit: number, remaining: number, resetMs: number): Record<string, string> {
  return {
    'x-rate-limit-limit': String(limit),
    'x-rate-limit-remaining': String(remaining),
    'x-rate-limit-reset': String(Math.ceil(resetMs / 1000)),
  };
}

/** Fixed windows, as X's are: one starts with the first request after the last one ended. */
export function makeLimits(now: () => number): Limits {
  const settings = { ...X_LIMITS };
  const windows = new Map<string, { used: number; resetMs: number }>();

  return {
    settings,
    set(change) {
      Object.assign(settings, change);
      windows.clear();
    },
    clear: () => windows.clear(),
    count(bucket, userId) {
      const limit = settings[bucket];
      if (limit === null) return { headers: {}, refusal: undefined };
      const key = `${bucket} ${userId}`;
      let window = windows.get(key);
      if (!window || window.resetMs <= now()) {
        window = { used: 0, resetMs: now() + settings.windowMs };
        windows.set(key, window);
      }
      const refused = window.used >= limit;
      if (!refused) window.used += 1;
      return {
        headers: windowHeaders(limit, limit - window.used, window.resetMs),
        refusal: refused ? tooManyRequests : undefined,
      };
    },
  };
}
