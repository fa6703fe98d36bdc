import { verify } from 'node:crypto';
import { chooseKey, type VerificationKeys } from './verification-keys.ts';

/** Clocks may differ by so much. */
const SKEW_S = 30;
const LONGEST_TOKEN = 16_384;

/** Why a token is not to be trusted, in words. */
export class TokenRefused extends Error {}

export type Claims = Readonly<Record<string, unknown>>;

export interface Expected {
  readonly audience: string;
  /** Any issuer whose key signed it, when absent. */
  readonly issuer: string | undefined;
  readonly now: Date;
}

/**
 * The claims of an RS256 token (RFC 7515, RFC 7519) that one of `keys` signed for this audience. The algorithm is pinned: what
 * the token says about it is compared and never followed, nor is a key that it brings along (RFC 8725, sections 3.1 and 3.10).
 * Throws {@link TokenRefused}.
 */
export const verifyToken = (token: string, keys: VerificationKeys, expected: Expected): Claims => {
  const [encodedHeader = '', encodedPayload = '', encodedSignature = ''] = split(token);
  const header = decodeObject(encodedHeader, 'header');
  refuseHeader(header);
  const key = chooseKey(keys, header.kid);
  if (typeof key === 'string') throw new TokenRefused(key);
  const signed = Buffer.from(`${encodedHeader}.${encodedPayload}`);
  if (!verify('RSA-SHA256', signed, key, Buffer.from(encodedSignature, 'base64url')))
    throw new TokenRefused('Its signature is not by this key, or it was altered.');
  const claims = decodeObject(encodedPayload, 'payload');
  refuseClaims(claims, expected);
  return claims;
};

const split = (token: string): string[] => {
  const parts = token.split('.');
  if (parts.length === 5) throw new TokenRefused('It is encrypted (five parts), not signed: herald open.');
  const isSound = parts.length === 3 && token.length <= LONGEST_TOKEN && parts.every(isBase64url);
  if (!isSound) throw new TokenRefused('It is no signed token: three parts of base64url with dots between.');
  return parts;
};

/** Canonical: one spelling per value, so that an altered character is always an altered value. */
const isBase64url = (part: string): boolean =>
  part !== '' && Buffer.from(part, 'base64url').toString('base64url') === part;

const decodeObject = (part: string, what: string): Record<string, unknown> => {
  try {
    const value: unknown = JSON.parse(
      new TextDecoder('utf-8', { fatal: true }).decode(Buffer.from(part, 'base64url')),
    );
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return { ...value };
  } catch {
    // Said below: JSON.parse quotes what it was given.
  }
  throw new TokenRefused(`Its ${what} is no JSON object.`);
};

const refuseHeader = ({ alg, crit, typ }: Record<string, unknown>): void => {
  if (alg !== 'RS256') throw new TokenRefused('Its algorithm is not RS256, and no other is accepted.');
  // RFC 7515, section 4.1.11: extensions that must be understood, and none is here.
  if (crit !== undefined) throw new TokenRefused('It names extensions (crit) that nobody here understands.');
  if (typ !== undefined && !/^(application\/)?(at\+)?jwt$/i.test(String(typ)))
    throw new TokenRefused('Its typ is another than JWT or at+jwt: it is for something else.');
};

const refuseClaims = ({ exp, nbf, iat, aud, iss }: Claims, { audience, issuer, now }: Expected): void => {
  const nowS = now.getTime() / 1000;
  for (const [name, time] of Object.entries({ exp, nbf, iat })) {
    if (time !== undefined && typeof time !== 'number') throw new TokenRefused(`Its ${name} is no time.`);
  }
  if (typeof exp !== 'number') throw new TokenRefused('It has no exp, so it would be good for ever.');
  if (exp <= nowS - SKEW_S) throw new TokenRefused(`It expired at ${describeTime(exp)}.`);
  if (typeof nbf === 'number' && nbf > nowS + SKEW_S)
    throw new TokenRefused(`It is good only from ${describeTime(nbf)} on.`);
  if (typeof iat === 'number' && iat > nowS + SKEW_S)
    throw new TokenRefused(`It was issued at ${describeTime(iat)}, which is still to come.`);
  const audiences: readonly unknown[] = Array.isArray(aud) ? aud : [aud];
  if (!audiences.includes(audience)) throw new TokenRefused('It is for another audience.');
  if (issuer !== undefined && iss !== issuer) throw new TokenRefused('It is by another issuer.');
};

const describeTime = (seconds: number): string =>
  Math.abs(seconds) < 8.64e12 ? new Date(seconds * 1000).toISOString() : String(seconds);
