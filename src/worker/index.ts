import { setTimeout as sleep } from 'node:timers/promises';
import type { Delivery, Ledger, Log, Look, OwedDeletion } from '../kernel/index.ts';
import { createCrew } from './crew.ts';
import { everyRound, type Round } from './rounds.ts';

export interface WorkerTools {
  readonly ledger: Ledger;
  readonly deliver: (delivery: Delivery, readFirst: boolean) => Promise<void>;
  readonly reconcile: (look: Look) => Promise<void>;
  readonly takeBack: (owed: OwedDeletion) => Promise<void>;
  readonly gate: {
    /** What may be done with the next part; undefined leaves everything QUEUED. */
    admit(): 'send' | 'probe_with_send' | 'probe_with_read' | undefined;
    release(): void;
  };
  readonly log: Log;
}

export interface Worker {
  /** Claims nothing more and waits until what was claimed is written down. */
  stop(): Promise<void>;
}

const SECOND_MS = 1_000;
const HOUR_MS = 3_600_000;
/** After an outage everything that waited is due at once; X is not to be met by all of it in one second. */
const SENDS_PER_SECOND = 30;
const SENDS_AT_ONCE = 10;
const LOOKS_AT_ONCE = 5;
const DELETIONS_AT_ONCE = 3;

/**
 * What goes on by itself: whatever waits, or was interrupted, is found by looking at the ledger every second. Losing a
 * round, or running one twice, changes nothing.
 */
export const startWorker = ({ ledger, deliver, reconcile, takeBack, gate, log }: WorkerTools): Worker => {
  const sends = createCrew(SENDS_AT_ONCE, log);
  const looks = createCrew(LOOKS_AT_ONCE, log);
  const deletions = createCrew(DELETIONS_AT_ONCE, log);

  const sweep: Round = async (going) => {
    for (let sent = 0; sent < SENDS_PER_SECOND && going() && sends.hasRoom(); sent += 1) {
      const admission = gate.admit();
      if (admission === undefined) return;
      const delivery = await ledger.claimNext();
      if (delivery === undefined) return gate.release();
      sends.take(deliver(delivery, admission === 'probe_with_read'));
    }
  };

  const look: Round = async (going) => {
    while (going() && looks.hasRoom()) {
      const next = await ledger.nextToReconcile();
      if (next === undefined) return;
      looks.take(reconcile(next));
    }
  };

  const remove: Round = async (going) => {
    while (going() && deletions.hasRoom()) {
      const owed = await ledger.nextToDelete();
      if (owed === undefined) return;
      deletions.take(removeFrom(owed, going));
    }
  };

  /** On with the next at once: a post that is taken back has up to 25 tweets, one after the other. */
  const removeFrom = async (first: OwedDeletion, going: () => boolean): Promise<void> => {
    for (
      let owed: OwedDeletion | undefined = first;
      owed;
      owed = going() ? await ledger.nextToDelete() : undefined
    )
      await takeBack(owed);
  };

  const expire: Round = async () => {
    const unknown = await ledger.expireLeases();
    if (unknown > 0) log('warn', 'lease_expired', { count: unknown });
    const expired = await ledger.expireQueued();
    if (expired > 0) log('warn', 'post_expired', { count: expired });
  };

  const beat: Round = async () => {
    if (await ledger.heartbeat()) return;
    log('error', 'sending_held', { reason: 'the database went back in time: herald recover, herald resume' });
  };

  const rounds = [
    everyRound(SECOND_MS, sweep, log),
    everyRound(SECOND_MS, look, log),
    everyRound(SECOND_MS, remove, log),
    everyRound(10 * SECOND_MS, expire, log),
    everyRound(10 * SECOND_MS, beat, log),
    everyRound(HOUR_MS, () => ledger.tidy(), log),
  ];
  return {
    stop: async () => {
      await Promise.all(rounds.map((round) => round.stop()));
      // A look that is cut concludes nothing; a send or a deletion has to be written down.
      await Promise.all([
        sends.finished(),
        deletions.finished(),
        Promise.race([looks.finished(), sleep(SECOND_MS, undefined, { ref: false })]),
      ]);
    },
  };
};
