import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';

/** Upper bounds in seconds; X usually answers within one, and its deadline is 20. */
const X_SECONDS = [0.05, 0.1, 0.2, 0.3, 0.5, 1, 2, 5, 10, 20];
const REQUEST_SECONDS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 25];

/**
 * Everything that Herald counts, in a registry of its own; docs/metrics.md lists it. Labels come from closed lists, so
 * the number of series does not grow with users or posts.
 */
export const createInstruments = () => {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  registry.removeSingleMetric('nodejs_version_info'); // R38: versions are nobody's business.

  const counter = <L extends string>(name: string, help: string, labelNames: L[]) =>
    new Counter({ name, help, labelNames, registers: [registry] });
  const gauge = <L extends string>(name: string, help: string, labelNames: L[] = []) =>
    new Gauge({ name, help, labelNames, registers: [registry] });
  const histogram = <L extends string>(name: string, help: string, labelNames: L[], buckets: number[]) =>
    new Histogram({ name, help, labelNames, buckets, registers: [registry] });

  const instruments = {
    registry,
    requests: counter('herald_requests_total', 'Requests that a door answered; code is OK or the refusal', [
      'door',
      'operation',
      'code',
    ]),
    requestSeconds: histogram(
      'herald_request_duration_seconds',
      'How long a door took to answer, X included',
      ['door', 'operation'],
      REQUEST_SECONDS,
    ),
    posts: counter('herald_posts_total', 'Posts that reached a state; code is OK or that of the error', [
      'state',
      'code',
    ]),
    attempts: counter('herald_attempts_total', 'Attempts to create a tweet by what became of them', [
      'kind',
      'code',
    ]),
    xSeconds: histogram(
      'herald_x_duration_seconds',
      'How long a call of X took; call is create or read',
      ['call'],
      X_SECONDS,
    ),
    xReads: counter('herald_x_reads_total', 'Reads of X; code is OK or why there is no result', ['code']),
    xAppLimit: gauge(
      'herald_x_app_limit_remaining',
      "Requests left in the application's 24 hours, as X said last; absent until then",
    ),
    envelopes: counter('herald_envelopes_total', 'Credential envelopes by key and result', ['kid', 'result']),
    legacyReads: new Counter({
      name: 'herald_legacy_credential_reads_total',
      help: 'Sessions of the old Auth0 rule that were read; 0 for a week means that the reader can go',
      registers: [registry],
    }),
    parts: gauge('herald_parts', 'Parts of posts that are not final, by state', ['state']),
    oldestPartSeconds: gauge(
      'herald_oldest_part_age_seconds',
      'How long the oldest part has been overdue (QUEUED), in doubt (UNKNOWN) or with people (NEEDS_REVIEW); 0 without one',
      ['state'],
    ),
    pauses: gauge('herald_pauses', 'Pauses in force, by scope: ALL, USER or ACCOUNT', ['scope']),
    ledgerUp: gauge('herald_ledger_up', '1 when the ledger answered at this scrape'),
    sendingHeld: gauge('herald_sending_held', '1 while the send gate holds posts back, by reason', [
      'reason',
    ]),
    clockSkewSeconds: gauge(
      'herald_clock_skew_seconds',
      "How far this machine's clock is ahead of X's; absent until X has told its time",
    ),
    poolConnections: gauge('herald_pool_connections', 'Connections to Postgres: idle or busy', ['state']),
    poolWaiting: gauge('herald_pool_waiting', 'Queries that wait for a connection to Postgres'),
  };
  // A gauge starts at 0, which would say that X allows nothing more.
  instruments.xAppLimit.remove();
  return instruments;
};

export type Instruments = ReturnType<typeof createInstruments>;
