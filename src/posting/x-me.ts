import type { Session, UseCredentials, XClient, XMe, XUser, XUserId } from '../kernel/index.ts';
import { valueOrThrow } from './read-value.ts';

const DAY_MS = 86_400_000;
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
    useCredentials(session, undefined, async (credentials) => {
      const remembered = known.get(credentials.xUserId);
      if (remembered && remembered.until > now().getTime()) return answer(session, remembered.user);
      const user = valueOrThrow(await x.me(credentials), now());
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
