import type { Log } from '../kernel/index.ts';

/** At most `size` pieces of work at once. One that fails is logged and ends nothing else; one that is slow holds up none. */
export interface Crew {
  hasRoom(): boolean;
  take(work: Promise<void>): void;
  finished(): Promise<void>;
}

export const createCrew = (size: number, log: Log): Crew => {
  const busy = new Set<Promise<void>>();
  return {
    hasRoom: () => busy.size < size,
    take: (work) => {
      const done: Promise<void> = work
        .catch((error: unknown) => log('error', 'worker_failed', { error }))
        .finally(() => busy.delete(done));
      busy.add(done);
    },
    finished: async () => {
      await Promise.all(busy);
    },
  };
};
