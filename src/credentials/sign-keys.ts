import { createPrivateKey, createPublicKey, sign, verify } from 'node:crypto';
import { Secret } from '../kernel/index.ts';
import type { KeyringEntry } from './keyring-entries.ts';

interface RsaNumbers {
  readonly kty: 'RSA';
  readonly n: string;
  readonly e: string;
}
interface RsaPrivateNumbers extends RsaNumbers, Readonly<Record<PrivateMember, string>> {}
interface SignMembers {
  readonly kid: string;
  readonly alg: 'RS256';
  readonly use: 'sig';
}

/** The public half of a key that signs tokens: RFC 7517, RFC 7518 section 6.3.1. */
export type RsaPublicJwk = RsaNumbers & SignMembers;
/** Both halves, RFC 7518 section 6.3.2. */
export type RsaPrivateJwk = RsaPrivateNumbers & SignMembers;

/** What signs tokens (active), or only verifies those that it signed or will sign (open). Both are published. */
export interface SignKey {
  readonly kid: string;
  readonly status: 'active' | 'open';
  readonly privateJwk: Secret<RsaPrivateJwk>;
  readonly publicJwk: RsaPublicJwk;
}

type PrivateMember = (typeof privateMembers)[number];
const privateMembers = ['d', 'p', 'q', 'dp', 'dq', 'qi'] as const;
/** 65537. Small exponents have made forgeries possible. */
const publicExponent = 'AQAB';
/** 128 bits of security: NIST SP 800-57 part 1, table 2. */
export const modulusBits = 3072;
/** RFC 7518, section 3.3. */
const fewestModulusBits = 2048;

/** Why the key cannot sign or verify, in words without key material, or undefined. */
export const problemOfSignKey = ({ jwk, status }: KeyringEntry): string | undefined => {
  if (jwk.kty !== 'RSA') return 'kty must be RSA';
  if (jwk.e !== publicExponent) return `e must be ${publicExponent}, which is 65537`;
  const missing = ['n', ...privateMembers].filter((name) => !isNumber(jwk[name]));
  if (missing.length > 0) return `${missing.join(', ')} must be there, each a number as base64url`;
  const numbers = privateNumbersOf(jwk);
  const bits = numberOf(numbers.n).toString(2).length;
  if (bits < fewestModulusBits) return `its modulus has ${bits} bits, which can be broken: make a new key`;
  if (status === 'active' && bits < modulusBits) {
    return `its modulus has ${bits} bits, and signing needs ${modulusBits}: make a new key and let this one be open`;
  }
  return isConsistent(numbers) && signsSoundly(numbers) ? undefined : 'its parts do not belong together';
};

const isNumber = (value: unknown): boolean => typeof value === 'string' && /^[A-Za-z0-9_-]+$/.test(value);
const numberOf = (base64url: string): bigint =>
  BigInt(`0x${Buffer.from(base64url, 'base64url').toString('hex')}`);

/** Only the numbers: `ext`, `key_ops` and the rest of a JWK decide nothing. */
const publicNumbersOf = (jwk: KeyringEntry['jwk']): RsaNumbers => ({
  kty: 'RSA',
  n: String(jwk.n),
  e: String(jwk.e),
});
const privateNumbersOf = (jwk: KeyringEntry['jwk']): RsaPrivateNumbers => ({
  ...publicNumbersOf(jwk),
  d: String(jwk.d),
  p: String(jwk.p),
  q: String(jwk.q),
  dp: String(jwk.dp),
  dq: String(jwk.dq),
  qi: String(jwk.qi),
});

/** The relations of RFC 8017, section 3.2. A signature alone proves less: OpenSSL steps over a wrong `dp`. */
const isConsistent = (numbers: RsaPrivateNumbers): boolean => {
  const number = (name: 'n' | 'e' | PrivateMember) => numberOf(numbers[name]);
  const [d, p, q] = [number('d'), number('p'), number('q')];
  const isInverse = (prime: bigint) => (number('e') * d) % (prime - 1n) === 1n;
  if (p < 3n || q < 3n || p === q || p * q !== number('n')) return false;
  const isExponent = isInverse(p) && isInverse(q);
  const isRemainder = number('dp') === d % (p - 1n) && number('dq') === d % (q - 1n);
  return isExponent && isRemainder && (number('qi') * q) % p === 1n;
};

/** Signs and verifies once: numbers that fit together are still no key unless p and q are primes. */
const signsSoundly = (numbers: RsaPrivateNumbers): boolean => {
  const message = Buffer.from('herald');
  const { kty, n, e } = numbers;
  try {
    const signature = sign('sha256', message, createPrivateKey({ key: { ...numbers }, format: 'jwk' }));
    return verify('sha256', message, createPublicKey({ key: { kty, n, e }, format: 'jwk' }), signature);
  } catch {
    return false;
  }
};

const membersOf = (kid: string): SignMembers => ({ kid, alg: 'RS256', use: 'sig' });

export const publicJwkOf = ({ kid, jwk }: KeyringEntry): RsaPublicJwk => ({
  ...publicNumbersOf(jwk),
  ...membersOf(kid),
});

/** Expects an entry without problems that is not retired. */
export const readSignKey = (entry: KeyringEntry): SignKey => ({
  kid: entry.kid,
  status: entry.status === 'active' ? 'active' : 'open',
  privateJwk: new Secret({ ...privateNumbersOf(entry.jwk), ...membersOf(entry.kid) }),
  publicJwk: publicJwkOf(entry),
});

/** The key as PEM (SubjectPublicKeyInfo), which Hasura takes. */
export const publicPemOf = ({ jwk }: KeyringEntry): string => {
  const key = createPublicKey({ key: { ...publicNumbersOf(jwk) }, format: 'jwk' });
  return key.export({ type: 'spki', format: 'pem' }).toString();
};
