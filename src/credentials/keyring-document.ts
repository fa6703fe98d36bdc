import { KeyringProblem, readSoundEntries } from './keyring.ts';
import { type KeyringEntry, type KeyStatus, type KeyUse, ownIssuer } from './keyring-entries.ts';
import { dayOfKid } from './new-key.ts';

/** A key without its material. */
export interface KeyDescription {
  readonly kid: string;
  readonly use: KeyUse;
  readonly alg: string;
  readonly status: KeyStatus;
  readonly iss: string;
  /** `2026-11-22`, from the kid; absent for a kid of another form. */
  readonly createdOn: string | undefined;
}

/** A keyring after a change. */
export interface KeyringEdit {
  /** Secret. One line when the keyring was one, otherwise indented; members that nobody knows are kept. */
  readonly json: string;
  /** The keys that are new or have another status, as they are now. */
  readonly changed: readonly KeyDescription[];
}

/** The keyring as it was read, for being written again. */
export interface KeyringDocument {
  readonly json: string;
  readonly entries: readonly KeyringEntry[];
}

/** Any sound keyring, an empty one (`{"keys":[]}`) too. Throws {@link KeyringProblem}. */
export const readDocument = (json: string): KeyringDocument => {
  const { entries, problems } = readSoundEntries(json);
  if (problems.length > 0) throw new KeyringProblem(problems);
  return { json, entries };
};

/** Names, uses and states, never a key. Throws {@link KeyringProblem}. */
export const describeKeys = (json: string): KeyDescription[] => readDocument(json).entries.map(describe);

const describe = ({ kid, use, alg, status, issuer }: KeyringEntry): KeyDescription => ({
  kid,
  use,
  alg,
  status,
  iss: issuer,
  createdOn: dayOfKid(kid),
});

/** The document with these keys in place of its own. */
export const writeDocument = (document: KeyringDocument, entries: readonly KeyringEntry[]): KeyringEdit => {
  const indent = document.json.trim().includes('\n') ? 2 : 0;
  const before = new Map(document.entries.map(({ kid, status }) => [kid, status]));
  const keys = entries.map(({ jwk }) => jwk);
  return {
    json: JSON.stringify({ ...(JSON.parse(document.json) as object), keys }, undefined, indent),
    changed: entries.filter(({ kid, status }) => before.get(kid) !== status).map(describe),
  };
};

export const withStatus = (entry: KeyringEntry, status: 'active' | 'open'): KeyringEntry => ({
  ...entry,
  status,
  jwk: { ...entry.jwk, status },
});

/** The entry without its material: the kid stays, so that nothing else ever gets that name. */
export const retired = ({ kid, use, alg, issuer }: KeyringEntry): KeyringEntry => {
  const status = 'retired';
  const iss = issuer === ownIssuer ? {} : { iss: issuer };
  return { kid, use, alg, status, issuer, jwk: { kid, use, alg, status, ...iss } };
};
