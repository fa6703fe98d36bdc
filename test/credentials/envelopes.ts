import { EncryptJWT, importJWK, type JWTPayload } from 'jose';
import { expect } from 'vitest';
import { createEnvelopeOpener, type Keyring, loadKeyring, sealPair } from '../../src/credentials/index.ts';
import { HeraldError, type SealedPair, type Session, type XCredentials } from '../../src/kernel/index.ts';
import * as f from './fixtures.ts';

export const keys = {
  own: f.symmetric('h-2026-11'),
  old: f.symmetric('h-2026-10'),
  curve: f.curve('a-2026-11'),
  rest: f.rest('r-2026-11'),
};
/** The keyring with `old` in another state of its life. */
const ringWhere = (old: 'active' | 'open' | 'retired'): Promise<Keyring> =>
  loadKeyring(
    f.ringOf(
      { ...keys.own, status: old === 'active' ? 'open' : 'active' },
      { ...keys.old, status: old },
      keys.curve,
      keys.rest,
    ),
  );
export const keyring = await ringWhere('open');
export const before = await ringWhere('active');
export const after = await ringWhere('retired');

export const seal = (user = f.alice, userId = f.aliceId, ring = keyring): Promise<SealedPair> =>
  sealPair(ring, f.pairOf(user), { userId, expiresAt: f.inTenHours, now: () => f.now });

/** What a session gets: the tokens, or the error with the log's line about it. */
export const open = async (session: Session, ring = keyring, now = f.now) => {
  const { log, lines } = f.recordLog();
  const useCredentials = createEnvelopeOpener({ keyring: ring, log, now: () => now });
  const reveal = async (lent: XCredentials) => ({
    xUserId: lent.xUserId,
    token: lent.accessToken.reveal(),
    secret: lent.accessTokenSecret.reveal(),
  });
  try {
    return { opened: await useCredentials(session, reveal), lines };
  } catch (error) {
    return { error, lines };
  }
};
export const refused = async (session: Session, ring = keyring, now = f.now): Promise<string | undefined> => {
  const { error, lines } = await open(session, ring, now);
  expect(shownTo(error)).toEqual(theOneRefusal);
  expect(lines).toHaveLength(1);
  expect(lines[0]?.evt).toBe('credentials_refused');
  return lines[0]?.reason;
};

/** Everything of an error that could reach an answer. */
export const shownTo = (error: unknown): unknown =>
  error instanceof HeraldError
    ? { ...error, name: error.name, message: error.message, cause: error.cause }
    : error;
const theOneRefusal = shownTo(new HeraldError('CREDENTIALS_INVALID'));

export const byAlice = (envelopes: Session['envelopes']) =>
  f.sessionOf('twitter|844619452427751424', envelopes);
export const aliceOpened = { xUserId: '844619452427751424', token: f.alice.token, secret: f.alice.secret };
const claims = { pur: 'x.access_token', pair: 'p', v: f.alice.token };

export interface Forgery {
  header?: Record<string, unknown>;
  claims?: JWTPayload;
  key?: f.KeyJson;
}
/** An access token's envelope as somebody makes it who has the key and breaks one rule. */
export const forge = async ({
  header = {},
  claims: changed = {},
  key = keys.own,
}: Forgery): Promise<string> => {
  const seconds = Math.floor(f.now.getTime() / 1000);
  const sound = {
    iss: 'herald',
    aud: 'herald',
    sub: f.aliceId,
    iat: seconds,
    exp: seconds + 3600,
    ...claims,
  };
  const alg = key.kty === 'EC' ? 'ECDH-ES' : 'dir';
  return new EncryptJWT({ ...sound, ...changed })
    .setProtectedHeader({ alg, enc: 'A256GCM', kid: String(key.kid), typ: 'herald+jwt', ...header })
    .encrypt(await importJWK(f.publicHalf(key), String(header.alg ?? alg)));
};
/** A pair that would open but for what `forgery` says of the first. */
export const forgedPair = async (forgery: Forgery): Promise<SealedPair> => ({
  accessToken: await forge(forgery),
  accessTokenSecret: await forge({ claims: { pur: 'x.access_token_secret', v: f.alice.secret } }),
});

export const flip = (envelope: string, part: number): string => {
  const parts = envelope.split('.');
  const bytes = Buffer.from(parts[part] ?? '', 'base64url');
  bytes.writeUInt8(bytes.readUInt8(0) ^ 1, 0);
  return parts.with(part, bytes.toString('base64url')).join('.');
};
