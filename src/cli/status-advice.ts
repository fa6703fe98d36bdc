import type { Budget, LedgerStatus } from '../kernel/index.ts';
import { ageSeconds, type Findings, isAlive } from './findings.ts';
import { resumeOptions } from './next-step.ts';

/* The thresholds are those of docs/alerts.md. */
const QUEUED_LONG_S = 300;
const UNKNOWN_LONG_S = 1_800;
const SKEW_MS = 30_000;

/** What an operator should do about what was found, most urgent first; nothing when all is well. */
export const adviseOn = (findings: Findings): string[] => {
  const { database, xClock, keys } = findings;
  return [
    ...(database === undefined
      ? [
          'Look whether the database runs and whether DATABASE_URL names it. Nothing that was accepted is lost.',
        ]
      : adviseOnDatabase(database, findings)),
    ...adviseOnBudget(findings.budget),
    ...(findings.service?.holds.flatMap((hold) => holdAdvice[hold] ?? []) ?? []),
    ...(Math.abs(xClock.skewMs ?? 0) >= SKEW_MS
      ? ["Set this machine's clock (NTP). X refuses signatures that are 5 minutes old."]
      : []),
    ...(keys?.problem === undefined ? [] : ['Mend HERALD_KEYRING; Herald does not start with this one.']),
  ];
};

const adviseOnBudget = (budget: Budget | undefined): string[] =>
  budget?.limitMicroUsd !== undefined && (budget.spentMicroUsd ?? 0) >= budget.limitMicroUsd
    ? [
        "The day's budget is used up: new posts are refused until midnight UTC, or: herald budget set --app USD",
      ]
    : [];

const holdAdvice: Readonly<Record<string, string>> = {
  breaker: "X fails: look at X's status page. Posts wait, and Herald tries again by itself.",
  out_of_credits: 'Buy credits in the X console. Posts wait, and Herald asks again every 5 minutes.',
  clock_skew: "The service's machine has a wrong clock: set it (NTP). Posts wait.",
};

const adviseOnDatabase = (database: LedgerStatus, { settings, at }: Findings): string[] => {
  const advice: string[] = [];
  const { publicUrl } = settings.config.ledger;
  const isForeign =
    publicUrl !== undefined && database.publicUrl !== undefined && database.publicUrl !== publicUrl;
  if (isForeign) {
    advice.push(
      `The database belongs to ${database.publicUrl}. If it moved here, and only then: herald adopt`,
    );
  }
  if (database.heartbeatAt === undefined) advice.push('Start Herald: npm start, or the container.');
  else if (!isAlive(database, at))
    advice.push('No Herald runs on this database: start it, and look at its log.');
  for (const pause of database.pauses) {
    const before = pause.reason.startsWith('RESTORED')
      ? 'herald recover --since TIME-OF-THE-BACKUP, then '
      : '';
    advice.push(`When the cause of the pause is gone: ${before}herald resume ${resumeOptions(pause)}`);
  }
  if (database.needsReview > 0)
    advice.push('Decide what is in review: herald posts list --state NEEDS_REVIEW');
  if ((ageSeconds(database.oldestUnknownAt, at) ?? 0) > UNKNOWN_LONG_S) {
    advice.push('A post is in doubt for long: herald posts list --state UNKNOWN');
  }
  if ((ageSeconds(database.oldestDueAt, at) ?? 0) > QUEUED_LONG_S) {
    advice.push('A post waits for long; each one tells why: herald posts list --state QUEUED');
  }
  return advice;
};
