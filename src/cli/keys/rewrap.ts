import {
  activeRestKid,
  createRestSeal,
  loadKeyring,
  RestSealBroken,
  rewrap,
} from '../../credentials/index.ts';
import { KeyNotHere, type RestSeal, type RestStore, type StoredSeal } from '../../kernel/index.ts';
import { type Call, Refusal, type Report } from '../command.ts';
import { requireConfiguredKeyring } from '../keyring-source.ts';
import { withLedger } from '../with-ledger.ts';

/** Few enough that the service, which uses the same rows, never waits for long. */
const BATCH = 50;
const PROGRESS_MS = 1_500;

/**
 * Seals everything that is stored under another rest key under the active one, in batches, while Herald runs. Killed at any
 * point it has done a part of it, and the next run does the rest.
 */
export const rewrapStored = async (call: Call): Promise<Report> => {
  const keyring = await loadKeyring(requireConfiguredKeyring(call.environment));
  const activeKid = activeRestKid(keyring);
  if (activeKid === undefined) throw new Refusal('No key of use rest is active in this keyring.');
  return withLedger(call.environment, async ({ rest }) => {
    const work = { rest, seal: createRestSeal(keyring), activeKid };
    const progress = startProgress(call, await countLeft(rest, activeKid));
    try {
      const broken = await rewrapAll(work, progress.done);
      return report(activeKid, progress.total(), broken, await countLeft(rest, activeKid));
    } finally {
      progress.stop();
    }
  });
};

interface Work {
  readonly rest: RestStore;
  readonly seal: RestSeal;
  readonly activeKid: string;
}

/** Gives what does not open, and so stays as it is. */
const rewrapAll = async ({ rest, seal, activeKid }: Work, done: () => void): Promise<StoredSeal[]> => {
  const broken: StoredSeal[] = [];
  const rewrapOne = async (stored: StoredSeal): Promise<void> => {
    const fresh = await rewrap(seal, stored.value, stored.boundTo).catch((error: unknown) => {
      if (!(error instanceof RestSealBroken || error instanceof KeyNotHere)) throw error;
      broken.push(stored);
    });
    // A value that was changed or erased meanwhile is no longer ours to change.
    if (fresh !== undefined && (await rest.rewrapped(stored, fresh))) done();
  };
  let batch = await rest.nextToRewrap(activeKid, BATCH);
  while (batch.length > 0) {
    await Promise.all(batch.map(rewrapOne));
    batch = await rest.nextToRewrap(activeKid, BATCH, batch.at(-1));
  }
  return broken;
};

const countLeft = async (rest: RestStore, activeKid: string): Promise<number> =>
  (await rest.restKids()).reduce((sum, { kid, count }) => (kid === activeKid ? sum : sum + count), 0);

/** A line at the beginning and one at least every two seconds. */
const startProgress = (call: Call, left: number) => {
  let total = 0;
  const tell = (): void => call.tell(`${total} done, ${Math.max(0, left - total)} left`);
  tell();
  const timer = setInterval(tell, PROGRESS_MS);
  return {
    done: () => {
      total += 1;
    },
    total: () => total,
    stop: () => clearInterval(timer),
  };
};

const report = (activeKid: string, done: number, broken: readonly StoredSeal[], left: number): Report => ({
  json: {
    activeKid,
    done,
    left,
    broken: broken.map(({ table, id, value }) => ({ table, id: id.join(' '), kid: value.kid })),
  },
  lines: [
    `${done} stored values are sealed under ${activeKid} now; ${left} are not.`,
    ...broken.map(
      ({ table, id, value }) => `Does not open: ${table} ${id.join(' ')}, sealed under ${value.kid}`,
    ),
  ],
  next: nextSteps(broken, left),
  failed: left > 0,
});

const nextSteps = (broken: readonly StoredSeal[], left: number): string[] => {
  if (broken.length > 0) {
    return [
      'What does not open was altered, or its key is not in this keyring: bring the key back from a backup and run this again.',
      'Posts without their credentials fail with CREDENTIALS_INVALID, and users of such accounts connect them again.',
    ];
  }
  if (left > 0)
    return ['A Herald still seals under an older key: restart it with this keyring, then run this again.'];
  return ['Nothing needs the other rest keys any more: herald keys list, then herald keys retire --kid KID'];
};
