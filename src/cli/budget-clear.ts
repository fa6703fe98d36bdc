import { budgetChoice, describeBudget, readBudgetScope } from './budget-scope.ts';
import { type Command, Refusal } from './command.ts';
import { withLedger } from './with-ledger.ts';

export const budgetClear: Command = {
  name: 'budget clear',
  summary: 'Takes back a limit of herald budget set: that of the configuration counts again, from now on.',
  choice: budgetChoice,
  options: {},
  run: (call) => {
    const scope = readBudgetScope(call);
    const who = { scope: scope.scope, subject: scope.scope === 'USER' ? scope.userId : '' };
    return withLedger(call.environment, async (ledger) => {
      if (!(await ledger.budgets.clear(scope))) {
        throw new Refusal(
          `No admin set a limit for ${describeBudget(who)}.`,
          'herald budget list shows whose limits are by an admin.',
        );
      }
      const name = scope.scope === 'APP' ? 'HERALD_BUDGET_DAY_USD' : 'HERALD_BUDGET_USER_DAY_USD';
      return {
        json: { scope: who.scope, userId: who.subject === '' ? null : who.subject, cleared: true },
        lines: [`For ${describeBudget(who)} ${name} counts again.`],
        next: ['What that is: herald budget list'],
      };
    });
  },
};
