import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import {
  boundToAccount,
  createAccountSeal,
  createRestSeal,
  loadKeyring,
  rewrap,
} from '../../src/credentials/index.ts';
import {
  type AccountId,
  HeraldError,
  Secret,
  type StoredAccount,
  type XUserId,
} from '../../src/kernel/index.ts';
import * as f from './fixtures.ts';

const envelope = f.symmetric('h-1');
const first = f.rest('r-1');
const second = f.rest('r-2');
const restSealOf = async (...keys: f.KeyJson[]) =>
  createRestSeal(await loadKeyring(f.ringOf(envelope, ...keys)));
const rest = await restSealOf(first);
const seal = createAccountSeal(rest);

const credentials = { accessToken: new Secret(f.alice.token), accessTokenSecret: new Secret(f.alice.secret) };
const identity = {
  id: '0f8fad5b-d9cb-469f-a165-70867728950e' as AccountId,
  userId: f.aliceId,
  xUserId: '844619452427751424' as XUserId,
  version: 3,
};
const sealed = await seal.seal(credentials, identity);
const ofBob = await seal.seal(credentials, { ...identity, userId: f.bobId });
const account: StoredAccount = {
  ...identity,
  username: 'alice',
  state: 'CONNECTED',
  isDefault: true,
  connectedAt: f.now,
  postsRemaining: undefined,
  postsResetAt: undefined,
  sealed,
};

const opened = (stored: StoredAccount, by = seal) =>
  by.use(stored, async ({ accountId, xUserId, accessToken, accessTokenSecret, sealedAt }) => [
    accountId,
    xUserId,
    accessToken.reveal(),
    accessTokenSecret.reveal(),
    sealedAt,
  ]);
const readable = [identity.id, identity.xUserId, f.alice.token, f.alice.secret, undefined];

const altered = (bytes: Uint8Array, at: number): Buffer => {
  const copy = Buffer.from(bytes);
  copy.writeUInt8(copy.readUInt8(at) ^ 1, at);
  return copy;
};
const withSealed = (change: Partial<typeof sealed>): StoredAccount => ({
  ...account,
  sealed: { ...sealed, ...change },
});

describe('the credentials of an account', () => {
  it('open for the row that they were sealed for', async () => {
    expect(await opened(account)).toEqual(readable);
  });

  it('have a key of their own each time, and lengths that tell: IV, ciphertext, tag', async () => {
    const again = await seal.seal(credentials, identity);
    expect(again.dataKey.sealed).not.toEqual(sealed.dataKey.sealed);
    expect(again.accessToken).not.toEqual(sealed.accessToken);
    expect(sealed.dataKey.sealed).toHaveLength(12 + 32 + 16);
    expect(sealed.accessToken).toHaveLength(12 + f.alice.token.length + 16);
    expect(await opened(withSealed({ ...again }))).toEqual(readable);
  });

  it('keep their two values while the key around theirs is rotated, and the old one retires', async () => {
    const rotated = await restSealOf({ ...first, status: 'open' }, second);
    expect(await opened(account, createAccountSeal(rotated))).toEqual(readable);
    const dataKey = await rewrap(rotated, sealed.dataKey, boundToAccount(account));
    expect([sealed.dataKey.kid, dataKey.kid]).toEqual(['r-1', 'r-2']);
    const after = createAccountSeal(
      await restSealOf({ kid: 'r-1', use: 'rest', alg: 'A256GCM', status: 'retired' }, second),
    );
    expect(await opened(withSealed({ dataKey }), after)).toEqual(readable);
    await expect(opened(account, after)).rejects.toThrow(HeraldError);
  });

  it('are not rewrapped when they do not open', async () => {
    const moved = { ...account, version: account.version + 1 };
    await expect(rewrap(rest, sealed.dataKey, boundToAccount(moved))).rejects.toThrow('does not open');
  });

  const otherKey = { ...first, k: f.symmetric('x').k };
  it.each<[string, () => Promise<unknown>]>([
    ['after they were destroyed', () => opened({ ...account, sealed: undefined })],
    [
      'in another account',
      () => opened({ ...account, id: '11111111-d9cb-469f-a165-70867728950e' as AccountId }),
    ],
    ['for another user', () => opened({ ...account, userId: f.bobId })],
    ['for another X user', () => opened({ ...account, xUserId: '1' as XUserId })],
    ['for another version', () => opened({ ...account, version: 4 })],
    [
      'with the two values swapped',
      () =>
        opened(withSealed({ accessToken: sealed.accessTokenSecret, accessTokenSecret: sealed.accessToken })),
    ],
    [
      'with one value of another row',
      () => opened(withSealed({ accessTokenSecret: ofBob.accessTokenSecret })),
    ],
    ['with the data key of another row', () => opened(withSealed({ dataKey: ofBob.dataKey }))],
    ['with everything of another row', () => opened(withSealed({ ...ofBob }))],
    ...(['accessToken', 'accessTokenSecret'] as const).flatMap(
      (field): [string, () => Promise<unknown>][] => [
        [`with an altered IV of ${field}`, () => opened(withSealed({ [field]: altered(sealed[field], 0) }))],
        [
          `with an altered ciphertext of ${field}`,
          () => opened(withSealed({ [field]: altered(sealed[field], 12) })),
        ],
        [
          `with an altered tag of ${field}`,
          () => opened(withSealed({ [field]: altered(sealed[field], sealed[field].length - 1) })),
        ],
        [
          `with the tag of ${field} cut`,
          () => opened(withSealed({ [field]: sealed[field].subarray(0, -12) })),
        ],
        [`with ${field} cut to nothing`, () => opened(withSealed({ [field]: Buffer.alloc(0) }))],
      ],
    ),
    [
      'with an altered data key',
      () => opened(withSealed({ dataKey: { kid: 'r-1', sealed: altered(sealed.dataKey.sealed, 20) } })),
    ],
    ['with a data key cut', () => opened(withSealed({ dataKey: { kid: 'r-1', sealed: Buffer.alloc(5) } }))],
    ['under a wrong key', async () => opened(account, createAccountSeal(await restSealOf(otherKey)))],
    [
      'under a wrong key after rotation',
      async () =>
        opened(account, createAccountSeal(await restSealOf({ ...otherKey, status: 'open' }, second))),
    ],
    [
      'after its key retired',
      async () =>
        opened(account, createAccountSeal(await restSealOf({ ...first, status: 'retired' }, second))),
    ],
  ])('do not open %s', async (_, open) => {
    const error = await open().catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(HeraldError);
    expect({ ...(error as HeraldError) }).toEqual({ ...new HeraldError('CREDENTIALS_INVALID') });
    expect((error as HeraldError).cause).toBeUndefined();
  });

  it('are in nothing that is printed, and what the callback throws passes untouched', async () => {
    const thrown = new TypeError('of the callback');
    await expect(seal.use(account, () => Promise.reject(thrown))).rejects.toBe(thrown);
    const printed = await seal.use(
      account,
      async (lent) => inspect(lent, { showHidden: true }) + JSON.stringify(lent),
    );
    expect(printed + inspect(sealed)).not.toMatch(/AbCdEfGhIj|GWZ0123/);
  });
});
