/** A symmetric key and each coordinate of a P-256 key, RFC 7518 sections 6.2 and 6.4. */
export const keyBytes = 32;

const base64urlOf32Bytes = /^[A-Za-z0-9_-]{43}$/;
const fewestDistinctBytes = 16;

/**
 * Why `encoded` (a JWK's `k` or `d`) cannot be 32 random bytes, in words without the value itself, or undefined.
 * A random key is refused about once in 10^9: then make another.
 */
export const weaknessOf = (encoded: unknown): string | undefined => {
  if (typeof encoded !== 'string' || encoded === '') return 'is missing';
  if (!base64urlOf32Bytes.test(encoded))
    return 'must be 32 random bytes as base64url: 43 characters, no padding';
  const bytes = Buffer.from(encoded, 'base64url');
  try {
    return isOneCase(encoded) ? typedText : weaknessOfBytes(bytes);
  } finally {
    bytes.fill(0);
  }
};

/**
 * Why a key of HS256 does not have 256 random bits (RFC 7518, section 3.2), in words without the key, or undefined.
 * Text is the key as it is, as in Hasura's `HASURA_GRAPHQL_JWT_SECRET`, and must be hex or base64 of random bytes: nobody
 * can tell how many bits are random in anything that was typed.
 */
export const weaknessOfHmacKey = (key: string | Uint8Array): string | undefined => {
  if (typeof key !== 'string') return weaknessOfBytes(key);
  if (/^([0-9a-f]{2})+$/i.test(key)) return weaknessOfBytes(Buffer.from(key, 'hex'));
  if (!/^[A-Za-z0-9+/_-]+={0,2}$/.test(key))
    return `must be at least ${keyBytes} random bytes as hex or base64`;
  return weaknessOfBytes(Buffer.from(key, 'base64')) ?? (isOneCase(key) ? typedText : undefined);
};

const typedText = 'is typed text, not random bytes';

const weaknessOfBytes = (bytes: Uint8Array): string | undefined => {
  if (bytes.length < keyBytes) return `has ${bytes.length} bytes, and ${keyBytes} random ones are needed`;
  if (bytes.every((byte) => byte >= 0x20 && byte < 0x7f)) return typedText;
  return isRegular(bytes) ? 'follows a pattern, it is not random bytes' : undefined;
};

/** Random base64 mixes upper and lower case; a sentence in its alphabet mostly does not. */
const isOneCase = (encoded: string): boolean => !/[A-Z]/.test(encoded) || !/[a-z]/.test(encoded);

/** Few distinct bytes (all zero, a repeated block) or a constant step (00 01 02 ...). */
const isRegular = (bytes: Uint8Array): boolean => {
  if (new Set(bytes).size < fewestDistinctBytes) return true;
  const steps = new Set(bytes.subarray(1).map((byte, index) => byte - (bytes[index] ?? 0)));
  return steps.size === 1;
};
