import type { LedgerPost, PostId } from '../kernel/index.ts';

/** The sends under way in this process. */
export interface Running {
  /** Keeps the send until it is written down; gives it back. */
  add(id: PostId, send: Promise<LedgerPost>): Promise<LedgerPost>;
  of(id: PostId): Promise<LedgerPost> | undefined;
  /** The post as it is after a part of its thread, while others are still to come. */
  progressed(post: LedgerPost): void;
  /** What was last heard of a send that is under way. */
  latest(id: PostId): LedgerPost | undefined;
  /** False once the process is on its way out: what is being sent is finished, and no further part is begun. */
  goesOn(): boolean;
  /** Begins nothing more, and waits until nothing is under way, however it ended. */
  finished(): Promise<void>;
}

export const createRunning = (): Running => {
  const sends = new Map<PostId, Promise<LedgerPost>>();
  const heard = new Map<PostId, LedgerPost>();
  let isEnding = false;
  return {
    add: (id, send) => {
      const kept: Promise<LedgerPost> = send.finally(() => {
        if (sends.get(id) !== kept) return;
        sends.delete(id);
        heard.delete(id);
      });
      sends.set(id, kept);
      return kept;
    },
    of: (id) => sends.get(id),
    progressed: (post) => {
      if (sends.has(post.id)) heard.set(post.id, post);
    },
    latest: (id) => heard.get(id),
    goesOn: () => !isEnding,
    finished: async () => {
      isEnding = true;
      while (sends.size > 0) await Promise.allSettled(sends.values());
    },
  };
};
