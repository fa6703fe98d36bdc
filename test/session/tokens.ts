import { createHmac, generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { weaknessOfHmacKey } from '../../src/credentials/index.ts';
import { HeraldError, type LogEvent, type LogFields } from '../../src/kernel/index.ts';
import { createBearerCheck } from '../../src/session/index.ts';

export const NAMESPACE = 'https://hasura.io/jwt/claims';
export const ISSUER = 'https://issuer.example/';
export const AUDIENCE = 'app';
export const NOW = new Date('2026-11-22T12:00:00Z');
export const nowSeconds = NOW.getTime() / 1000;

export const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
export const pemOf = (key: KeyObject): string => String(key.export({ type: 'spki', format: 'pem' }));

type Json = Record<string, unknown>;

export const hasuraClaims = (changes: Json = {}): Json => ({
  'x-hasura-allowed-roles': ['user', 'editor'],
  'x-hasura-default-role': 'user',
  'x-hasura-user-id': 'user-1',
  ...changes,
});

/** The payload of a token that every check takes; `undefined` leaves a claim out. */
export const payloadOf = (changes: Json = {}): Json => ({
  iss: ISSUER,
  aud: AUDIENCE,
  sub: 'subject-1',
  iat: nowSeconds - 60,
  exp: nowSeconds + 600,
  [NAMESPACE]: hasuraClaims(),
  ...changes,
});

const encode = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');

/** A JWS made by hand, because no library makes the wrong ones. */
export const jws = (header: Json, payload: unknown, signer: (input: string) => Buffer): string => {
  const input = `${encode(header)}.${encode(payload)}`;
  return `${input}.${signer(input).toString('base64url')}`;
};

export const rsaSigner =
  (hash = 'sha256', key: KeyObject = rsa.privateKey) =>
  (input: string): Buffer =>
    sign(hash, Buffer.from(input), key);

export const hmacSigner =
  (secret: string | Buffer, hash = 'sha256') =>
  (input: string): Buffer =>
    createHmac(hash, secret).update(input).digest();

export const ecSigner =
  (hash: string, key: KeyObject) =>
  (input: string): Buffer =>
    sign(hash, Buffer.from(input), { key, dsaEncoding: 'ieee-p1363' });

/** An RS256 token of {@link rsa}. */
export const token = (changes: Json = {}, header: Json = {}): string =>
  jws({ alg: 'RS256', typ: 'JWT', ...header }, payloadOf(changes), rsaSigner());

/** The engine's JWT secret with a static RSA key. */
export const secretOf = (changes: Json = {}): string =>
  JSON.stringify({
    type: 'RS256',
    key: pemOf(rsa.publicKey),
    audience: AUDIENCE,
    issuer: ISSUER,
    ...changes,
  });

/** A check at a time of its own, with what it logs. */
export const bearerCheck = (jwtSecret: string, more: { now?: () => Date; fetch?: typeof fetch } = {}) => {
  const log: { evt: LogEvent; fields: LogFields }[] = [];
  const check = createBearerCheck({
    jwtSecret,
    weaknessOfHmacKey,
    log: (_level, evt, fields = {}) => void log.push({ evt, fields }),
    now: () => NOW,
    ...more,
  });
  return { log, verify: (given: string, role?: string) => check(`Bearer ${given}`, role), check };
};

/** What a client hears: code, status and message of a refusal, or `accepted`. */
export const outcomeOf = async (verifying: Promise<unknown>): Promise<string> => {
  try {
    await verifying;
    return 'accepted';
  } catch (error) {
    if (!(error instanceof HeraldError)) throw error;
    return `${error.status} ${error.code} ${error.message}`;
  }
};

export const REFUSED = '401 UNAUTHENTICATED The bearer token is missing, invalid or expired. Sign in again.';
