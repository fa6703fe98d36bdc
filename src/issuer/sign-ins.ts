import type { UserId, XUserId } from '../kernel/index.ts';
import type { Entries } from './entries.ts';
import type { HookedClaims } from './hook-result.ts';
import { lifetimeSeconds } from './lifetimes.ts';

/** One user's sign-in to one application: what each of its tokens is made from. */
export interface SignIn {
  readonly userId: UserId;
  readonly xUserId: XUserId;
  /** The handle at the sign-in, for the claims hook. */
  readonly username: string;
  readonly clientId: string;
  readonly signedInAt: Date;
  /** What the hook gave at the sign-in; a refresh asks it again. */
  readonly hooked: HookedClaims;
}

/** Sign-ins by the id of their grant, with which they end. */
export interface SignIns {
  put(grantId: string, signIn: SignIn): Promise<void>;
  get(grantId: string): Promise<SignIn | undefined>;
}

const kind = 'SignIn';

export const createSignIns = (entries: Entries): SignIns => ({
  put: (grantId, signIn) =>
    entries.put(kind, grantId, signIn, {
      userId: signIn.userId,
      grantId,
      lifetimeMs: lifetimeSeconds.signIn * 1000,
    }),
  async get(grantId) {
    const entry = await entries.get(kind, grantId);
    if (entry === undefined) return undefined;
    const stored = entry.payload as Omit<SignIn, 'signedInAt'> & { signedInAt: string };
    return { ...stored, signedInAt: new Date(stored.signedInAt) };
  },
});
