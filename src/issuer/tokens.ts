import { setTimeout as sleep } from 'node:timers/promises';
import type { Log, SealedPair, UserId, XUserId } from '../kernel/index.ts';
import { type Claims, checkTokenLength, type TokenFrame, tokenClaims } from './claims.ts';
import { type ClaimsHook, runHook } from './claims-hook.ts';
import { type HookedClaims, HookFault } from './hook-result.ts';
import { lifetimeSeconds } from './lifetimes.ts';
import { SignInOver } from './refusals.ts';
import type { SignIn, SignIns } from './sign-ins.ts';

export interface TokenTools {
  readonly signIns: SignIns;
  readonly hook: ClaimsHook | undefined;
  readonly roles: readonly string[];
  readonly frameFor: (clientId: string) => TokenFrame;
  readonly revokedBefore: (userId: UserId) => Promise<Date | undefined>;
  readonly sealEnvelopes: (
    userId: UserId,
    xUserId: XUserId,
    expiresAt: Date,
  ) => Promise<SealedPair | undefined>;
  readonly log: Log;
  readonly now: () => Date;
}

/** Makes what access tokens say. What is asked for may throw {@link SignInOver} or {@link HookFault}. */
export interface Tokens {
  /** Asks the hook about somebody who signs in or whose token is refreshed. */
  askHook(who: Pick<SignIn, 'xUserId' | 'username' | 'clientId'>): Promise<HookedClaims>;
  /** The claims of one token, with the account's credentials sealed into it now. */
  claimsOf(signIn: SignIn): Promise<Claims>;
  /** The claims of the first token of a sign-in, with what the hook gave then. */
  claimsForCode(grantId: string): Promise<Claims>;
  /** The claims of a later token, after the hook was asked again. */
  claimsForRefresh(grantId: string): Promise<Claims>;
  /**
   * Waits for the second after the user's last revocation. Tokens and envelopes say in whole seconds when they were made,
   * so what is made in the second of a revocation would be taken for one from before it.
   */
  outwaitRevocation(userId: UserId): Promise<void>;
  /** False once the sign-in ended or all of the user's were revoked since (R20). */
  stands(grantId: string): Promise<boolean>;
}

/** The user id unless a hook says another one. Never the handle: handles change hands (R19). */
export const userIdOf = (xUserId: XUserId): UserId => `twitter|${xUserId}` as UserId;

export const createTokens = (tools: TokenTools): Tokens => {
  const { signIns, roles, frameFor, log, now } = tools;

  const askHook: Tokens['askHook'] = async ({ xUserId, username, clientId }) =>
    logged(log, () => runHook(tools.hook, { userId: userIdOf(xUserId), xUserId, username, clientId }, roles));

  const claimsOf: Tokens['claimsOf'] = async (signIn) => {
    const livesMs = 1000 * (lifetimeSeconds.accessToken + lifetimeSeconds.envelopeBeyondToken);
    const expiresAt = new Date(now().getTime() + livesMs);
    const envelopes = await tools.sealEnvelopes(signIn.userId, signIn.xUserId, expiresAt);
    if (envelopes === undefined)
      throw new SignInOver('The X account is disconnected or X refuses it. Sign in again.');
    const claims = tokenClaims(signIn, envelopes, roles);
    await logged(log, async () => checkTokenLength(claims, signIn, frameFor(signIn.clientId)));
    return claims;
  };

  const existing = async (grantId: string): Promise<SignIn> => {
    const signIn = await signIns.get(grantId);
    if (signIn === undefined) throw new SignInOver('This sign-in is over. Sign in again.');
    return signIn;
  };

  return {
    askHook,
    claimsOf,
    claimsForCode: async (grantId) => claimsOf(await existing(grantId)),
    async claimsForRefresh(grantId) {
      const signIn = await existing(grantId);
      const hooked = await askHook(signIn);
      if ((hooked.userId ?? userIdOf(signIn.xUserId)) !== signIn.userId)
        throw new SignInOver('The user id of this sign-in changed. Sign in again.');
      return claimsOf({ ...signIn, hooked });
    },
    async outwaitRevocation(userId) {
      const revoked = await tools.revokedBefore(userId);
      const waitMs = revoked === undefined ? 0 : nextSecond(revoked) - now().getTime();
      // Longer only where the database's clock is ahead of this one.
      if (waitMs > 0) await sleep(Math.min(waitMs, 1000) + TIMER_EARLY_MS);
    },
    async stands(grantId) {
      const signIn = await signIns.get(grantId);
      if (signIn === undefined) return false;
      const revoked = await tools.revokedBefore(signIn.userId);
      return revoked === undefined || signIn.signedInAt >= revoked;
    },
  };
};

/** Node's timers may be over a millisecond early. */
const TIMER_EARLY_MS = 2;

const nextSecond = (time: Date): number => Math.ceil(time.getTime() / 1000) * 1000;

/** An operator finds the fault in the log, with what the hook threw. */
const logged = async <T>(log: Log, work: () => Promise<T>): Promise<T> => {
  try {
    return await work();
  } catch (error) {
    if (error instanceof HookFault)
      log('error', 'claims_hook_failed', { reason: error.message, error: error.cause });
    throw error;
  }
};
