import { randomBytes } from 'node:crypto';
import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { createEnvelopeOpener, loadKeyring, sealPair } from '../../src/credentials/index.ts';
import { HeraldError } from '../../src/kernel/index.ts';
import {
  after,
  aliceOpened,
  before,
  byAlice,
  forge,
  forgedPair,
  keyring,
  keys,
  open,
  refused,
  seal,
  shownTo,
} from './envelopes.ts';
import * as f from './fixtures.ts';

describe('an envelope opens', () => {
  it('with the active key', async () => {
    expect(await open(byAlice(await seal()))).toEqual({ opened: aliceOpened, lines: [] });
  });

  it('with a key that was active when it was sealed, until that key retires', async () => {
    const envelopes = await seal(f.alice, f.aliceId, before);
    expect((await open(byAlice(envelopes), keyring)).opened).toEqual(aliceOpened);
    expect(await refused(byAlice(envelopes), after)).toBe('retired kid');
  });

  it('when it was sealed with nothing but the public key, by jose alone', async () => {
    const key = f.publicHalf(keys.curve);
    const issued = { iss: f.issuerOfAuth0 };
    const envelopes = {
      accessToken: await forge({ key, claims: issued }),
      accessTokenSecret: await forge({
        key,
        claims: { ...issued, pur: 'x.access_token_secret', v: f.alice.secret },
      }),
    };
    expect((await open(byAlice(envelopes))).opened).toEqual(aliceOpened);
  });

  it('as sealed under the public half by Herald', async () => {
    const sealing = await loadKeyring(f.ringOf(f.publicHalf(keys.curve)));
    const options = { userId: f.aliceId, expiresAt: f.inTenHours, issuer: f.issuerOfAuth0, now: () => f.now };
    const envelopes = await sealPair(sealing, f.pairOf(f.alice), options);
    expect((await open(byAlice(envelopes))).opened).toEqual(aliceOpened);
    expect(await refused(byAlice(envelopes), sealing)).toBe('public key only');
  });

  it('for a user who is not known by an X id', async () => {
    const uuid = '0f8fad5b-d9cb-469f-a165-70867728950e';
    const envelopes = await seal(f.alice, f.userId(uuid));
    expect((await open(f.sessionOf(uuid, envelopes))).opened).toEqual(aliceOpened);
    expect((await open(f.sessionOf(uuid, envelopes, '844619452427751424'))).opened).toEqual(aliceOpened);
    expect(await refused(f.sessionOf(uuid, envelopes, '1'))).toBe('x user');
  });

  it('within 30 seconds of clock difference and no further', async () => {
    const envelopes = await seal();
    const at = (seconds: number, from: Date) => new Date(from.getTime() + seconds * 1000);
    expect((await open(byAlice(envelopes), keyring, at(29, f.inTenHours))).opened).toEqual(aliceOpened);
    expect(await refused(byAlice(envelopes), keyring, at(31, f.inTenHours))).toBe('ERR_JWT_EXPIRED exp');
    expect((await open(byAlice(envelopes), keyring, at(-30, f.now))).opened).toEqual(aliceOpened);
    expect(await refused(byAlice(envelopes), keyring, at(-31, f.now))).toBe(
      'ERR_JWT_CLAIM_VALIDATION_FAILED iat',
    );
  });
});

describe('a session', () => {
  it('without envelopes needs an account', async () => {
    const { error, lines } = await open(byAlice(undefined));
    expect(shownTo(error)).toEqual(shownTo(new HeraldError('ACCOUNT_REQUIRED')));
    expect(lines).toEqual([]);
  });

  it('with one envelope of two is refused', async () => {
    const { accessToken } = await seal();
    expect(await refused(byAlice({ accessToken, accessTokenSecret: '' }))).toBe('format');
  });

  it('is lent the moment of the older seal, by which a revocation is judged', async () => {
    const { accessToken, accessTokenSecret } = await forgedPair({
      claims: { iat: Math.floor(f.now.getTime() / 1000) - 60 },
    });
    const { log } = f.recordLog();
    const useEnvelopes = createEnvelopeOpener({ keyring, log, now: () => f.now });
    const sealedAt = await useEnvelopes(
      byAlice({ accessToken, accessTokenSecret }),
      async (lent) => lent.sealedAt,
    );
    expect(sealedAt).toEqual(new Date(f.now.getTime() - 60_000));
  });

  it('sees what its callback throws, untouched', async () => {
    const { log } = f.recordLog();
    const useCredentials = createEnvelopeOpener({ keyring, log, now: () => f.now });
    const thrown = new TypeError('of the callback');
    const failing = useCredentials(byAlice(await seal()), () => Promise.reject(thrown));
    await expect(failing).rejects.toBe(thrown);
  });
});

describe('the envelope itself', () => {
  it('is never twice the same', async () => {
    const [one, other] = [await seal(), await seal()];
    expect(one.accessToken).not.toBe(other.accessToken);
    expect(one.accessTokenSecret).not.toBe(other.accessTokenSecret);
  });

  it('shows nothing but its four header fields', async () => {
    const { accessToken } = await seal();
    const header = JSON.parse(Buffer.from(accessToken.split('.')[0] ?? '', 'base64url').toString());
    expect(header).toEqual({ alg: 'dir', enc: 'A256GCM', kid: 'h-2026-11', typ: 'herald+jwt' });
  });

  it('stays under 1 kB with the longest ids', async () => {
    const userId = f.userId(`twitter|${'9'.repeat(20)}`);
    const issuer = `https://${'a-very-long-tenant-name-'.repeat(3)}.eu.auth0.com/`;
    const ring = await loadKeyring(f.ringOf(f.curve('a-2026-11', { iss: issuer })));
    const pair = { accessToken: `${'9'.repeat(20)}-${'A'.repeat(40)}`, accessTokenSecret: 'B'.repeat(50) };
    const sealed = await sealPair(ring, pair, { userId, expiresAt: f.inTenHours, issuer, now: () => f.now });
    expect(Math.max(sealed.accessToken.length, sealed.accessTokenSecret.length)).toBeLessThan(1000);
  });

  it('cannot be sealed without an active key of the issuer', async () => {
    const options = { userId: f.aliceId, expiresAt: f.inTenHours, issuer: 'https://nobody.example/' };
    await expect(sealPair(keyring, f.pairOf(f.alice), options)).rejects.toThrow(
      'no active key of use envelope',
    );
  });
});

describe('nothing printed', () => {
  const printed = (value: unknown): string =>
    inspect(value, { showHidden: true, depth: 12, getters: true }) +
    (JSON.stringify(value) ?? '') +
    String(value);

  it('has a token in it', async () => {
    const seen: unknown[] = [keyring, createEnvelopeOpener];
    const { log, lines } = f.recordLog();
    const useCredentials = createEnvelopeOpener({ keyring, log, now: () => f.now });
    await useCredentials(byAlice(await seal()), async (credentials) =>
      seen.push(credentials, { credentials }),
    );
    for (const session of [f.sessionOf(f.bobId, await seal()), byAlice(await seal(f.bob))]) {
      seen.push(await useCredentials(session, async () => 'opened').catch((error: unknown) => error));
    }
    const text = [...seen, lines].map(printed).join('\n');
    const secrets = [f.alice, f.bob].flatMap(({ token, secret }) => [token, secret]);
    const material = [keys.own, keys.old, keys.rest].map(({ k }) => String(k));
    for (const secret of [...secrets, ...material, String(keys.curve.d)]) expect(text).not.toContain(secret);
  });
});

describe('keys of the same name', () => {
  it('do not open what another deployment sealed', async () => {
    const other = await loadKeyring(f.ringOf({ ...keys.own, k: randomBytes(32).toString('base64url') }));
    expect(await refused(byAlice(await seal()), other)).toBe('ERR_JWE_DECRYPTION_FAILED');
  });
});
