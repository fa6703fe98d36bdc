import { randomBytes } from 'node:crypto';
import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { generateKeyring, KeyringProblem, loadKeyring } from '../../src/credentials/index.ts';
import { curve, issuerOfAuth0, type KeyJson, publicHalf, rest, ringOf, symmetric } from './fixtures.ts';

const problemsOf = async (json: string): Promise<readonly string[]> => {
  const problem = await loadKeyring(json).then(
    () => undefined,
    (error: unknown) => error,
  );
  if (!(problem instanceof KeyringProblem))
    throw new Error(`expected a KeyringProblem, got ${inspect(problem)}`);
  return problem.problems;
};

const keyOf = (bytes: Uint8Array): KeyJson =>
  symmetric('weak', { k: Buffer.from(bytes).toString('base64url') });

describe('a keyring', () => {
  it('holds every kind of key, imported and not extractable', async () => {
    const keyring = await loadKeyring(
      ringOf(
        symmetric('e-2'),
        symmetric('e-1', { status: 'open' }),
        symmetric('e-0', { status: 'retired' }),
        curve('a-1'),
        rest('r-1'),
      ),
    );
    expect([...keyring.envelopeKeys.keys()]).toEqual(['e-2', 'e-1', 'e-0', 'a-1']);
    expect(keyring.envelopeKeys.get('e-2')).toMatchObject({ issuer: 'herald', status: 'active' });
    expect(keyring.envelopeKeys.get('e-1')?.sealingKey).toBeUndefined();
    expect(keyring.envelopeKeys.get('e-0')?.openingKey).toBeUndefined();
    expect(keyring.envelopeKeys.get('a-1')?.issuer).toBe(issuerOfAuth0);
    const imported = [...keyring.envelopeKeys.values()].flatMap((key) => [key.openingKey, key.sealingKey]);
    const present = [...imported, keyring.restKeys.get('r-1')?.key].filter((key) => key !== undefined);
    expect(present.filter((key) => key.type !== 'public').every((key) => !key.extractable)).toBe(true);
    expect(keyring.notes).toEqual([]);
  });

  it('says when a key is the public half only', async () => {
    const keyring = await loadKeyring(ringOf(symmetric('e-1'), publicHalf(curve('a-1'))));
    expect(keyring.notes).toEqual([expect.stringContaining('Key a-1 is the public half only')]);
  });

  it('keeps standard and unknown members of a JWK out of the way', async () => {
    const key = curve('a-1', { ext: true, key_ops: ['sign'], x5t: 'x', note: 'made by hand' });
    await expect(loadKeyring(ringOf(key))).resolves.toBeDefined();
  });

  it('lists all problems at once, without key material', async () => {
    const weak = 'c2VjcmV0';
    const problems = await problemsOf(
      ringOf(
        symmetric('a', { status: 'live' }),
        symmetric('b', { use: 'transport' }),
        symmetric('c', { alg: 'PBES2-HS256+A128KW' }),
        symmetric('d', { k: weak }),
        'not a key',
        symmetric('', {}),
      ),
    );
    expect(problems).toHaveLength(6);
    expect(problems.join(' ')).not.toContain(weak);
  });

  const one = symmetric('e-1');
  const { x, y } = curve('a-0');
  const pointOfNobody = { x, y };
  it.each<[string, string, string]>([
    ['no JSON', 'k: my_secret_key', 'It must be JSON'],
    ['another shape', '[]', 'It must be JSON'],
    ['no key', ringOf(), 'No key of use envelope is active'],
    ['only open keys', ringOf(symmetric('e-1', { status: 'open' })), 'No key of use envelope is active'],
    ['a kid twice', ringOf(one, { ...one, status: 'open' }), 'Key e-1 is there twice'],
    ['two active keys of an issuer', ringOf(one, symmetric('e-2')), 'Keys e-1 and e-2 are both active'],
    ['one key under two names', ringOf(one, { ...one, kid: 'e-2', status: 'open' }), 'are the same key'],
    [
      'one key for two uses',
      ringOf(one, { ...one, kid: 'r-1', use: 'rest', alg: 'A256GCM' }),
      'are the same key',
    ],
    ['an algorithm of another use', ringOf(one, rest('r-1', { alg: 'dir' })), 'Key r-1: alg must be A256GCM'],
    ['A256KW', ringOf(symmetric('e-1', { alg: 'A256KW' })), 'Key e-1: alg must be dir or ECDH-ES'],
    ['none', ringOf(symmetric('e-1', { alg: 'none' })), 'Key e-1: alg must be dir or ECDH-ES'],
    ['no alg', ringOf(symmetric('e-1', { alg: undefined })), 'Key e-1 needs an alg'],
    ['an issuer that is no text', ringOf(symmetric('e-1', { iss: 7 })), 'iss must be'],
    ['another issuer at rest', ringOf(one, rest('r-1', { iss: issuerOfAuth0 })), "can be another issuer's"],
    ['a use of Object', ringOf(symmetric('e-1', { use: 'toString' })), 'use must be one of'],
    ['a symmetric key for ECDH-ES', ringOf(symmetric('e-1', { alg: 'ECDH-ES' })), 'kty must be EC'],
    ['a curve key for dir', ringOf(curve('a-1', { alg: 'dir' })), 'kty must be oct'],
    ['another curve', ringOf(curve('a-1', { crv: 'P-384' })), 'crv P-256'],
    [
      'a point off the curve',
      ringOf(curve('a-1', { x: Buffer.alloc(32, 1).toString('base64url') })),
      'not a point',
    ],
    ['a short coordinate', ringOf(curve('a-1', { x: 'AQ' })), 'not a point'],
    ['halves of two keys', ringOf({ ...curve('a-1'), d: curve('a-1').d }), 'd does not belong to x and y'],
    [
      'a weak private half',
      ringOf(curve('a-1', { d: Buffer.alloc(32, 0xa7).toString('base64url') })),
      'd is typed text',
    ],
    [
      'a public half under two names',
      ringOf(
        one,
        publicHalf(curve('a-1', pointOfNobody)),
        publicHalf(curve('a-2', { ...pointOfNobody, iss: 'other' })),
      ),
      'are the same key',
    ],
    ['an open public half', ringOf(one, publicHalf(curve('a-1', { status: 'open' }))), 'public half only'],
  ])('refuses %s', async (_, json, sentence) => {
    expect((await problemsOf(json)).join(' ')).toContain(sentence);
  });

  it.each<[string, KeyJson]>([
    ['empty', symmetric('weak', { k: '' })],
    ['missing', symmetric('weak', { k: undefined })],
    ['no text', symmetric('weak', { k: 42 })],
    ['16 bytes', keyOf(randomBytes(16))],
    ['33 bytes', keyOf(randomBytes(33))],
    ['padded base64', symmetric('weak', { k: `${randomBytes(32).toString('base64url')}=` })],
    ['my_secret_key', symmetric('weak', { k: 'my_secret_key' })],
    ['all zero', keyOf(Buffer.alloc(32))],
    ['one byte repeated', keyOf(Buffer.alloc(32, 0xa7))],
    [
      'eight bytes repeated',
      keyOf(Buffer.concat(Array.from({ length: 4 }, () => Buffer.from('a1b2c3d4e5f60718', 'hex')))),
    ],
    ['counted', keyOf(Buffer.from(Array.from({ length: 32 }, (__, index) => index)))],
    ['counted down', keyOf(Buffer.from(Array.from({ length: 32 }, (__, index) => 200 - 3 * index)))],
    ['a sentence of 32 characters', keyOf(Buffer.from('correct horse battery staple 123'))],
    [
      'a sentence in the alphabet of base64url',
      symmetric('weak', { k: 'correct_horse_battery_staple_correct_horse_' }),
    ],
  ])('refuses the key material: %s', async (_, key) => {
    expect((await problemsOf(ringOf(key)))[0]).toMatch(/^Key weak: k /);
  });

  it('accepts 20,000 random keys', async () => {
    const keys = Array.from({ length: 20_000 }, (_, index) => symmetric(`k-${index}`, { status: 'open' }));
    const { envelopeKeys } = await loadKeyring(ringOf(symmetric('active'), ...keys));
    expect(envelopeKeys.size).toBe(20_001);
  });
});

describe('a generated keyring', () => {
  const date = new Date('2026-11-22T23:59:00Z');

  it('loads with a key for each use, whose kid carries the date', async () => {
    const keyring = await loadKeyring(await generateKeyring(date));
    expect([...keyring.envelopeKeys.keys()]).toEqual(['envelope-2026-11-22']);
    expect([...keyring.restKeys.keys()]).toEqual(['rest-2026-11-22']);
    expect(keyring.signKeys.map(({ kid, status }) => [kid, status])).toEqual([['sign-2026-11-22', 'active']]);
    expect(keyring.cookieKeys).toHaveLength(1);
  });

  it('has the uses that were asked for, and is new each time', async () => {
    const make = () => generateKeyring(date, ['envelope', 'cookie']);
    const { keys } = JSON.parse(await make()) as { keys: KeyJson[] };
    expect(keys.map(({ use }) => use)).toEqual(['envelope', 'cookie']);
    expect(await make()).not.toBe(await make());
  });
});
