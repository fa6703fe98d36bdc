import {
  HeraldError,
  type Session,
  type UseCredentials,
  type XClient,
  type XMe,
  type XRead,
  type XUser,
  type XUserId,
} from '../kernel/index.ts';

const DAY_MS = 86_400_000;
const RETRY_AFTER_MS = 30_000;
const REMEMBERED_ACCOUNTS = 10_000;

interface XMeTools {
  readonly useCredentials: UseCredentials;
  readonly x: XClient;
  readonly now: () => Date;
}

/**
 * The X account behind the session's credentials. X charges for the question, so one account is asked about at most
 * daily; the answer is remembered in this process only.
 * Throws `ACCOUNT_REQUIRED`, `CREDENTIALS_INVALID`, `ACCOUNT_NEEDS_RECONNECT`, `RATE_LIMITED` or
 * `TEMPORARILY_UNAVAILABLE`.
 */
export const createXMe = ({ useCredentials, x, now }: XMeTools): ((session: Session) => Promise<XMe>) => {
  const known = new Map<XUserId, { user: XUser; until: number }>();
  return (session) =>
    useCredentials(session, async (credentials) => {
      const remembered = known.get(credentials.xUserId);
      if (remembered && remembered.until > now().getTime()) return answer(session, remembered.user);
      const user = userOf(await x.me(credentials), now());
      if (known.size >= REMEMBERED_ACCOUNTS) known.clear();
      known.set(credentials.xUserId, { user, until: now().getTime() + DAY_MS });
      return answer(session, user);
    });
};

const answer = (session: Session, user: XUser): XMe => ({
  userId: session.userId,
  xUserId: user.xUserId,
  username: user.username,
  name: user.name,
});

const userOf = (read: XRead<XUser>, now: Date): XUser => {
  if (read.ok) return read.value;
  if (read.code === 'ACCOUNT_NEEDS_RECONNECT') throw new HeraldError('ACCOUNT_NEEDS_RECONNECT');
  const retryAt = read.retryAt ?? new Date(now.getTime() + RETRY_AFTER_MS);
  throw new HeraldError(read.code === 'RATE_LIMITED' ? 'RATE_LIMITED' : 'TEMPORARILY_UNAVAILABLE', {
    retryAt,
  });
};
