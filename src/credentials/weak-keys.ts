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
    if (isTyped(encoded, bytes)) return 'is typed text, not 32 random bytes';
    if (isRegular(bytes)) return 'follows a pattern, it is not 32 random bytes';
    return undefined;
  } finally {
    bytes.fill(0);
  }
};

/** The bytes are a sentence, or the base64url text itself is one: random text mixes upper and lower case. */
const isTyped = (encoded: string, bytes: Buffer): boolean =>
  bytes.every((byte) => byte >= 0x20 && byte < 0x7f) || !/[A-Z]/.test(encoded) || !/[a-z]/.test(encoded);

/** Few distinct bytes (all zero, a repeated block) or a constant step (00 01 02 ...). */
const isRegular = (bytes: Buffer): boolean => {
  if (new Set(bytes).size < fewestDistinctBytes) return true;
  const steps = new Set(bytes.subarray(1).map((byte, index) => byte - (bytes[index] ?? 0)));
  return steps.size === 1;
};
