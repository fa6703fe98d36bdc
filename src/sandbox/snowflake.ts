/** Milliseconds since 1970 at which X's ids began to count. */
const EPOCH_MS = 1288834974657n;

/** The smallest id that a tweet made at `ms` (since 1970) can have. */
export const snowflakeAt = (ms: number): bigint => (BigInt(Math.floor(ms)) - EPOCH_MS) << 22n;

/** When a tweet with this id was made, in milliseconds since 1970. */
export const snowflakeMs = (id: string): number => Number((BigInt(id) >> 22n) + EPOCH_MS);

/**
 * Makes X's ids: decimal strings above 2^53, each larger than every one before, even when the clock stands still, goes
 * back, or the process is started again (`after` is the largest id known).
 */
export function makeSnowflakes(now: () => number, after = 0n): () => string {
  let last = after;
  return () => {
    const earliest = snowflakeAt(now());
    last = earliest > last ? earliest : last + 1n;
    return last.toString();
  };
}
