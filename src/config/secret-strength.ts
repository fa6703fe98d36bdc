const PLACEHOLDER =
  /change.?me|my.?super|supersecret|my.?secret|placeholder|example|password|postgres|development|very.?strong|your.?secret|replace/i;

const MIN_BYTES = 32;
const MIN_DISTINCT_BYTES = 16;

/**
 * Why `secret` is too weak to share with Hasura, or undefined when it will do: it must decode, as hex or base64, to at
 * least 32 bytes that look random. Typed text is refused because it is guessed offline (R4, R21 of docs/security.md).
 */
export const weaknessOfSecret = (secret: string): string | undefined => {
  if (PLACEHOLDER.test(secret)) return 'looks like a placeholder';
  const bytes = decode(secret);
  if (bytes === undefined) return 'must be hex or base64';
  if (bytes.length < MIN_BYTES) return `has ${bytes.length} bytes, and ${MIN_BYTES} random ones are needed`;
  if (bytes.every((byte) => byte >= 0x20 && byte <= 0x7e)) return 'is typed text, not random bytes';
  if (new Set(bytes).size < MIN_DISTINCT_BYTES) return 'repeats itself too much to be random';
  return undefined;
};

const decode = (secret: string): Buffer | undefined => {
  if (/^([0-9a-f]{2})+$/i.test(secret)) return Buffer.from(secret, 'hex');
  if (/^[A-Za-z0-9+/_-]+={0,2}$/.test(secret)) return Buffer.from(secret, 'base64');
  return undefined;
};
