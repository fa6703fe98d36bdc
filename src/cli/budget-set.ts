import type { Budget, BudgetScope } from '../kernel/index.ts';
import type { OpenLedger } from '../ledger/index.ts';
import {
  budgetChoice,
  budgetJson,
  describeBudget,
  describeSpending,
  readBudgetScope,
} from './budget-scope.ts';
import type { Command } from './command.ts';
import { readUsd } from './usd.ts';
import { withLedger } from './with-ledger.ts';

export const budgetSet: Command = {
  name: 'budget set',
  argument: 'USD',
  summary:
    'Says what may be spent at X in a day (UTC), in dollars or unlimited, for every replica and from now on. It goes before HERALD_BUDGET_DAY_USD and HERALD_BUDGET_USER_DAY_USD.',
  choice: budgetChoice,
  options: {},
  run: (call) => {
    const scope = readBudgetScope(call);
    const limitMicroUsd = readUsd(call.argument);
    return withLedger(call.environment, async (ledger) => {
      await ledger.budgets.set(scope, limitMicroUsd);
      const budget = await findBudget(ledger, scope);
      return {
        json: budgetJson(budget),
        lines: [`For ${describeBudget(budget)}: ${describeSpending(budget)}.`],
        next: [
          ...adviseOn(budget),
          `Back to the configuration: herald budget clear ${scope.scope === 'APP' ? '--app' : '--user ID'}`,
        ],
      };
    });
  },
};

/** The one that was just set. */
const findBudget = async ({ budgets }: OpenLedger, scope: BudgetScope): Promise<Budget> => {
  const subject = scope.scope === 'USER' ? scope.userId : '';
  const found = (await budgets.list()).find(
    (budget) =>
      budget.scope === scope.scope && budget.subject === subject && budget.spentMicroUsd !== undefined,
  );
  if (found === undefined) throw new Error('Somebody cleared it at the same time.');
  return found;
};

const adviseOn = ({ limitMicroUsd, spentMicroUsd = 0 }: Budget): string[] =>
  limitMicroUsd !== undefined && spentMicroUsd >= limitMicroUsd
    ? [
        'That is used up: posts are refused with BUDGET_EXCEEDED until midnight UTC. What was accepted goes out.',
      ]
    : [];
