import { budgetJson, describeSpending } from './budget-scope.ts';
import { ageSeconds, type Findings } from './findings.ts';
import { describeScope, pauseJson } from './pause-scope.ts';
import { fields } from './print.ts';

/** The object of `herald status --json`; null where something could not be found out. */
export const statusJson = ({ settings, database, budget, service, xClock, keys, at }: Findings) => ({
  database: {
    reachable: database !== undefined,
    heartbeatAt: database?.heartbeatAt?.toISOString() ?? null,
    publicUrl: database?.publicUrl ?? null,
  },
  publicUrl: settings.config.ledger.publicUrl ?? null,
  pauses: database?.pauses.map(pauseJson) ?? null,
  parts: database && {
    sending: database.sending,
    queued: database.queued,
    unknown: database.unknown,
    needsReview: database.needsReview,
  },
  oldestSeconds: database && {
    queued: ageSeconds(database.oldestDueAt, at) ?? null,
    unknown: ageSeconds(database.oldestUnknownAt, at) ?? null,
    needsReview: ageSeconds(database.oldestNeedsReviewAt, at) ?? null,
  },
  budget: budget === undefined ? null : budgetJson(budget),
  service: service === undefined ? null : { holds: service.holds },
  x: {
    url: settings.config.x.apiUrl.origin,
    reachable: xClock.reachable,
    clockSkewSeconds: xClock.skewMs === undefined ? null : Math.round(xClock.skewMs / 1000),
  },
  keys: keys === undefined ? null : keys.keys,
});

/** The same for people. */
export const statusLines = (findings: Findings): string[] => [
  'Herald',
  ...fields({
    database: databaseLine(findings),
    service: serviceLine(findings),
    sending: sendingLine(findings),
    ...partLines(findings),
    budget: budgetLine(findings),
    X: xLine(findings),
  }),
  ...keyLines(findings),
];

const databaseLine = ({ database, databaseProblem, at }: Findings): string => {
  if (database === undefined) return databaseProblem ?? 'unknown';
  const age = ageSeconds(database.heartbeatAt, at);
  const heartbeat = age === undefined ? 'no Herald was ever here' : `last heartbeat ${describeAge(age)} ago`;
  return `reachable, ${heartbeat}${database.publicUrl === undefined ? '' : `, belongs to ${database.publicUrl}`}`;
};

const serviceLine = ({ service }: Findings): string => {
  if (service === undefined) return 'unknown (Herald is not running here, or OPS_PORT is another)';
  return service.holds.length === 0 ? 'sends' : `holds posts back: ${service.holds.join(', ')}`;
};

const sendingLine = ({ database }: Findings): string | undefined => {
  if (database === undefined) return undefined;
  if (database.pauses.length === 0) return 'not paused';
  return database.pauses
    .map((pause) => `paused for ${describeScope(pause)} since ${pause.since.toISOString()} (${pause.reason})`)
    .join('; ');
};

const partLines = ({ database, at }: Findings): Record<string, string> => {
  if (database === undefined) return {};
  const line = (count: number, since: Date | undefined, what: string): string => {
    const age = ageSeconds(since, at);
    return age === undefined ? `${count}` : `${count}, the oldest ${what} ${describeAge(age)}`;
  };
  return {
    queued: line(database.queued, database.oldestDueAt, 'due for'),
    'being sent': `${database.sending}`,
    unknown: line(database.unknown, database.oldestUnknownAt, 'for'),
    'needs review': line(database.needsReview, database.oldestNeedsReviewAt, 'for'),
  };
};

/** Only where there is a limit: without one nothing can be held back. */
const budgetLine = ({ budget }: Findings): string | undefined =>
  budget?.limitMicroUsd === undefined ? undefined : describeSpending(budget);

const xLine = ({ settings, xClock }: Findings): string => {
  const { origin } = settings.config.x.apiUrl;
  if (!xClock.reachable) return `${origin} cannot be reached from here; clock unknown`;
  if (xClock.skewMs === undefined) return `${origin} answers; clock unknown`;
  const seconds = Math.round(xClock.skewMs / 1000);
  if (Math.abs(seconds) <= 1) return `${origin} answers; clocks agree`;
  return `${origin} answers; this machine's clock is ${Math.abs(seconds)} s ${seconds > 0 ? 'ahead' : 'behind'}`;
};

const keyLines = ({ keys }: Findings): string[] => {
  if (keys === undefined) return ['Keys', '  unknown (no HERALD_KEYRING here)'];
  if (keys.problem !== undefined) return ['Keys', `  ${keys.problem}`];
  return [
    'Keys',
    ...keys.keys.map(({ use, kid, status }) => `  ${use.padEnd(8)}  ${status.padEnd(7)}  ${kid}`),
  ];
};

const describeAge = (seconds: number): string => {
  if (seconds < 120) return `${seconds} s`;
  if (seconds < 7_200) return `${Math.round(seconds / 60)} min`;
  return `${Math.round(seconds / 3_600)} h`;
};
