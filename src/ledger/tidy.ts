import type { Database, Statement } from './database.ts';
import { refund } from './media.ts';
import type { LedgerSettings } from './settings.ts';
import { ms } from './sql.ts';

const AT_ONCE = 5_000;

/** Deletes a bounded number of rows at once, so that nobody waits for it. */
const forget = (table: string, where: string) => ({
  name: `forget_${table}`,
  text: `
delete from herald.${table}
where ctid = any (array(select ctid from herald.${table} where ${where} limit ${AT_ONCE}))
returning 1 as gone`,
});

/** A day at least: a post may be open, and so stand for its input, for longer than the window. */
const forgetRecent = forget('recent_post', `accepted_at < now() - greatest(${ms('$1')}, interval '1 day')`);
const forgetSingleUse = forget('single_use', 'expires_at <= now()');
const forgetIssuerEntries = forget('issuer_entry', 'expires_at <= now()');
/**
 * Longer than anything is good for that a revocation ends: a sign-in of the issuer lives for 30 days, a session of the old
 * Auth0 rule is read for 90, and how long a bearer of another issuer lives is that issuer's to say.
 */
const forgetRevocations = forget('revocation', `not_before < now() - interval '1 year'`);

/** The engine is done with an event long before. */
const forgetEvents = forget('event', `received_at < now() - interval '30 days'`);

/** Only open days change. */
const forgetSpending = forget('spending', `day < now() - interval '90 days'`);
const forgetMedia = forget('media', `created_at < now() - interval '30 days'`);

/** PROCESSING -> FAILED: whoever was sending the file to X an hour ago will not come back. */
const failLostUploads = {
  name: 'fail_lost_uploads',
  text: `
with media as (
  update herald.media set state = 'FAILED'
  where state = 'PROCESSING' and x_media_id is null and created_at < now() - interval '1 hour'
  returning *
), refunds as (${refund('media')})
select id, (select count(*) from refunds) from media`,
};

/** Deletes what nobody asks for any more, and ends uploads that nobody carries on. */
export const tidy = async (database: Database, { dedupeWindowMs }: LedgerSettings): Promise<void> => {
  const forgetAll = async (statement: Statement, values: unknown[] = []): Promise<void> => {
    while ((await database.query(statement, values)).length === AT_ONCE);
  };
  await forgetAll(forgetRecent, [dedupeWindowMs]);
  await forgetAll(forgetSingleUse);
  await forgetAll(forgetIssuerEntries);
  await forgetAll(forgetRevocations);
  await forgetAll(forgetEvents);
  await forgetAll(forgetSpending);
  await database.query(failLostUploads, []);
  await forgetAll(forgetMedia);
};
