import { createPublicKey, type KeyObject } from 'node:crypto';

/** A key that stands in the configuration, and the only algorithms that it verifies (RFC 8725 section 3.1). */
export interface StaticKey {
  readonly algorithms: readonly string[];
  readonly key: KeyObject | Uint8Array;
}

export type WeaknessOfHmacKey = (key: string) => string | undefined;

/** What a signature made by a public key's owner may name. RSA-PSS is not among what the engine's `type` can say. */
export const ASYMMETRIC_ALGORITHMS = [
  'RS256',
  'RS384',
  'RS512',
  'ES256',
  'ES384',
  'ES512',
  'EdDSA',
  'Ed25519',
] as const;

const SMALLEST_RSA_BITS = 2048;
const CURVES: Readonly<Record<string, string>> = {
  ES256: 'prime256v1',
  ES384: 'secp384r1',
  ES512: 'secp521r1',
};

/** The engine's `type` and `key`, or words that say what is wrong with them, to stand after the name of the variable. */
export const readStaticKey = (
  type: string,
  key: string,
  weaknessOfHmacKey: WeaknessOfHmacKey,
): StaticKey | string => {
  if (/^HS(256|384|512)$/.test(type)) return sharedKey(type, key, weaknessOfHmacKey);
  if (/^(RS|ES)(256|384|512)$|^EdDSA$|^Ed25519$/.test(type)) return publicKey(type, key);
  return 'type must be one of HS256, HS384, HS512, RS256, RS384, RS512, ES256, ES384, ES512, Ed25519.';
};

/** The engine takes the characters of `key` as they are. RFC 7518 section 3.2: at least as long as the hash. */
const sharedKey = (type: string, key: string, weaknessOfHmacKey: WeaknessOfHmacKey): StaticKey | string => {
  const bytes = Buffer.from(key, 'utf8');
  const neededBytes = Number(type.slice(2)) / 8;
  const weakness = weaknessOfHmacKey(key);
  if (weakness !== undefined) return `key ${weakness}: who guesses it signs as anybody.`;
  if (bytes.length < neededBytes) return `key has ${bytes.length} bytes, and ${type} needs ${neededBytes}.`;
  return { algorithms: [type], key: bytes };
};

const publicKey = (type: string, pem: string): StaticKey | string => {
  if (/PRIVATE KEY/.test(pem)) return 'key is a private key. Give the public one, and make a new pair.';
  const key = parsePem(pem);
  if (key === undefined) return 'key must be a public key or an X.509 certificate as PEM.';
  const misfit = misfitOf(type, key);
  if (misfit !== undefined) return misfit;
  return { algorithms: key.asymmetricKeyType === 'ed25519' ? ['EdDSA', 'Ed25519'] : [type], key };
};

const parsePem = (pem: string): KeyObject | undefined => {
  try {
    return createPublicKey({ key: pem, format: 'pem' });
  } catch {
    return undefined;
  }
};

const misfitOf = (type: string, key: KeyObject): string | undefined => {
  const details = key.asymmetricKeyDetails;
  if (type.startsWith('RS')) {
    if (key.asymmetricKeyType !== 'rsa') return `key is no RSA key, which ${type} needs.`;
    const bits = details?.modulusLength ?? 0;
    return bits < SMALLEST_RSA_BITS ? `key has ${bits} bits; RSA needs ${SMALLEST_RSA_BITS}.` : undefined;
  }
  const curve = CURVES[type];
  if (curve !== undefined) {
    return details?.namedCurve === curve ? undefined : `key is not on the curve that ${type} needs.`;
  }
  return key.asymmetricKeyType === 'ed25519' ? undefined : 'key is no Ed25519 key.';
};
