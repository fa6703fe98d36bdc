import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { StoredSeal } from '../../src/kernel/index.ts';
import type { OpenLedger } from '../../src/ledger/index.ts';
import { createTestDatabase } from '../support/postgres.ts';
import { connectAccount, newDigest, newSealedAccount } from './account-fixture.ts';
import { newPost, openTestLedger, openTestPool } from './fixture.ts';

const newSeal = (kid: string) => ({ kid, sealed: randomBytes(40) });

const openOwn = async (): Promise<OpenLedger & { url: string }> => {
  const { url } = await createTestDatabase();
  return { ...(await openTestLedger(url)), url };
};

/** One value in each table; gives what each is bound to. */
const putOneOfEach = async (ledger: OpenLedger, kid: string): Promise<string[][]> => {
  const account = await connectAccount(ledger.accounts, { sealed: newSealedAccount(kid) });
  const post = newPost({ credential: newSeal(kid) });
  await ledger.accept(post);
  const code = { kind: 'code', id: newDigest(), boundTo: post.userId, value: newSeal(kid) } as const;
  await ledger.singleUse.put({ ...code, lifetimeMs: 600_000 });
  const session = { kind: 'Session', id: newDigest(), value: newSeal(kid) };
  const owners = { userId: undefined, grantId: undefined };
  await ledger.issuer.upsert({ ...session, ...owners, lifetimeMs: undefined });
  return [
    ['account_key', account.id, account.userId, account.xUserId, '1'],
    ['post_credential', post.id, post.userId, post.xUserId],
    ['single_use', 'code', code.id, code.boundTo],
    ['issuer_entry', 'Session', session.id],
  ];
};

const ledger = await openOwn();

describe('rewrap', () => {
  it('finds every value under another key with what it is bound to, in pages, and none under the active one', async () => {
    const bound = [
      ...(await putOneOfEach(ledger, 'rest-1')),
      ...(await putOneOfEach(ledger, 'rest-1')),
      ...(await putOneOfEach(ledger, 'rest-0')),
    ];
    await putOneOfEach(ledger, 'rest-2');
    expect(await ledger.rest.restKids()).toEqual([
      { kid: 'rest-0', count: 4 },
      { kid: 'rest-1', count: 8 },
      { kid: 'rest-2', count: 4 },
    ]);
    for (const limit of [1, 2, 5, 100]) {
      const found: StoredSeal[] = [];
      for (;;) {
        const page = await ledger.rest.nextToRewrap('rest-2', limit, found.at(-1));
        if (page.length === 0) break;
        expect(page.length).toBeLessThanOrEqual(limit);
        found.push(...page);
      }
      expect(new Set(found.map(({ boundTo }) => boundTo.join()))).toEqual(
        new Set(bound.map((to) => to.join())),
      );
      expect(found).toHaveLength(bound.length);
      expect(found.every(({ table, boundTo }) => table === boundTo[0])).toBe(true);
    }
  });

  it('replaces what was read, and goes on where it was when it begins again', async () => {
    for (const stored of await ledger.rest.nextToRewrap('rest-2', 5)) {
      expect(await ledger.rest.rewrapped(stored, newSeal('rest-2'))).toBe(true);
      expect(await ledger.rest.rewrapped(stored, newSeal('rest-2'))).toBe(false);
    }
    const left = await ledger.rest.nextToRewrap('rest-2', 100);
    expect(left).toHaveLength(7);
    for (const stored of left) expect(await ledger.rest.rewrapped(stored, newSeal('rest-2'))).toBe(true);
    expect(await ledger.rest.nextToRewrap('rest-2', 100)).toEqual([]);
    expect(await ledger.rest.restKids()).toEqual([{ kid: 'rest-2', count: 16 }]);
  });

  it('leaves the rest of the row as it was', async () => {
    const pool = openTestPool(ledger.url);
    const post = newPost({ credential: newSeal('rest-1'), sealedAt: new Date('2026-01-02T03:04:05Z') });
    await ledger.accept(post);
    const [stored] = await ledger.rest.nextToRewrap('rest-2', 1);
    if (stored === undefined) throw new Error('one is left');
    const fresh = newSeal('rest-2');
    await ledger.rest.rewrapped(stored, fresh);
    const { rows } = await pool.query('select * from herald.post_credential where post_id = $1', [post.id]);
    expect(rows).toEqual([{ post_id: post.id, ...fresh, sealed_at: post.sealedAt }]);
  });

  it('loses to whoever changed or removed the row meanwhile', async () => {
    const account = await connectAccount(ledger.accounts, { sealed: newSealedAccount('rest-1') });
    const code = { kind: 'code', id: newDigest(), boundTo: '', value: newSeal('rest-1') } as const;
    await ledger.singleUse.put({ ...code, lifetimeMs: 600_000 });
    const found = await ledger.rest.nextToRewrap('rest-2', 10);
    const sealed = newSealedAccount('rest-1');
    await ledger.accounts.connect({ ...account, version: 2, sealed });
    await ledger.singleUse.take('code', code.id, '');
    expect(found).toHaveLength(2);
    for (const stored of found) expect(await ledger.rest.rewrapped(stored, newSeal('rest-2'))).toBe(false);
    const [again] = await ledger.rest.nextToRewrap('rest-2', 10);
    expect(again).toMatchObject({ value: sealed.dataKey });
    expect(again?.boundTo.at(-1)).toBe('2');
  });
});
