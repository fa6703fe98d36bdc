import { HeraldError, type XRead } from '../kernel/index.ts';

const RETRY_AFTER_MS = 30_000;

/** What a read gave. Throws `ACCOUNT_NEEDS_RECONNECT`, `RATE_LIMITED` or `TEMPORARILY_UNAVAILABLE` when X gave nothing. */
export const valueOrThrow = <T>(read: XRead<T>, now: Date): T => {
  if (read.ok) return read.value;
  if (read.code === 'ACCOUNT_NEEDS_RECONNECT') throw new HeraldError('ACCOUNT_NEEDS_RECONNECT');
  const retryAt = read.retryAt ?? new Date(now.getTime() + RETRY_AFTER_MS);
  throw new HeraldError(read.code === 'RATE_LIMITED' ? 'RATE_LIMITED' : 'TEMPORARILY_UNAVAILABLE', {
    retryAt,
  });
};
