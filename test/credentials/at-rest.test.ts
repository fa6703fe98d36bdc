import { describe, expect, it } from 'vitest';
import { createRestSeal, KeyringProblem, loadKeyring, RestSealBroken } from '../../src/credentials/index.ts';
import { KeyNotHere, type SealedCredential } from '../../src/kernel/index.ts';
import * as f from './fixtures.ts';

const envelope = f.symmetric('h-1');
const first = f.rest('r-1');
const second = f.rest('r-2');
const sealWith = async (...keys: f.KeyJson[]) =>
  createRestSeal(await loadKeyring(f.ringOf(envelope, ...keys)));

const original = await sealWith(first);
const rotated = await sealWith({ ...first, status: 'open' }, second);
const retired = await sealWith({ ...first, status: 'retired' }, second);
const owner = ['post-1', 'twitter|1', 'x.rest'];
const stored = await original.seal('a token', owner);

const altered = (at: number): SealedCredential => {
  const sealed = Buffer.from(stored.sealed);
  sealed.writeUInt8(sealed.readUInt8(at) ^ 1, at);
  return { kid: stored.kid, sealed };
};

describe('a value at rest', () => {
  it('opens without rotation and with', async () => {
    expect((await original.open(stored, owner)).toString()).toBe('a token');
    expect((await rotated.open(stored, owner)).toString()).toBe('a token');
  });

  it('is sealed under the active key: 12 bytes IV, the ciphertext, 16 bytes tag', async () => {
    const again = await rotated.seal('a token', owner);
    expect([stored.kid, again.kid]).toEqual(['r-1', 'r-2']);
    expect(again.sealed).toHaveLength(12 + 'a token'.length + 16);
    expect(again.sealed).not.toEqual((await rotated.seal('a token', owner)).sealed);
  });

  it('takes bytes and leaves them as they are', async () => {
    const bytes = Uint8Array.of(0, 255, 0, 1);
    const sealed = await original.seal(bytes, []);
    expect(bytes).toEqual(Uint8Array.of(0, 255, 0, 1));
    expect(new Uint8Array(await original.open(sealed, []))).toEqual(bytes);
  });

  const wrongKey = { ...first, k: f.symmetric('x').k };
  it.each<[string, () => Promise<Buffer>]>([
    ['with a wrong key', async () => (await sealWith(wrongKey)).open(stored, owner)],
    [
      'with a wrong key after rotation',
      async () => (await sealWith({ ...wrongKey, status: 'open' }, second)).open(stored, owner),
    ],
    ['after its key retired', () => retired.open(stored, owner)],
    ['under the name of another key', () => rotated.open({ ...stored, kid: 'r-2' }, owner)],
    ['moved to another post', () => original.open(stored, ['post-2', 'twitter|1', 'x.rest'])],
    ['moved to another user', () => original.open(stored, ['post-1', 'twitter|2', 'x.rest'])],
    ['for another purpose', () => original.open(stored, ['post-1', 'twitter|1', 'x.account'])],
    ['without additional data', () => original.open(stored, [])],
    ['with its parts joined', () => original.open(stored, ['post-1twitter|1', 'x.rest'])],
    ['with a separator inside a part', () => original.open(stored, ['post-1","twitter|1', 'x.rest'])],
    ['with an empty part more', () => original.open(stored, [...owner, ''])],
    ['with an altered IV', () => original.open(altered(0), owner)],
    ['with an altered ciphertext', () => original.open(altered(12), owner)],
    ['with an altered tag', () => original.open(altered(stored.sealed.length - 1), owner)],
    [
      'with a truncated tag',
      () => original.open({ ...stored, sealed: stored.sealed.subarray(0, -12) }, owner),
    ],
    ['cut to nothing', () => original.open({ ...stored, sealed: Buffer.alloc(0) }, owner)],
  ])('does not open %s', async (_, open) => {
    const error = await open().catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(RestSealBroken);
    expect(String(error)).toBe(String(new RestSealBroken('')));
  });

  it('waits for a key that the keyring does not name: another Herald has a newer one', async () => {
    await expect(rotated.open({ ...stored, kid: 'newer' }, owner)).rejects.toBeInstanceOf(KeyNotHere);
  });

  it('needs an active key', async () => {
    await expect(sealWith({ ...first, status: 'open' })).rejects.toThrow(KeyringProblem);
  });
});
