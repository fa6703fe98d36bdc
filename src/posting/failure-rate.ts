const WINDOW_S = 30;
const LEAST_CALLS = 20;
const LARGEST_SHARE = 0.5;

/** Counts calls and failures of the last 30 seconds, second by second. Times are monotonic milliseconds. */
export interface FailureRate {
  note(failed: boolean, atMs: number): void;
  /** At least 20 calls, and at least half of them failed. */
  isTooHigh(atMs: number): boolean;
  forget(): void;
}

interface Second {
  second: number;
  calls: number;
  failures: number;
}

export const createFailureRate = (): FailureRate => {
  const seconds: Second[] = Array.from({ length: WINDOW_S }, () => ({
    second: -Infinity,
    calls: 0,
    failures: 0,
  }));

  /** The entry of this second; it takes the place of the one 30 seconds ago. */
  const entryAt = (atMs: number): Second => {
    const second = Math.floor(atMs / 1000);
    const index = second % WINDOW_S;
    const entry = seconds[index];
    if (entry?.second === second) return entry;
    const fresh = { second, calls: 0, failures: 0 };
    seconds[index] = fresh;
    return fresh;
  };

  return {
    note: (failed, atMs) => {
      const entry = entryAt(atMs);
      entry.calls += 1;
      if (failed) entry.failures += 1;
    },
    isTooHigh: (atMs) => {
      const oldest = Math.floor(atMs / 1000) - WINDOW_S;
      const recent = seconds.filter(({ second }) => second > oldest);
      const calls = recent.reduce((sum, entry) => sum + entry.calls, 0);
      const failures = recent.reduce((sum, entry) => sum + entry.failures, 0);
      return calls >= LEAST_CALLS && failures >= calls * LARGEST_SHARE;
    },
    forget: () => {
      for (const entry of seconds) entry.second = -Infinity;
    },
  };
};
