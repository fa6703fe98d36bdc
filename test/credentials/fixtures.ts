import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { type Log, type LogFields, parseUserId, parseXUserId, type Session } from '../../src/kernel/index.ts';

export const issuerOfAuth0 = 'https://example-tenant.eu.auth0.com/';
export const now = new Date('2026-11-22T09:30:00Z');
export const inTenHours = new Date(now.getTime() + 10 * 3_600_000);

export const alice = {
  token: '844619452427751424-AbCdEfGhIjKlMnOpQrStUvWxYz01234',
  secret: 'GWZ0123456789abcdefghijklmnopqrstuvwxyzABCDEF',
};
export const bob = {
  token: '1234567890123456789-ZyXwVuTsRqPoNmLkJiHgFeDcBa98765',
  secret: 'BOB0123456789abcdefghijklmnopqrstuvwxyzABCDEF',
};
export const pairOf = (user: typeof alice) => ({ accessToken: user.token, accessTokenSecret: user.secret });

export const userId = (value: string) => {
  const parsed = parseUserId(value);
  if (parsed === undefined) throw new Error(`not a user id: ${value}`);
  return parsed;
};
export const aliceId = userId('twitter|844619452427751424');
export const bobId = userId('twitter|1234567890123456789');

export const sessionOf = (user: string, envelopes: Session['envelopes'], xUserId?: string): Session => ({
  userId: userId(user),
  role: 'user',
  xUserId: xUserId === undefined ? undefined : parseXUserId(xUserId),
  envelopes,
});

export type KeyJson = Record<string, unknown>;

export const symmetric = (kid: string, more: KeyJson = {}): KeyJson => ({
  kid,
  use: 'envelope',
  alg: 'dir',
  status: 'active',
  kty: 'oct',
  k: randomBytes(32).toString('base64url'),
  ...more,
});
export const rest = (kid: string, more: KeyJson = {}): KeyJson =>
  symmetric(kid, { use: 'rest', alg: 'A256GCM', ...more });

/** Both halves of a P-256 key, as Herald has it. */
export const curve = (kid: string, more: KeyJson = {}): KeyJson => ({
  ...generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({ format: 'jwk' }),
  kid,
  use: 'envelope',
  alg: 'ECDH-ES',
  status: 'active',
  iss: issuerOfAuth0,
  ...more,
});
export const cookie = (kid: string, more: KeyJson = {}): KeyJson =>
  symmetric(kid, { use: 'cookie', alg: 'HS256', ...more });

/** Both halves of an RSA key. Slow: make one for a whole file. */
export const rsa = (
  kid: string,
  more: KeyJson = {},
  modulusLength = 3072,
  publicExponent = 65537,
): KeyJson => ({
  ...generateKeyPairSync('rsa', { modulusLength, publicExponent }).privateKey.export({ format: 'jwk' }),
  kid,
  use: 'sign',
  alg: 'RS256',
  status: 'active',
  ...more,
});
export const publicHalf = ({ d: _, ...key }: KeyJson): KeyJson => key;
export const ringOf = (...keys: unknown[]): string => JSON.stringify({ keys });

export interface LogLine extends LogFields {
  readonly evt: string;
}
export const recordLog = (): { log: Log; lines: LogLine[] } => {
  const lines: LogLine[] = [];
  return { lines, log: (_level, evt, fields) => void lines.push({ evt, ...fields }) };
};
