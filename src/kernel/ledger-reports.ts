import type { Account } from './accounts.ts';
import type { UserId, XUserId } from './ids.ts';

/*
 * What operators see of the ledger, and what they can stop.
 */

export interface LedgerAttempt {
  readonly position: number;
  readonly attempt: number;
  readonly fence: string;
  readonly startedAt: Date;
  readonly deadlineAt: Date;
  readonly finishedAt: Date | undefined;
  readonly outcome: 'created' | 'not_sent' | 'rejected' | 'duplicate' | 'unknown' | undefined;
  readonly code: string | undefined;
  readonly reason: string | undefined;
  readonly httpStatus: number | undefined;
  readonly xTransactionId: string | undefined;
}

export type PauseScope =
  | { readonly scope: 'ALL' }
  | { readonly scope: 'USER'; readonly userId: UserId }
  | { readonly scope: 'ACCOUNT'; readonly xUserId: XUserId };

export interface Pause {
  readonly scope: PauseScope['scope'];
  readonly subject: string;
  readonly reason: string;
  readonly since: Date;
}

/** What the restore guard found at start. */
export interface Joined {
  /** The public URL that this database belongs to, when it is another one: sending is refused until `adopt`. */
  readonly belongsTo: string | undefined;
  /** Posts that were due while nobody was running; more than 0 means that sending was paused because of them. */
  readonly overdue: number;
}

export interface LedgerStatus {
  readonly pauses: readonly Pause[];
  readonly sending: number;
  readonly queued: number;
  readonly oldestDueAt: Date | undefined;
  readonly unknown: number;
  readonly oldestUnknownAt: Date | undefined;
  readonly needsReview: number;
  readonly oldestNeedsReviewAt: Date | undefined;
  readonly heartbeatAt: Date | undefined;
  /** Whose database this is, once a Herald with an explicit public URL used it. */
  readonly publicUrl: string | undefined;
}

export interface AccountPageRequest {
  /** 1 to 100. */
  readonly first: number;
  /** `endCursor` of the page before. */
  readonly after?: string | undefined;
}

/** Accounts of everybody, disconnected ones too, by user. */
export interface AccountPage {
  readonly accounts: readonly Account[];
  readonly endCursor: string | undefined;
  readonly hasNextPage: boolean;
}

export interface AccountReports {
  /** Without a user: everybody's. */
  page(userId: UserId | undefined, request: AccountPageRequest): Promise<AccountPage>;
}
