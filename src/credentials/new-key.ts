import { generateKeyPair, randomBytes } from 'node:crypto';
import { promisify } from 'node:util';
import { algorithmsOf, type KeyringEntry, type KeyUse, ownIssuer } from './keyring-entries.ts';
import { modulusBits } from './sign-keys.ts';
import { keyBytes, weaknessOf } from './weak-keys.ts';

const everyUse: readonly KeyUse[] = ['envelope', 'rest', 'sign', 'cookie'];

/**
 * A fresh keyring as one line of JSON: an active key of Herald's own for each of `uses` (default: all), their kids ending in
 * the UTC day of `date`, e.g. `envelope-2026-11-22`. A key of use `sign` takes some 100 ms. It is secret: show it only where
 * it was asked for.
 */
export const generateKeyring = async (date: Date, uses = everyUse): Promise<string> => {
  const make = (use: KeyUse) =>
    makeKey({
      kid: newKid(use, date, []),
      use,
      alg: algorithmsOf[use][0],
      status: 'active',
      issuer: ownIssuer,
    });
  const entries = await Promise.all(uses.map(make));
  return JSON.stringify({ keys: entries.map(({ jwk }) => jwk) });
};

/** The use and the UTC day, with a number behind when that is taken. */
export const newKid = (use: KeyUse, date: Date, taken: readonly string[]): string => {
  const first = `${use}-${date.toISOString().slice(0, 10)}`;
  for (let number = 1; ; number += 1) {
    const kid = number === 1 ? first : `${first}-${number}`;
    if (!taken.includes(kid)) return kid;
  }
};

const dayInKid = /-(\d{4}-\d{2}-\d{2})(-\d+)?$/;
/** The day that {@link newKid} put into a kid. */
export const dayOfKid = (kid: string): string | undefined => dayInKid.exec(kid)?.[1];

/** A key of this description with fresh material. */
export const makeKey = async (description: Omit<KeyringEntry, 'jwk'>): Promise<KeyringEntry> => {
  const { kid, use, alg, status, issuer } = description;
  const iss = issuer === ownIssuer ? {} : { iss: issuer };
  return { ...description, jwk: { kid, use, alg, status, ...iss, ...(await makeMaterial(alg)) } };
};

const makeMaterial = (alg: KeyringEntry['alg']): Promise<KeyringEntry['jwk']> | KeyringEntry['jwk'] => {
  if (alg === 'RS256') return makeSignPair();
  return alg === 'ECDH-ES' ? makeCurvePair() : { kty: 'oct', k: randomKey() };
};

const generate = promisify(generateKeyPair);

const makeSignPair = async (): Promise<KeyringEntry['jwk']> => {
  const { privateKey } = await generate('rsa', { modulusLength: modulusBits, publicExponent: 0x10001 });
  return { ...privateKey.export({ format: 'jwk' }) };
};

const makeCurvePair = async (): Promise<KeyringEntry['jwk']> => {
  const { privateKey } = await generate('ec', { namedCurve: 'P-256' });
  const jwk = privateKey.export({ format: 'jwk' });
  return weaknessOf(jwk.d) === undefined ? { ...jwk } : makeCurvePair();
};

/** 32 random bytes as base64url; once in 10^9 they look weak, and the next ones do not. */
const randomKey = (): string => {
  const bytes = randomBytes(keyBytes);
  const encoded = bytes.toString('base64url');
  bytes.fill(0);
  return weaknessOf(encoded) === undefined ? encoded : randomKey();
};
