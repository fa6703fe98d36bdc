import type { CryptoKey } from 'jose';
import { importEnvelopeKey, importRestKey, problemsOfMaterial } from './key-material.ts';
import { type KeyStatus, problemsTogether, readEntries } from './keyring-entries.ts';

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
  readonly issuer: string;
  readonly status: KeyStatus;
  /** Absent when retired. */
  readonly key: CryptoKey | undefined;
}

/** Imported keys by `kid`. None can be exported or printed. */
export interface Keyring {
  readonly envelopeKeys: ReadonlyMap<string, EnvelopeKey>;
  readonly restKeys: ReadonlyMap<string, RestKey>;
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
  const { entries, problems } = readEntries(json);
  const found = [...problems, ...entries.flatMap(problemsOfMaterial), ...problemsTogether(entries)];
  if (found.length > 0) throw new KeyringProblem(found);

  const ofUse = (use: string) => entries.filter((entry) => entry.use === use);
  const envelopeKeys = await Promise.all(ofUse('envelope').map(importEnvelopeKey));
  const restKeys = await Promise.all(ofUse('rest').map(importRestKey));
  return {
    envelopeKeys: byKid(envelopeKeys),
    restKeys: byKid(restKeys),
    notes: envelopeKeys.flatMap(noteOn),
  };
};

const byKid = <Key extends { readonly kid: string }>(keys: readonly Key[]): ReadonlyMap<string, Key> =>
  new Map(keys.map((key) => [key.kid, key]));

const noteOn = (key: EnvelopeKey): string[] =>
  key.openingKey === undefined && key.status !== 'retired'
    ? [`Key ${key.kid} is the public half only: it can seal, but Herald cannot open what it sealed.`]
    : [];
