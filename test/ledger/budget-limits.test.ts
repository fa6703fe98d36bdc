import type pg from 'pg';
import { describe, expect, it } from 'vitest';
import type { LedgerPost } from '../../src/kernel/index.ts';
import { openBudgetLedgers, overBudget, priced, tomorrow } from './budget-fixture.ts';
import { acceptClaimed, alice, newThread, newUserId, rejected } from './fixture.ts';
import { whileWaiting } from './while-waiting.ts';

const { ledger, pool, withBudget, frugal, leftOf } = await openBudgetLedgers();

const sql = (text: string, values: unknown[] = []): Promise<pg.QueryResult> => pool.query(text, values);
const costOf = (post: LedgerPost | undefined) => post?.parts.map(({ costMicroUsd }) => costMicroUsd);

describe('an admin', () => {
  it('sets limits in place of the configuration, also none, and takes them back', async () => {
    const [poor, rich] = [newUserId(), newUserId()];
    await frugal.budgets.set({ scope: 'USER', userId: poor }, 10);
    await frugal.budgets.set({ scope: 'USER', userId: rich }, undefined);
    expect(await frugal.accept(priced(11, { userId: poor }))).toEqual(overBudget('USER'));
    expect((await frugal.accept(priced(5_000, { userId: rich }))).kind).toBe('accepted');
    expect(await frugal.budgets.left(rich)).toEqual({
      scope: undefined,
      microUsd: undefined,
      retryAt: tomorrow(),
    });
    await frugal.budgets.set({ scope: 'APP' }, 5_020);
    expect(await frugal.budgets.left(poor)).toMatchObject({ scope: 'USER', microUsd: 10 });
    expect(await frugal.budgets.left(rich)).toMatchObject({ scope: 'APP', microUsd: 20 });
    expect(await frugal.accept(priced(21, { userId: rich }))).toEqual(overBudget('APP'));
    expect(await frugal.budgets.list()).toEqual([
      { scope: 'APP', subject: '', limitMicroUsd: 5_020, spentMicroUsd: 5_000, source: 'admin' },
      {
        scope: 'USER',
        subject: '',
        limitMicroUsd: 100,
        spentMicroUsd: undefined,
        source: 'configuration',
      },
      ...[
        { scope: 'USER', subject: poor, limitMicroUsd: 10, spentMicroUsd: 0, source: 'admin' },
        { scope: 'USER', subject: rich, limitMicroUsd: undefined, spentMicroUsd: 5_000, source: 'admin' },
      ].sort((a, b) => (a.subject < b.subject ? -1 : 1)),
    ]);
    expect(await frugal.budgets.clear({ scope: 'USER', userId: poor })).toBe(true);
    expect(await frugal.budgets.clear({ scope: 'USER', userId: poor })).toBe(false);
    expect((await frugal.accept(priced(11, { userId: poor }))).kind).toBe('accepted');
  });

  it('who sets a limit in mid-day finds what was spent without one', async () => {
    const userId = newUserId();
    await acceptClaimed(ledger, priced(70, { userId }));
    const { claim } = await acceptClaimed(ledger, priced(20, { userId }));
    await ledger.record(claim, rejected());
    expect((await sql('select from herald.spending')).rowCount).toBe(0);
    expect(await leftOf(userId)).toBe(30);
    expect(await frugal.accept(priced(31, { userId }))).toEqual(overBudget('USER'));
    await acceptClaimed(frugal, priced(10, { userId }));
    // Lifted and set again: what is spent in between counts too.
    await frugal.budgets.set({ scope: 'USER', userId }, undefined);
    await acceptClaimed(frugal, priced(15, { userId }));
    await frugal.budgets.clear({ scope: 'USER', userId });
    expect(await leftOf(userId)).toBe(5);
    expect(await frugal.accept(priced(6, { userId }))).toEqual(overBudget('USER'));
    await acceptClaimed(frugal, priced(5, { userId }));
  });
});

describe("the application's limit", () => {
  it('begins a limit for all together with its count, whoever posts at that moment', async () => {
    await ledger.accept(priced(900));
    await whileWaiting(
      pool,
      (client) => client.query('lock table herald.spending in share mode'),
      () => ledger.budgets.set({ scope: 'APP' }, 1_000),
      // A limit that is known before could be charged before, and the first charge would be all that counts.
      async () => expect((await sql('select from herald.budget')).rowCount).toBe(0),
    );
    expect(await ledger.budgets.left(newUserId())).toMatchObject({ scope: 'APP', microUsd: 100 });
  });

  it('counts what was spent between two limits of one day', async () => {
    await (await withBudget({ appDayMicroUsd: 1_000 })).accept(priced(100));
    await ledger.accept(priced(500));
    const again = await withBudget({ appDayMicroUsd: 1_000 });
    await again.join();
    expect(await again.budgets.left(newUserId())).toMatchObject({ scope: 'APP', microUsd: 400 });
  });

  it('counts what was spent that day before Herald was started with it', async () => {
    await acceptClaimed(ledger, priced(70));
    const strict = await withBudget({ appDayMicroUsd: 100 });
    await strict.join();
    expect((await strict.budgets.left(newUserId())).microUsd).toBe(30);
    expect(await strict.accept(priced(31))).toEqual(overBudget('APP'));
    await acceptClaimed(strict, priced(30));
  });

  it('holds from the next post on in a Herald that runs, and until an admin lifts it', async () => {
    const posted = await acceptClaimed(ledger, priced(70));
    await ledger.budgets.set({ scope: 'APP' }, 100);
    expect(await ledger.accept(priced(31))).toEqual(overBudget('APP'));
    await acceptClaimed(ledger, priced(30));
    await ledger.record(posted.claim, rejected());
    expect((await ledger.budgets.left(newUserId())).microUsd).toBe(70);
    await ledger.budgets.clear({ scope: 'APP' });
    await acceptClaimed(ledger, priced(500));
    await ledger.budgets.set({ scope: 'APP' }, 600);
    expect((await ledger.budgets.left(newUserId())).microUsd).toBe(70);
  });
});

describe('without any limit', () => {
  it('nothing is kept of a day but what the parts say', async () => {
    const { post } = await acceptClaimed(ledger, priced(10));
    expect(costOf(post)).toEqual([10]);
    expect((await sql('select from herald.spending')).rowCount).toBe(0);
    expect(await ledger.budgets.list()).toMatchObject([
      { scope: 'APP', limitMicroUsd: undefined, spentMicroUsd: 10, source: 'configuration' },
      { scope: 'USER', subject: '' },
      { scope: 'USER', subject: post.userId, spentMicroUsd: 10, source: 'configuration' },
    ]);
  });

  it('a part from before prices has no cost, also after a retry', async () => {
    const { post, claim } = await acceptClaimed(ledger, newThread(1));
    await sql('update herald.part set cost_micro_usd = null, charged_on = null where post_id = $1', [
      post.id,
    ]);
    expect(costOf((await ledger.record(claim, rejected())).post)).toEqual([undefined]);
    await ledger.retry({ id: post.id, userId: undefined, xUserId: alice, credential: undefined });
    expect(costOf(await ledger.post(undefined, post.id))).toEqual([undefined]);
  });
});
