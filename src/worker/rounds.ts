import { setTimeout as sleep } from 'node:timers/promises';
import type { Log } from '../kernel/index.ts';

/** One turn of something that is done again and again. `going` turns false when it should come to its end. */
export type Round = (going: () => boolean) => Promise<void>;

/**
 * Runs `round` now and then again `pauseMs` after each end, until stopped. A round that fails is logged; the next one
 * comes all the same.
 */
export const everyRound = (pauseMs: number, round: Round, log: Log): { stop(): Promise<void> } => {
  const stopped = new AbortController();
  const going = () => !stopped.signal.aborted;
  const run = async (): Promise<void> => {
    while (going()) {
      await round(going).catch((error: unknown) => log('error', 'worker_failed', { error }));
      await sleep(pauseMs, undefined, { signal: stopped.signal }).catch(() => {});
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
