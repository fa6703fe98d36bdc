import type { Budget, LedgerStatus } from '../kernel/index.ts';
import { Refusal } from './command.ts';
import { type KeysView, viewKeys } from './keys-view.ts';
import { askService, type RunningService } from './running-service.ts';
import type { Settings } from './settings.ts';
import { withOpenLedger } from './with-ledger.ts';
import { askXClock, type XClock } from './x-clock.ts';

/** Everything that `herald status` found out; what is undefined could not be. */
export interface Findings {
  readonly settings: Settings;
  readonly database: LedgerStatus | undefined;
  /** Why there is nothing of the database. */
  readonly databaseProblem: string | undefined;
  /** What all users together spent today and may spend; undefined also where the limit is not known. */
  readonly budget: Budget | undefined;
  readonly service: RunningService | undefined;
  readonly xClock: XClock;
  readonly keys: KeysView | undefined;
  readonly at: Date;
}

/** Asks everything at once. Never throws for anything that is down. */
export const lookAround = async (settings: Settings): Promise<Findings> => {
  const [database, service, xClock, keys] = await Promise.all([
    readDatabase(settings),
    askService(settings.config),
    askXClock(settings.config.x.apiUrl),
    viewKeys(settings),
  ]);
  return { settings, ...database, service, xClock, keys, at: new Date() };
};

const readDatabase = async (
  settings: Settings,
): Promise<Pick<Findings, 'database' | 'databaseProblem' | 'budget'>> => {
  try {
    return await withOpenLedger(settings, async (ledger) => {
      const [database, budgets] = await Promise.all([ledger.status(), ledger.budgets.list()]);
      const app = budgets.find(({ scope }) => scope === 'APP');
      const isKnown = settings.budgetsAreKnown || app?.source === 'admin';
      return { database, databaseProblem: undefined, budget: isKnown ? app : undefined };
    });
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return { database: undefined, databaseProblem: error.message, budget: undefined };
  }
};

/** How long ago the oldest of something began, in seconds; undefined when there is none. */
export const ageSeconds = (since: Date | undefined, at: Date): number | undefined =>
  since === undefined ? undefined : Math.max(0, Math.round((at.getTime() - since.getTime()) / 1000));

export const isAlive = ({ heartbeatAt }: LedgerStatus, at: Date): boolean =>
  (ageSeconds(heartbeatAt, at) ?? Number.POSITIVE_INFINITY) <= HEARTBEAT_LATE_S;

/** Herald's heart beats every 10 s. */
const HEARTBEAT_LATE_S = 35;
