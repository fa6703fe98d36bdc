import { budgetJson, describeBudget } from './budget-scope.ts';
import { type Command, Refusal } from './command.ts';
import { table } from './print.ts';
import { formatUsd } from './usd.ts';
import { withLedger } from './with-ledger.ts';

export const budgetList: Command = {
  name: 'budget list',
  summary:
    'Lists what may be spent at X in a day (UTC) and what is spent and reserved: all users together, and each user who spent something today or has a limit of an admin.',
  options: {},
  run: (call) =>
    withLedger(call.environment, async (ledger, settings) => {
      if (!settings.budgetsAreKnown) throw unknown();
      const budgets = await ledger.budgets.list();
      const rows = budgets.map((budget) => [
        describeBudget(budget),
        formatUsd(budget.limitMicroUsd),
        budget.spentMicroUsd === undefined ? '' : formatUsd(budget.spentMicroUsd),
        budget.source,
      ]);
      return {
        json: { budgets: budgets.map(budgetJson) },
        lines: table(['WHO', 'A DAY', 'TODAY', 'LIMIT BY'], rows),
        next: [
          'Another limit, from now on: herald budget set --app USD, or --user ID USD.',
          'What would be over a limit is refused with BUDGET_EXCEEDED before it is sent; the day ends at midnight UTC.',
        ],
      };
    }),
};

const unknown = (): Refusal =>
  new Refusal(
    'HERALD_BUDGET_DAY_USD is not set here, so the limits of the service are not known.',
    "Run this where the service's configuration is, or set the variable as the service has it.",
  );
