import type { GateHold, GateState, Log, PostErrorCode, XAnswer, XOutcome, XRead } from '../kernel/index.ts';
import { createFailureRate } from './failure-rate.ts';

/** How long nothing is sent before one post may try, in milliseconds. */
const PAUSE_MS = { breaker: 15_000, out_of_credits: 300_000, clock_skew: 60_000 } as const satisfies Record<
  GateHold,
  number
>;

const CODES = {
  breaker: 'X_UNAVAILABLE',
  out_of_credits: 'OUT_OF_CREDITS',
  clock_skew: 'X_UNAVAILABLE',
} as const satisfies Record<GateHold, PostErrorCode>;

const WARN_SKEW_MS = 30_000;
/** X refuses signatures that are 5 minutes old, and reconciliation would look at the wrong span of the timeline. */
const REFUSE_SKEW_MS = 240_000;

/**
 * What the sweep may do with the next part:
 * - `send`: deliver it;
 * - `probe_with_send`: deliver it as the only one; its outcome decides;
 * - `probe_with_read`: the same, after a read with its credentials was answered. A failed read costs nothing, while a
 *   failed create would leave the part UNKNOWN.
 */
export type Admission = 'send' | 'probe_with_send' | 'probe_with_read';

export interface Gate {
  /** Why a new post has to wait, and when the next try of any post is; undefined while posts are sent. */
  held(): { readonly code: PostErrorCode; readonly until: Date } | undefined;
  /** Asked before each part that waited. Undefined: nothing now. A probe that is never heard of costs one pause. */
  admit(): Admission | undefined;
  /** There was nothing to send, so what {@link admit} gave is given back. */
  release(): void;
  note(outcome: XOutcome): void;
  noteRead(read: XRead<unknown>): void;
  state(): GateState;
}

interface GateTools {
  readonly log: Log;
  readonly now: () => Date;
  /** Monotonic milliseconds; `performance.now` when absent. */
  readonly elapsedMs?: () => number;
}

/**
 * Decides whether anything may be sent to X now. While it holds, posts stay QUEUED, never FAILED. It holds when
 * - half of at least 20 calls in 30 s found X failing, silent or out of reach (429 and other 4xx do not count);
 * - X said that the application has no credits, until any call succeeds;
 * - this machine's clock is 4 minutes or more away from X's, or X said so.
 */
export const createGate = ({ log, now, elapsedMs = () => performance.now() }: GateTools): Gate => {
  const holds = new Map<GateHold, { readonly sinceMs: number; dueMs: number }>();
  const failureRate = createFailureRate();
  let isProbing = false;
  let clockSkewMs: number | undefined;
  let isSkewTold = false;

  const hold = (cause: GateHold): void => {
    if (holds.has(cause)) return;
    const sinceMs = elapsedMs();
    holds.set(cause, { sinceMs, dueMs: sinceMs + PAUSE_MS[cause] });
    log('error', 'gate_closed', { code: CODES[cause], reason: cause });
  };

  const lift = (cause: GateHold): void => {
    const held = holds.get(cause);
    if (held === undefined) return;
    holds.delete(cause);
    log('info', 'gate_opened', { reason: cause, durationMs: Math.round(elapsedMs() - held.sinceMs) });
  };

  const lastDueMs = (): number => Math.max(...[...holds.values()].map(({ dueMs }) => dueMs));

  const held: Gate['held'] = () => {
    const [longest] = [...holds].sort(([, one], [, other]) => other.dueMs - one.dueMs);
    if (longest === undefined) return undefined;
    const [cause, { dueMs }] = longest;
    return { code: CODES[cause], until: new Date(now().getTime() + Math.max(0, dueMs - elapsedMs())) };
  };

  const admit: Gate['admit'] = () => {
    if (holds.size === 0) return 'send';
    if (elapsedMs() < lastDueMs()) return undefined;
    for (const [cause, held] of holds) held.dueMs = elapsedMs() + PAUSE_MS[cause];
    isProbing = true;
    return holds.has('breaker') ? 'probe_with_read' : 'probe_with_send';
  };

  const release = (): void => {
    if (!isProbing) return;
    isProbing = false;
    for (const held of holds.values()) held.dueMs = elapsedMs();
  };

  const note: Gate['note'] = (outcome) => {
    if (outcome.kind === 'not_sent' && outcome.reason === 'cancelled') return release();
    noteClock(outcome.answer, outcome.kind === 'not_sent' && outcome.reason === 'clock_skew');
    if (outcome.kind === 'created') lift('out_of_credits');
    if (outcome.kind === 'not_sent' && outcome.reason === 'out_of_credits') hold('out_of_credits');
    noteAvailability(verdictOf(outcome));
    isProbing = false;
  };

  const noteAvailability = (verdict: Verdict): void => {
    if (holds.has('breaker')) {
      if (isProbing && (verdict === 'success' || verdict === 'refusal')) lift('breaker');
    } else if (verdict === 'success' || verdict === 'failure') {
      failureRate.note(verdict === 'failure', elapsedMs());
      if (verdict === 'failure' && failureRate.isTooHigh(elapsedMs())) {
        failureRate.forget();
        hold('breaker');
      }
    }
  };

  const noteRead: Gate['noteRead'] = (read) => {
    noteClock(read.answer, false);
    if (!read.ok && read.code === 'OUT_OF_CREDITS') hold('out_of_credits');
  };

  /** A gateway's error page tells the gateway's time, so only what X itself answered counts. */
  const noteClock = ({ status = 0, clockSkewMs: skewMs }: XAnswer, isRefused: boolean): void => {
    if (isRefused) hold('clock_skew');
    if (skewMs === undefined || status < 200 || status >= 500) return;
    clockSkewMs = skewMs;
    const isLarge = Math.abs(skewMs) >= WARN_SKEW_MS;
    if (isLarge && !isSkewTold) log('warn', 'clock_skew', { reason: describeSkew(skewMs) });
    isSkewTold = isLarge;
    if (Math.abs(skewMs) >= REFUSE_SKEW_MS) hold('clock_skew');
    else if (!isRefused) lift('clock_skew');
  };

  const state = (): GateState => ({
    breaker: holds.has('breaker') ? (isProbing ? 'half_open' : 'open') : 'closed',
    holds: [...holds.keys()],
    clockSkewMs,
  });

  return { held, admit, release, note, noteRead, state };
};

/** `refusal`: X answered, and it says nothing about X's health. `silence`: nothing can be told. */
type Verdict = 'success' | 'failure' | 'refusal' | 'silence';

const verdictOf = (outcome: XOutcome): Verdict => {
  switch (outcome.kind) {
    case 'created':
      return 'success';
    case 'rejected':
      return 'refusal';
    case 'not_sent':
      return outcome.reason === 'unreachable' ? 'failure' : 'refusal';
    case 'unknown':
      if (outcome.reason === 'unreadable_success') return 'success';
      return outcome.reason === 'unclassified' ? 'silence' : 'failure';
  }
};

const describeSkew = (skewMs: number): string =>
  `this machine's clock is ${Math.round(Math.abs(skewMs) / 1000)} s ${skewMs > 0 ? 'ahead of' : 'behind'} X's`;
