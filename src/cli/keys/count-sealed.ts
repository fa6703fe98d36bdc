import type { Environment } from '../../config/index.ts';
import type { OpenLedger } from '../../ledger/index.ts';
import { Refusal } from '../command.ts';
import { isSet } from '../environment.ts';
import { withLedger } from '../with-ledger.ts';

/** How many stored values are sealed under each rest key, by `kid`. */
export type SealedCounts = ReadonlyMap<string, number>;

export const countOf = async ({ rest }: Pick<OpenLedger, 'rest'>): Promise<SealedCounts> =>
  new Map((await rest.restKids()).map(({ kid, count }) => [kid, count]));

/** What is stored where the environment says; undefined where it names no database, or one that cannot be used. */
export const countSealed = async (
  environment: Environment,
): Promise<{ counts: SealedCounts | undefined; why: string | undefined }> => {
  if (!isSet(environment, 'DATABASE_URL')) return { counts: undefined, why: 'no DATABASE_URL is set' };
  try {
    return { counts: await withLedger(environment, countOf), why: undefined };
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return { counts: undefined, why: error.message.replace(/\.$/, '') };
  }
};
