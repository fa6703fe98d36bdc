import { KeyNotHere, type RestSeal, type SealedCredential } from '../kernel/index.ts';
import { openGcm, sealGcm } from './aes-gcm.ts';
import { type Keyring, KeyringProblem } from './keyring.ts';

/** A stored value does not open and will not. One message for every cause; nothing of the value is in it. */
export class RestSealBroken extends Error {
  readonly kid: string;

  constructor(kid: string) {
    super('A value at rest does not open: its key is retired, or it was altered or moved.');
    this.name = 'RestSealBroken';
    this.kid = kid;
  }
}

/** The key that new values are sealed under, and that `rewrap` brings the old ones to. */
export const activeRestKid = (keyring: Keyring): string | undefined =>
  [...keyring.restKeys.values()].find(({ status }) => status === 'active')?.kid;

/**
 * Seals what is stored and opens it again, AES-256-GCM with the `kid` beside it. `boundTo` says whose value it is and what
 * for (a post's id, a user, a purpose), so that a row copied to another owner stays shut. Opening throws
 * {@link RestSealBroken}, and {@link KeyNotHere} for a key that the keyring does not name. Throws {@link KeyringProblem} when no key of use `rest` is active.
 */
export const createRestSeal = (keyring: Keyring): RestSeal => {
  const kid = activeRestKid(keyring);
  const key = kid === undefined ? undefined : keyring.restKeys.get(kid)?.key;
  if (kid === undefined || key === undefined) throw new KeyringProblem(['No key of use rest is active.']);
  return {
    async seal(plaintext, boundTo) {
      return { kid, sealed: await sealGcm(key, plaintext, bindingOf(kid, boundTo)) };
    },
    async open(stored, boundTo) {
      // A retired key keeps its name in the keyring; one that is not there at all is newer than this process.
      if (!keyring.restKeys.has(stored.kid)) throw new KeyNotHere();
      const opening = keyring.restKeys.get(stored.kid)?.key;
      if (opening === undefined) throw new RestSealBroken(stored.kid);
      try {
        return await openGcm(opening, stored.sealed, bindingOf(stored.kid, boundTo));
      } catch {
        throw new RestSealBroken(stored.kid);
      }
    },
  };
};

const bindingOf = (kid: string, boundTo: readonly string[]) => ['herald-rest-v1', kid, ...boundTo];

/**
 * The value under the active key, with the same `boundTo`, for the rotation of the `rest` key. Throws
 * {@link RestSealBroken} when it does not open.
 */
export const rewrap = async (
  seal: RestSeal,
  value: SealedCredential,
  boundTo: readonly string[],
): Promise<SealedCredential> => {
  const plaintext = await seal.open(value, boundTo);
  try {
    return await seal.seal(plaintext, boundTo);
  } finally {
    plaintext.fill(0);
  }
};
