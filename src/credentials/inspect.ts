import { pbkdf2 } from 'node:crypto';
import { promisify } from 'node:util';
import { type CryptoKey, compactDecrypt } from 'jose';
import { Secret } from '../kernel/index.ts';
import { importContentKey } from './aes-gcm.ts';
import {
  chooseKey,
  contentEncryption,
  EnvelopeRefusal,
  isCompactJwe,
  openEnvelope,
  reasonOf,
} from './envelope.ts';
import type { EnvelopeKey, Keyring } from './keyring.ts';

/** What an operator may see of an envelope. */
export interface InspectedEnvelope {
  readonly kid: string;
  readonly alg: EnvelopeKey['alg'];
  readonly status: EnvelopeKey['status'];
  /** Every claim but the credential. */
  readonly claims: Readonly<Record<string, unknown>>;
  /** The credential; absent when the claim `v` is no text. */
  readonly value: Secret<string> | undefined;
  /** Why even its own user's session would be refused at `now`; absent when it would not. */
  readonly refusedBecause: string | undefined;
}

type Claims = Readonly<Record<string, unknown>>;

/**
 * Opens an envelope without a session: for an operator who holds the keyring, never for a request. Throws
 * {@link EnvelopeRefusal} when no key here opens it.
 */
export const openForInspection = async (
  keyring: Keyring,
  envelope: string,
  now: Date,
): Promise<InspectedEnvelope> => {
  if (!isCompactJwe(envelope)) throw new EnvelopeRefusal('format');
  const key = chooseKey(keyring, envelope);
  const { v, ...claims } = await decryptClaims(envelope, key.openingKey, key.alg, key.kid);
  const expected = { purpose: String(claims.pur), subject: String(claims.sub), now };
  return {
    kid: key.kid,
    alg: key.alg,
    status: key.status,
    claims,
    value: typeof v === 'string' ? new Secret(v) : undefined,
    refusedBecause: await openEnvelope(keyring, envelope, expected).then(() => undefined, whyRefused),
  };
};

const whyRefused = (error: unknown): string => {
  if (error instanceof EnvelopeRefusal) return error.reason;
  throw error;
};

const salt = 'salt';
const iterations = 2000;
const derive = promisify(pbkdf2);

/**
 * Opens a token as the article on encrypted JWTs makes it: `dir` with `A256GCM`, the key from a passphrase by PBKDF2-SHA512
 * with the salt `salt` and 2,000 iterations. Weak by today's measure, and its claims bind nothing: to be read once, not
 * relied on. No claim is judged, `exp` neither. Throws {@link EnvelopeRefusal}.
 */
export const openPbkdf2 = async (token: string, passphrase: Secret<string>): Promise<Claims> => {
  if (!isCompactJwe(token)) throw new EnvelopeRefusal('format');
  const key = await importContentKey(await derive(passphrase.reveal(), salt, iterations, 32, 'sha512'));
  return decryptClaims(token, key, 'dir');
};

const decryptClaims = async (token: string, key: CryptoKey, alg: string, kid?: string): Promise<Claims> => {
  const plaintext = await decrypt(token, key, alg, kid);
  try {
    const claims: unknown = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(plaintext));
    if (typeof claims === 'object' && claims !== null && !Array.isArray(claims)) return { ...claims };
  } catch {
    // Not JSON: refused like a value that is no object.
  } finally {
    plaintext.fill(0);
  }
  throw new EnvelopeRefusal('payload', kid);
};

const decrypt = async (token: string, key: CryptoKey, alg: string, kid: string | undefined) => {
  try {
    const { plaintext } = await compactDecrypt(token, key, {
      keyManagementAlgorithms: [alg],
      contentEncryptionAlgorithms: [contentEncryption],
      maxDecompressedLength: 0,
    });
    return plaintext;
  } catch (error) {
    throw new EnvelopeRefusal(reasonOf(error), kid);
  }
};
