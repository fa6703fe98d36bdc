import { randomBytes, webcrypto } from 'node:crypto';
import type { CryptoKey } from 'jose';

const { subtle } = webcrypto;
const ivBytes = 12;
const tagBytes = 16;

/** What a sealed value is authenticated with. As JSON the parts stay apart: `['a|b']` and `['a', 'b']` differ. */
export type Binding = readonly string[];

/** A non-extractable AES-256 key; wipes `bytes` (32). */
export const importContentKey = async (bytes: Uint8Array): Promise<CryptoKey> => {
  try {
    return await subtle.importKey('raw', bytes, 'AES-GCM', false, ['encrypt', 'decrypt']);
  } finally {
    bytes.fill(0);
  }
};

/** AES-256-GCM: the IV (12 random bytes), the ciphertext, the tag (16 bytes). */
export const sealGcm = async (
  key: CryptoKey,
  plaintext: Uint8Array | string,
  boundTo: Binding,
): Promise<Buffer> => {
  const iv = randomBytes(ivBytes);
  const bytes = Buffer.from(plaintext);
  try {
    return Buffer.concat([iv, Buffer.from(await subtle.encrypt(parameters(iv, boundTo), key, bytes))]);
  } finally {
    bytes.fill(0);
  }
};

/** Throws when `sealed` is not what {@link sealGcm} made with this key and binding; the error says nothing more. */
export const openGcm = async (key: CryptoKey, sealed: Uint8Array, boundTo: Binding): Promise<Buffer> => {
  const iv = sealed.subarray(0, ivBytes);
  return Buffer.from(await subtle.decrypt(parameters(iv, boundTo), key, sealed.subarray(ivBytes)));
};

const parameters = (iv: Uint8Array, boundTo: Binding) => ({
  name: 'AES-GCM',
  iv,
  additionalData: Buffer.from(JSON.stringify(boundTo)),
  tagLength: 8 * tagBytes,
});
