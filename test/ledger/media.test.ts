import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { LedgerMedia, MediaId, NewMedia, OverBudget, XMediaId } from '../../src/kernel/index.ts';
import { createTestDatabase } from '../support/postgres.ts';
import { alice, newUserId, openTestLedger, openTestPool } from './fixture.ts';

const { url } = await createTestDatabase('template0');
const ledger = await openTestLedger(url, {
  budget: { appDayMicroUsd: undefined, userDayMicroUsd: 10 },
});
const pool = openTestPool(url);
const xMediaId = '1146654567674912769' as XMediaId;
const DAY_MS = 24 * 3_600_000;

const newMedia = (changed: Partial<NewMedia> = {}): NewMedia => ({
  id: randomUUID() as MediaId,
  userId: newUserId(),
  xUserId: alice,
  accountId: undefined,
  kind: 'IMAGE',
  mimeType: 'image/png',
  byteLength: 5_000_000_000,
  altText: 'a red bird',
  costMicroUsd: 0,
  ...changed,
});

const begin = async (media: NewMedia): Promise<LedgerMedia> => {
  const begun: LedgerMedia | OverBudget = await ledger.media.begin(media);
  if ('scope' in begun) throw new Error(begun.kind);
  return begun;
};

const makeOlder = (id: MediaId, interval: string) =>
  pool.query('update herald.media set created_at = created_at - $2::interval where id = $1', [id, interval]);

describe('a file', () => {
  it('is PROCESSING from before its first byte goes to X, and READY or FAILED for good', async () => {
    const media = newMedia();
    const begun = await begin(media);
    expect(begun).toMatchObject({
      id: media.id,
      userId: media.userId,
      xUserId: alice,
      accountId: undefined,
      kind: 'IMAGE',
      state: 'PROCESSING',
      progress: undefined,
      altText: 'a red bird',
      xMediaId: undefined,
      checkAt: undefined,
    });
    expect(begun.expiresAt.getTime() - begun.createdAt.getTime()).toBe(DAY_MS);
    // The answer to the first time was lost.
    expect(await begin(media)).toEqual(begun);

    const [checkAt, expiresAt] = [new Date(Date.now() + 5_000), new Date(Date.now() + 3_600_000)];
    const working = await ledger.media.change(media.id, {
      state: 'PROCESSING',
      progress: 40,
      xMediaId,
      checkAt,
      expiresAt,
    });
    expect(working).toEqual({ ...begun, progress: 40, xMediaId, checkAt, expiresAt });
    const ready = await ledger.media.change(media.id, { state: 'READY', progress: 100 });
    expect(ready).toEqual({ ...working, state: 'READY', progress: 100 });
    expect(await ledger.media.change(media.id, { state: 'FAILED', progress: 1 })).toEqual(ready);
  });

  it('is found by its user and nobody else', async () => {
    const userId = newUserId();
    const [one, two] = [await begin(newMedia({ userId })), await begin(newMedia({ userId, kind: 'VIDEO' }))];
    const ids = [two.id, randomUUID() as MediaId, one.id];
    const found = await ledger.media.find(userId, ids);
    expect(new Set(found.map(({ id }) => id))).toEqual(new Set([one.id, two.id]));
    expect(await ledger.media.find(newUserId(), ids)).toEqual([]);
    await expect(ledger.media.change(randomUUID() as MediaId, { state: 'FAILED' })).rejects.toThrow();
  });

  it('counts against the budget like a post, until X does not take it', async () => {
    const userId = newUserId();
    const left = async () => (await ledger.budgets.left(userId)).microUsd;
    const { id } = await begin(newMedia({ userId, costMicroUsd: 6 }));
    expect(await left()).toBe(4);
    const refused = newMedia({ userId, costMicroUsd: 5 });
    expect(await ledger.media.begin(refused)).toMatchObject({ kind: 'over_budget', scope: 'USER' });
    expect(await ledger.media.find(userId, [refused.id])).toEqual([]);
    for (let times = 1; times <= 2; times += 1) await ledger.media.change(id, { state: 'FAILED' });
    expect(await left()).toBe(10);
    await begin(refused);
    expect(await left()).toBe(5);
  });
});

describe('tidying', () => {
  it('ends an upload that nobody carries on after an hour, and gives its money back', async () => {
    const userId = newUserId();
    const [lost, young, atX] = await Promise.all(
      [1, 2, 3].map((costMicroUsd) => begin(newMedia({ userId, costMicroUsd }))),
    );
    if (!(lost && young && atX)) throw new Error('three files');
    await ledger.media.change(atX.id, { state: 'PROCESSING', xMediaId });
    for (const { id } of [lost, atX]) await makeOlder(id, '61 minutes');
    // An hour ago may have been yesterday: its day has to be there.
    await pool.query(
      `insert into herald.spending (scope, subject, day, micro_usd)
       select 'USER', $1, (created_at at time zone 'utc')::date, 100 from herald.media where id = $2
       on conflict (scope, subject, day) do update set micro_usd = 100, limit_micro_usd = null`,
      [userId, lost.id],
    );
    await ledger.tidy();
    const found = await ledger.media.find(userId, [lost.id, young.id, atX.id]);
    expect(Object.fromEntries(found.map(({ id, state }) => [id, state]))).toEqual({
      [lost.id]: 'FAILED',
      [young.id]: 'PROCESSING',
      [atX.id]: 'PROCESSING',
    });
    const after = await pool.query(
      `select micro_usd::int from herald.spending
       where subject = $1 and day = (select (created_at at time zone 'utc')::date from herald.media where id = $2)`,
      [userId, lost.id],
    );
    expect(after.rows).toEqual([{ micro_usd: 99 }]);
  });

  it('forgets files after a month, and what was spent after three', async () => {
    const userId = newUserId();
    const [old, younger] = [await begin(newMedia({ userId })), await begin(newMedia({ userId }))];
    await makeOlder(old.id, '30 days 1 minute');
    await makeOlder(younger.id, '29 days');
    await pool.query(
      `insert into herald.spending (scope, subject, day, micro_usd)
       select 'USER', $1, current_date - days, 1 from unnest(array[80, 100]) as days`,
      [userId],
    );
    await ledger.tidy();
    expect((await ledger.media.find(userId, [old.id, younger.id])).map(({ id }) => id)).toEqual([younger.id]);
    const { rowCount } = await pool.query('select from herald.spending where subject = $1', [userId]);
    expect(rowCount).toBe(1);
  });
});
