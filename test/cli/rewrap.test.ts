import { createHash, randomUUID } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  addKey,
  createAccountSeal,
  createKeptCredentials,
  createRestSeal,
  generateKeyring,
  loadKeyring,
  promoteKey,
} from '../../src/credentials/index.ts';
import {
  type AccountId,
  type RestSeal,
  Secret,
  type XCredentials,
  type XUserId,
} from '../../src/kernel/index.ts';
import { openLedger } from '../../src/ledger/index.ts';
import { newPost, newUserId, openTestPool, options } from '../ledger/fixture.ts';
import { createTestDatabase } from '../support/postgres.ts';
import { startScript } from '../support/processes.ts';
import { createHerald, type Herald } from './herald.ts';

const OLD = 'rest-2026-01-31';
const NEW = 'rest-2026-02-28';
const database = await createTestDatabase();
const pool = openTestPool(database.url);
const ledger = await openLedger({ ...options, connectionString: database.url });

let keyring: string;
let before: RestSeal;
let after: RestSeal;
let herald: Herald;

beforeAll(async () => {
  const old = await generateKeyring(new Date('2026-01-31'), ['envelope', 'rest']);
  const both = await addKey(old, { use: 'rest', date: new Date('2026-02-28') });
  keyring = promoteKey(both.json, NEW).json;
  before = createRestSeal(await loadKeyring(old));
  after = createRestSeal(await loadKeyring(keyring));
  herald = createHerald({ DATABASE_URL: database.url, HERALD_KEYRING: keyring });
  return () => ledger.close();
});

beforeEach(async () => {
  await pool.query(
    'truncate herald.single_use, herald.issuer_entry, herald.account, herald.account_key, herald.account_credential, herald.post_credential, herald.post cascade',
  );
});

const credentials: XCredentials = {
  xUserId: '8446' as XUserId,
  accessToken: new Secret(`8446-${'canary'.padEnd(40, 'a')}`),
  accessTokenSecret: new Secret('canary'.padEnd(45, 'b')),
};

/** `count` values that were sealed under the old key. */
const putTickets = async (count: number, seal = before): Promise<void> => {
  const ids = Array.from({ length: count }, () => createHash('sha256').update(randomUUID()).digest('hex'));
  const sealed = await Promise.all(ids.map((id) => seal.seal('canary', ['single_use', 'ticket', id, ''])));
  await pool.query(
    `insert into herald.single_use (kind, id, bound_to, kid, sealed, expires_at)
     select 'ticket', id, '', $3, sealed, now() + interval '1 hour' from unnest($1::text[], $2::bytea[]) as row (id, sealed)`,
    [ids, sealed.map((value) => value.sealed), sealed[0]?.kid],
  );
};

const counts = async (): Promise<Record<string, number>> =>
  Object.fromEntries((await ledger.rest.restKids()).map(({ kid, count }) => [kid, count]));

/** What is stored of an accepted post. */
const acceptPost = async (seal: RestSeal) => {
  const draft = newPost({ xUserId: credentials.xUserId });
  const owner = { postId: draft.id, userId: draft.userId, xUserId: draft.xUserId };
  await ledger.accept({ ...draft, credential: await createKeptCredentials(seal).keep(credentials, owner) });
  return owner;
};

describe('herald keys rotate --use rest', () => {
  it('seals everything that is stored under the active key, and it still opens', async () => {
    const owner = await acceptPost(before);
    const identity = {
      id: randomUUID() as AccountId,
      userId: newUserId(),
      xUserId: credentials.xUserId,
      version: 1,
    };
    const sealed = await createAccountSeal(before).seal(credentials, identity);
    await ledger.accounts.connect({ ...identity, username: 'alice', sealed });
    await ledger.issuer.upsert({
      kind: 'Grant',
      id: 'digest',
      value: await before.seal('canary', ['issuer_entry', 'Grant', 'digest']),
      userId: undefined,
      grantId: undefined,
      lifetimeMs: undefined,
    });
    await putTickets(450);

    const { code, output } = await herald('keys', 'rotate', '--use', 'rest');
    expect(code).toBe(0);
    expect(output).toContain('0 done, 453 left\n');
    expect(output).toContain(`453 stored values are sealed under ${NEW} now; 0 are not.`);
    expect(await counts()).toEqual({ [NEW]: 453 });

    const token = async (lent: XCredentials) => lent.accessToken.reveal();
    const kept = await ledger.keptCredential(owner.postId);
    expect(await createKeptCredentials(after).use(kept, owner, token)).toBe(credentials.accessToken.reveal());
    const account = await ledger.accounts.account(identity.userId, identity.id);
    if (account === undefined) throw new Error('The account is gone.');
    expect(await createAccountSeal(after).use(account, token)).toBe(credentials.accessToken.reveal());
    const grant = await ledger.issuer.find('Grant', 'digest');
    if (grant === undefined) throw new Error('The grant is gone.');
    expect(String(await after.open(grant.value, ['issuer_entry', 'Grant', 'digest']))).toBe('canary');
  });

  it('has nothing to do the second time', async () => {
    await putTickets(1);
    await herald('keys', 'rotate', '--use', 'rest');
    const { code, body } = await herald.json('keys', 'rotate', '--use', 'rest');
    expect({ code, body }).toMatchObject({ code: 0, body: { activeKid: NEW, done: 0, left: 0, broken: [] } });
  });

  it('leaves what does not open, names it without its value, and ends with 1', async () => {
    await putTickets(3);
    const owner = await acceptPost(before);
    await pool.query(
      `update herald.post_credential set sealed = set_byte(sealed, 20, get_byte(sealed, 20) # 1)`,
    );
    const { code, output } = await herald('keys', 'rotate', '--use', 'rest');
    expect(code).toBe(1);
    expect(output).toContain('3 stored values are sealed under');
    expect(output).toContain(`Does not open: post_credential ${owner.postId}, sealed under ${OLD}`);
    expect(await counts()).toEqual({ [NEW]: 3, [OLD]: 1 });
  });

  it('goes on where it was killed', async () => {
    await putTickets(2_000);
    const file = join(herald.folder, 'keyring.json');
    writeFileSync(file, keyring, { mode: 0o600 });
    const main = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url));
    const env = { PATH: process.env.PATH, DATABASE_URL: database.url, HERALD_KEYRING_FILE: file };
    const child = startScript(main, ['keys', 'rotate', '--use', 'rest'], { cwd: herald.folder, env });
    await expect
      .poll(async () => (await counts())[NEW] ?? 0, { interval: 5, timeout: 20_000 })
      .toBeGreaterThan(10);
    await child.kill();
    const done = (await counts())[NEW] ?? 0;
    expect(done).toBeLessThan(2_000);

    const { code, body } = await herald.json<{ done: number }>('keys', 'rotate', '--use', 'rest');
    expect({ code, done: body.done + done }).toEqual({ code: 0, done: 2_000 });
    expect(await counts()).toEqual({ [NEW]: 2_000 });
  }, 60_000);

  it('runs while posts are accepted', async () => {
    await putTickets(1_000);
    const rotating = herald('keys', 'rotate', '--use', 'rest');
    const owners = [];
    for (let index = 0; index < 50; index += 1) owners.push(await acceptPost(after));
    expect((await rotating).code).toBe(0);
    expect(await counts()).toEqual({ [NEW]: 1_050 });
    for (const owner of owners) {
      const kept = await ledger.keptCredential(owner.postId);
      await expect(createKeptCredentials(after).use(kept, owner, async () => 'opened')).resolves.toBe(
        'opened',
      );
    }
  });

  it('says so when a Herald still seals under the old key', async () => {
    const { code, body } = await herald.json('keys', 'list');
    expect({ code, body }).toMatchObject({ code: 0, body: { keys: expect.any(Array), unknownKids: [] } });
    await putTickets(2);
    const listed = await herald('keys', 'list');
    expect(listed.output).toMatch(new RegExp(`${OLD} +rest +A256GCM +open +herald +2\\n`));
    expect(listed.output).toContain('herald keys rotate --use rest');
  });
});

describe('herald keys retire', () => {
  it('refuses a key that stored values need, and counts what an emergency loses', async () => {
    await putTickets(2);
    const args = ['keys', 'retire', '--kid', OLD];
    const refused = await herald.given({ input: keyring }, ...args);
    expect(refused).toMatchObject({ code: 1, stdout: '' });
    expect(refused.output).toContain(`2 stored values are sealed under ${OLD}`);
    const forced = await herald.given({ input: keyring }, ...args, '--emergency');
    expect(forced.code).toBe(0);
    expect(forced.stderr).toContain('2 stored values are lost with it');
    await herald('keys', 'rotate', '--use', 'rest');
    expect((await herald.given({ input: keyring }, ...args)).code).toBe(0);
  });
});
