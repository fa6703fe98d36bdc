import type { RestStore, StoredSeal } from '../kernel/index.ts';
import type { Database, Statement } from './database.ts';

const REPEAT_FOR_MS = 10_000;

interface SealedTable {
  readonly table: StoredSeal['table'];
  /** The columns of the primary key, and a key that is less than every other. */
  readonly key: readonly string[];
  readonly leastKey: readonly string[];
  /** Joined to `stored` for what `boundTo` needs. */
  readonly join: string;
  readonly boundTo: readonly string[];
}

const NO_ID = '00000000-0000-0000-0000-000000000000';

const sealedTables: readonly SealedTable[] = [
  {
    table: 'account_key',
    key: ['account_id'],
    leastKey: [NO_ID],
    join: 'join herald.account on account.id = stored.account_id',
    boundTo: ['account.id::text', 'account.user_id', 'account.x_user_id', 'account.version::text'],
  },
  {
    table: 'post_credential',
    key: ['post_id'],
    leastKey: [NO_ID],
    join: 'join herald.post on post.id = stored.post_id',
    boundTo: ['post.id::text', 'post.user_id', 'post.x_user_id'],
  },
  {
    table: 'single_use',
    key: ['kind', 'id'],
    leastKey: ['', ''],
    join: '',
    boundTo: ['stored.kind', 'stored.id', 'stored.bound_to'],
  },
  {
    table: 'issuer_entry',
    key: ['kind', 'id'],
    leastKey: ['', ''],
    join: '',
    boundTo: ['stored.kind', 'stored.id'],
  },
];

const countByKid = {
  name: 'rest_kids',
  text: `
select kid, count(*)::int as count
from (${sealedTables.map(({ table }) => `select kid from herald.${table}`).join(' union all ')}) as stored
group by kid order by kid`,
};

const columnsOf = (key: readonly string[]): string => key.map((column) => `stored.${column}`).join(', ');

/** $1 is the active kid, $2 the limit; the key to begin behind follows. */
const selectOthers = ({ table, key, join, boundTo }: SealedTable): Statement => ({
  name: `to_rewrap_${table}`,
  text: `
select array[${key.map((column) => `stored.${column}::text`).join(', ')}] as id, stored.kid, stored.sealed,
  array['${table}', ${boundTo.join(', ')}] as bound_to
from herald.${table} as stored ${join}
where stored.kid <> $1 and (${columnsOf(key)}) > (${key.map((_, index) => `$${index + 3}`).join(', ')})
order by ${columnsOf(key)} limit $2`,
});

/** The old value is the guard: whoever changed the row meanwhile wins. */
const replace = ({ table, key }: SealedTable): Statement => ({
  name: `rewrapped_${table}`,
  text: `
update herald.${table} as stored set kid = $3, sealed = $4
where kid = $1 and sealed = $2 and (${columnsOf(key)}) = (${key.map((_, index) => `$${index + 5}`).join(', ')})
returning kid`,
});

const statements = sealedTables.map((sealed) => ({
  ...sealed,
  selectOthers: selectOthers(sealed),
  replace: replace(sealed),
}));

interface SealRow {
  readonly id: string[];
  readonly kid: string;
  readonly sealed: Buffer;
  readonly bound_to: string[];
}

export const openRestStore = (database: Database): RestStore => ({
  restKids: () => database.query<{ kid: string; count: number }>(countByKid, [], REPEAT_FOR_MS),
  nextToRewrap: async (activeKid, limit, after) => {
    const found: StoredSeal[] = [];
    const begin = after === undefined ? 0 : sealedTables.findIndex(({ table }) => table === after.table);
    for (const { table, leastKey, selectOthers } of statements.slice(begin)) {
      const behind = table === after?.table ? after.id : leastKey;
      const values = [activeKid, limit - found.length, ...behind];
      const rows = await database.query<SealRow>(selectOthers, values, REPEAT_FOR_MS);
      found.push(...rows.map((row) => toStoredSeal(table, row)));
      if (found.length >= limit) break;
    }
    return found;
  },
  rewrapped: async ({ table, id, value }, fresh) => {
    const statement = statements.find((sealed) => sealed.table === table)?.replace;
    if (statement === undefined) return false;
    const values = [value.kid, value.sealed, fresh.kid, fresh.sealed, ...id];
    return (await database.query(statement, values, REPEAT_FOR_MS)).length > 0;
  },
});

const toStoredSeal = (table: StoredSeal['table'], { id, kid, sealed, bound_to }: SealRow): StoredSeal => ({
  table,
  id,
  value: { kid, sealed },
  boundTo: bound_to,
});
