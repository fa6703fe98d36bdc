import {
  type LedgerPart,
  type LedgerPost,
  postErrors,
  type TweetId,
  type XPart,
  type XPost,
  type XPostError,
} from '../kernel/index.ts';

type TweetUrl = (tweetId: TweetId) => string;

/** A post of the ledger as its user sees it. */
export const toXPost = (post: LedgerPost, tweetUrl: TweetUrl, deduplicated = false): XPost => {
  const parts = post.parts.map((part) => toXPart(part, tweetUrl));
  return {
    id: post.id,
    state: post.state,
    deduplicated,
    idempotencyKey: post.idempotencyKey ?? null,
    createdAt: post.createdAt.toISOString(),
    expiresAt: post.expiresAt.toISOString(),
    accountId: post.accountId ?? null,
    xUserId: post.xUserId,
    tweetId: parts[0]?.tweetId ?? null,
    url: parts[0]?.url ?? null,
    parts,
    deletedAt: deletedAt(post.parts)?.toISOString() ?? null,
    error: parts.find(({ state, error }) => state !== 'SENT' && error !== null)?.error ?? null,
    costMicroUsd: costOf(post.parts),
  };
};

/** When the last live part was deleted; undefined while one is there. */
const deletedAt = (parts: readonly LedgerPart[]): Date | undefined => {
  const live = parts.filter(({ state }) => state === 'SENT');
  const deleted = live.flatMap((part) => part.deletedAt ?? []);
  return deleted.length === live.length
    ? deleted.toSorted((a, b) => a.getTime() - b.getTime()).at(-1)
    : undefined;
};

/** Null for a post from before prices. */
const costOf = (parts: readonly LedgerPart[]): number | null => {
  const costs = parts.flatMap(({ costMicroUsd }) => costMicroUsd ?? []);
  return costs.length === 0 ? null : costs.reduce((sum, cost) => sum + cost, 0);
};

const toXPart = (part: LedgerPart, tweetUrl: TweetUrl): XPart => {
  const { position, state, text, tweetId, options, deletedAt, error, deleteError } = part;
  return {
    position,
    state,
    text: text ?? null,
    tweetId: tweetId ?? null,
    url: tweetId === undefined ? null : tweetUrl(tweetId),
    mediaIds: [...(options.mediaIds ?? [])],
    deletedAt: deletedAt?.toISOString() ?? null,
    error: explain(error ?? (deleteError && { code: deleteError, retryAt: undefined })),
  };
};

const explain = (error: LedgerPart['error']): XPostError | null =>
  error === undefined
    ? null
    : {
        code: error.code,
        message: postErrors[error.code].message,
        userAction: postErrors[error.code].userAction,
        retryAt: error.retryAt?.toISOString() ?? null,
      };
