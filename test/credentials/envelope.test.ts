import { randomBytes } from 'node:crypto';
import { inspect } from 'node:util';
import { CompactEncrypt, EncryptJWT, importJWK, type JWTPayload } from 'jose';
import { describe, expect, it } from 'vitest';
import { createEnvelopeOpener, type Keyring, loadKeyring, sealPair } from '../../src/credentials/index.ts';
import { HeraldError, type SealedPair, type Session, type XCredentials } from '../../src/kernel/index.ts';
import * as f from './fixtures.ts';

const keys = {
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
const keyring = await ringWhere('open');
const before = await ringWhere('active');
const after = await ringWhere('retired');

const seal = (user = f.alice, userId = f.aliceId, ring = keyring): Promise<SealedPair> =>
  sealPair(ring, f.pairOf(user), { userId, expiresAt: f.inTenHours, now: () => f.now });

/** What a session gets: the tokens, or the error with the log's line about it. */
const open = async (session: Session, ring = keyring, now = f.now) => {
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
const refused = async (session: Session, ring = keyring, now = f.now): Promise<string | undefined> => {
  const { error, lines } = await open(session, ring, now);
  expect(shownTo(error)).toEqual(theOneRefusal);
  expect(lines).toHaveLength(1);
  expect(lines[0]?.evt).toBe('credentials_refused');
  return lines[0]?.reason;
};

/** Everything of an error that could reach an answer. */
const shownTo = (error: unknown): unknown =>
  error instanceof HeraldError
    ? { ...error, name: error.name, message: error.message, cause: error.cause }
    : error;
const theOneRefusal = shownTo(new HeraldError('CREDENTIALS_INVALID'));

const byAlice = (envelopes: Session['envelopes']) => f.sessionOf('twitter|844619452427751424', envelopes);
const aliceOpened = { xUserId: '844619452427751424', token: f.alice.token, secret: f.alice.secret };
const claims = { pur: 'x.access_token', pair: 'p', v: f.alice.token };

interface Forgery {
  header?: Record<string, unknown>;
  claims?: JWTPayload;
  key?: f.KeyJson;
}
/** An access token's envelope as somebody makes it who has the key and breaks one rule. */
const forge = async ({ header = {}, claims: changed = {}, key = keys.own }: Forgery): Promise<string> => {
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
    .encrypt(await importJWK(key, String(header.alg ?? alg)));
};
/** A pair that would open but for what `forgery` says of the first. */
const forgedPair = async (forgery: Forgery): Promise<SealedPair> => ({
  accessToken: await forge(forgery),
  accessTokenSecret: await forge({ claims: { pur: 'x.access_token_secret', v: f.alice.secret } }),
});

const flip = (envelope: string, part: number): string => {
  const parts = envelope.split('.');
  const bytes = Buffer.from(parts[part] ?? '', 'base64url');
  bytes.writeUInt8(bytes.readUInt8(0) ^ 1, 0);
  return parts.with(part, bytes.toString('base64url')).join('.');
};

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

  it('sees what its callback throws, untouched', async () => {
    const { log } = f.recordLog();
    const useCredentials = createEnvelopeOpener({ keyring, log, now: () => f.now });
    const thrown = new TypeError('of the callback');
    const failing = useCredentials(byAlice(await seal()), () => Promise.reject(thrown));
    await expect(failing).rejects.toBe(thrown);
  });
});

describe('one and the same refusal', () => {
  const oversized = 'A'.repeat(5 * 1024);
  const rows: [string, string, () => Promise<Session>][] = [
    [
      'of another user',
      'ERR_JWT_CLAIM_VALIDATION_FAILED sub',
      async () => f.sessionOf(f.bobId, await seal()),
    ],
    ['of nobody', 'no user', async () => ({ ...byAlice(await seal()), userId: '' as typeof f.aliceId })],
    [
      'of token and secret swapped',
      'purpose',
      async () => {
        const { accessToken, accessTokenSecret } = await seal();
        return byAlice({ accessToken: accessTokenSecret, accessTokenSecret: accessToken });
      },
    ],
    [
      'of two sign-ins mixed',
      'pair',
      async () => byAlice({ ...(await seal()), accessTokenSecret: (await seal()).accessTokenSecret }),
    ],
    [
      'of the secret of another user',
      'ERR_JWT_CLAIM_VALIDATION_FAILED sub',
      async () =>
        byAlice({ ...(await seal()), accessTokenSecret: (await seal(f.bob, f.bobId)).accessTokenSecret }),
    ],
    ["of another X user's token", 'x user', async () => byAlice(await seal(f.bob))],
    [
      'of a public key without an X user',
      'x user',
      async () => {
        const more = { key: keys.curve };
        const issued = { iss: f.issuerOfAuth0, sub: 'someone' };
        return f.sessionOf('someone', {
          accessToken: await forge({ ...more, claims: issued }),
          accessTokenSecret: await forge({
            ...more,
            claims: { ...issued, pur: 'x.access_token_secret', v: 's' },
          }),
        });
      },
    ],
    [
      'of a legacy hex string',
      'format',
      async () => byAlice({ ...(await seal()), accessToken: '617a2a70a9962a7b88f6' }),
    ],
    ['of 5 KiB', 'format', async () => byAlice({ ...(await seal()), accessToken: oversized })],
    [
      'of 5 KiB in five parts',
      'format',
      async () => byAlice({ ...(await seal()), accessToken: `${oversized}.a.a.a.a` }),
    ],
    [
      'of a duplicated header',
      'format',
      async () => {
        const { accessToken, accessTokenSecret } = await seal();
        return byAlice({ accessToken: [accessToken, accessToken] as unknown as string, accessTokenSecret });
      },
    ],
    ...[0, 2, 3, 4].map((part): [string, string, () => Promise<Session>] => [
      `of one bit flipped in part ${part}`,
      part === 0 ? 'header' : 'ERR_JWE_DECRYPTION_FAILED',
      async () => {
        const sealed = await seal();
        return byAlice({ ...sealed, accessToken: flip(sealed.accessToken, part) });
      },
    ]),
    [
      'of a truncated tag',
      'ERR_JWE_DECRYPTION_FAILED',
      async () => {
        const sealed = await seal();
        const parts = sealed.accessToken.split('.');
        const tag = Buffer.from(parts[4] ?? '', 'base64url').subarray(0, 4);
        return byAlice({ ...sealed, accessToken: parts.with(4, tag.toString('base64url')).join('.') });
      },
    ],
    [
      'of parts in another order',
      'header',
      async () => {
        const sealed = await seal();
        return byAlice({
          ...sealed,
          accessToken: sealed.accessToken.split('.').toReversed().join('.').replace('..', '.a.'),
        });
      },
    ],
    [
      'of a second spelling of the same tag',
      'format',
      async () => {
        const sealed = await seal();
        const last = sealed.accessToken.slice(-1);
        const twin = String.fromCharCode(last.charCodeAt(0) + 1);
        return byAlice({ ...sealed, accessToken: sealed.accessToken.slice(0, -1) + twin });
      },
    ],
  ];
  it.each(rows)('%s', async (_, reason, session) => {
    expect(await refused(await session())).toBe(reason);
  });

  const failed = 'ERR_JWT_CLAIM_VALIDATION_FAILED';
  it.each<[string, string, Forgery]>([
    ['audience', `${failed} aud`, { claims: { aud: 'herald/prod' } }],
    ['issuer', `${failed} iss`, { claims: { iss: f.issuerOfAuth0 } }],
    ['issuer for a public key', `${failed} iss`, { key: keys.curve }],
    ['expired', 'ERR_JWT_EXPIRED exp', { claims: { exp: Math.floor(f.now.getTime() / 1000) - 31 } }],
    [
      'older than a day',
      'ERR_JWT_EXPIRED iat',
      { claims: { iat: Math.floor(f.now.getTime() / 1000) - 86_431 } },
    ],
    ...['iss', 'aud', 'sub', 'iat', 'exp', 'pur', 'pair', 'v'].map((claim): [string, string, Forgery] => [
      `no ${claim}`,
      `${failed} ${claim}`,
      { claims: { [claim]: undefined } },
    ]),
    ['another typ', `${failed} typ`, { header: { typ: 'JWT' } }],
    ['no typ', `${failed} typ`, { header: { typ: undefined } }],
    ['unknown kid', 'kid', { header: { kid: 'nobody' } }],
    ['no kid', 'header', { header: { kid: undefined } }],
    ['kid that is no text', 'header', { header: { kid: 7 } }],
    ['empty value', 'value', { claims: { v: '' } }],
    ['a value that is no text', 'value', { claims: { v: 7 } }],
    ['empty pair', 'pair', { claims: { pair: '' } }],
    ['a token without an X user', 'token shape', { claims: { v: 'AbCdEfGhIjKlMnOpQrStUvWxYz' } }],
    ['A256KW with the dir key', 'ERR_JOSE_ALG_NOT_ALLOWED', { header: { alg: 'A256KW' } }],
    ['A256GCMKW with the dir key', 'ERR_JOSE_ALG_NOT_ALLOWED', { header: { alg: 'A256GCMKW' } }],
  ])('of an envelope with a fault: %s', async (_, reason, forgery) => {
    expect(await refused(byAlice(await forgedPair(forgery)))).toBe(reason);
  });

  it.each(['none', 'RSA1_5', 'RSA-OAEP-256', 'PBES2-HS256+A128KW', 'ECDH-ES', 'constructor'])(
    'of a header that claims %s',
    async (alg) => {
      const sealed = await seal();
      const header = Buffer.from(
        JSON.stringify({ alg, enc: 'A256GCM', kid: 'h-2026-11', typ: 'herald+jwt', p2c: 1 }),
      );
      const parts = sealed.accessToken.split('.').with(0, header.toString('base64url'));
      expect(await refused(byAlice({ ...sealed, accessToken: parts.join('.') }))).toMatch(
        /^ERR_JOSE_ALG_NOT_ALLOWED$/,
      );
    },
  );

  it('of a compressed envelope', async () => {
    const sealed = await seal();
    const bomb = await new CompactEncrypt(Buffer.from(JSON.stringify({ v: 'x'.repeat(300_000) })))
      .setProtectedHeader({ alg: 'dir', enc: 'A256GCM', kid: 'h-2026-11', typ: 'herald+jwt', zip: 'DEF' })
      .encrypt(await importJWK(keys.own, 'dir'));
    expect(bomb.length).toBeLessThan(4096);
    expect(await refused(byAlice({ ...sealed, accessToken: bomb }))).toBe('ERR_JOSE_NOT_SUPPORTED');
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

  it('can not be sealed without an active key of the issuer', async () => {
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
