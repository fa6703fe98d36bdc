import { setTimeout as sleep } from 'node:timers/promises';
import type { FragileDatabase } from '../faults/support/fragile-database.ts';
import type { Fault, XControl } from '../faults/support/x-control.ts';
import type { HeraldSlot } from './herald.ts';
import type { Random } from './random.ts';

/** What X may do to a request that creates a tweet, and to one that reads a timeline. */
const CREATE_FAULTS = [
  'drop-before-accept',
  'drop-after-accept',
  'hang',
  'hang-after-accept',
  '503',
  '503-after-accept',
  '500-after-accept',
  'html-503',
  '429',
  'truncate-201',
  'empty-201',
  'corrupt-gzip-201',
  'slow-drip',
] as const;
const READ_FAULTS = ['timeline-lag', '503', 'drop-before-accept', 'truncate-201', '429'] as const;
/** Shorter than the settle window: what X shows later than that is outside of the promise. */
const LAG_MS = 1_500;

export interface Counts {
  faults: number;
  restarts: number;
  /** Requests that X refused as duplicates: second copies that only X's own filter kept away. */
  copies: number;
}

/** Kills a Herald every 0.3 to 2 s. */
export const killHeralds = async (
  random: Random,
  slots: readonly HeraldSlot[],
  going: () => boolean,
): Promise<void> => {
  while (going()) {
    await sleep(random.between(300, 2_000));
    random.pick(slots).kill();
  }
};

/** Orders a fault of X every 0.1 to 1 s. */
export const troubleX = async (
  random: Random,
  x: XControl,
  counts: Counts,
  going: () => boolean,
): Promise<void> => {
  while (going()) {
    await x.fault(random.share() < 0.75 ? createFault(random) : readFault(random));
    counts.faults += 1;
    await sleep(random.between(100, 1_000));
  }
};

const createFault = (random: Random): Fault => {
  const kind = random.pick(CREATE_FAULTS);
  return kind === '429' ? { kind, ms: LAG_MS } : { kind };
};

const readFault = (random: Random): Fault => {
  const kind = random.pick(READ_FAULTS);
  return { kind, method: 'GET', path: '/2/users/*', ms: LAG_MS };
};

/** Reads X's log of requests before it forgets them. */
export const countCopies = async (x: XControl, counts: Counts, going: () => boolean): Promise<void> => {
  let seenUntil = '';
  while (going()) {
    await sleep(1_000);
    const fresh = (await x.creates()).filter(({ at }) => at > seenUntil);
    seenUntil = fresh.at(-1)?.at ?? seenUntil;
    counts.copies += fresh.filter(({ status }) => status === 403).length;
  }
};

/** Throws Postgres down every 5 to 15 s. */
export const restartPostgres = async (
  random: Random,
  database: FragileDatabase,
  counts: Counts,
  going: () => boolean,
): Promise<void> => {
  while (going()) {
    const dueAtMs = performance.now() + random.between(5_000, 15_000);
    while (going() && performance.now() < dueAtMs) await sleep(100);
    if (!going()) return;
    await database.crash();
    await database.start();
    counts.restarts += 1;
  }
};
