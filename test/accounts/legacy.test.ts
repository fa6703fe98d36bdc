import { createCipheriv, createHash } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createAccounts } from '../../src/accounts/index.ts';
import { createLegacyReader } from '../../src/credentials/index.ts';
import { Secret } from '../../src/kernel/index.ts';
import { openWorld, RETURN_TO, sessionOf, userIdOf, type World } from './world.ts';

const PASSWORD = 'a password of the old rule';

/** What the rule did: EVP_BytesToKey with MD5, then AES-256-CTR without anything that authenticates. */
const legacyHex = (text: string): string => {
  const blocks: Buffer[] = [];
  for (const _ of [1, 2, 3]) {
    const input = Buffer.concat([blocks.at(-1) ?? Buffer.alloc(0), Buffer.from(PASSWORD)]);
    blocks.push(createHash('md5').update(input).digest());
  }
  const bytes = Buffer.concat(blocks);
  const cipher = createCipheriv('aes-256-ctr', bytes.subarray(0, 32), bytes.subarray(32));
  return Buffer.concat([cipher.update(text), cipher.final()]).toString('hex');
};

let world: World;
let reads = 0;
beforeEach(async () => {
  reads = 0;
  const legacy = createLegacyReader({
    password: new Secret(PASSWORD),
    until: new Date(Date.now() + 86_400_000),
    count: () => {
      reads += 1;
    },
  });
  world = await openWorld({ legacy });
});
afterEach(() => world.close());

const sealedByTheRule = async (username: string) => {
  const user = await world.xUser(username);
  return {
    accessToken: legacyHex(user.access_token),
    accessTokenSecret: legacyHex(user.access_token_secret),
  };
};
const legacySession = async (userId: string, username: string, xUserId?: string) =>
  sessionOf(userId, await sealedByTheRule(username), xUserId);

const postAs = (session: ReturnType<typeof sessionOf>) =>
  world.room.useCredentials(session, undefined, world.me);
const rows = () =>
  [...world.memory.rows.values()].map(({ userId, username, state }) => [userId, username, state]);
const questions = async () => (await world.asked()).filter((path) => path === '/2/users/me').length;
const invalid = { code: 'CREDENTIALS_INVALID', userAction: 'SIGN_IN' };

describe('a session of the old rule', () => {
  it('posts, and its account is connected under the user id that it has from now on', async () => {
    const carol = await world.xUser('carol');
    const session = await legacySession('Carol', 'carol');
    const lent = await world.room.useCredentials(session, undefined, async (credentials) => credentials);
    expect(lent).toMatchObject({ xUserId: carol.id, sealedAt: new Date(0) });
    expect(lent.accountId).toBeUndefined();
    expect(rows()).toEqual([[`twitter|${carol.id}`, 'carol', 'CONNECTED']]);
    const next = sessionOf(`twitter|${carol.id}`);
    expect(await world.room.useCredentials(next, undefined, world.me)).toBe('carol');
  });

  it('is proven once, however often it comes', async () => {
    const session = await legacySession('carol', 'carol');
    const use = () => world.room.useCredentials(session, undefined, async () => 'used');
    expect(await Promise.all([use(), use(), use()])).toEqual(['used', 'used', 'used']);
    await use();
    expect(await questions()).toBe(1);
    expect(reads).toBe(4);
    expect([...world.memory.rows.values()]).toMatchObject([{ version: 1 }]);
  });

  it('is refused when X gives another handle, and asked about again', async () => {
    const session = await legacySession('carol', 'mallory');
    await expect(postAs(session)).rejects.toMatchObject(invalid);
    await expect(postAs(session)).rejects.toMatchObject(invalid);
    expect(await questions()).toBe(2);
    expect(rows()).toEqual([]);
  });

  it.each(['503', '429', '401'])('is not used and not remembered while X answers %s', async (kind) => {
    const session = await legacySession('carol', 'carol');
    await world.failX('/2/users/me', kind, 'GET');
    await expect(postAs(session)).rejects.toMatchObject({
      code: expect.stringMatching(/^(TEMPORARILY_UNAVAILABLE|RATE_LIMITED|ACCOUNT_NEEDS_RECONNECT)$/),
    });
    expect(rows()).toEqual([]);
    expect(await postAs(session)).toBe('carol');
  });

  it('is refused when it names another X user than its token', async () => {
    const dave = await world.xUser('dave');
    await expect(postAs(await legacySession('carol', 'carol', dave.id))).rejects.toMatchObject(invalid);
    expect(await questions()).toBe(0);
    const carol = await world.xUser('carol');
    expect(await postAs(await legacySession('carol', 'carol', carol.id))).toBe('carol');
  });

  it('keeps what its user disconnected disconnected', async () => {
    const carol = await world.xUser('carol');
    await postAs(await legacySession('carol', 'carol'));
    const owner = sessionOf(`twitter|${carol.id}`);
    const [account] = await world.room.operations.xAccounts(owner);
    await world.room.operations.disconnectXAccount(owner, account?.id ?? '');

    // As after a restart: nothing is remembered, and X has given a new pair since.
    const room = createAccounts(world.needs);
    expect(await room.useCredentials(await legacySession('carol', 'carol'), undefined, world.me)).toBe(
      'carol',
    );
    expect(rows()).toEqual([[`twitter|${carol.id}`, 'carol', 'DISCONNECTED']]);
  });

  it('is refused once its sign-ins were revoked under the new user id', async () => {
    const carol = await world.xUser('carol');
    const session = await legacySession('carol', 'carol');
    expect(await postAs(session)).toBe('carol');
    await world.memory.revocations.revoke(userIdOf(`twitter|${carol.id}`));
    await expect(postAs(session)).rejects.toMatchObject(invalid);
  });

  it('connects its account under the new user id when it asks for it', async () => {
    const carol = await world.xUser('carol');
    const account = await world.room.operations.connectXAccount(await legacySession('carol', 'carol'), {});
    expect(account).toMatchObject({ username: 'carol', xUserId: carol.id });
    expect(rows()).toEqual([[`twitter|${carol.id}`, 'carol', 'CONNECTED']]);
    const forged = world.room.operations.connectXAccount(await legacySession('dave', 'carol'), {});
    await expect(forged).rejects.toMatchObject(invalid);
  });

  it('has to sign in before it connects another account', async () => {
    const session = await legacySession('carol', 'carol');
    await expect(world.room.operations.startXConnect(session, { returnTo: RETURN_TO })).rejects.toMatchObject(
      invalid,
    );
    expect(world.memory.tokens.size).toBe(0);
  });
});

describe('the two formats', () => {
  it('never take the place of each other', async () => {
    const envelopes = await world.envelopesFor('carol', await world.xUser('carol'));
    const hex = await sealedByTheRule('carol');
    const pairs = [
      { ...envelopes, accessTokenSecret: hex.accessTokenSecret },
      { ...envelopes, accessToken: hex.accessToken },
      { ...hex, accessToken: hex.accessToken.toUpperCase() },
      { ...hex, accessToken: '' },
      { ...hex, accessToken: `${hex.accessToken}.` },
      { ...envelopes, accessToken: `${envelopes.accessToken.slice(0, -2)}AA` },
    ];
    for (const pair of pairs) await expect(postAs(sessionOf('carol', pair))).rejects.toMatchObject(invalid);
    expect(reads).toBe(0);
    expect(await questions()).toBe(0);
    expect(world.lines.filter((line) => line.includes('legacy format'))).toHaveLength(5);
    expect(await postAs(sessionOf('carol', envelopes))).toBe('carol');
    expect(reads).toBe(0);
  });

  it('keep the legacy one from the opener of envelopes', async () => {
    let opened = 0;
    const useEnvelopes: typeof world.needs.useEnvelopes = (session, use) => {
      opened += 1;
      return world.needs.useEnvelopes(session, use);
    };
    const room = createAccounts({ ...world.needs, useEnvelopes });
    const hex = await sealedByTheRule('carol');
    const mixed = { ...hex, accessToken: 'a.b.c.d.e' };
    expect(await room.useCredentials(sessionOf('carol', hex), undefined, world.me)).toBe('carol');
    await expect(room.useCredentials(sessionOf('carol', mixed), undefined, world.me)).rejects.toMatchObject(
      invalid,
    );
    expect(opened).toBe(0);
  });

  it('are one message to whoever is refused', async () => {
    const hex = await sealedByTheRule('carol');
    const refusals = await Promise.all(
      [
        sessionOf('carol', { accessToken: 'a.b.c.d.e', accessTokenSecret: 'a.b.c.d.e' }),
        sessionOf('carol', { ...hex, accessToken: 'zz' }),
        sessionOf('dave', hex),
        sessionOf('carol', hex, '42'),
      ].map((session) => postAs(session).catch((error: Error) => error.message)),
    );
    expect(new Set(refusals).size).toBe(1);
  });

  it('are both refused by a Herald that reads no legacy', async () => {
    const room = createAccounts({ ...world.needs, legacy: undefined });
    const session = await legacySession('carol', 'carol');
    await expect(room.useCredentials(session, undefined, world.me)).rejects.toMatchObject(invalid);
    expect(reads).toBe(0);
  });
});
