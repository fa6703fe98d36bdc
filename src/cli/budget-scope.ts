import type { Budget, BudgetScope } from '../kernel/index.ts';
import type { Call, Command } from './command.ts';
import { formatUsd } from './usd.ts';
import { readUser } from './user-option.ts';

/** Whose budget `budget set` and `budget clear` are about. */
export const budgetChoice: NonNullable<Command['choice']> = {
  required: true,
  options: {
    app: { about: 'All users together.' },
    user: { value: 'ID', about: 'This user, as Hasura sends the id in x-hasura-user-id.' },
  },
};

export const readBudgetScope = (call: Call): BudgetScope => {
  const userId = readUser(call);
  return userId === undefined ? { scope: 'APP' } : { scope: 'USER', userId };
};

/** Whose it is, in words. */
export const describeBudget = ({ scope, subject }: Pick<Budget, 'scope' | 'subject'>): string => {
  if (scope === 'APP') return 'all users together';
  return subject === '' ? 'each other user' : `user ${subject}`;
};

/** A budget as `--json` shows it; a limit of null is none. */
export const budgetJson = ({ scope, subject, limitMicroUsd, spentMicroUsd, source }: Budget) => ({
  scope,
  userId: subject === '' ? null : subject,
  limitMicroUsd: limitMicroUsd ?? null,
  spentMicroUsd: spentMicroUsd ?? null,
  source,
});

/** `$0.45 of $5.00 today`, for people. */
export const describeSpending = ({ limitMicroUsd, spentMicroUsd }: Budget): string =>
  spentMicroUsd === undefined
    ? formatUsd(limitMicroUsd)
    : `${formatUsd(spentMicroUsd)} of ${formatUsd(limitMicroUsd)} today`;
