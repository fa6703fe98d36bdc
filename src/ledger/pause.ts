import type { PauseScope } from '../kernel/index.ts';
import type { Database } from './database.ts';

const REPEAT_FOR_MS = 2_000;

const insertPause = {
  name: 'pause',
  text: `insert into herald.pause (scope, subject, reason) values ($1, $2, $3) on conflict (scope, subject) do nothing`,
};

const deletePause = {
  name: 'resume',
  text: 'delete from herald.pause where scope = $1 and subject = $2 returning scope',
};

/** Nothing in `scope` is sent until `resume`, across restarts. What is being sent at this moment is not stopped. */
export const pause = async (database: Database, scope: PauseScope, reason: string): Promise<void> => {
  await database.query(insertPause, [...scopeValues(scope), reason], REPEAT_FOR_MS);
};

/** Gives whether it was paused. */
export const resume = async (database: Database, scope: PauseScope): Promise<boolean> =>
  (await database.query(deletePause, scopeValues(scope))).length > 0;

const scopeValues = (scope: PauseScope): unknown[] => {
  switch (scope.scope) {
    case 'ALL':
      return ['ALL', ''];
    case 'USER':
      return ['USER', scope.userId];
    case 'ACCOUNT':
      return ['ACCOUNT', scope.xUserId];
  }
};
