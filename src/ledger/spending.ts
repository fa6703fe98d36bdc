import type { BudgetScope, OverBudget } from '../kernel/index.ts';
import { type Database, type TransactionQuery, violates } from './database.ts';
import type { LedgerSettings } from './settings.ts';

/*
 * Money, in millionths of a US dollar. A part's cost counts from when it is accepted or retried, on that UTC day, for as long
 * as it is not FAILED or CANCELLED; a trigger gives it back. Looks and deletions count on the day they happen.
 */

export const today = `(now() at time zone 'utc')::date`;
export const midnight = `(date_trunc('day', now() at time zone 'utc') at time zone 'utc')`;

const ended = `('FAILED', 'CANCELLED')`;

/** What a part costs as it stands. */
export const costOfPart = `case when part.state in ${ended} then 0 else coalesce(part.cost_micro_usd, 0) end + part.extra_micro_usd`;

/** The limits that the configuration sets, as SQL. */
export interface LimitParameters {
  readonly app: string;
  readonly user: string;
}

/** The application and the user of `charged`, each with the limit in force (null: none) and what is kept of today. */
export const selectScopes = (charged: string, { app, user }: LimitParameters): string => `
  select scope, subject,
    case when budget.scope is null then configured else budget.limit_micro_usd end as limit_micro_usd,
    (select micro_usd from herald.spending as kept
     where kept.scope = scoped.scope and kept.subject = scoped.subject and kept.day = ${today}) as kept
  from ${charged} as charged
    cross join lateral (values ('APP', '', ${app}::bigint), ('USER', charged.user_id, ${user}::bigint))
      as scoped (scope, subject, configured)
    left join herald.budget using (scope, subject)`;

/**
 * Counts `amount` against today's budgets, where there are any: for the row of `charged`, which has a `user_id`; for none
 * when there is no row. When a budget would be exceeded the whole statement fails ({@link unlessOverBudget}), but not when
 * X has charged it already. The application comes before the user, and both after parts and posts.
 *
 * A user's first charge of a day counts what was spent before without a limit. The application's row is there from when its limit
 * began ({@link countAppFromNow}); without one the day has only begun.
 */
export const charge = (
  charged: string,
  amount: string,
  limits: LimitParameters,
  by: 'asking' | 'X' = 'asking',
): string => `
  insert into herald.spending as spending (scope, subject, day, micro_usd, limit_micro_usd)
  select scope, subject, ${today},
    ${amount} + case when kept is null and scope = 'USER' then herald.added_up_today(scope, subject) else 0 end,
    ${by === 'X' ? 'null' : 'limit_micro_usd'}
  from (${selectScopes(charged, limits)}) as scopes
  where ${amount} > 0 and (limit_micro_usd is not null or kept is not null)
  order by scope
  on conflict (scope, subject, day) do update
    set micro_usd = spending.micro_usd + ${amount}, limit_micro_usd = excluded.limit_micro_usd`;

/** Values for {@link LimitParameters}: the application's, then each user's. */
export const limitValues = ({ budget }: LedgerSettings): unknown[] => [
  budget.appDayMicroUsd ?? null,
  budget.userDayMicroUsd ?? null,
];

const countApp = {
  name: 'count_app_from_now',
  query_timeout: 61_000,
  text: `
insert into herald.spending as spending (scope, subject, day, micro_usd)
values ('APP', '', ${today}, herald.added_up_today('APP', ''))
on conflict (scope, subject, day) do update
  set micro_usd = greatest(spending.micro_usd, excluded.micro_usd), limit_micro_usd = null`,
};

/** It reads all parts, so it is not for a request. */
const takeTime = { name: 'count_app_timeout', text: `set local statement_timeout = '60s'` };

/**
 * The application's limit begins: what was spent today without one counts. What is there already may be from an earlier limit,
 * with nothing counted in between. `begin` is what makes the limit, which nobody may know before: the first charge would take
 * its own amount for all there is.
 */
export const countAppFromNow = (
  database: Database,
  begin: (query: TransactionQuery) => Promise<unknown> = async () => {},
): Promise<void> =>
  database.transaction(async (query) => {
    await query(takeTime, []);
    await begin(query);
    await query(countApp, []);
  });

const selectTomorrow = { name: 'tomorrow', text: `select ${midnight} + interval '1 day' as at` };

export const readTomorrow = async (database: Database): Promise<Date> => {
  const [row] = await database.query<{ at: Date }>(selectTomorrow, []);
  if (row === undefined) throw new Error('There is a tomorrow');
  return row.at;
};

/** What `run` gives; or that its statement was refused, and so did nothing, because it would have exceeded a budget. */
export const unlessOverBudget = async <T>(
  database: Database,
  run: () => Promise<T>,
): Promise<T | OverBudget> => {
  try {
    return await run();
  } catch (error) {
    const scope = exceeded(error);
    if (scope === undefined) throw error;
    return { kind: 'over_budget', scope, retryAt: await readTomorrow(database) };
  }
};

const exceeded = (error: unknown): BudgetScope['scope'] | undefined => {
  if (violates(error, 'spending_of_app_in_budget')) return 'APP';
  return violates(error, 'spending_of_user_in_budget') ? 'USER' : undefined;
};
