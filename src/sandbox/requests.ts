/** One API request that came in, without anything secret. */
export interface RequestRecord {
  readonly method: string;
  /** Without the query. */
  readonly path: string;
  /** Username; null when the request was not signed by a user. */
  readonly user: string | null;
  /** What was answered; null when the connection was dropped or left hanging. */
  readonly status: number | null;
  /** ISO 8601. */
  readonly at: string;
  readonly fault: string | null;
  /** Whether X did what was asked, whatever it answered. */
  readonly accepted: boolean;
}

export interface RequestLog {
  add(record: RequestRecord): void;
  /** Oldest first. */
  list(): readonly RequestRecord[];
  clear(): void;
}

const KEPT = 1000;

/** The last 1,000 requests; nothing when `keep` is false (benchmarks). */
export function makeRequestLog(keep: boolean): RequestLog {
  let records: RequestRecord[] = [];
  return {
    add(record) {
      if (!keep) return;
      records.push(record);
      if (records.length > 2 * KEPT) records = records.slice(-KEPT);
    },
    list: () => records.slice(-KEPT),
    clear: () => {
      records = [];
    },
  };
}
