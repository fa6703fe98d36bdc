import { createHash, randomInt, randomUUID } from 'node:crypto';
import pg from 'pg';
import { afterAll } from 'vitest';
import type {
  Accepted,
  Claim,
  Ledger,
  LedgerPost,
  NewPart,
  NewPost,
  PostErrorCode,
  PostId,
  TweetId,
  UserId,
  XOutcome,
  XUserId,
} from '../../src/kernel/index.ts';
import { type LedgerOptions, type OpenLedger, openLedger } from '../../src/ledger/index.ts';

export const options = {
  poolSize: 4,
  onConnectionLost: () => {},
  leaseMs: 60_000,
  postTtlMs: 1_800_000,
  settleWindowMs: 900_000,
  dedupeWindowMs: 120_000,
  restoreGuardMs: 900_000,
  publicUrl: undefined,
  budget: { appDayMicroUsd: undefined, userDayMicroUsd: undefined },
} as const satisfies Omit<LedgerOptions, 'connectionString'>;

/** A ledger that is closed after the file. */
export const openTestLedger = async (
  connectionString: string,
  changed: Partial<LedgerOptions> = {},
): Promise<OpenLedger> => {
  const ledger = await openLedger({ ...options, connectionString, ...changed });
  afterAll(() => ledger.close());
  return ledger;
};

/** A pool beside the ledger's, closed after the file: to see what is stored and to set the scene. */
export const openTestPool = (connectionString: string): pg.Pool => {
  const pool = new pg.Pool({ connectionString, max: 4 });
  pool.on('error', () => {});
  afterAll(() => pool.end());
  return pool;
};

export const newUserId = (): UserId => `user-${randomUUID()}` as UserId;
export const newPostId = (): PostId => randomUUID() as PostId;
export const newTweetId = (): TweetId => `1${String(randomInt(2 ** 47)).padStart(15, '0')}` as TweetId;
export const alice = '8446' as XUserId;

interface PostChanges extends Partial<Omit<NewPost, 'parts'>> {
  /** Free of charge, unless they say otherwise. */
  readonly parts?: readonly (Omit<NewPart, 'costMicroUsd'> & Partial<NewPart>)[];
}

export const newPost = ({ parts, ...changed }: PostChanges = {}): NewPost => {
  const text = parts?.[0]?.text ?? `hello ${randomUUID()}`;
  return {
    id: newPostId(),
    userId: newUserId(),
    xUserId: alice,
    operation: 'postTweet',
    fingerprint: createHash('sha256').update(text).digest(),
    parts: (parts ?? [{ text, options: {} }]).map((part) => ({ costMicroUsd: 0, ...part })),
    credential: { kid: 'rest-1', sealed: Buffer.from('sealed') },
    ...changed,
  };
};

/** A post of `count` parts. */
export const newThread = (count: number, changed: PostChanges = {}): NewPost =>
  newPost({
    operation: 'postThread',
    parts: Array.from({ length: count }, (_, position) => ({
      text: `part ${position} ${randomUUID()}`,
      options: {},
    })),
    ...changed,
  });

export const expectAccepted = (accepted: Accepted): { post: LedgerPost; claim: Claim } => {
  if (accepted.kind !== 'accepted' || accepted.claim === undefined) {
    throw new Error(`Expected an accepted post with a claim, got ${JSON.stringify(accepted)}`);
  }
  return { post: accepted.post, claim: accepted.claim };
};

export const acceptClaimed = async (
  ledger: Ledger,
  post: NewPost,
): Promise<{ post: LedgerPost; claim: Claim }> => expectAccepted(await ledger.accept(post));

const answer = (status: number | undefined) => ({
  status,
  transactionId: 'x-1',
  limits: undefined,
  failure: undefined,
});

export const created = (tweetId = newTweetId()): XOutcome => ({
  kind: 'created',
  tweetId,
  answer: answer(201),
});

export const notSent = (retryAt?: Date): XOutcome => ({
  kind: 'not_sent',
  code: retryAt === undefined ? 'X_UNAVAILABLE' : 'RATE_LIMITED',
  retryAt,
  reason: retryAt === undefined ? 'unreachable' : 'rate_limited',
  answer: answer(retryAt === undefined ? undefined : 429),
});

export const rejected = (code: PostErrorCode = 'X_REJECTED'): XOutcome => ({
  kind: 'rejected',
  code,
  answer: answer(code === 'X_REJECTED' ? 400 : 403),
});

export const unknown = (status?: number): XOutcome => ({
  kind: 'unknown',
  code: 'OUTCOME_UNKNOWN',
  reason: status === undefined ? 'no_answer' : status < 300 ? 'unreadable_success' : 'server_error',
  answer: answer(status),
});

/** Makes everything that a post waits for happen `ms` earlier, as if that time had passed. Locks in the ledger's order. */
export const letTimePass = async (pool: pg.Pool, id: PostId, ms: number): Promise<void> => {
  const ago = [id, `${ms} milliseconds`];
  await pool.query(
    `update herald.post set created_at = created_at - $2::interval, expires_at = expires_at - $2::interval where id = $1`,
    ago,
  );
  await pool.query(
    `update herald.part set lease_until = lease_until - $2::interval, not_before = not_before - $2::interval,
       state_since = state_since - $2::interval
     from (select position as locked from herald.part where post_id = $1 order by position for update) as part_of
     where post_id = $1 and position = locked`,
    ago,
  );
  await pool.query(
    `update herald.attempt set started_at = started_at - $2::interval, deadline_at = deadline_at - $2::interval,
       finished_at = finished_at - $2::interval
     from (select fence as locked from herald.attempt where post_id = $1 order by fence for update) as attempt_of
     where post_id = $1 and fence = locked`,
    ago,
  );
};

/** Whether the post's sealed credential is still stored. */
export const hasCredential = async (pool: pg.Pool, id: PostId): Promise<boolean> =>
  (await pool.query('select from herald.post_credential where post_id = $1', [id])).rowCount === 1;
