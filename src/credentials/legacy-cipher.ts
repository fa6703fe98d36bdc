import { createDecipheriv, createHash, createSecretKey, type KeyObject } from 'node:crypto';

/** What Node's removed `crypto.createCipher('aes-256-ctr', password)` worked with: for ever the same key and counter. */
export interface LegacyKey {
  readonly key: KeyObject;
  readonly counterBlock: Buffer;
}

/** EVP_BytesToKey of OpenSSL with MD5, one round and no salt: 32 bytes of key, then 16 of counter block. */
export const deriveLegacyKey = (password: string): LegacyKey => {
  const secret = Buffer.from(password, 'utf8');
  const blocks: Buffer[] = [];
  for (let previous = Buffer.alloc(0); blocks.length < 3; ) {
    previous = createHash('md5').update(previous).update(secret).digest();
    blocks.push(previous);
  }
  const derived = Buffer.concat(blocks);
  try {
    return { key: createSecretKey(derived.subarray(0, 32)), counterBlock: Buffer.from(derived.subarray(32)) };
  } finally {
    for (const bytes of [secret, derived, ...blocks]) bytes.fill(0);
  }
};

/** AES-256-CTR of lower-case hex. It cannot fail: whatever was altered, or sealed otherwise, gives other bytes. */
export const decryptLegacy = ({ key, counterBlock }: LegacyKey, hex: string): Buffer =>
  createDecipheriv('aes-256-ctr', key, counterBlock).update(Buffer.from(hex, 'hex'));
