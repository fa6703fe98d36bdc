import { randomBytes, webcrypto } from 'node:crypto';
import { type Keyring, KeyringProblem, type RestKey } from './keyring.ts';
import { ownIssuer } from './keyring-entries.ts';

const { subtle } = webcrypto;
const ivBytes = 12;
const tagBytes = 16;
const tagBits = 8 * tagBytes;

/** A value as it is stored: `kid` beside it, `sealed` = IV (12 bytes), ciphertext, tag (16 bytes). */
export interface SealedAtRest {
  readonly kid: string;
  readonly sealed: Uint8Array;
}

/**
 * Seals what is stored and opens it again, AES-256-GCM. `aad` says whose value it is and what for (a post's id, a user,
 * a purpose): only the same list of parts opens it, so a row copied to another owner stays shut.
 */
export interface RestSeal {
  seal(plaintext: Uint8Array | string, aad: readonly string[]): Promise<{ kid: string; sealed: Buffer }>;
  /** Throws {@link RestSealBroken}. The caller wipes the buffer when it is done with it. */
  open(stored: SealedAtRest, aad: readonly string[]): Promise<Buffer>;
}

/** A stored value does not open. One message for every cause; nothing of the value is in it. */
export class RestSealBroken extends Error {
  readonly kid: string;

  constructor(kid: string) {
    super('A value at rest does not open: its key is unknown or retired, or it was altered or moved.');
    this.name = 'RestSealBroken';
    this.kid = kid;
  }
}

/** Throws {@link KeyringProblem} when no key of use `rest` is active. */
export const createRestSeal = (keyring: Keyring): RestSeal => {
  const active = [...keyring.restKeys.values()].find(isActive);
  const key = active?.key;
  if (active === undefined || key === undefined) throw new KeyringProblem(['No key of use rest is active.']);
  const { kid } = active;
  return {
    async seal(plaintext, aad) {
      const iv = randomBytes(ivBytes);
      const bytes = Buffer.from(plaintext);
      const sealed = await subtle.encrypt(parameters(iv, kid, aad), key, bytes);
      bytes.fill(0);
      return { kid, sealed: Buffer.concat([iv, Buffer.from(sealed)]) };
    },
    async open(stored, aad) {
      const opening = keyring.restKeys.get(stored.kid)?.key;
      if (opening === undefined || stored.sealed.length < ivBytes + tagBytes)
        throw new RestSealBroken(stored.kid);
      const iv = stored.sealed.subarray(0, ivBytes);
      const body = stored.sealed.subarray(ivBytes);
      try {
        return Buffer.from(await subtle.decrypt(parameters(iv, stored.kid, aad), opening, body));
      } catch {
        throw new RestSealBroken(stored.kid);
      }
    },
  };
};

const isActive = ({ status, issuer }: RestKey): boolean => status === 'active' && issuer === ownIssuer;

/** JSON keeps the parts apart: `['a|b']` and `['a', 'b']` never authenticate the same bytes. */
const parameters = (iv: Uint8Array, kid: string, aad: readonly string[]) => ({
  name: 'AES-GCM',
  iv,
  additionalData: Buffer.from(JSON.stringify(['herald-rest-v1', kid, ...aad])),
  tagLength: tagBits,
});
