import type { PartErrorCode, PostState } from './posts.ts';
import type { XOutcome, XRead } from './x.ts';

/*
 * What the rooms report to be counted. Nothing here takes a user, a text or an id.
 */

/** Takes reports and never throws. */
export interface Meter {
  /** A door answered. `code` is the refusal's, absent for success; `operation` is a root field of the SDL. */
  request(report: {
    readonly door: 'action' | 'graphql' | 'event' | 'media' | 'sign_in' | 'issuer';
    readonly operation: string | undefined;
    readonly code: string | undefined;
    readonly durationMs: number;
  }): void;
  /** A post reached this state; once for each post and state that is final or needs somebody. */
  post(report: { readonly state: PostState; readonly code: PartErrorCode | undefined }): void;
  /** An attempt to create a tweet, from signing to the end of the answer. */
  attempt(outcome: XOutcome, durationMs: number): void;
  /** A read of X. */
  read(read: XRead<unknown>, durationMs: number): void;
  /** An envelope was opened or refused. `kid` only when the keyring has it: anybody can write any other. */
  envelope(report: { readonly kid: string | undefined; readonly result: 'opened' | 'refused' }): void;
  /** Credentials of the old Auth0 rule were read. */
  legacyRead(): void;
}

/** Why nothing is sent for now. */
export type GateHold = 'breaker' | 'out_of_credits' | 'clock_skew';

/** The send gate as metrics and `herald status` show it. */
export interface GateState {
  readonly breaker: 'closed' | 'open' | 'half_open';
  /** Empty while posts are sent. */
  readonly holds: readonly GateHold[];
  /** How far this machine's clock is ahead of X's, in milliseconds; absent until X has told its time. */
  readonly clockSkewMs: number | undefined;
}
