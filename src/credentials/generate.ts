import { randomBytes } from 'node:crypto';
import { keyBytes, weaknessOf } from './weak-keys.ts';

/**
 * A fresh keyring as one line of JSON: an active `dir` envelope key and an active `rest` key of issuer Herald, their
 * kids ending in the UTC day of `date`, e.g. `envelope-2026-11-22`. It is secret: show it only where it was asked for.
 */
export const generateKeyring = (date: Date): string => {
  const day = date.toISOString().slice(0, 10);
  const key = (use: string, alg: string) => ({
    kid: `${use}-${day}`,
    use,
    alg,
    status: 'active',
    kty: 'oct',
    k: randomKey(),
  });
  return JSON.stringify({ keys: [key('envelope', 'dir'), key('rest', 'A256GCM')] });
};

/** 32 random bytes as base64url; once in 10^9 they look weak, and the next ones do not. */
const randomKey = (): string => {
  const bytes = randomBytes(keyBytes);
  const encoded = bytes.toString('base64url');
  bytes.fill(0);
  return weaknessOf(encoded) === undefined ? encoded : randomKey();
};
