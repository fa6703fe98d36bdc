import type { UserId } from './ids.ts';

/*
 * What may be spent at X in a day (UTC), for all users together and for each. Amounts are millionths of a US dollar.
 */

export type BudgetScope = { readonly scope: 'APP' } | { readonly scope: 'USER'; readonly userId: UserId };

/** The post or file would cost more than is left of the day's budget; nothing was written down. */
export interface OverBudget {
  readonly kind: 'over_budget';
  readonly scope: BudgetScope['scope'];
  /** The next day's beginning. */
  readonly retryAt: Date;
}

export interface Budget {
  readonly scope: BudgetScope['scope'];
  /** The user id; empty for APP, and for the default that every user has. */
  readonly subject: string;
  /** Undefined: unlimited. */
  readonly limitMicroUsd: number | undefined;
  /** Reserved and spent since midnight UTC; undefined for the users' default. */
  readonly spentMicroUsd: number | undefined;
  /** By whom the limit is: the configuration, or an admin. */
  readonly source: 'configuration' | 'admin';
}

/** What a user still may spend today. */
export interface BudgetLeft {
  /** The scope with the least left, and how much; undefined when both are unlimited. */
  readonly scope: BudgetScope['scope'] | undefined;
  readonly microUsd: number | undefined;
  readonly retryAt: Date;
}

/** Every method throws `TEMPORARILY_UNAVAILABLE` when the database is away. */
export interface BudgetStore {
  /** The application's, the users' default, and every user's for whom an admin set one or who spent something today. */
  list(): Promise<readonly Budget[]>;
  /** From now on; undefined lifts every limit for this scope. */
  set(scope: BudgetScope, limitMicroUsd: number | undefined): Promise<void>;
  /** Back to the configuration. False when nothing was set. */
  clear(scope: BudgetScope): Promise<boolean>;
  left(userId: UserId): Promise<BudgetLeft>;
  /** Counts what X has charged for the user, where there is a limit; it may exceed it. */
  spend(userId: UserId, microUsd: number): Promise<void>;
}
