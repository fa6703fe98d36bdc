import { inspect } from 'node:util';
import { importJWK, jwtVerify, SignJWT } from 'jose';
import { describe, expect, it } from 'vitest';
import { KeyringProblem, loadKeyring } from '../../src/credentials/index.ts';
import { cookie, type KeyJson, ringOf, rsa, symmetric } from './fixtures.ts';

const envelope = symmetric('e-1');
const active = rsa('s-2');
const open = rsa('s-1', { status: 'open' }, 2048);
const load = (...keys: KeyJson[]) => loadKeyring(ringOf(envelope, ...keys));

const problemOf = async (...keys: KeyJson[]): Promise<string> => {
  const problem = await load(...keys).catch((error: unknown) => error);
  if (!(problem instanceof KeyringProblem)) throw new Error(`expected a KeyringProblem: ${inspect(problem)}`);
  return problem.problems.join(' ');
};

const bumped = (key: KeyJson, name: string): KeyJson => {
  const bytes = Buffer.from(String(key[name]), 'base64url');
  bytes.writeUInt8(bytes.readUInt8(bytes.length - 1) ^ 2, bytes.length - 1);
  return { ...key, [name]: bytes.toString('base64url') };
};

const numberOf = (text: unknown): bigint =>
  BigInt(`0x${Buffer.from(String(text), 'base64url').toString('hex')}`);
const textOf = (number: bigint): string => {
  const hex = number.toString(16);
  return Buffer.from(hex.padStart(hex.length + (hex.length % 2), '0'), 'hex').toString('base64url');
};
const inverseOf = (value: bigint, modulus: bigint): bigint => {
  let [a, b, x, y] = [modulus, value % modulus, 0n, 1n];
  while (b > 0n) [a, b, x, y] = [b, a % b, y, x - (a / b) * y];
  return ((x % modulus) + modulus) % modulus;
};
/** Every relation of RSA holds between its numbers, but one of the factors is two primes. */
const ofThreePrimes = (): KeyJson => {
  const [p, q] = [numberOf(open.p) * numberOf(open.q), numberOf(active.q)];
  const d = inverseOf(65537n, (p - 1n) * (q - 1n));
  const numbers = { n: p * q, d, p, q, dp: d % (p - 1n), dq: d % (q - 1n), qi: inverseOf(q, p) };
  const members = Object.entries(numbers).map(([name, number]) => [name, textOf(number)]);
  return { ...open, ...Object.fromEntries(members) };
};

describe('keys that sign', () => {
  it('come with the active one first, an open one of 2,048 bits behind it', async () => {
    const { signKeys } = await load(open, active, { ...rsa('s-0', {}, 2048), status: 'retired' });
    expect(signKeys.map(({ kid, status }) => [kid, status])).toEqual([
      ['s-2', 'active'],
      ['s-1', 'open'],
    ]);
  });

  it('sign what their public half verifies', async () => {
    const { signKeys } = await load(active);
    for (const { privateJwk, publicJwk } of signKeys) {
      const token = await new SignJWT({ sub: 'someone' })
        .setProtectedHeader({ alg: 'RS256', kid: publicJwk.kid })
        .sign(await importJWK({ ...privateJwk.reveal() }, 'RS256'));
      const { payload } = await jwtVerify(token, await importJWK({ ...publicJwk }, 'RS256'));
      expect(payload.sub).toBe('someone');
      expect(Object.keys(publicJwk).sort()).toEqual(['alg', 'e', 'kid', 'kty', 'n', 'use']);
    }
  });

  it('show no private part when printed', async () => {
    const keyring = await load(active, cookie('c-1'));
    const printed = inspect(keyring, { depth: 12, showHidden: true }) + JSON.stringify(keyring.signKeys);
    for (const name of ['d', 'p', 'q', 'dp', 'dq', 'qi']) expect(printed).not.toContain(String(active[name]));
    expect(printed).not.toContain(keyring.cookieKeys[0]?.reveal());
  });

  it('are none while none is active, so that nothing begins to sign with an open one', async () => {
    const { signKeys, cookieKeys } = await load(open, cookie('c-1', { status: 'open' }));
    expect([signKeys, cookieKeys]).toEqual([[], []]);
  });

  const other = rsa('s-3', { status: 'open' }, 2048);
  it.each<[string, KeyJson, string]>([
    ['2,048 bits while active', { ...open, status: 'active' }, 'signing needs 3072'],
    ['1,024 bits', rsa('s-1', { status: 'open' }, 1024), '1024 bits, which can be broken'],
    ['the exponent 3', rsa('s-1', {}, 3072, 3), 'e must be AQAB'],
    ['an elliptic curve', { ...active, kty: 'EC' }, 'kty must be RSA'],
    ['another algorithm', { ...active, alg: 'PS256' }, 'alg must be RS256'],
    ['HS256 with a symmetric key', symmetric('s-1', { use: 'sign', alg: 'HS256' }), 'alg must be RS256'],
    ['the public half', { ...open, d: undefined }, 'd must be there'],
    ['no factors', { ...open, p: undefined, q: undefined }, 'p, q must be there'],
    ['a number that is none', { ...open, dp: 'not a number' }, 'dp must be there'],
    ['an empty number', { ...open, qi: '' }, 'qi must be there'],
    ['the modulus of another key', { ...open, n: other.n }, 'do not belong together'],
    ['the exponent of another key', { ...open, d: other.d }, 'do not belong together'],
    ['a factor that is no prime', ofThreePrimes(), 'do not belong together'],
    ['factors that are 1 and n', { ...open, p: 'AQ', q: open.n }, 'do not belong together'],
    ...['n', 'd', 'p', 'q', 'dp', 'dq', 'qi'].map((name): [string, KeyJson, string] => [
      `one bit more in ${name}`,
      bumped(open, name),
      'do not belong together',
    ]),
    ["another issuer's", { ...active, iss: 'https://nobody.example/' }, "can be another issuer's"],
  ])('are refused with %s', async (_, key, sentence) => {
    const problem = await problemOf(key);
    expect(problem).toContain(sentence);
    for (const name of ['n', 'd', 'p']) expect(problem).not.toContain(String(key[name] ?? 'n/a'));
  });

  it('are refused twice: the same modulus under two names, or two active ones', async () => {
    expect(await problemOf(active, { ...active, kid: 's-3', status: 'open' })).toContain('are the same key');
    expect(await problemOf(active, { ...rsa('s-4'), status: 'active' })).toContain('both active');
  });
});

describe('cookie keys', () => {
  it('come as text, the active one first', async () => {
    const [old, fresh] = [cookie('c-1', { status: 'open' }), cookie('c-2')];
    const { cookieKeys } = await load(old, fresh, cookie('c-0', { status: 'retired' }));
    expect(cookieKeys.map((key) => key.reveal())).toEqual([fresh.k, old.k]);
  });

  it.each<[string, KeyJson, string]>([
    [
      'typed text',
      cookie('c-1', { k: Buffer.from('keyboard cat keyboard cat keyboa').toString('base64url') }),
      'typed',
    ],
    ['too few bytes', cookie('c-1', { k: 'c2VjcmV0' }), 'must be 32 random bytes'],
    ['a pattern', cookie('c-1', { k: Buffer.alloc(32, 7).toString('base64url') }), 'pattern'],
    ['another algorithm', cookie('c-1', { alg: 'dir' }), 'alg must be HS256'],
    ['the key of another use', cookie('c-1', { k: envelope.k }), 'are the same key'],
  ])('are refused as %s', async (_, key, sentence) => {
    expect(await problemOf(key)).toContain(sentence);
  });
});

describe('a retired key', () => {
  it('needs no material, whatever its use', async () => {
    const bare = (kid: string, use: string, alg: string) => ({ kid, use, alg, status: 'retired' });
    const keyring = await load(
      bare('e-0', 'envelope', 'ECDH-ES'),
      bare('r-0', 'rest', 'A256GCM'),
      bare('s-0', 'sign', 'RS256'),
      bare('c-0', 'cookie', 'HS256'),
    );
    expect(keyring.envelopeKeys.get('e-0')).toMatchObject({ status: 'retired', openingKey: undefined });
    expect(keyring.restKeys.get('r-0')?.key).toBeUndefined();
    expect([keyring.signKeys, keyring.cookieKeys]).toEqual([[], []]);
  });

  it('keeps its name taken', async () => {
    expect(await problemOf({ ...envelope, status: 'retired', k: undefined })).toContain(
      'Key e-1 is there twice',
    );
  });
});
