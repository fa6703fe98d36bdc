import { HeraldError, type RevocationStore, type Session, type UseEnvelopes } from '../kernel/index.ts';

export interface EndedSessionTools {
  readonly revokedBefore: RevocationStore['revokedBefore'];
  readonly useEnvelopes: UseEnvelopes;
}

/** Throws `CREDENTIALS_INVALID` for a session that was ended by revoking all of its user's sign-ins (R20). */
export type RefuseEnded = (session: Session) => Promise<void>;

/**
 * A session that brings envelopes is as old as they are, and what ends them ends what it may do with connected accounts,
 * too. They are opened only where there was a revocation. A session without any says no time: whoever issued it ends it.
 */
export const createRefuseEnded =
  ({ revokedBefore, useEnvelopes }: EndedSessionTools): RefuseEnded =>
  async (session) => {
    if (session.envelopes === undefined) return;
    const revoked = await revokedBefore(session.userId);
    if (revoked === undefined) return;
    await useEnvelopes(session, async ({ sealedAt }) => {
      if (sealedAt === undefined || sealedAt < revoked) throw new HeraldError('CREDENTIALS_INVALID');
    });
  };
