-- Deletes what Hasura's own logs keep of requests that are over. They hold session variables, and so credential envelopes:
-- event triggers keep them with the row change (event_log.payload), asynchronous actions with the call
-- (hdb_action_log.session_variables), and every delivery keeps its request and its answer.
--
-- Run it on the engine's metadata database and on each source with event triggers, as the engine's role, once a day:
--
--   psql "$PG_DATABASE_URL" --set ON_ERROR_STOP=1 --file docs/clean-hasura-logs.sql
--
-- It keeps a day; change the interval below. Tables that a database does not have are passed over, and so is everything that
-- still waits: only what was delivered, or given up, goes. An asynchronous action's answer cannot be asked for afterwards.
do $$
declare
  keep constant interval := interval '1 day';
  entry record;
  deleted bigint;
begin
  for entry in
    select *
    from (values
      (1, 'hdb_catalog.event_invocation_logs', 'true'),
      -- Not while a log that is kept refers to it, as that of an event that was tried again for long.
      (2, 'hdb_catalog.event_log', $c$(delivered or error)
        and not exists (select from hdb_catalog.event_invocation_logs as log where log.event_id = event_log.id)$c$),
      (3, 'hdb_catalog.hdb_action_log', $c$status in ('completed', 'error')$c$),
      (4, 'hdb_catalog.hdb_cron_event_invocation_logs', 'true'),
      (5, 'hdb_catalog.hdb_cron_events', $c$status in ('delivered', 'error', 'dead')$c$),
      (6, 'hdb_catalog.hdb_scheduled_event_invocation_logs', 'true'),
      (7, 'hdb_catalog.hdb_scheduled_events', $c$status in ('delivered', 'error', 'dead')$c$)
    ) as log (place, name, is_over)
    order by place
  loop
    continue when to_regclass(entry.name) is null;
    execute format('delete from %s where %s and created_at < now() - $1', entry.name, entry.is_over) using keep;
    get diagnostics deleted = row_count;
    raise notice '%: % rows deleted', entry.name, deleted;
  end loop;
end $$;
