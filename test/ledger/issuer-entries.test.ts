import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { createTestDatabase } from '../support/postgres.ts';
import { newDigest } from './account-fixture.ts';
import { newUserId, openTestLedger, openTestPool } from './fixture.ts';

const { url } = await createTestDatabase('template0');
const { issuer, tidy } = await openTestLedger(url);
const { issuer: ofReplica } = await openTestLedger(url);
const pool = openTestPool(url);

type Entry = Parameters<typeof issuer.upsert>[0];

const newEntry = (changed: Partial<Entry> = {}): Entry => ({
  kind: 'RefreshToken',
  id: newDigest(),
  value: { kid: 'rest-1', sealed: randomBytes(40) },
  userId: newUserId(),
  grantId: newDigest(),
  lifetimeMs: 600_000,
  ...changed,
});

const put = async (changed: Partial<Entry> = {}): Promise<Entry> => {
  const entry = newEntry(changed);
  await issuer.upsert(entry);
  return entry;
};

describe('the issuer’s entries', () => {
  it('are found by kind and id, until they are destroyed', async () => {
    const { kind, id, value } = await put();
    expect(await ofReplica.find(kind, id)).toEqual({ id, value, consumedAt: undefined });
    expect(await issuer.find('AuthorizationCode', id)).toBeUndefined();
    expect(await issuer.find(kind, newDigest())).toBeUndefined();
    await issuer.destroy('AuthorizationCode', id);
    expect(await issuer.find(kind, id)).toBeDefined();
    await ofReplica.destroy(kind, id);
    expect(await issuer.find(kind, id)).toBeUndefined();
  });

  it('are written over', async () => {
    const entry = await put({ kind: 'Session', grantId: undefined });
    const { kind, id } = entry;
    const value = { kid: 'rest-2', sealed: randomBytes(40) };
    await issuer.upsert({ ...entry, value, lifetimeMs: 700_000 });
    expect(await issuer.find(kind, id)).toEqual({ id, value, consumedAt: undefined });
  });

  it('are consumed by exactly one of many who come at once, and stay consumed when written over', async () => {
    for (let round = 0; round < 20; round += 1) {
      const { kind, id } = await put();
      const consumed = await Promise.all(
        Array.from({ length: 6 }, (_, n) => (n % 2 === 0 ? issuer : ofReplica).consume(kind, id)),
      );
      expect(consumed.filter(Boolean)).toHaveLength(1);
    }
    const entry = await put();
    await issuer.consume(entry.kind, entry.id);
    await issuer.upsert(entry);
    expect((await issuer.find(entry.kind, entry.id))?.consumedAt).toBeInstanceOf(Date);
    expect(await issuer.consume(entry.kind, newDigest())).toBe(false);
  });

  it('end by the database’s clock; tidy forgets them, and never those without an end', async () => {
    const [over, open, endless] = [await put(), await put(), await put({ lifetimeMs: undefined })];
    await pool.query(`update herald.issuer_entry set expires_at = now() - interval '1 ms' where id = $1`, [
      over.id,
    ]);
    expect(await issuer.find(over.kind, over.id)).toBeUndefined();
    expect(await issuer.consume(over.kind, over.id)).toBe(false);
    await tidy();
    const ids = [over.id, open.id, endless.id];
    const { rows } = await pool.query('select id from herald.issuer_entry where id = any ($1)', [ids]);
    expect(new Set(rows.map(({ id }) => id))).toEqual(new Set([open.id, endless.id]));
    expect(await issuer.find(endless.kind, endless.id)).toBeDefined();
  });

  it('end together with their grant', async () => {
    const grantId = newDigest();
    const own = [await put({ grantId }), await put({ grantId, kind: 'AccessToken' })];
    const other = await put();
    await issuer.revokeByGrantId(grantId);
    for (const { kind, id } of own) expect(await issuer.find(kind, id)).toBeUndefined();
    expect(await issuer.find(other.kind, other.id)).toBeDefined();
  });
});
