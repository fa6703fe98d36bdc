import { problemsOfMaterial } from './key-material.ts';
import {
  type KeyringDocument,
  type KeyringEdit,
  readDocument,
  retired,
  withStatus,
  writeDocument,
} from './keyring-document.ts';
import {
  algorithmsOf,
  isAlgorithmOf,
  isKid,
  type KeyringEntry,
  type KeyUse,
  kindOf,
  ownIssuer,
} from './keyring-entries.ts';
import { makeKey, newKid } from './new-key.ts';

/*
 * A keyring is text in a file, so a change of it is a function of text. Each throws KeyringProblem when the text is no
 * sound keyring, and KeyringEditRefused when the change would not leave one.
 */

/** The change would do harm, or there is nothing to change; the message is a sentence for the operator. */
export class KeyringEditRefused extends Error {
  constructor(sentence: string) {
    super(sentence);
    this.name = 'KeyringEditRefused';
  }
}

export interface NewKey {
  readonly use: KeyUse;
  /** Its UTC day becomes part of the kid. */
  readonly date: Date;
  /** Default: `dir` for Herald's own envelopes, `ECDH-ES` for another issuer's; the other uses have one. */
  readonly alg?: string | undefined;
  /** Default: active when no key of its kind is, otherwise open. */
  readonly status?: 'active' | 'open' | undefined;
  /** Who seals with it; default Herald itself. */
  readonly iss?: string | undefined;
  readonly kid?: string | undefined;
}

/** The keyring with one more key, at the end. */
export const addKey = async (json: string, key: NewKey): Promise<KeyringEdit> => {
  const document = readDocument(json);
  const { use, iss: issuer = ownIssuer } = key;
  const active = activeOf(document, { use, issuer });
  const status = key.status ?? (active === undefined ? 'active' : 'open');
  if (status === 'active' && active !== undefined) {
    throw new KeyringEditRefused(
      `Key ${active.kid} is active already: add this one as open, then promote it.`,
    );
  }
  if (issuer === '' || (issuer !== ownIssuer && use !== 'envelope')) {
    throw new KeyringEditRefused('Only keys of use envelope can be of another iss.');
  }
  const alg = chooseAlgorithm(use, issuer, key.alg);
  const entry = await makeKey({ kid: chooseKid(document, key), use, alg, status, issuer });
  return writeDocument(document, [...document.entries, entry]);
};

/**
 * Makes another key active, and the active one open. It is the newest open key that stands behind the active one in the
 * keyring, so one that was added ahead; when there is none, a new one of the same algorithm.
 */
export const rotateKey = async (
  json: string,
  { use, date, iss: issuer = ownIssuer }: Pick<NewKey, 'use' | 'date' | 'iss'>,
): Promise<KeyringEdit> => {
  const document = readDocument(json);
  const active = activeOf(document, { use, issuer });
  if (active === undefined) {
    throw new KeyringEditRefused(`No key of use ${use} and iss ${issuer} is active: add one first.`);
  }
  const newer = document.entries.slice(document.entries.indexOf(active) + 1);
  const next = newer.findLast((entry) => kindOf(entry) === kindOf(active) && mayBeActive(entry));
  if (next !== undefined) return promote(document, next);
  const { alg } = active;
  const fresh = await makeKey({
    kid: newKid(use, date, kidsOf(document)),
    use,
    alg,
    status: 'active',
    issuer,
  });
  return writeDocument(document, [...openedFor(document, fresh), fresh]);
};

/** Makes an open key active, and the active one of its kind open. */
export const promoteKey = (json: string, kid: string): KeyringEdit => {
  const document = readDocument(json);
  const entry = find(document, kid);
  if (entry.status !== 'open') throw new KeyringEditRefused(`Key ${kid} is ${entry.status}, not open.`);
  const [problem] = problemsOfMaterial(withStatus(entry, 'active'));
  if (problem !== undefined) throw new KeyringEditRefused(problem);
  return promote(document, entry);
};

/**
 * Retires a key at once: what it sealed or signed counts no more. Its material is gone from the text, its name stays taken.
 * An active key is refused unless it is an `emergency`, which makes a new active key in its place.
 */
export const retireKey = async (
  json: string,
  kid: string,
  { date, emergency = false }: { readonly date: Date; readonly emergency?: boolean },
): Promise<KeyringEdit> => {
  const document = readDocument(json);
  const entry = find(document, kid);
  const { status, use, alg, issuer } = entry;
  if (status === 'retired') throw new KeyringEditRefused(`Key ${kid} is retired already.`);
  if (status === 'active' && !emergency) {
    throw new KeyringEditRefused(`Key ${kid} is the active one of its kind: rotate first, then retire it.`);
  }
  const others = document.entries.map((other) => (other === entry ? retired(entry) : other));
  if (status === 'open') return writeDocument(document, others);
  const fresh = await makeKey({
    kid: newKid(use, date, kidsOf(document)),
    use,
    alg,
    status: 'active',
    issuer,
  });
  return writeDocument(document, [...others, fresh]);
};

const activeOf = ({ entries }: KeyringDocument, kind: Pick<KeyringEntry, 'use' | 'issuer'>) =>
  entries.find((entry) => entry.status === 'active' && kindOf(entry) === kindOf(kind));

const kidsOf = ({ entries }: KeyringDocument): string[] => entries.map(({ kid }) => kid);

const find = ({ entries }: KeyringDocument, kid: string): KeyringEntry => {
  const entry = entries.find((candidate) => candidate.kid === kid);
  if (entry === undefined) throw new KeyringEditRefused('The keyring has no key of that kid.');
  return entry;
};

const mayBeActive = (entry: KeyringEntry): boolean =>
  entry.status === 'open' && problemsOfMaterial(withStatus(entry, 'active')).length === 0;

const promote = (document: KeyringDocument, next: KeyringEntry): KeyringEdit =>
  writeDocument(
    document,
    openedFor(document, next).map((entry) => (entry === next ? withStatus(next, 'active') : entry)),
  );

/** The keys with the one open that was active where `next` will be. */
const openedFor = ({ entries }: KeyringDocument, next: KeyringEntry): KeyringEntry[] =>
  entries.map((entry) =>
    entry.status === 'active' && kindOf(entry) === kindOf(next) ? withStatus(entry, 'open') : entry,
  );

const chooseAlgorithm = (use: KeyUse, issuer: string, asked: string | undefined): KeyringEntry['alg'] => {
  const usual = use === 'envelope' && issuer !== ownIssuer ? 'ECDH-ES' : algorithmsOf[use][0];
  if (asked === undefined) return usual;
  if (isAlgorithmOf(use, asked)) return asked;
  throw new KeyringEditRefused(`The alg of use ${use} must be ${algorithmsOf[use].join(' or ')}.`);
};

const chooseKid = (document: KeyringDocument, { use, date, kid }: NewKey): string => {
  if (kid === undefined) return newKid(use, date, kidsOf(document));
  if (!isKid(kid)) {
    throw new KeyringEditRefused('A kid has 1 to 64 letters, digits, dots, hyphens and underscores.');
  }
  if (kidsOf(document).includes(kid)) {
    throw new KeyringEditRefused(`Key ${kid} is there already, and no name is used twice.`);
  }
  return kid;
};
