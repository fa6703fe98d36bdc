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
    error: parts.find(({ error }) => error !== null)?.error ?? null,
  };
};

const toXPart = ({ position, state, text, tweetId, error }: LedgerPart, tweetUrl: TweetUrl): XPart => ({
  position,
  state,
  text: text ?? null,
  tweetId: tweetId ?? null,
  url: tweetId === undefined ? null : tweetUrl(tweetId),
  error: error === undefined ? null : explain(error),
});

const explain = ({ code, retryAt }: NonNullable<LedgerPart['error']>): XPostError => ({
  code,
  message: postErrors[code].message,
  userAction: postErrors[code].userAction,
  retryAt: retryAt?.toISOString() ?? null,
});
