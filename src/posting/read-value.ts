import { HeraldError, type PostErrorCode, type XRead } from '../kernel/index.ts';

const RETRY_AFTER_MS = 30_000;

/** What a read gave. Throws as {@link refusalOf} when X gave nothing. */
export const valueOrThrow = <T>(read: XRead<T>, now: Date): T => {
  if (read.ok) return read.value;
  throw refusalOf(read, now);
};

/** Why X did not do what it was asked, while nothing is written down: `ACCOUNT_NEEDS_RECONNECT`, `RATE_LIMITED` or `TEMPORARILY_UNAVAILABLE`. */
export const refusalOf = (
  { code, retryAt }: { readonly code: PostErrorCode; readonly retryAt: Date | undefined },
  now: Date,
): HeraldError =>
  code === 'ACCOUNT_NEEDS_RECONNECT'
    ? new HeraldError(code)
    : new HeraldError(code === 'RATE_LIMITED' ? code : 'TEMPORARILY_UNAVAILABLE', {
        retryAt: retryAt ?? new Date(now.getTime() + RETRY_AFTER_MS),
      });
