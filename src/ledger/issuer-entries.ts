import type { IssuerEntry, IssuerStore } from '../kernel/index.ts';
import type { Database } from './database.ts';
import { ms } from './sql.ts';

const REPEAT_FOR_MS = 2_000;

/** What was used stays used, whatever is written over it. */
const upsertEntry = {
  name: 'issuer_upsert',
  text: `
insert into herald.issuer_entry (kind, id, kid, sealed, user_id, grant_id, expires_at)
values ($1, $2, $3, $4, $5, $6, now() + ${ms('$7')})
on conflict (kind, id) do update
  set kid = excluded.kid, sealed = excluded.sealed, user_id = excluded.user_id, grant_id = excluded.grant_id,
    expires_at = excluded.expires_at`,
};

const select = 'select id, kid, sealed, consumed_at from herald.issuer_entry';
const isAlive = '(expires_at is null or expires_at > now())';

const selectEntry = {
  name: 'issuer_find',
  text: `${select} where kind = $1 and id = $2 and ${isAlive}`,
};

const consumeEntry = {
  name: 'issuer_consume',
  text: `
update herald.issuer_entry set consumed_at = now()
where kind = $1 and id = $2 and consumed_at is null and ${isAlive} returning id`,
};

const deleteEntry = {
  name: 'issuer_destroy',
  text: 'delete from herald.issuer_entry where kind = $1 and id = $2',
};

const deleteGrant = {
  name: 'issuer_revoke_grant',
  text: 'delete from herald.issuer_entry where grant_id = $1',
};

interface EntryRow {
  readonly id: string;
  readonly kid: string;
  readonly sealed: Buffer;
  readonly consumed_at: Date | null;
}

export const openIssuerEntries = (database: Database): IssuerStore => {
  return {
    upsert: async ({ kind, id, value, userId, grantId, lifetimeMs }) => {
      const values = [kind, id, value.kid, value.sealed, userId ?? null, grantId ?? null, lifetimeMs ?? null];
      await database.query(upsertEntry, values, REPEAT_FOR_MS);
    },
    find: async (kind, id) => {
      const [row] = await database.query<EntryRow>(selectEntry, [kind, id], REPEAT_FOR_MS);
      return row && toEntry(row);
    },
    // Not repeated after a lost connection: a second run would say "used before", and nobody used it.
    consume: async (kind, id) => (await database.query(consumeEntry, [kind, id])).length > 0,
    destroy: async (kind, id) => {
      await database.query(deleteEntry, [kind, id], REPEAT_FOR_MS);
    },
    revokeByGrantId: async (grantId) => {
      await database.query(deleteGrant, [grantId], REPEAT_FOR_MS);
    },
  };
};

const toEntry = ({ id, kid, sealed, consumed_at }: EntryRow): IssuerEntry => ({
  id,
  value: { kid, sealed },
  consumedAt: consumed_at ?? undefined,
});
