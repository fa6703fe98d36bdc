import { describe, expect, it } from 'vitest';
import {
  addKey,
  createRestSeal,
  describeKeys,
  generateKeyring,
  KeyringEditRefused,
  KeyringProblem,
  loadKeyring,
  promoteKey,
  retireKey,
  rotateKey,
} from '../../src/credentials/index.ts';
import * as f from './fixtures.ts';

const date = new Date('2026-11-22T12:00:00Z');
const later = new Date('2026-12-24T12:00:00Z');
const fast = await generateKeyring(date, ['envelope', 'rest', 'cookie']);

const statesOf = (json: string): string[] =>
  describeKeys(json).map(({ kid, status, iss }) => `${kid} ${status}${iss === 'herald' ? '' : ` ${iss}`}`);
const keysOf = (json: string) => (JSON.parse(json) as { keys: f.KeyJson[] }).keys;
const refusalOf = async (edit: () => unknown): Promise<string> => {
  try {
    await edit();
  } catch (error) {
    if (error instanceof KeyringEditRefused) return error.message;
    throw error;
  }
  throw new Error('expected a KeyringEditRefused');
};

describe('a key is added', () => {
  it('as the active one when its kind has none, and as open when it has', async () => {
    const one = await addKey('{"keys":[]}', { use: 'rest', date });
    const two = await addKey(one.json, { use: 'rest', date });
    expect(statesOf(two.json)).toEqual(['rest-2026-11-22 active', 'rest-2026-11-22-2 open']);
    expect(two.changed).toEqual([
      {
        kid: 'rest-2026-11-22-2',
        use: 'rest',
        alg: 'A256GCM',
        status: 'open',
        iss: 'herald',
        createdOn: '2026-11-22',
      },
    ]);
  });

  it('for another issuer as a P-256 pair, beside the key of Herald itself', async () => {
    const { json } = await addKey(fast, { use: 'envelope', date, iss: f.issuerOfAuth0 });
    expect(statesOf(json)).toContain(`envelope-2026-11-22-2 active ${f.issuerOfAuth0}`);
    expect(keysOf(json).at(-1)).toMatchObject({ alg: 'ECDH-ES', crv: 'P-256', iss: f.issuerOfAuth0 });
    const { envelopeKeys } = await loadKeyring(json);
    expect(envelopeKeys.get('envelope-2026-11-22-2')?.sealingKey).toBeDefined();
  });

  it('under the name and algorithm that were asked for', async () => {
    const { json } = await addKey(fast, {
      use: 'envelope',
      date,
      alg: 'ECDH-ES',
      kid: 'mine',
      status: 'open',
    });
    expect(keysOf(json).at(-1)).toMatchObject({ kid: 'mine', alg: 'ECDH-ES', status: 'open' });
    expect(describeKeys(json).at(-1)?.createdOn).toBeUndefined();
  });

  it('with a number behind the name while that is taken, also by a retired key', async () => {
    const { json } = await retireKey(fast, 'cookie-2026-11-22', { date, emergency: true });
    const again = await addKey(json, { use: 'cookie', date });
    expect(statesOf(again.json).slice(2)).toEqual([
      'cookie-2026-11-22 retired',
      'cookie-2026-11-22-2 active',
      'cookie-2026-11-22-3 open',
    ]);
  });

  it.each<[string, Parameters<typeof addKey>[1], string]>([
    ['a second active key', { use: 'rest', date, status: 'active' }, 'rest-2026-11-22 is active already'],
    ['a name that is taken', { use: 'rest', date, kid: 'cookie-2026-11-22' }, 'no name is used twice'],
    ['a malformed name', { use: 'rest', date, kid: '../etc/passwd' }, 'A kid has 1 to 64 letters'],
    ['an algorithm of another use', { use: 'cookie', date, alg: 'RS256' }, 'must be HS256'],
    ['an unknown algorithm', { use: 'envelope', date, alg: 'A256KW' }, 'must be dir or ECDH-ES'],
    [
      "another issuer's key at rest",
      { use: 'rest', date, iss: f.issuerOfAuth0 },
      'Only keys of use envelope',
    ],
    ['a nameless issuer', { use: 'envelope', date, iss: '' }, 'Only keys of use envelope'],
  ])('but not %s', async (_, key, sentence) => {
    expect(await refusalOf(() => addKey(fast, key))).toContain(sentence);
  });
});

describe('a rotation', () => {
  it('without a key ahead makes a new active one and lets the old one open', async () => {
    const { json, changed } = await rotateKey(fast, { use: 'rest', date: later });
    expect(statesOf(json)).toEqual([
      'envelope-2026-11-22 active',
      'rest-2026-11-22 open',
      'cookie-2026-11-22 active',
      'rest-2026-12-24 active',
    ]);
    expect(changed.map(({ kid, status }) => [kid, status])).toEqual([
      ['rest-2026-11-22', 'open'],
      ['rest-2026-12-24', 'active'],
    ]);
  });

  it('promotes the newest key that was added ahead, and none that was active before', async () => {
    const once = await rotateKey(fast, { use: 'cookie', date: later });
    const twice = await rotateKey(once.json, { use: 'cookie', date: later });
    expect(statesOf(twice.json).slice(2)).toEqual([
      'cookie-2026-11-22 open',
      'cookie-2026-12-24 open',
      'cookie-2026-12-24-2 active',
    ]);
    const ahead = await addKey(twice.json, { use: 'cookie', date: later });
    const newest = await addKey(ahead.json, { use: 'cookie', date: later });
    const promoted = await rotateKey(newest.json, { use: 'cookie', date: later });
    expect(statesOf(promoted.json).slice(4)).toEqual([
      'cookie-2026-12-24-2 open',
      'cookie-2026-12-24-3 open',
      'cookie-2026-12-24-4 active',
    ]);
  });

  it('touches one issuer, and keeps its algorithm', async () => {
    const both = await addKey(fast, { use: 'envelope', date, iss: f.issuerOfAuth0, kid: 'a-1' });
    const { json } = await rotateKey(both.json, { use: 'envelope', date: later, iss: f.issuerOfAuth0 });
    expect(statesOf(json).filter((line) => !/^(rest|cookie)/.test(line))).toEqual([
      'envelope-2026-11-22 active',
      `a-1 open ${f.issuerOfAuth0}`,
      `envelope-2026-12-24 active ${f.issuerOfAuth0}`,
    ]);
    expect(keysOf(json).at(-1)).toMatchObject({ alg: 'ECDH-ES' });
  });

  it('needs an active key to begin with', async () => {
    const rotate = () => rotateKey(fast, { use: 'envelope', date, iss: 'https://misspelt.example/' });
    expect(await refusalOf(rotate)).toContain('add one first');
    expect(await refusalOf(() => rotateKey(fast, { use: 'sign', date }))).toContain('add one first');
  });

  it('never makes a key sign that is too short for it', async () => {
    const ring = f.ringOf(f.symmetric('e-1'), f.rsa('s-1'), f.rsa('s-2', { status: 'open' }, 2048));
    expect(await refusalOf(() => promoteKey(ring, 's-2'))).toContain('signing needs 3072');
    expect(statesOf((await rotateKey(ring, { use: 'sign', date })).json)).toEqual([
      'e-1 active',
      's-1 open',
      's-2 open',
      'sign-2026-11-22 active',
    ]);
  });

  it('goes through with what was sealed before still opening', async () => {
    const seal = createRestSeal(await loadKeyring(fast));
    const stored = await seal.seal('a token', ['owner']);
    const { json } = await rotateKey(fast, { use: 'rest', date: later });
    const rotated = createRestSeal(await loadKeyring(json));
    expect((await rotated.open(stored, ['owner'])).toString()).toBe('a token');
    expect((await rotated.seal('a token', ['owner'])).kid).toBe('rest-2026-12-24');
  });
});

describe('a promotion', () => {
  it('makes an open key active in its place, and the active one open', async () => {
    const ahead = await addKey(fast, { use: 'rest', date: later });
    const { json } = promoteKey(ahead.json, 'rest-2026-12-24');
    expect(statesOf(json)).toEqual([
      'envelope-2026-11-22 active',
      'rest-2026-11-22 open',
      'cookie-2026-11-22 active',
      'rest-2026-12-24 active',
    ]);
    expect(statesOf(promoteKey(json, 'rest-2026-11-22').json)).toContain('rest-2026-12-24 open');
  });

  it('is of an open key only', async () => {
    const { json } = await retireKey(fast, 'rest-2026-11-22', { date, emergency: true });
    expect(await refusalOf(() => promoteKey(json, 'rest-2026-11-22'))).toContain('is retired, not open');
    expect(await refusalOf(() => promoteKey(json, 'cookie-2026-11-22'))).toContain('is active, not open');
    expect(await refusalOf(() => promoteKey(json, 'nobody'))).toContain('no key of that kid');
  });
});

describe('the text of a keyring', () => {
  it('keeps its form and what nobody knows', async () => {
    const { keys } = JSON.parse(fast) as { keys: f.KeyJson[] };
    const annotated = { owner: 'operations', keys: keys.map((key) => ({ ...key, note: 'by hand' })) };
    const pretty = await rotateKey(JSON.stringify(annotated, undefined, 4), { use: 'rest', date: later });
    expect(pretty.json).toContain('\n  "keys": [');
    expect(JSON.parse(pretty.json)).toMatchObject({ owner: 'operations' });
    expect(keysOf(pretty.json).slice(0, 3)).toMatchObject(keys.map(() => ({ note: 'by hand' })));
    expect((await rotateKey(`${fast}\n`, { use: 'rest', date })).json).not.toContain('\n');
  });

  it('is left alone when it is no sound keyring, and the problem shows no key', async () => {
    const broken = f.ringOf(f.symmetric('e-1', { k: 'my_secret_key' }), f.rest('e-1'));
    for (const edit of [
      () => addKey(broken, { use: 'rest', date }),
      () => rotateKey(broken, { use: 'rest', date }),
      async () => promoteKey(broken, 'e-1'),
      () => retireKey('no JSON', 'e-1', { date }),
      async () => describeKeys(broken),
    ]) {
      const error = await edit().catch((thrown: unknown) => thrown);
      expect(error).toBeInstanceOf(KeyringProblem);
      expect(String(error)).not.toContain('my_secret_key');
    }
  });

  it('is described without a key in it', () => {
    expect(describeKeys(fast)).toEqual(
      ['envelope dir', 'rest A256GCM', 'cookie HS256'].map((kind) => {
        const [use, alg] = kind.split(' ');
        return {
          kid: `${use}-2026-11-22`,
          use,
          alg,
          status: 'active',
          iss: 'herald',
          createdOn: '2026-11-22',
        };
      }),
    );
  });
});
