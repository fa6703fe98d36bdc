import { beforeEach, describe, expect, it } from 'vitest';
import { formatUsd } from '../../src/cli/usd.ts';
import type { XUserId } from '../../src/kernel/index.ts';
import { newPost, newUserId, openTestLedger, openTestPool } from '../ledger/fixture.ts';
import { createTestDatabase } from '../support/postgres.ts';
import { createHerald } from './herald.ts';

const database = await createTestDatabase();
const pool = openTestPool(database.url);
const budget = { appDayMicroUsd: 5_000_000, userDayMicroUsd: 250_000 };
const ledger = await openTestLedger(database.url, { budget });
const variables = {
  DATABASE_URL: database.url,
  HERALD_BUDGET_DAY_USD: '5',
  HERALD_BUDGET_USER_DAY_USD: '0.25',
};
const herald = createHerald(variables);

beforeEach(async () => {
  await pool.query('truncate herald.post, herald.budget, herald.spending cascade');
});

const spend = async (costMicroUsd: number, userId = newUserId()) => {
  const accepted = await ledger.accept(
    newPost({ userId, parts: [{ text: 'a', options: {}, costMicroUsd }] }),
  );
  expect(accepted.kind).toBe('accepted');
  return userId;
};

interface Body {
  readonly budgets: readonly Record<string, unknown>[];
}

describe('herald budget list', () => {
  it('shows everybody together, the usual limit, and who spent something today', async () => {
    const userId = await spend(200_000);
    await spend(15_000);
    const { code, body } = await herald.json<Body>('budget', 'list');
    expect(code).toBe(0);
    expect(body.budgets).toHaveLength(4);
    expect(body.budgets.slice(0, 2)).toEqual([
      {
        scope: 'APP',
        userId: null,
        limitMicroUsd: 5_000_000,
        spentMicroUsd: 215_000,
        source: 'configuration',
      },
      { scope: 'USER', userId: null, limitMicroUsd: 250_000, spentMicroUsd: null, source: 'configuration' },
    ]);
    expect(body.budgets).toContainEqual({
      scope: 'USER',
      userId,
      limitMicroUsd: 250_000,
      spentMicroUsd: 200_000,
      source: 'configuration',
    });
    const { output } = await herald('budget', 'list');
    expect(output).toMatch(
      /^WHO +A DAY +TODAY +LIMIT BY\nall users together +\$5\.00 +\$0\.215 +configuration\n/,
    );
    expect(output).toMatch(new RegExp(`^user ${userId} +\\$0\\.25 +\\$0\\.20 +configuration$`, 'm'));
  });

  it('does not guess what the service was told', async () => {
    const elsewhere = createHerald({ DATABASE_URL: database.url, X_API_URL: 'https://x.example' });
    const { code, output } = await elsewhere('budget', 'list');
    expect([code, output]).toEqual([1, expect.stringMatching(/^HERALD_BUDGET_DAY_USD is not set here/)]);
    expect((await elsewhere('budget', 'set', '--app', '7')).code).toBe(0);
    const sandbox = createHerald({ DATABASE_URL: database.url });
    expect((await sandbox.json<Body>('budget', 'list')).body.budgets[0]).toMatchObject({
      limitMicroUsd: 7_000_000,
      source: 'admin',
    });
  });
});

describe('herald budget set and clear', () => {
  it('change the limit of all users together, at once', async () => {
    await spend(200_000);
    const { code, output } = await herald('budget', 'set', '--app', '0.2');
    expect(code).toBe(0);
    expect(output).toContain('For all users together: $0.20 of $0.20 today.');
    expect(output).toContain('That is used up');
    expect(output).toContain('herald budget clear --app');
    const refused = await ledger.accept(newPost({ parts: [{ text: 'b', options: {}, costMicroUsd: 1 }] }));
    expect(refused).toMatchObject({ kind: 'over_budget', scope: 'APP' });
    expect((await herald('budget', 'clear', '--app')).output).toContain('HERALD_BUDGET_DAY_USD counts again');
    await spend(1);
  });

  it('change the limit of one user, also to none', async () => {
    const userId = newUserId();
    const set = (usd: string) => herald.json('budget', 'set', '--user', userId, usd);
    expect(await set('unlimited')).toMatchObject({
      code: 0,
      body: { scope: 'USER', userId, limitMicroUsd: null, spentMicroUsd: 0, source: 'admin' },
    });
    await spend(1_000_000, userId);
    expect(await set('0')).toMatchObject({ body: { limitMicroUsd: 0, spentMicroUsd: 1_000_000 } });
    expect(await herald.json('budget', 'clear', '--user', userId)).toMatchObject({
      code: 0,
      body: { scope: 'USER', userId, cleared: true },
    });
    expect(await herald('budget', 'clear', '--user', userId)).toMatchObject({
      code: 1,
      output: expect.stringMatching(new RegExp(`^No admin set a limit for user ${userId}\\.`)) as string,
    });
  });

  it.each([
    [['budget', 'set', '5'], /takes one of --app, --user/],
    [['budget', 'set', '--app', '--user', 'u', '5'], /takes one of --app, --user/],
    [['budget', 'set', '--app'], /needs USD/],
    [['budget', 'set', '--app', '5,00'], /dollars such as 5 or 0\.25/],
    [['budget', 'set', '--app', '5', '6'], /does not take "6"/],
    [['budget', 'set', '--user', '', '5'], /1 to 255 characters/],
    [['budget', 'clear'], /takes one of --app, --user/],
  ])('refuse %j', async (args, sentence) => {
    expect(await herald(...args)).toMatchObject({
      code: 2,
      output: expect.stringMatching(sentence) as string,
    });
  });
});

describe('herald status', () => {
  it('says how much of the budget is spent, where there is one', async () => {
    await spend(200_000);
    expect((await herald('status')).output).toMatch(/^ {2}budget +\$0\.20 of \$5\.00 today$/m);
    expect((await herald.json('status')).body).toMatchObject({ budget: { spentMicroUsd: 200_000 } });
    await ledger.budgets.set({ scope: 'APP' }, 100_000);
    expect((await herald('status')).output).toContain("The day's budget is used up");
    await ledger.budgets.set({ scope: 'APP' }, undefined);
    expect((await herald('status')).output).not.toMatch(/^ {2}budget/m);
  });
});

describe('herald accounts limit', () => {
  it('shows, sets and clears how long the tweets of an account may be', async () => {
    const limit = (...args: string[]) => herald.json('accounts', 'limit', '8446', ...args);
    const usual = { code: 0, body: { xUserId: '8446', weightedLimit: 280, source: 'X' } };
    expect(await limit()).toMatchObject(usual);
    const set = { code: 0, body: { xUserId: '8446', weightedLimit: 25_000, source: 'admin' } };
    expect(await limit('25000')).toMatchObject(set);
    expect(await limit()).toMatchObject(set);
    expect(await ledger.weightedLimit('8446' as XUserId)).toBe(25_000);
    expect((await herald('accounts', 'limit', '8446')).output).toContain('25000 weighted characters a tweet');
    expect(await limit('--clear')).toMatchObject(usual);
  });

  it.each([
    [['@alice'], /numeric id/],
    [[], /needs X_USER_ID/],
    [['1', '280'], /from 281 to 25000/],
    [['1', '25001'], /from 281 to 25000/],
    [['1', '1e3'], /from 281 to 25000/],
    [['1', '300', '--clear'], /either CHARACTERS or --clear/],
    [['1', '300', '301'], /does not take "301"/],
  ])('refuses %j', async (args, sentence) => {
    expect(await herald('accounts', 'limit', ...args)).toMatchObject({
      code: 2,
      output: expect.stringMatching(sentence) as string,
    });
  });
});

it.each([
  [undefined, 'unlimited'],
  [0, '$0.00'],
  [1, '$0.000001'],
  [15_000, '$0.015'],
  [200_000, '$0.20'],
  [5_000_000, '$5.00'],
  [1_234_567_890, '$1234.56789'],
])('%s millionths are written %s', (microUsd, text) => {
  expect(formatUsd(microUsd)).toBe(text);
});
