import type { Budget, BudgetLeft, BudgetScope, BudgetStore, UserId } from '../kernel/index.ts';
import type { Database } from './database.ts';
import type { LedgerSettings } from './settings.ts';
import {
  charge,
  costOfPart,
  countAppFromNow,
  limitValues,
  midnight,
  selectScopes,
  today,
} from './spending.ts';

const REPEAT_FOR_MS = 2_000;

/** Everybody who has a limit of an admin's or spent something today; what is kept of the day counts before what adds up. */
const selectBudgets = {
  name: 'budgets',
  text: `
with spent as (
  select user_id as subject, sum(micro_usd) as micro_usd from (
    select post.user_id, ${costOfPart} as micro_usd
    from herald.part join herald.post on post.id = part.post_id where part.charged_on = ${today}
    union all
    select user_id, cost_micro_usd from herald.media where created_at >= ${midnight} and state <> 'FAILED'
  ) as spent group by user_id
), scoped as (
  select 'APP' as scope, '' as subject, $1::bigint as configured,
    (select coalesce(sum(micro_usd), 0) from spent) as added_up
  union all
  select 'USER', subject, $2::bigint, coalesce(spent.micro_usd, 0)
  from spent
    full join (select subject from herald.budget where scope = 'USER') as limited using (subject)
    full join (select subject from herald.spending where scope = 'USER' and day = ${today}) as kept using (subject)
)
select scope, subject,
  (case when budget.scope is null then configured else budget.limit_micro_usd end)::float8 as limit_micro_usd,
  coalesce(spending.micro_usd, added_up)::float8 as spent_micro_usd, budget.scope is not null as is_set
from scoped
  left join herald.budget using (scope, subject)
  left join (select * from herald.spending where day = ${today}) as spending using (scope, subject)
where budget.scope is not null or scope = 'APP' or coalesce(spending.micro_usd, added_up) > 0
order by scope, subject`,
};

const selectLeft = {
  name: 'budget_left',
  text: `
select scope, (limit_micro_usd - coalesce(kept, case scope when 'USER' then herald.added_up_today(scope, subject) else 0 end))::float8 as micro_usd,
  ${midnight} + interval '1 day' as tomorrow
from (select 1) as one left join (${selectScopes('(select $3::text as user_id)', { app: '$1', user: '$2' })}
) as scopes on limit_micro_usd is not null
order by micro_usd limit 1`,
};

const setLimit = {
  name: 'set_budget',
  text: `
insert into herald.budget (scope, subject, limit_micro_usd) values ($1, $2, $3)
on conflict (scope, subject) do update set limit_micro_usd = excluded.limit_micro_usd, set_at = now()`,
};

/** What is kept of today goes too where no limit is left: nobody goes on counting there, and a new limit adds up anew. */
const clearLimit = {
  name: 'clear_budget',
  text: `
with cleared as (
  delete from herald.budget where scope = $1 and subject = $2 returning scope
), forgotten as (
  delete from herald.spending where scope = $1 and subject = $2 and $3::bigint is null
)
select scope from cleared`,
};

const countSpent = {
  name: 'count_spent',
  text: charge('(select $1::text as user_id)', '$2::integer', { app: '$3', user: '$4' }, 'X'),
};

interface BudgetRow {
  readonly scope: BudgetScope['scope'];
  readonly subject: string;
  readonly limit_micro_usd: number | null;
  readonly spent_micro_usd: number;
  readonly is_set: boolean;
}

export const openBudgets = (database: Database, settings: LedgerSettings): BudgetStore => ({
  list: () => readBudgets(database, settings),
  set: async (scope, limitMicroUsd) => {
    const values = [...keyOf(scope), limitMicroUsd ?? null];
    if (scope.scope === 'APP') await countAppFromNow(database, (query) => query(setLimit, values));
    else await database.query(setLimit, values, REPEAT_FOR_MS);
  },
  // Not repeated after a lost connection: a second run would say that nothing was set.
  clear: async (scope) => {
    const { appDayMicroUsd, userDayMicroUsd } = settings.budget;
    const configured = scope.scope === 'APP' ? appDayMicroUsd : userDayMicroUsd;
    return (await database.query(clearLimit, [...keyOf(scope), configured ?? null])).length > 0;
  },
  left: (userId) => readLeft(database, settings, userId),
  // Not repeated after a lost connection: it would count twice.
  spend: async (userId, microUsd) => {
    await database.query(countSpent, [userId, microUsd, ...limitValues(settings)]);
  },
});

const keyOf = (scope: BudgetScope): unknown[] => [scope.scope, scope.scope === 'USER' ? scope.userId : ''];

const readBudgets = async (database: Database, settings: LedgerSettings): Promise<readonly Budget[]> => {
  const rows = await database.query<BudgetRow>(selectBudgets, limitValues(settings), REPEAT_FOR_MS);
  const [app, ...users] = rows.map(toBudget);
  const everyUser: Budget = {
    scope: 'USER',
    subject: '',
    limitMicroUsd: settings.budget.userDayMicroUsd,
    spentMicroUsd: undefined,
    source: 'configuration',
  };
  return app === undefined ? [everyUser] : [app, everyUser, ...users];
};

const toBudget = (row: BudgetRow): Budget => ({
  scope: row.scope,
  subject: row.subject,
  limitMicroUsd: row.limit_micro_usd ?? undefined,
  spentMicroUsd: row.spent_micro_usd,
  source: row.is_set ? 'admin' : 'configuration',
});

const readLeft = async (
  database: Database,
  settings: LedgerSettings,
  userId: UserId,
): Promise<BudgetLeft> => {
  const [row] = await database.query<{
    readonly scope: BudgetScope['scope'] | null;
    readonly micro_usd: number | null;
    readonly tomorrow: Date;
  }>(selectLeft, [...limitValues(settings), userId], REPEAT_FOR_MS);
  if (row === undefined) throw new Error('One row, always');
  return {
    scope: row.scope ?? undefined,
    microUsd: row.micro_usd === null ? undefined : Math.max(row.micro_usd, 0),
    retryAt: row.tomorrow,
  };
};
