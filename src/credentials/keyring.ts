import type { CryptoKey } from 'jose';
import { Secret } from '../kernel/index.ts';
import { importEnvelopeKey, importRestKey, problemsOfMaterial } from './key-material.ts';
import { type KeyringEntry, type KeyStatus, problemsTogether, readEntries } from './keyring-entries.ts';
import { readSignKey, type SignKey } from './sign-keys.ts';

export type EnvelopeAlgorithm = 'dir' | 'ECDH-ES';

/** What opens and seals the envelopes of one issuer. */
export interface EnvelopeKey {
  readonly kid: string;
  readonly alg: EnvelopeAlgorithm;
  readonly issuer: string;
  readonly status: KeyStatus;
  /** Absent when retired, and when only the public half of a P-256 key is here. */
  readonly openingKey: CryptoKey | undefined;
  /** Absent unless active. */
  readonly sealingKey: CryptoKey | undefined;
}

/** AES-256-GCM for what is stored. */
export interface RestKey {
  readonly kid: string;
  readonly status: KeyStatus;
  /** Absent when retired. */
  readonly key: CryptoKey | undefined;
}

/** Imported keys by `kid`. None can be printed; those of the first two kinds cannot be exported either. */
export interface Keyring {
  readonly envelopeKeys: ReadonlyMap<string, EnvelopeKey>;
  readonly restKeys: ReadonlyMap<string, RestKey>;
  /** The one that signs first, then those that only verify; none when none signs. */
  readonly signKeys: readonly SignKey[];
  /** 43 characters each, to authenticate browser cookies with: the active one first; none when none is active. */
  readonly cookieKeys: readonly Secret<string>[];
  /** Sentences that an operator should read once, at start; no reason to refuse. */
  readonly notes: readonly string[];
}

/** The keyring cannot be used: every problem, in words, without a byte of key material. */
export class KeyringProblem extends Error {
  readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    super(`The keyring cannot be used. ${problems.join(' ')}`);
    this.name = 'KeyringProblem';
    this.problems = problems;
  }
}

/**
 * Reads `{"keys":[{"kid","use","alg","status","iss"?, ...JWK}]}` and imports each key once, not extractable.
 * Members of a key that nobody knows are ignored (RFC 7517 section 4). Throws {@link KeyringProblem} with all problems.
 */
export const loadKeyring = async (json: string): Promise<Keyring> => {
  const { entries, problems } = readSoundEntries(json);
  const hasActiveEnvelope = entries.some(({ use, status }) => use === 'envelope' && status === 'active');
  const found = hasActiveEnvelope ? problems : [...problems, 'No key of use envelope is active.'];
  if (found.length > 0) throw new KeyringProblem(found);

  const ofUse = (use: string) => entries.filter((entry) => entry.use === use);
  const envelopeKeys = await Promise.all(ofUse('envelope').map(importEnvelopeKey));
  const restKeys = await Promise.all(ofUse('rest').map(importRestKey));
  return {
    envelopeKeys: byKid(envelopeKeys),
    restKeys: byKid(restKeys),
    signKeys: activeFirst(ofUse('sign')).map(readSignKey),
    cookieKeys: activeFirst(ofUse('cookie')).map(({ jwk }) => new Secret(String(jwk.k))),
    notes: envelopeKeys.flatMap(noteOn),
  };
};

/** Every key of the keyring, and a sentence for whatever is wrong with one of them or between them. */
export const readSoundEntries = (json: string): { entries: KeyringEntry[]; problems: string[] } => {
  const { entries, problems } = readEntries(json);
  return {
    entries,
    problems: [...problems, ...entries.flatMap(problemsOfMaterial), ...problemsTogether(entries)],
  };
};

const byKid = <Key extends { readonly kid: string }>(keys: readonly Key[]): ReadonlyMap<string, Key> =>
  new Map(keys.map((key) => [key.kid, key]));

/** What a room without an active key cannot begin with, it is not given. */
const activeFirst = (entries: readonly KeyringEntry[]): KeyringEntry[] => {
  const active = entries.filter(({ status }) => status === 'active');
  return active.length === 0 ? [] : [...active, ...entries.filter(({ status }) => status === 'open')];
};

const noteOn = (key: EnvelopeKey): string[] =>
  key.openingKey === undefined && key.status !== 'retired'
    ? [`Key ${key.kid} is the public half only: it can seal, but Herald cannot open what it sealed.`]
    : [];
