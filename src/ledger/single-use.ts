import type { SealedCredential, SingleUseStore } from '../kernel/index.ts';
import type { Database } from './database.ts';
import { ms } from './sql.ts';

const REPEAT_FOR_MS = 2_000;

/** Whoever puts the same one again lost the answer to the first time. */
const putEntry = {
  name: 'put_single_use',
  text: `
insert into herald.single_use (kind, id, bound_to, kid, sealed, expires_at)
values ($1, $2, $3, $4, $5, now() + ${ms('$6')})
on conflict (kind, id) do nothing`,
};

const takeEntry = {
  name: 'take_single_use',
  text: `
delete from herald.single_use where kind = $1 and id = $2 and bound_to = $3 and expires_at > now()
returning kid, sealed`,
};

export const openSingleUse = (database: Database): SingleUseStore => ({
  put: async ({ kind, id, boundTo, value, lifetimeMs }) => {
    await database.query(putEntry, [kind, id, boundTo, value.kid, value.sealed, lifetimeMs], REPEAT_FOR_MS);
  },
  // Not repeated after a lost connection: a second run would say "used", and nobody had it.
  take: async (kind, id, boundTo) => {
    const [value] = await database.query<SealedCredential>(takeEntry, [kind, id, boundTo]);
    return value;
  },
});
