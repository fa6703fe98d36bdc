import type {
  AccountReports,
  AccountStore,
  BudgetStore,
  IssuerStore,
  Ledger,
  MediaStore,
  PostRequestStore,
  RestStore,
  RevocationStore,
  SingleUseStore,
} from '../kernel/index.ts';
import { accept } from './accept.ts';
import { openAccounts } from './accounts.ts';
import { openBudgets } from './budgets.ts';
import { cancel, resolve, retry } from './change-posts.ts';
import { claim } from './claim.ts';
import { type Database, type DatabaseOptions, openDatabase } from './database.ts';
import { openDeployment } from './deployment.ts';
import { expireLeases, expireQueued } from './expire.ts';
import { openIssuerEntries } from './issuer-entries.ts';
import { openMedia } from './media.ts';
import { migrate } from './migrate.ts';
import { pause, resume } from './pause.ts';
import { openPostRequests } from './post-requests.ts';
import { readAttempts, readKeptCredential, readPage, readPost, readPostWithKey } from './read-posts.ts';
import {
  chargeRead,
  nextToReconcile,
  recordAbsent,
  recordFound,
  recordNeedsReview,
  recordUnread,
  unclaimed,
} from './reconcile.ts';
import { record } from './record.ts';
import { openRevocations } from './revocation.ts';
import { openRestStore } from './rewrap.ts';
import { nextToDelete, postponeDeletion, recordDeleted, recordUndeletable } from './rollback.ts';
import type { LedgerSettings } from './settings.ts';
import { openSingleUse } from './single-use.ts';
import { readStatus } from './status.ts';
import { tidy } from './tidy.ts';
import { noteDeleted, ownerOf, recentTexts, setWeightedLimit, weightedLimit } from './tweets.ts';
import { createPostWriter } from './write-post.ts';

export interface LedgerOptions extends LedgerSettings, DatabaseOptions {}

/** The ledger of posts, and what else is kept in the same database over the same connections. */
export interface OpenLedger extends Ledger {
  readonly accounts: AccountStore & AccountReports;
  readonly singleUse: SingleUseStore;
  readonly issuer: IssuerStore;
  readonly revocations: RevocationStore;
  readonly rest: RestStore;
  readonly postRequests: PostRequestStore;
  readonly budgets: BudgetStore;
  readonly media: MediaStore;
}

/** Migrates the database and gives the ledger in it. `close` waits for the statements that are under way. */
export const openLedger = async (options: LedgerOptions): Promise<OpenLedger> => {
  await migrate(options.connectionString);
  return ledgerOf(openDatabase(options), options);
};

const ledgerOf = (database: Database, settings: LedgerSettings): OpenLedger => {
  const deployment = openDeployment(database, settings);
  const writer = createPostWriter(database, settings);
  return {
    accept: (post) => accept(database, settings, writer, post),
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
    chargeRead: (look, microUsd) => chargeRead(database, settings, look, microUsd),

    nextToDelete: () => nextToDelete(database, settings),
    recordDeleted: (owed, costMicroUsd) => recordDeleted(database, settings, owed, costMicroUsd),
    recordUndeletable: (owed, code) => recordUndeletable(database, settings, owed, code),
    postponeDeletion: (owed, retryAt) => postponeDeletion(database, owed, retryAt),

    ownerOf: (tweetId) => ownerOf(database, tweetId),
    noteDeleted: (userId, xUserId, tweetId, costMicroUsd) =>
      noteDeleted(database, settings, { userId, xUserId, tweetId }, costMicroUsd),
    recentTexts: (userId) => recentTexts(database, userId),
    weightedLimit: (xUserId) => weightedLimit(database, xUserId),
    setWeightedLimit: (xUserId, limit) => setWeightedLimit(database, xUserId, limit),

    post: (userId, id) => readPost(database, userId, id),
    postWithKey: (userId, key) => readPostWithKey(database, userId, key),
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
      await tidy(database, settings);
      await deployment.forgetReplicas();
    },
    connections: () => database.connections(),
    close: () => database.close(),

    accounts: openAccounts(database),
    singleUse: openSingleUse(database),
    issuer: openIssuerEntries(database),
    revocations: openRevocations(database),
    rest: openRestStore(database),
    postRequests: openPostRequests(database),
    budgets: openBudgets(database, settings),
    media: openMedia(database, settings),
  };
};
