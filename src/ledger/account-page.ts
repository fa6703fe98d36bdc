import {
  type AccountId,
  type AccountPage,
  type AccountPageRequest,
  HeraldError,
  parseAccountId,
  type UserId,
} from '../kernel/index.ts';
import { type AccountRow, accountColumns, toAccount } from './account-rows.ts';
import type { Database } from './database.ts';

const REPEAT_FOR_MS = 2_000;
const LARGEST_PAGE = 100;
const NO_ID = '00000000-0000-0000-0000-000000000000';

const selectPage = {
  name: 'account_page',
  text: `
select ${accountColumns} from herald.account
where ($1::text is null or user_id = $1) and (user_id, id) > ($2, $3::uuid)
order by user_id, id limit $4`,
};

/** @throws HeraldError INVALID_INPUT for a cursor that is none, or a page of less than 1 or more than 100 */
export const readAccountPage = async (
  database: Database,
  userId: UserId | undefined,
  { first, after }: AccountPageRequest,
): Promise<AccountPage> => {
  if (!(Number.isInteger(first) && first >= 1 && first <= LARGEST_PAGE)) {
    throw new HeraldError('INVALID_INPUT', {
      field: 'first',
      message: `first is between 1 and ${LARGEST_PAGE}.`,
    });
  }
  const [afterUser, afterId] = after === undefined ? ['', NO_ID] : parseCursor(after);
  const values = [userId ?? null, afterUser, afterId, first + 1];
  const rows = await database.query<AccountRow>(selectPage, values, REPEAT_FOR_MS);
  const last = rows.slice(0, first).at(-1);
  return {
    accounts: rows.slice(0, first).map(toAccount),
    endCursor: last && Buffer.from(`${last.id} ${last.user_id}`).toString('base64url'),
    hasNextPage: rows.length > first,
  };
};

const parseCursor = (cursor: string): [user: string, id: AccountId] => {
  const [, uuid = '', user] = /^(\S{36}) (.+)$/.exec(Buffer.from(cursor, 'base64url').toString()) ?? [];
  const id = parseAccountId(uuid);
  if (user === undefined || id === undefined) {
    throw new HeraldError('INVALID_INPUT', {
      field: 'after',
      message: 'after is the endCursor of an earlier page.',
    });
  }
  return [user, id];
};
