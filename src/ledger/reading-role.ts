import pg from 'pg';

const INSUFFICIENT_PRIVILEGE = '42501';

/**
 * The SQL behind the role that the GraphQL engine reads with: the tracked columns of `herald.post`, `herald.part`
 * and `herald.account` and nothing else. `doctor` prints it where Herald's own role may not run it.
 */
export const readingRoleSql = `do $$
begin
  if not exists (select from pg_roles where rolname = 'herald_read') then
    create role herald_read nologin;
  end if;
exception when duplicate_object or unique_violation then
  null; -- another database of this server made it at the same moment
end $$;
grant usage on schema herald to herald_read;
grant select (id, user_id, x_user_id, account_id, operation, state, idempotency_key, created_at, expires_at, scheduled_at)
  on herald.post to herald_read;
grant select (post_id, position, state, state_since, text, tweet_id, deleted_at, error_code, error_retry_at)
  on herald.part to herald_read;
grant select (id, user_id, x_user_id, username, state, is_default, connected_at, posts_remaining, posts_reset_at)
  on herald.account to herald_read;`;

/** Makes the role and its grants. False when the connection's own role may not. */
export const grantReading = async (client: pg.Client): Promise<boolean> => {
  try {
    await client.query(readingRoleSql);
    return true;
  } catch (error) {
    if (error instanceof pg.DatabaseError && error.code === INSUFFICIENT_PRIVILEGE) return false;
    throw error;
  }
};
