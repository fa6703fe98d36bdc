import type { LedgerPost, PostId } from '../kernel/index.ts';

/** The sends under way in this process. */
export interface Running {
  /** Keeps the send until it is written down; gives it back. */
  add(id: PostId, send: Promise<LedgerPost>): Promise<LedgerPost>;
  of(id: PostId): Promise<LedgerPost> | undefined;
  /** False once the process is on its way out: what is being sent is finished, and no further part is begun. */
  goesOn(): boolean;
  /** Begins nothing more, and waits until nothing is under way, however it ended. */
  finished(): Promise<void>;
}

export const createRunning = (): Running => {
  const sends = new Map<PostId, Promise<LedgerPost>>();
  let isEnding = false;
  return {
    add: (id, send) => {
      const kept: Promise<LedgerPost> = send.finally(() => {
        if (sends.get(id) === kept) sends.delete(id);
      });
      sends.set(id, kept);
      return kept;
    },
    of: (id) => sends.get(id),
    goesOn: () => !isEnding,
    finished: async () => {
      isEnding = true;
      while (sends.size > 0) await Promise.allSettled(sends.values());
    },
  };
};
