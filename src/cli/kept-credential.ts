import type { Ledger, LedgerPost, SealedCredential } from '../kernel/index.ts';
import { Refusal } from './command.ts';

/**
 * The credentials that the ledger keeps of a post, still sealed. Throws {@link Refusal} when there are none: then its
 * user has to call `mutation`, which brings them.
 */
export const requireCredential = async (
  ledger: Ledger,
  { id, state }: LedgerPost,
  mutation: 'retryTweet' | 'resolveTweet',
): Promise<SealedCredential> => {
  const credential = await ledger.keptCredential(id);
  if (credential !== undefined) return credential;
  throw new Refusal(
    `The post is ${state}, and Herald has no X credentials of it that could be used.`,
    `Its user has: ask them to call ${mutation} with the id ${id}.`,
  );
};
