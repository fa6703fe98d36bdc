import { randomUUID } from 'node:crypto';
import type { Joined } from '../kernel/index.ts';
import type { Database } from './database.ts';
import type { LedgerSettings } from './settings.ts';
import { countAppFromNow } from './spending.ts';
import { countMoves, isExpired, ms } from './sql.ts';

const REPEAT_FOR_MS = 2_000;

/**
 * Enters a replica. When nobody's heart has beaten for longer than the guard and posts are overdue, the database may
 * be a restored one whose posts went out long ago: sending starts paused.
 */
const enterReplica = {
  name: 'join',
  text: `
with before as (
  select (select public_url from herald.deployment) as public_url,
    exists (select from herald.deployment where heartbeat_at < now() - ${ms('$3')}) as gap,
    (select count(distinct post.id)::int from herald.part join herald.post on post.id = part.post_id
     where (part.state = 'QUEUED' and part.not_before <= now() and not ${isExpired()})
       or part.state = 'UNKNOWN' or (part.state = 'SENDING' and part.lease_until < now())) as overdue
), own as (
  insert into herald.deployment as deployment (public_url) values ($2)
  on conflict (id) do update
    set public_url = coalesce(deployment.public_url, excluded.public_url), heartbeat_at = excluded.heartbeat_at
), replica as (
  insert into herald.replica (id, beat) values ($1, 0)
), held as (
  insert into herald.pause (scope, subject, reason)
  select 'ALL', '', 'RESTORED: ' || overdue || ' posts were due while Herald was away' from before
  where gap and overdue > 0
  on conflict (scope, subject) do nothing
)
select case when public_url <> $2 then public_url end as belongs_to,
  case when gap then overdue else 0 end as overdue
from before`,
};

/** The replica's row must be as it left it; otherwise the database is an earlier one than a moment ago. */
const beatOnce = {
  name: 'heartbeat',
  text: `
with own as (
  update herald.replica set beat = $2, heartbeat_at = now() where id = $1 and beat in ($2 - 1, $2) returning id
), alive as (
  update herald.deployment set heartbeat_at = now()
), again as (
  insert into herald.replica (id, beat) select $1, $2 where not exists (select from own)
  on conflict (id) do update set beat = excluded.beat, heartbeat_at = now()
), held as (
  insert into herald.pause (scope, subject, reason)
  select 'ALL', '', 'RESTORED: the database went back in time under a running Herald'
  where not exists (select from own)
  on conflict (scope, subject) do nothing
)
select exists (select from own) as steady`,
};

const setPublicUrl = {
  name: 'adopt',
  text: `insert into herald.deployment as deployment (public_url) values ($1)
on conflict (id) do update set public_url = excluded.public_url`,
};

/**
 * QUEUED and SENDING -> UNKNOWN, and what is UNKNOWN is looked for anew. The attempt stands for those that a later, lost
 * state of the database may have known: it may have been written up to this moment.
 */
const suspectDue = {
  name: 'recover',
  text: `
with suspect as (
  select post_id, position, state as was from herald.part
  where (state = 'QUEUED' and not_before <= now()) or state = 'UNKNOWN' or (state = 'SENDING' and lease_until < now())
  order by post_id, position for update
), part as (
  update herald.part set state = 'UNKNOWN', state_since = now(), fence = nextval('herald.fence'), not_before = now(),
    lease_until = null, error_code = 'OUTCOME_UNKNOWN', error_retry_at = null, looks = 0, absences = 0
  from suspect where part.post_id = suspect.post_id and part.position = suspect.position
  returning part.*, suspect.was
), attempt as (
  insert into herald.attempt (post_id, position, fence, attempt, started_at, deadline_at)
  select post_id, position, fence, attempts, $1, now() from part
), post as (${countMoves('part', ', attempted = true')})
select position from part`,
};

const forgetReplicas = {
  name: 'forget_replicas',
  text: `delete from herald.replica where heartbeat_at < now() - interval '7 days'`,
};

export interface Deployment {
  join(): Promise<Joined>;
  heartbeat(): Promise<boolean>;
  adopt(publicUrl: string): Promise<void>;
  recover(since: Date): Promise<number>;
  forgetReplicas(): Promise<void>;
}

/** This process as a replica, and the guard against a restored or copied database. */
export const openDeployment = (database: Database, settings: LedgerSettings): Deployment => {
  const replicaId = randomUUID();
  let beat = 0;
  return {
    join: async () => {
      const values = [replicaId, settings.publicUrl ?? null, settings.restoreGuardMs];
      const [row] = await database.query<{ belongs_to: string | null; overdue: number }>(
        enterReplica,
        values,
      );
      if (settings.budget.appDayMicroUsd !== undefined) await countAppFromNow(database);
      return { belongsTo: row?.belongs_to ?? undefined, overdue: row?.overdue ?? 0 };
    },
    heartbeat: async () => {
      const [row] = await database.query<{ steady: boolean }>(beatOnce, [replicaId, beat + 1], REPEAT_FOR_MS);
      beat += 1;
      return row?.steady === true;
    },
    adopt: async (publicUrl) => {
      await database.query(setPublicUrl, [publicUrl], REPEAT_FOR_MS);
    },
    recover: async (since) => (await database.query(suspectDue, [since])).length,
    forgetReplicas: async () => {
      await database.query(forgetReplicas, []);
    },
  };
};
