import type { IncomingHttpHeaders } from 'node:http';
import type { XLimit, XLimits } from '../kernel/index.ts';

/**
 * X's three counters from an answer's raw headers: 15 minutes per user, 24 hours per application, 24 hours per user.
 * A counter with a missing or malformed header is left out. The library reads the 24 hour ones only beside the first.
 */
export function parseLimits(headers: IncomingHttpHeaders): XLimits | undefined {
  const window = parseLimit(headers, 'x-rate-limit');
  const appDay = parseLimit(headers, 'x-app-limit-24hour');
  const userDay = parseLimit(headers, 'x-user-limit-24hour');
  if (!window && !appDay && !userDay) return undefined;
  return { ...(window && { window }), ...(appDay && { appDay }), ...(userDay && { userDay }) };
}

/** When every exhausted counter has been reset: the latest of them, or undefined when none is exhausted. */
export function exhaustedUntil(limits: XLimits | undefined): Date | undefined {
  const resets = [limits?.window, limits?.appDay, limits?.userDay]
    .filter((limit) => limit?.remaining === 0)
    .map((limit) => limit?.resetAt.getTime() ?? 0);
  return resets.length > 0 ? new Date(Math.max(...resets)) : undefined;
}

function parseLimit(headers: IncomingHttpHeaders, prefix: string): XLimit | undefined {
  const limit = parseCount(headers[`${prefix}-limit`]);
  const remaining = parseCount(headers[`${prefix}-remaining`]);
  const resetS = parseCount(headers[`${prefix}-reset`]);
  if (limit === undefined || remaining === undefined || resetS === undefined) return undefined;
  return { limit, remaining, resetAt: new Date(resetS * 1000) };
}

const parseCount = (value: string | string[] | undefined): number | undefined =>
  typeof value === 'string' && /^\d{1,11}$/.test(value) ? Number(value) : undefined;
