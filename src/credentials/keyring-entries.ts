/** The issuer of Herald's own sign-in, and of every key that names none. */
export const ownIssuer = 'herald';

const statuses = ['active', 'open', 'retired'] as const;
export type KeyStatus = (typeof statuses)[number];

/** The algorithms of each use; undefined: any, since the room that the key is for reads it itself. */
const algorithmsOf = {
  envelope: ['dir', 'ECDH-ES'],
  rest: ['A256GCM'],
  sign: undefined,
  cookie: undefined,
} as const satisfies Record<string, readonly string[] | undefined>;
type KeyUse = keyof typeof algorithmsOf;

/** One member of `keys` whose description is sound; the key material in `jwk` is not looked at yet. */
export interface KeyringEntry {
  readonly kid: string;
  readonly use: KeyUse;
  readonly alg: string;
  readonly status: KeyStatus;
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
const isKid = (value: unknown): value is string =>
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
  const allowed: readonly string[] | undefined = isUse(use) ? algorithmsOf[use] : undefined;
  if (!isText(alg)) problems.push(`Key ${kid} needs an alg.`);
  else if (allowed?.includes(alg) === false)
    problems.push(`Key ${kid}: alg must be ${allowed.join(' or ')}.`);
  const sound = problems.length === 0 && isUse(use) && isStatus(status) && isText(issuer) && isText(alg);
  return sound ? { kid, use, alg, status, issuer, jwk: key } : problems;
};

/** What is wrong with the entries as a whole: names and key material are unique, and one key of a kind is active. */
export const problemsTogether = (entries: readonly KeyringEntry[]): string[] => {
  const problems: string[] = [];
  const kids = new Set<string>();
  const active = new Map<string, string>();
  const ownerOf = new Map<unknown, string>();
  for (const { kid, use, issuer, status, jwk } of entries) {
    if (kids.has(kid)) problems.push(`Key ${kid} is there twice.`);
    kids.add(kid);

    const secret = jwk.k ?? jwk.d;
    const owner = ownerOf.get(secret);
    if (isText(secret) && owner !== undefined && owner !== kid) {
      problems.push(`Keys ${owner} and ${kid} are the same key: every kid needs its own.`);
    }
    ownerOf.set(secret, kid);

    if (status !== 'active') continue;
    const kind = JSON.stringify([use, issuer]);
    const rival = active.get(kind);
    if (rival !== undefined && rival !== kid) {
      problems.push(
        `Keys ${rival} and ${kid} are both active for use ${use} and iss ${issuer}: one of them must be open.`,
      );
    }
    active.set(kind, kid);
  }
  const hasActiveEnvelope = entries.some(({ use, status }) => use === 'envelope' && status === 'active');
  return hasActiveEnvelope ? problems : [...problems, 'No key of use envelope is active.'];
};
