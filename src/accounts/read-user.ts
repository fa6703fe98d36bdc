import { HeraldError, type XClient, type XCredentials, type XUser } from '../kernel/index.ts';

const RETRY_AFTER_MS = 30_000;

/**
 * Whom X says that the credentials are of. Throws `ACCOUNT_NEEDS_RECONNECT` when X refuses them, `CREDENTIALS_INVALID`
 * when they are of somebody else than they claim, `RATE_LIMITED` or `TEMPORARILY_UNAVAILABLE` when X does not say.
 */
export const readUser = async (
  x: Pick<XClient, 'me'>,
  credentials: XCredentials,
  now: Date,
): Promise<XUser> => {
  const read = await x.me(credentials);
  if (read.ok && read.value.xUserId === credentials.xUserId) return read.value;
  if (read.ok) throw new HeraldError('CREDENTIALS_INVALID');
  if (read.code === 'ACCOUNT_NEEDS_RECONNECT') throw new HeraldError('ACCOUNT_NEEDS_RECONNECT');
  throw new HeraldError(read.code === 'RATE_LIMITED' ? 'RATE_LIMITED' : 'TEMPORARILY_UNAVAILABLE', {
    retryAt: read.retryAt ?? new Date(now.getTime() + RETRY_AFTER_MS),
  });
};
