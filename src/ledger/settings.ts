/** Durations in milliseconds; all are measured by the database's clock. */
export interface LedgerSettings {
  /** How long a claim lasts. After it the part's outcome counts as unknown. */
  readonly leaseMs: number;
  /** How long a post without an `expiresAt` of its own may wait. */
  readonly postTtlMs: number;
  /** How long X may take to show, or to accept, what was sent to it. */
  readonly settleWindowMs: number;
  /** How long the same input without an idempotency key is the same post; 0 = never. */
  readonly dedupeWindowMs: number;
  /** A gap in the heartbeats that makes overdue posts suspicious. */
  readonly restoreGuardMs: number;
  /** Where this deployment is reached, when somebody said so explicitly. */
  readonly publicUrl: string | undefined;
  /** What may be spent in a UTC day, in millionths of a US dollar, unless an admin says otherwise; undefined = unlimited. */
  readonly budget: {
    readonly appDayMicroUsd: number | undefined;
    readonly userDayMicroUsd: number | undefined;
  };
}
