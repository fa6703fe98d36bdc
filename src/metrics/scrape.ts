import { setTimeout as delay } from 'node:timers/promises';
import type { GateHold, GateState, LedgerStatus, Log } from '../kernel/index.ts';
import type { Instruments } from './instruments.ts';

/** Several scrapers, or an impatient one, cost the ledger one look per second. */
const STATUS_KEPT_MS = 1_000;
/** Scrapers give up after 10 s, and the other metrics matter most while the database is slow. */
const STATUS_WITHIN_MS = 3_000;

const HOLDS: readonly GateHold[] = ['breaker', 'out_of_credits', 'clock_skew'];
const SCOPES: readonly LedgerStatus['pauses'][number]['scope'][] = ['ALL', 'USER', 'ACCOUNT'];

/** Where the values come from that are looked up at a scrape. */
export interface ScrapeSources {
  /** The ledger's; may reject. */
  readonly status: () => Promise<LedgerStatus>;
  readonly gate: { state(): GateState };
  /** Connections to Postgres. */
  readonly pool?:
    | (() => { readonly total: number; readonly idle: number; readonly waiting: number })
    | undefined;
  readonly log: Log;
}

/** Makes the function that gives all metrics in Prometheus' text format. A ledger that fails costs its own metrics only. */
export const createScrape = (instruments: Instruments, sources: ScrapeSources): (() => Promise<string>) => {
  let kept: { readonly status: Promise<LedgerStatus | undefined>; readonly atMs: number } | undefined;

  const latestStatus = (): Promise<LedgerStatus | undefined> => {
    if (kept === undefined || performance.now() - kept.atMs >= STATUS_KEPT_MS) {
      kept = { status: readStatus(sources), atMs: performance.now() };
    }
    return kept.status;
  };

  return async () => {
    showLedger(instruments, await latestStatus());
    showGate(instruments, sources.gate.state());
    showPool(instruments, sources.pool?.());
    return instruments.registry.metrics();
  };
};

const readStatus = async ({ status, log }: ScrapeSources): Promise<LedgerStatus | undefined> => {
  const timer = new AbortController();
  try {
    return await Promise.race([status(), tooLate(timer.signal)]);
  } catch (error) {
    log('warn', 'scrape_failed', { error });
    return undefined;
  } finally {
    timer.abort();
  }
};

const tooLate = async (signal: AbortSignal): Promise<never> => {
  // Unless the status came first: then nobody waits for this any more.
  await delay(STATUS_WITHIN_MS, undefined, { signal }).catch(() => {});
  throw new Error(`The ledger gave no status within ${STATUS_WITHIN_MS} ms.`);
};

const showLedger = (instruments: Instruments, status: LedgerStatus | undefined): void => {
  const { parts, oldestPartSeconds, pauses, ledgerUp } = instruments;
  ledgerUp.set(status === undefined ? 0 : 1);
  if (status === undefined) {
    // Old values would say that all is well.
    for (const gauge of [parts, oldestPartSeconds, pauses]) gauge.reset();
    return;
  }
  parts.set({ state: 'SENDING' }, status.sending);
  parts.set({ state: 'QUEUED' }, status.queued);
  parts.set({ state: 'UNKNOWN' }, status.unknown);
  parts.set({ state: 'NEEDS_REVIEW' }, status.needsReview);
  oldestPartSeconds.set({ state: 'QUEUED' }, ageSeconds(status.oldestDueAt));
  oldestPartSeconds.set({ state: 'UNKNOWN' }, ageSeconds(status.oldestUnknownAt));
  oldestPartSeconds.set({ state: 'NEEDS_REVIEW' }, ageSeconds(status.oldestNeedsReviewAt));
  for (const scope of SCOPES) {
    pauses.set({ scope }, status.pauses.filter((pause) => pause.scope === scope).length);
  }
};

const ageSeconds = (since: Date | undefined): number =>
  since === undefined ? 0 : Math.max(0, (Date.now() - since.getTime()) / 1000);

const showGate = ({ sendingHeld, clockSkewSeconds }: Instruments, state: GateState): void => {
  for (const reason of HOLDS) sendingHeld.set({ reason }, state.holds.includes(reason) ? 1 : 0);
  if (state.clockSkewMs === undefined) clockSkewSeconds.remove();
  else clockSkewSeconds.set(state.clockSkewMs / 1000);
};

const showPool = (
  { poolConnections, poolWaiting }: Instruments,
  pool: ReturnType<NonNullable<ScrapeSources['pool']>> | undefined,
): void => {
  if (pool === undefined) return;
  poolConnections.set({ state: 'idle' }, pool.idle);
  poolConnections.set({ state: 'busy' }, pool.total - pool.idle);
  poolWaiting.set(pool.waiting);
};
