-- Hasura keeps what it delivered until somebody deletes it: rows with the session variables of whoever caused them, and so
-- with sealed X credentials where a session has them. Run this daily. Undelivered events stay.

-- In the database of each source that has event triggers.
delete from hdb_catalog.event_invocation_logs where created_at < now() - interval '7 days';
delete from hdb_catalog.event_log where (delivered or error) and created_at < now() - interval '7 days';

-- In the metadata database, which may be another one.
delete from hdb_catalog.hdb_action_log
where status in ('completed', 'error') and created_at < now() - interval '7 days';
delete from hdb_catalog.hdb_cron_event_invocation_logs where created_at < now() - interval '7 days';
delete from hdb_catalog.hdb_cron_events
where status in ('delivered', 'error', 'dead') and scheduled_time < now() - interval '7 days';
delete from hdb_catalog.hdb_scheduled_event_invocation_logs where created_at < now() - interval '7 days';
delete from hdb_catalog.hdb_scheduled_events
where status in ('delivered', 'error', 'dead') and scheduled_time < now() - interval '7 days';
