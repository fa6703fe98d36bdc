import type {
  AccountId,
  LedgerPart,
  LedgerPost,
  OnPartFailure,
  PartErrorCode,
  PartState,
  PostId,
  PostState,
  SealedCredential,
  TweetId,
  TweetOptions,
  UserId,
  XUserId,
} from '../kernel/index.ts';

/** Select list of {@link PostRow}: one row for each part, with its post's columns repeated. */
export const postColumns = `post.id, post.user_id, post.x_user_id, post.account_id, post.operation, post.state as post_state,
  post.idempotency_key, post.created_at, post.expires_at, post.trace_id, post.on_part_failure,
  part.position, part.state, part.text, part.options, part.tweet_id, part.deleted_at, part.error_code,
  part.error_retry_at, part.attempts, part.delete_error_code,
  part.cost_micro_usd, part.extra_micro_usd`;

export interface PostRow {
  readonly id: PostId;
  readonly user_id: UserId;
  readonly x_user_id: XUserId;
  readonly account_id: AccountId | null;
  readonly operation: string;
  readonly post_state: PostState;
  readonly idempotency_key: string | null;
  readonly created_at: Date;
  readonly expires_at: Date;
  readonly trace_id: string | null;
  readonly on_part_failure: OnPartFailure | null;
  readonly position: number;
  readonly state: PartState;
  readonly text: string | null;
  readonly options: TweetOptions;
  readonly tweet_id: TweetId | null;
  readonly deleted_at: Date | null;
  readonly error_code: PartErrorCode | null;
  readonly error_retry_at: Date | null;
  readonly attempts: number;
  readonly delete_error_code: PartErrorCode | null;
  /** Null for rows from before prices. */
  readonly cost_micro_usd: number | null;
  readonly extra_micro_usd: number;
}

export interface CredentialRow {
  readonly kid: string | null;
  readonly sealed: Buffer | null;
}

/** The posts in `rows`, in the order of their first rows; the parts of a post must come in order. */
export const toPosts = (rows: readonly PostRow[]): LedgerPost[] => {
  const byId = new Map<PostId, PostRow[]>();
  for (const row of rows) {
    const siblings = byId.get(row.id);
    if (siblings === undefined) byId.set(row.id, [row]);
    else siblings.push(row);
  }
  return [...byId.values()].flatMap(([first, ...others]) =>
    first === undefined ? [] : [toPost(first, others)],
  );
};

/** The one post in `rows`, if there are any. */
export const toOnePost = ([first, ...others]: readonly PostRow[]): LedgerPost | undefined =>
  first === undefined ? undefined : toPost(first, others);

const toPost = (row: PostRow, others: readonly PostRow[]): LedgerPost => ({
  id: row.id,
  userId: row.user_id,
  xUserId: row.x_user_id,
  accountId: row.account_id ?? undefined,
  operation: row.operation,
  state: row.post_state,
  idempotencyKey: row.idempotency_key ?? undefined,
  createdAt: row.created_at,
  expiresAt: row.expires_at,
  traceId: row.trace_id ?? undefined,
  onPartFailure: row.on_part_failure ?? 'RESUME',
  parts: [row, ...others].map(toPart),
});

const toPart = (row: PostRow): LedgerPart => ({
  position: row.position,
  state: row.state,
  text: row.text ?? undefined,
  options: row.options,
  tweetId: row.tweet_id ?? undefined,
  deletedAt: row.deleted_at ?? undefined,
  deleteError: row.delete_error_code ?? undefined,
  error:
    row.error_code === null ? undefined : { code: row.error_code, retryAt: row.error_retry_at ?? undefined },
  attempts: row.attempts,
  costMicroUsd: costOf(row),
});

const costOf = ({ state, cost_micro_usd: cost, extra_micro_usd: extra }: PostRow): number | undefined =>
  cost === null ? undefined : (state === 'FAILED' || state === 'CANCELLED' ? 0 : cost) + extra;

/** Whether the post is taken back when a part of it fails. */
export const rollsBack = ({ onPartFailure }: LedgerPost): boolean => onPartFailure === 'ROLLBACK_DELETE';

export const toCredential = ({ kid, sealed }: CredentialRow): SealedCredential | undefined =>
  kid === null || sealed === null ? undefined : { kid, sealed };
