import { setTimeout as sleep } from 'node:timers/promises';
import type { Log } from '../kernel/index.ts';

const LONGEST_PAUSE_MS = 10_000;

/** One turn of something that is done again and again. `going` turns false when it should come to its end. */
export type Round = (going: () => boolean) => Promise<void>;

/**
 * Runs `round` now and then again `pauseMs` after each end, until stopped. A round that fails is logged; the next one
 * comes all the same, later with each failure in a row.
 */
export const everyRound = (pauseMs: number, round: Round, log: Log): { stop(): Promise<void> } => {
  const stopped = new AbortController();
  const going = () => !stopped.signal.aborted;
  const run = async (): Promise<void> => {
    for (let failures = 0; going(); ) {
      const failed = await round(going).then(
        () => false,
        (error: unknown) => {
          log('error', 'worker_failed', { error });
          return true;
        },
      );
      failures = failed ? failures + 1 : 0;
      const pause = Math.max(pauseMs, Math.min(LONGEST_PAUSE_MS, pauseMs * 2 ** failures));
      await sleep(pause, undefined, { signal: stopped.signal }).catch(() => {});
    }
  };
  const running = run();
  return {
    stop: () => {
      stopped.abort();
      return running;
    },
  };
};
