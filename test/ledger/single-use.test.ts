import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { createTestDatabase } from '../support/postgres.ts';
import { newDigest } from './account-fixture.ts';
import { newUserId, openTestLedger, openTestPool } from './fixture.ts';

const { url } = await createTestDatabase('template0');
const { singleUse, tidy } = await openTestLedger(url);
const { singleUse: ofReplica } = await openTestLedger(url);
const pool = openTestPool(url);

const MINUTE_MS = 60_000;

const newEntry = (changed: { boundTo?: string; kind?: 'ticket' | 'request_token' | 'code' } = {}) => ({
  kind: 'code' as const,
  id: newDigest(),
  boundTo: newUserId(),
  value: { kid: 'rest-1', sealed: randomBytes(40) },
  lifetimeMs: 10 * MINUTE_MS,
  ...changed,
});

describe('take', () => {
  it('gives what was put, once', async () => {
    for (const kind of ['ticket', 'request_token', 'code'] as const) {
      const entry = newEntry({ kind, boundTo: kind === 'ticket' ? '' : newUserId() });
      await singleUse.put(entry);
      expect(await singleUse.take(kind, entry.id, entry.boundTo)).toEqual(entry.value);
      expect(await singleUse.take(kind, entry.id, entry.boundTo)).toBeUndefined();
    }
  });

  it('gives nothing to somebody else, and leaves it to whom it is bound', async () => {
    const entry = newEntry();
    await singleUse.put(entry);
    for (const stranger of [newUserId(), '', `${entry.boundTo} `]) {
      expect(await singleUse.take('code', entry.id, stranger)).toBeUndefined();
    }
    expect(await singleUse.take('ticket', entry.id, entry.boundTo)).toBeUndefined();
    expect(await singleUse.take('code', newDigest(), entry.boundTo)).toBeUndefined();
    expect(await singleUse.take('code', entry.id, entry.boundTo)).toEqual(entry.value);
  });

  it('gives nothing when the time is over by the database’s clock, and tidy forgets it', async () => {
    const [over, open, unborn] = [newEntry(), newEntry(), { ...newEntry(), lifetimeMs: -1 }];
    for (const entry of [over, open, unborn]) await singleUse.put(entry);
    await pool.query(`update herald.single_use set expires_at = now() - interval '1 ms' where id = $1`, [
      over.id,
    ]);
    expect(await singleUse.take('code', over.id, over.boundTo)).toBeUndefined();
    expect(await singleUse.take('code', unborn.id, unborn.boundTo)).toBeUndefined();
    await tidy();
    const { rows } = await pool.query('select id from herald.single_use where id = any ($1)', [
      [over.id, open.id, unborn.id],
    ]);
    expect(rows).toEqual([{ id: open.id }]);
    expect(await singleUse.take('code', open.id, open.boundTo)).toEqual(open.value);
  });

  it('gives it to exactly one of many who come at once, on two replicas', async () => {
    for (let round = 0; round < 20; round += 1) {
      const entry = newEntry();
      await singleUse.put(entry);
      const taken = await Promise.all(
        Array.from({ length: 8 }, (_, n) =>
          (n % 2 === 0 ? singleUse : ofReplica).take('code', entry.id, entry.boundTo),
        ),
      );
      expect(taken.filter((value) => value !== undefined)).toEqual([entry.value]);
    }
  });
});
