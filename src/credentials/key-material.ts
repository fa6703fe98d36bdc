import { createECDH, webcrypto } from 'node:crypto';
import type { CryptoKey } from 'jose';
import { importContentKey } from './aes-gcm.ts';
import type { EnvelopeKey, RestKey } from './keyring.ts';
import type { KeyringEntry } from './keyring-entries.ts';
import { problemOfSignKey } from './sign-keys.ts';
import { weaknessOf } from './weak-keys.ts';

const { subtle } = webcrypto;
const agreement = { name: 'ECDH', namedCurve: 'P-256' } as const;

/**
 * What keeps the key itself from being used, in words without key material. A retired key is never used, and need not
 * have any.
 */
export const problemsOfMaterial = (entry: KeyringEntry): string[] => {
  if (entry.status === 'retired') return [];
  const problem = problemOf(entry);
  return problem === undefined ? [] : [`Key ${entry.kid}: ${problem}.`];
};

const problemOf = (entry: KeyringEntry): string | undefined => {
  if (entry.alg === 'ECDH-ES') return problemOfCurveKey(entry);
  return entry.alg === 'RS256' ? problemOfSignKey(entry) : problemOfSymmetricKey(entry.jwk);
};

const problemOfSymmetricKey = (jwk: KeyringEntry['jwk']): string | undefined => {
  if (jwk.kty !== 'oct') return 'kty must be oct';
  const weakness = weaknessOf(jwk.k);
  return weakness === undefined ? undefined : `k ${weakness}`;
};

const problemOfCurveKey = ({ jwk, status }: KeyringEntry): string | undefined => {
  if (jwk.kty !== 'EC' || jwk.crv !== 'P-256') return 'kty must be EC and crv P-256';
  const point = readPoint(jwk);
  if (point === undefined) return 'x and y are not a point of P-256 as base64url of 32 bytes each';
  if (jwk.d === undefined) {
    return status === 'open'
      ? 'it is the public half only, which cannot open anything: add d or retire it'
      : undefined;
  }
  const weakness = weaknessOf(jwk.d);
  if (weakness !== undefined) return `d ${weakness}`;
  return isPairOf(jwk.d, point) ? undefined : 'd does not belong to x and y';
};

/** The uncompressed point (0x04, x, y), or undefined when it is malformed or not on the curve. */
const readPoint = ({ x, y }: KeyringEntry['jwk']): Buffer | undefined => {
  if (typeof x !== 'string' || typeof y !== 'string') return undefined;
  const coordinates = [Buffer.from(x, 'base64url'), Buffer.from(y, 'base64url')];
  if (coordinates.some(({ length }) => length !== 32)) return undefined;
  const point = Buffer.concat([Buffer.of(4), ...coordinates]);
  try {
    const probe = createECDH('prime256v1');
    probe.generateKeys();
    probe.computeSecret(point).fill(0);
    return point;
  } catch {
    return undefined;
  }
};

const isPairOf = (d: unknown, point: Buffer): boolean => {
  const bytes = Buffer.from(String(d), 'base64url');
  try {
    const pair = createECDH('prime256v1');
    pair.setPrivateKey(bytes);
    return pair.getPublicKey().equals(point);
  } catch {
    return false;
  } finally {
    bytes.fill(0);
  }
};

/** Expects an entry without problems. */
export const importEnvelopeKey = async (entry: KeyringEntry): Promise<EnvelopeKey> => {
  const { kid, issuer, status } = entry;
  const alg = entry.alg === 'ECDH-ES' ? 'ECDH-ES' : 'dir';
  const none = { openingKey: undefined, sealingKey: undefined };
  const keys =
    status === 'retired' ? none : await (alg === 'dir' ? importDirectKey(entry) : importCurveKey(entry));
  return { kid, alg, issuer, status, ...keys, ...(status === 'active' ? {} : { sealingKey: undefined }) };
};

/** Expects an entry without problems. */
export const importRestKey = async (entry: KeyringEntry): Promise<RestKey> => {
  const { kid, status } = entry;
  return { kid, status, key: status === 'retired' ? undefined : await importSymmetric(entry.jwk) };
};

interface KeyPair {
  readonly openingKey: CryptoKey | undefined;
  readonly sealingKey: CryptoKey | undefined;
}

const importDirectKey = async ({ jwk }: KeyringEntry): Promise<KeyPair> => {
  const key = await importSymmetric(jwk);
  return { openingKey: key, sealingKey: key };
};

const importSymmetric = (jwk: KeyringEntry['jwk']): Promise<CryptoKey> =>
  importContentKey(Buffer.from(String(jwk.k), 'base64url'));

/** Only kty, crv and the coordinates are handed on: `ext`, `key_ops` and the rest of a JWK decide nothing here. */
const importCurveKey = async ({ jwk }: KeyringEntry): Promise<KeyPair> => {
  const point = { kty: 'EC', crv: 'P-256', x: String(jwk.x), y: String(jwk.y) };
  const sealingKey = await subtle.importKey('jwk', point, agreement, false, []);
  if (jwk.d === undefined) return { openingKey: undefined, sealingKey };
  const full = { ...point, d: String(jwk.d) };
  return { openingKey: await subtle.importKey('jwk', full, agreement, false, ['deriveBits']), sealingKey };
};
