import { afterAll, beforeAll, expect, it } from 'vitest';
import { openWorld, sessionOf, type World } from './world.ts';

let world: World;
const addresses: string[] = [];
const secrets: string[] = [];

/** Everything that the room does, once, and what could show a credential afterwards. */
beforeAll(async () => {
  world = await openWorld();
  const alice = sessionOf('alice');
  const started = await world.begin(alice);
  const departed = await world.room.browser.depart(new URL(started).searchParams.get('ticket') ?? '');
  const returned = await world.consent(departed.redirectTo, 'carol');
  const arrived = await world.room.browser.arrive({ ...returned, cookie: departed.cookie });
  const code = arrived.redirectTo.searchParams.get('code') ?? '';
  const open = await world.codeFor(alice, 'dave');
  const { id } = await world.room.operations.connectXAccount(alice, { code });
  await world.room.operations.connectXAccount(alice, { code }).catch(() => {});
  await world.room.useCredentials(alice, id, async (lent) => world.room.notes.needsReconnect(lent));
  const carol = await world.xUser('carol');
  const dave = await world.xUser('dave');
  await world.connect(alice, 'carol');
  addresses.push(started, arrived.redirectTo.href, (await world.room.login.start('uid')).href);
  secrets.push(
    ...[carol, dave].flatMap((user) => [user.access_token, user.access_token_secret]),
    open,
    departed.cookie,
    returned.requestToken ?? '',
    returned.verifier ?? '',
  );
});
afterAll(() => world.close());

it('no credential, code, cookie or request token is in what is stored', () => {
  const stored = [...world.memory.rows.values(), ...world.memory.tokens.entries()].flatMap(printed);
  expect(stored.join('\n').length).toBeGreaterThan(500);
  for (const secret of secrets) for (const text of stored) expect(text).not.toContain(secret);
});

it('none of them, and no handle, is in the log', () => {
  const log = world.lines.join('');
  expect(log).toContain('account_connected');
  for (const secret of [...secrets, 'carol', 'dave']) expect(log).not.toContain(secret);
});

it('no credential of X is in an address', () => {
  for (const secret of secrets) for (const address of addresses) expect(address).not.toContain(secret);
});

/** A value as JSON, and every byte array in it as text. */
const printed = (value: unknown): string[] => {
  const texts: string[] = [];
  const json = JSON.stringify(value, (_key, inner: unknown) => {
    if (inner instanceof Uint8Array) texts.push(Buffer.from(inner).toString('latin1'));
    return inner;
  });
  return [json, ...texts];
};
