import { randomUUID } from 'node:crypto';
import { EncryptJWT } from 'jose';
import type { SealedPair, UserId } from '../kernel/index.ts';
import { contentEncryption, envelopeAudience, envelopeType, purposes } from './envelope.ts';
import type { EnvelopeKey, Keyring } from './keyring.ts';
import { ownIssuer } from './keyring-entries.ts';

/** X's two OAuth 1.0a credentials of one user, readable. */
export interface ReadablePair {
  /** `<x user id>-...`. */
  readonly accessToken: string;
  readonly accessTokenSecret: string;
}

export interface SealOptions {
  /** The subject: the only user whose session may open the pair. */
  readonly userId: UserId;
  /** At most an hour after the expiry of the JWT that carries the pair; an opener refuses it 24 h after `now` anyway. */
  readonly expiresAt: Date;
  /** Whose active key seals; default Herald's own. */
  readonly issuer?: string;
  readonly now?: () => Date;
}

/**
 * Seals both credentials as compact JWEs (five base64url parts, under 1 kB each) that belong together by a random
 * `pair` claim. Throws a plain Error when the keyring has no active envelope key for the issuer.
 */
export const sealPair = async (
  keyring: Keyring,
  pair: ReadablePair,
  options: SealOptions,
): Promise<SealedPair> => {
  const key = activeKeyOf(keyring, options.issuer ?? ownIssuer);
  const id = randomUUID();
  const seal = (purpose: string, value: string) =>
    sealOne(key, { pur: purpose, pair: id, v: value }, options);
  return {
    accessToken: await seal(purposes.accessToken, pair.accessToken),
    accessTokenSecret: await seal(purposes.accessTokenSecret, pair.accessTokenSecret),
  };
};

type SealingKey = EnvelopeKey & { readonly sealingKey: NonNullable<EnvelopeKey['sealingKey']> };

const activeKeyOf = (keyring: Keyring, issuer: string): SealingKey => {
  for (const key of keyring.envelopeKeys.values()) {
    const { sealingKey } = key;
    if (sealingKey !== undefined && key.issuer === issuer) return { ...key, sealingKey };
  }
  throw new Error(`The keyring has no active key of use envelope for iss ${issuer}.`);
};

const sealOne = (key: SealingKey, claims: Record<string, string>, options: SealOptions): Promise<string> =>
  new EncryptJWT(claims)
    .setProtectedHeader({ alg: key.alg, enc: contentEncryption, kid: key.kid, typ: envelopeType })
    .setIssuer(key.issuer)
    .setAudience(envelopeAudience)
    .setSubject(options.userId)
    .setIssuedAt(options.now?.() ?? new Date())
    .setExpirationTime(options.expiresAt)
    .encrypt(key.sealingKey);
