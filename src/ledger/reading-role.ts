import pg from 'pg';

const INSUFFICIENT_PRIVILEGE = '42501';

const makeRole = (name: string): string => `do $$
begin
  if not exists (select from pg_roles where rolname = '${name}') then
    create role ${name} nologin;
  end if;
exception when duplicate_object or unique_violation then
  null; -- another database of this server made it at the same moment
end $$;
grant usage on schema herald to ${name};`;

/**
 * What the engine reads, as whole tables: each of its queries is over `(select * from <table>)`, which Postgres refuses to who
 * may read some columns only. Nothing in the three is sealed; which columns the engine's roles see is in its metadata.
 */
const readSql = `${makeRole('herald_read')}
grant select on herald.post, herald.part, herald.account to herald_read;`;

/** What the engine needs to ask for posts by rows, and to tell what became of posts: never what Herald fills in. */
const eventsSql = `${makeRole('herald_events')}
grant select on herald.post_request to herald_events;
grant insert (user_id, text, in_reply_to_tweet_id, reply_settings, account_id, idempotency_key, expires_at)
  on herald.post_request to herald_events;
grant trigger on herald.post_request, herald.post to herald_events;`;

/**
 * The SQL behind the roles of the GraphQL engine: `herald_read`, and `herald_events` for the events door. `doctor` prints it
 * where Herald's own role may not run it.
 */
export const readingRoleSql = `${readSql}\n${eventsSql}`;

/** Makes the roles and their grants, each on its own. False when the connection's own role may not make one of them. */
export const grantReading = async (client: pg.Client): Promise<boolean> => {
  const reads = await isGranted(client, readSql);
  return (await isGranted(client, eventsSql)) && reads;
};

const isGranted = async (client: pg.Client, sql: string): Promise<boolean> => {
  try {
    await client.query(sql);
    return true;
  } catch (error) {
    if (error instanceof pg.DatabaseError && error.code === INSUFFICIENT_PRIVILEGE) return false;
    throw error;
  }
};
