/** The issuer of Herald's own sign-in, and of every key that names none. */
export const ownIssuer = 'herald';

const statuses = ['active', 'open', 'retired'] as const;
export type KeyStatus = (typeof statuses)[number];

/** The algorithms of each use, the usual one first. */
export const algorithmsOf = {
  envelope: ['dir', 'ECDH-ES'],
  rest: ['A256GCM'],
  sign: ['RS256'],
  cookie: ['HS256'],
} as const satisfies Record<string, readonly [string, ...string[]]>;
export type KeyUse = keyof typeof algorithmsOf;
export type KeyAlgorithm = (typeof algorithmsOf)[KeyUse][number];

/** One member of `keys` whose description is sound; the key material in `jwk` is not looked at yet. */
export interface KeyringEntry {
  readonly kid: string;
  readonly use: KeyUse;
  readonly alg: KeyAlgorithm;
  readonly status: KeyStatus;
  /** Who seals under it; every use but `envelope` is Herald's own. */
  readonly issuer: string;
  readonly jwk: Readonly<Record<string, unknown>>;
}

/** The sound entries, and a sentence for everything that is wrong with the others. */
export const readEntries = (json: string): { entries: KeyringEntry[]; problems: string[] } => {
  const keys = parseKeys(json);
  if (keys === undefined) return { entries: [], problems: ['It must be JSON of the form {"keys":[...]}.'] };
  const read = keys.map(readEntry);
  return {
    entries: read.flatMap((result) => (Array.isArray(result) ? [] : [result])),
    problems: read.flatMap((result) => (Array.isArray(result) ? result : [])),
  };
};

/** JSON.parse quotes its input in its error, which therefore goes no further. */
const parseKeys = (json: string): readonly unknown[] | undefined => {
  try {
    const parsed: unknown = JSON.parse(json);
    return isObject(parsed) && Array.isArray(parsed.keys) ? parsed.keys : undefined;
  } catch {
    return undefined;
  }
};

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const isText = (value: unknown): value is string => typeof value === 'string' && value !== '';
const isUse = (value: unknown): value is KeyUse =>
  typeof value === 'string' && Object.hasOwn(algorithmsOf, value);
const isStatus = (value: unknown): value is KeyStatus => statuses.some((status) => status === value);
export const isAlgorithmOf = (use: KeyUse, value: unknown): value is KeyAlgorithm =>
  algorithmsOf[use].some((alg) => alg === value);
export const isKid = (value: unknown): value is string =>
  typeof value === 'string' && /^[A-Za-z0-9._-]{1,64}$/.test(value);

/** The entry, or its problems. */
const readEntry = (key: unknown, index: number): KeyringEntry | string[] => {
  if (!isObject(key)) return [`Key number ${index + 1} must be an object.`];
  const { kid, use, alg, status, iss: issuer = ownIssuer } = key;
  if (!isKid(kid)) {
    return [`Key number ${index + 1} needs a kid of 1 to 64 letters, digits, dots, hyphens and underscores.`];
  }
  const problems: string[] = [];
  if (!isUse(use)) problems.push(`Key ${kid}: use must be one of ${Object.keys(algorithmsOf).join(', ')}.`);
  if (!isStatus(status)) problems.push(`Key ${kid}: status must be one of ${statuses.join(', ')}.`);
  if (!isText(issuer)) problems.push(`Key ${kid}: iss must be a non-empty string.`);
  else if (issuer !== ownIssuer && isUse(use) && use !== 'envelope')
    problems.push(`Key ${kid}: only keys of use envelope can be another issuer's.`);
  if (!isText(alg)) problems.push(`Key ${kid} needs an alg.`);
  else if (isUse(use) && !isAlgorithmOf(use, alg))
    problems.push(`Key ${kid}: alg must be ${algorithmsOf[use].join(' or ')}.`);
  const isSound = isUse(use) && isStatus(status) && isText(issuer) && isAlgorithmOf(use, alg);
  return problems.length === 0 && isSound ? { kid, use, alg, status, issuer, jwk: key } : problems;
};

/** What makes two keys rivals: one of a kind is active. */
export const kindOf = ({ use, issuer }: Pick<KeyringEntry, 'use' | 'issuer'>): string =>
  JSON.stringify([use, issuer]);

/** What is wrong between the entries: names and key material are unique, and one key of a kind is active. */
export const problemsTogether = (entries: readonly KeyringEntry[]): string[] => {
  const problems: string[] = [];
  const kids = new Set<string>();
  const active = new Map<string, string>();
  const ownerOf = new Map<string, string>();
  for (const { kid, use, issuer, status, jwk } of entries) {
    if (kids.has(kid)) problems.push(`Key ${kid} is there twice.`);
    kids.add(kid);

    const material = [jwk.k, jwk.d, jwk.n, jwk.x].filter(isText);
    const owner = material.map((part) => ownerOf.get(part)).find((other) => other !== undefined);
    if (owner !== undefined && owner !== kid) {
      problems.push(`Keys ${owner} and ${kid} are the same key: every kid needs its own.`);
    }
    for (const part of material) ownerOf.set(part, kid);

    if (status !== 'active') continue;
    const kind = kindOf({ use, issuer });
    const rival = active.get(kind);
    if (rival !== undefined && rival !== kid) {
      problems.push(
        `Keys ${rival} and ${kid} are both active for use ${use} and iss ${issuer}: one of them must be open.`,
      );
    }
    active.set(kind, kid);
  }
  return problems;
};
