import { createPublicKey, type JsonWebKey, type KeyObject } from 'node:crypto';
import { isLoopback } from '../../kernel/index.ts';
import { Refusal } from '../command.ts';
import { findFile } from '../replace-file.ts';

const FETCH_TIMEOUT_MS = 5_000;
const LONGEST_ANSWER = 100_000;
const SMALLEST_MODULUS_BITS = 2048;

/** One key for every token, or those of a key set by their names. */
export type VerificationKeys = KeyObject | readonly Jwk[];

type Jwk = Readonly<Record<string, unknown>>;

/** The key that a token's `kid` names, or why there is none. */
export const chooseKey = (keys: VerificationKeys, kid: unknown): KeyObject | string => {
  if (!Array.isArray(keys)) return keys as KeyObject;
  const usable = (keys as readonly Jwk[]).filter(mayVerify);
  const named = kid === undefined ? usable : usable.filter((jwk) => jwk.kid === kid);
  const [only] = named;
  if (only === undefined || named.length > 1)
    return kid === undefined
      ? 'It names no key (kid), and there are several.'
      : 'The key that it names (kid) is not among these.';
  return importJwk(only) ?? 'The key that it names is no RSA key of 2048 bits or more.';
};

/** RFC 7517, section 4: a key for something else verifies nothing. */
const mayVerify = ({ kty, use, alg, key_ops }: Jwk): boolean =>
  kty === 'RSA' &&
  (use === undefined || use === 'sig') &&
  (alg === undefined || alg === 'RS256') &&
  (key_ops === undefined || (Array.isArray(key_ops) && key_ops.includes('verify')));

const importJwk = ({ kty, n, e }: Jwk): KeyObject | undefined => {
  try {
    return strong(createPublicKey({ key: { kty, n, e } as JsonWebKey, format: 'jwk' }));
  } catch {
    return undefined;
  }
};

const strong = (key: KeyObject): KeyObject | undefined =>
  key.asymmetricKeyType === 'rsa' && (key.asymmetricKeyDetails?.modulusLength ?? 0) >= SMALLEST_MODULUS_BITS
    ? key
    : undefined;

/** A key set from `place`: https, http on this machine, or a file. */
export const readKeySet = async (place: string): Promise<VerificationKeys> =>
  parseKeySet(/^https?:/i.test(place) ? await fetchKeySet(place) : readFile(place), place);

/** A public key or certificate as PEM, or a JWK. */
export const readPublicKey = (path: string): VerificationKeys => {
  const text = readFile(path);
  if (text.includes('PRIVATE KEY'))
    throw new Refusal(`${path} is a private key.`, 'Only whoever signs may have it. Give the public half.');
  if (text.trimStart().startsWith('{')) return parseKeySet(`{"keys":[${text}]}`, path);
  const key = parsePem(text);
  if (key === undefined)
    throw new Refusal(`${path} is no RSA public key of 2048 bits or more, as PEM or JWK.`);
  return key;
};

const parsePem = (text: string): KeyObject | undefined => {
  try {
    return strong(createPublicKey(text));
  } catch {
    return undefined;
  }
};

export const parseKeySet = (text: string, source: string): VerificationKeys => {
  try {
    const { keys } = JSON.parse(text) as { keys?: unknown };
    if (Array.isArray(keys) && keys.every((key) => typeof key === 'object' && key !== null)) return keys;
  } catch {
    // Said below.
  }
  throw new Refusal(`${source} is no JSON Web Key Set: {"keys": [...]}.`);
};

const readFile = (path: string): string => {
  const found = findFile(path);
  if (found === undefined) throw new Refusal(`There is no file ${path}.`);
  return found.text;
};

const fetchKeySet = async (address: string): Promise<string> => {
  const url = URL.canParse(address) ? new URL(address) : undefined;
  if (url === undefined || !isTrustworthy(url))
    throw new Refusal(
      'Keys come over https, or over http from this machine: anybody on the way could give others.',
    );
  try {
    const response = await fetch(url, { redirect: 'error', signal: AbortSignal.timeout(FETCH_TIMEOUT_MS) });
    const text = await response.text();
    if (response.ok && text.length <= LONGEST_ANSWER) return text;
    throw new Refusal(`${url.origin} gave no key set (HTTP ${response.status}).`);
  } catch (error) {
    if (error instanceof Refusal) throw error;
    throw new Refusal(
      `${url.origin} cannot be asked for its keys.`,
      'Save its key set once, and give the file: it verifies offline.',
    );
  }
};

const isTrustworthy = (url: URL): boolean => url.protocol === 'https:' || isLoopback(url);
