import { createDecipheriv } from 'node:crypto';

/** What one request expects of an envelope. */
export interface Expected {
  readonly kid: string;
  readonly subject: string;
  readonly purpose: string;
}

const TAG_BYTES = 16;

interface Claims {
  readonly iss: string;
  readonly aud: string;
  readonly sub: string;
  readonly pur: string;
  readonly pair: string;
  readonly iat: number;
  readonly exp: number;
  readonly v: string;
}

/**
 * Opens a compact JWE with `dir` and `A256GCM` (RFC 7516 section 5.2) and checks every claim that docs/envelope.md
 * names. Throws an Error for whatever is wrong.
 */
export const openEnvelope = (
  envelope: string,
  key: Buffer,
  { kid, subject, purpose }: Expected,
): { pair: string; value: string } => {
  const [header = '', encryptedKey, iv = '', ciphertext = '', tag = ''] = envelope.split('.');
  const {
    alg,
    enc,
    kid: named,
  } = JSON.parse(Buffer.from(header, 'base64url').toString()) as {
    [name: string]: unknown;
  };
  if (alg !== 'dir' || enc !== 'A256GCM' || named !== kid || encryptedKey !== '') throw new Error('header');
  const decipher = createDecipheriv('aes-256-gcm', key, Buffer.from(iv, 'base64url'), {
    authTagLength: TAG_BYTES,
  });
  decipher.setAAD(Buffer.from(header));
  decipher.setAuthTag(Buffer.from(tag, 'base64url'));
  const plain = Buffer.concat([decipher.update(Buffer.from(ciphertext, 'base64url')), decipher.final()]);
  const claims = JSON.parse(plain.toString()) as Claims;
  const nowS = Date.now() / 1000;
  if (claims.iss !== 'herald' || claims.aud !== 'herald') throw new Error('issuer');
  if (claims.sub !== subject || claims.pur !== purpose) throw new Error('subject');
  if (claims.exp < nowS || claims.iat < nowS - 86_400) throw new Error('expired');
  return { pair: claims.pair, value: claims.v };
};
