import { decodeProtectedHeader, errors, jwtDecrypt } from 'jose';
import type { EnvelopeKey, Keyring } from './keyring.ts';

export const contentEncryption = 'A256GCM';
export const envelopeType = 'herald+jwt';
export const envelopeAudience = 'herald';
/** The `pur` claim of each credential: it stops a swap of the two. */
export const purposes = {
  accessToken: 'x.access_token',
  accessTokenSecret: 'x.access_token_secret',
} as const;

const longestEnvelope = 4096;
const requiredClaims = ['iss', 'aud', 'sub', 'iat', 'exp', 'pur', 'pair', 'v'];

/** Why an envelope was refused: for the log and a metric, never for an answer. */
export class EnvelopeRefusal extends Error {
  readonly reason: string;
  readonly kid: string | undefined;

  constructor(reason: string, kid?: string) {
    super(reason);
    this.name = 'EnvelopeRefusal';
    this.reason = reason;
    this.kid = kid;
  }
}

/** What one request expects of an envelope. */
export interface Expectation {
  readonly purpose: string;
  readonly subject: string;
  readonly now: Date;
}

export interface OpenedEnvelope {
  readonly key: EnvelopeKey;
  /** Equal in the two envelopes of one sign-in. */
  readonly pair: string;
  readonly value: string;
  /** `iat`, to the second. */
  readonly sealedAt: Date;
}

/**
 * Opens one envelope, checking in this order: format, key, encryption and registered claims, purpose, value.
 * Throws {@link EnvelopeRefusal} for every cause.
 */
export const openEnvelope = async (
  keyring: Keyring,
  envelope: unknown,
  expected: Expectation,
): Promise<OpenedEnvelope> => {
  if (!isCompactJwe(envelope)) throw new EnvelopeRefusal('format');
  const key = chooseKey(keyring, envelope);
  const { pur, pair, v, iat = 0 } = await decrypt(envelope, key, expected);
  if (pur !== expected.purpose) throw new EnvelopeRefusal('purpose', key.kid);
  if (typeof v !== 'string' || v === '') throw new EnvelopeRefusal('value', key.kid);
  if (typeof pair !== 'string' || pair === '') throw new EnvelopeRefusal('pair', key.kid);
  return { key, pair, value: v, sealedAt: new Date(1000 * iat) };
};

/** Five base64url parts, the second (the encrypted key) possibly empty: RFC 7516 section 7.1. */
export const isCompactJwe = (envelope: unknown): envelope is string => {
  if (typeof envelope !== 'string' || envelope.length > longestEnvelope) return false;
  const parts = envelope.split('.');
  return (
    parts.length === 5 && parts.every((part, index) => isBase64url(part) && (part !== '' || index === 1))
  );
};

/** Canonical base64url: one spelling per value, so that an altered character is always an altered value. */
const isBase64url = (part: string): boolean => Buffer.from(part, 'base64url').toString('base64url') === part;

type OpeningKey = EnvelopeKey & { readonly openingKey: NonNullable<EnvelopeKey['openingKey']> };

/** Exactly the key that the header names; no other is ever tried. */
export const chooseKey = (keyring: Keyring, envelope: string): OpeningKey => {
  const kid = readKid(envelope);
  const key = keyring.envelopeKeys.get(kid);
  if (key === undefined) throw new EnvelopeRefusal('kid');
  if (key.status === 'retired') throw new EnvelopeRefusal('retired kid', kid);
  const { openingKey } = key;
  if (openingKey === undefined) throw new EnvelopeRefusal('public key only', kid);
  return { ...key, openingKey };
};

const readKid = (envelope: string): string => {
  try {
    const { kid } = decodeProtectedHeader(envelope);
    if (typeof kid === 'string') return kid;
  } catch {
    // Not a JSON object: refused like one without a kid.
  }
  throw new EnvelopeRefusal('header');
};

/** The algorithm comes from the key, never from the token (RFC 8725 section 3.1). */
const decrypt = async (envelope: string, key: OpeningKey, expected: Expectation) => {
  try {
    const { payload } = await jwtDecrypt(envelope, key.openingKey, {
      keyManagementAlgorithms: [key.alg],
      contentEncryptionAlgorithms: [contentEncryption],
      issuer: key.issuer,
      audience: envelopeAudience,
      subject: expected.subject,
      typ: envelopeType,
      requiredClaims,
      maxTokenAge: '24h',
      clockTolerance: 30,
      currentDate: expected.now,
      maxDecompressedLength: 0,
    });
    return payload;
  } catch (error) {
    throw new EnvelopeRefusal(reasonOf(error), key.kid);
  }
};

/** jose's code and the claim's name. The error itself holds every claim, so it is dropped here. */
export const reasonOf = (error: unknown): string => {
  if (error instanceof errors.JWTClaimValidationFailed || error instanceof errors.JWTExpired) {
    return `${error.code} ${error.claim}`;
  }
  return error instanceof errors.JOSEError ? error.code : 'decryption';
};
