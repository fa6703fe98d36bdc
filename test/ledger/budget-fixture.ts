import { randomUUID } from 'node:crypto';
import { afterEach } from 'vitest';
import type { NewPost, UserId } from '../../src/kernel/index.ts';
import type { LedgerOptions, OpenLedger } from '../../src/ledger/index.ts';
import { createTestDatabase } from '../support/postgres.ts';
import { newPost, openTestLedger, openTestPool } from './fixture.ts';

/** A database of the file's own, with a ledger that knows no limit and a frugal one; every test's spending is its own. */
export const openBudgetLedgers = async () => {
  const { url } = await createTestDatabase('template0');
  const ledger = await openTestLedger(url);
  const pool = openTestPool(url);
  const withBudget = (budget: Partial<LedgerOptions['budget']>): Promise<OpenLedger> =>
    openTestLedger(url, { budget: { appDayMicroUsd: undefined, userDayMicroUsd: undefined, ...budget } });
  const frugal = await withBudget({ userDayMicroUsd: 100 });
  afterEach(async () => {
    await pool.query('truncate herald.spending, herald.budget, herald.media');
    await pool.query('update herald.part set charged_on = charged_on - 1');
  });
  const leftOf = async (userId: UserId, of: OpenLedger = frugal) => (await of.budgets.left(userId)).microUsd;
  return { ledger, pool, withBudget, frugal, leftOf };
};

export const priced = (costMicroUsd: number, changed: Partial<Omit<NewPost, 'parts'>> = {}): NewPost =>
  newPost({ parts: [{ text: `priced ${randomUUID()}`, options: {}, costMicroUsd }], ...changed });

export const tomorrow = (): Date => new Date(new Date().setUTCHours(24, 0, 0, 0));
export const overBudget = (scope: 'APP' | 'USER') => ({ kind: 'over_budget', scope, retryAt: tomorrow() });
