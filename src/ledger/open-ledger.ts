import type { Ledger } from '../kernel/index.ts';
import { accept } from './accept.ts';
import { cancel, resolve, retry } from './change-posts.ts';
import { claim } from './claim.ts';
import { type Database, type DatabaseOptions, openDatabase } from './database.ts';
import { openDeployment } from './deployment.ts';
import { expireLeases, expireQueued } from './expire.ts';
import { migrate } from './migrate.ts';
import { pause, resume } from './pause.ts';
import { readAttempts, readKeptCredential, readPage, readPost } from './read-posts.ts';
import {
  nextToReconcile,
  recordAbsent,
  recordFound,
  recordNeedsReview,
  recordUnread,
  unclaimed,
} from './reconcile.ts';
import { record } from './record.ts';
import type { LedgerSettings } from './settings.ts';
import { ms } from './sql.ts';
import { readStatus } from './status.ts';

export interface LedgerOptions extends LedgerSettings, DatabaseOptions {}

/** Migrates the database and gives the ledger in it. `close` waits for the statements that are under way. */
export const openLedger = async (options: LedgerOptions): Promise<Ledger> => {
  await migrate(options.connectionString);
  return ledgerOf(openDatabase(options), options);
};

const ledgerOf = (database: Database, settings: LedgerSettings): Ledger => {
  const deployment = openDeployment(database, settings);
  return {
    accept: (post) => accept(database, settings, post),
    record: (held, outcome) => record(database, settings, held, outcome),

    claimNext: () => claim(database, settings),
    claimPost: (id) => claim(database, settings, id),
    expireLeases: () => expireLeases(database, settings),
    expireQueued: () => expireQueued(database),

    nextToReconcile: () => nextToReconcile(database, settings),
    unclaimed: (ids) => unclaimed(database, ids),
    recordFound: (look, tweetId, matchedBy) => recordFound(database, look, tweetId, matchedBy),
    recordAbsent: (look) => recordAbsent(database, settings, look),
    recordUnread: (look) => recordUnread(database, settings, look),
    recordNeedsReview: (look, code) => recordNeedsReview(database, look, code),

    post: (userId, id) => readPost(database, userId, id),
    posts: (userId, page) => readPage(database, userId, page),
    attempts: (id) => readAttempts(database, id),
    keptCredential: (id) => readKeptCredential(database, id),

    cancel: (userId, id) => cancel(database, userId, id),
    retry: (request) => retry(database, settings, request),
    resolve: (userId, id, resolution) => resolve(database, settings, userId, id, resolution),

    pause: (scope, reason) => pause(database, scope, reason),
    resume: (scope) => resume(database, scope),

    join: deployment.join,
    heartbeat: deployment.heartbeat,
    adopt: deployment.adopt,
    recover: deployment.recover,

    status: () => readStatus(database),
    tidy: async () => {
      while ((await database.query(forgetRecent, [settings.dedupeWindowMs])).length === FORGET_AT_ONCE);
      await deployment.forgetReplicas();
    },
    connections: () => database.connections(),
    close: () => database.close(),
  };
};

const FORGET_AT_ONCE = 5_000;

/** A day at least: a post may be open, and so stand for its input, for longer than the window. */
const forgetRecent = {
  name: 'forget_recent_posts',
  text: `
delete from herald.recent_post where ctid = any (array(
  select ctid from herald.recent_post
  where accepted_at < now() - greatest(${ms('$1')}, interval '1 day') limit ${FORGET_AT_ONCE}))
returning post_id`,
};
