import { HeraldError, type OverBudget } from '../kernel/index.ts';

/** `BUDGET_EXCEEDED`, in words of whose budget it is. */
export const overBudget = ({ scope, retryAt }: OverBudget): HeraldError =>
  new HeraldError('BUDGET_EXCEEDED', {
    retryAt,
    message: `This would cost more than is left of ${scope === 'APP' ? "the application's" : 'your'} budget for today. Nothing was sent. Try again after retryAt, or ask for a larger budget.`,
  });
