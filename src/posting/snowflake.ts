import type { TweetId } from '../kernel/index.ts';

/** Milliseconds since 1970 at which X's ids begin; the lower 22 bits number tweets within one. */
const EPOCH_MS = 1_288_834_974_657;

/** When X made the tweet, in milliseconds since 1970. */
export const createdAtMs = (id: TweetId): number => Number(BigInt(id) >> 22n) + EPOCH_MS;

/** The smallest id that a tweet of that instant, in milliseconds since 1970, can have. */
export const firstIdAt = (ms: number): TweetId =>
  (BigInt(Math.max(0, ms - EPOCH_MS)) << 22n).toString() as TweetId;
