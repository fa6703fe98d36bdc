import type { LedgerAttempt, LedgerPart, LedgerPost } from '../kernel/index.ts';
import { explain } from './next-step.ts';
import { fields } from './print.ts';
import { formatUsd } from './usd.ts';

/** A post as `--json` shows it: names as in the SDL, times in ISO 8601, null for what is not there. */
export const postJson = (post: LedgerPost) => ({
  id: post.id,
  state: post.state,
  userId: post.userId,
  xUserId: post.xUserId,
  operation: post.operation,
  onPartFailure: post.onPartFailure,
  costMicroUsd: costOf(post) ?? null,
  idempotencyKey: post.idempotencyKey ?? null,
  createdAt: post.createdAt.toISOString(),
  expiresAt: post.expiresAt.toISOString(),
  parts: post.parts.map(partJson),
});

/** What its parts cost together; undefined for posts from before prices. */
export const costOf = ({ parts }: LedgerPost): number | undefined => {
  const costs = parts.flatMap(({ costMicroUsd }) => costMicroUsd ?? []);
  return costs.length === 0 ? undefined : costs.reduce((sum, cost) => sum + cost, 0);
};

const partJson = ({
  position,
  state,
  text,
  options,
  tweetId,
  deletedAt,
  deleteError,
  error,
  attempts,
  costMicroUsd,
}: LedgerPart) => ({
  position,
  state,
  text: text ?? null,
  mediaIds: options.mediaIds ?? [],
  tweetId: tweetId ?? null,
  deletedAt: deletedAt?.toISOString() ?? null,
  deleteError: deleteError ?? null,
  costMicroUsd: costMicroUsd ?? null,
  error:
    error === undefined
      ? null
      : { code: error.code, message: explain(error.code), retryAt: error.retryAt?.toISOString() ?? null },
  attempts,
});

/** An attempt as `--json` shows it; an outcome of null is one that nobody came back to tell. */
export const attemptJson = (attempt: LedgerAttempt) => ({
  position: attempt.position,
  attempt: attempt.attempt,
  startedAt: attempt.startedAt.toISOString(),
  deadlineAt: attempt.deadlineAt.toISOString(),
  finishedAt: attempt.finishedAt?.toISOString() ?? null,
  outcome: attempt.outcome ?? null,
  code: attempt.code ?? null,
  reason: attempt.reason ?? null,
  httpStatus: attempt.httpStatus ?? null,
  xTransactionId: attempt.xTransactionId ?? null,
});

/** A post with its parts and their attempts, for people. */
export const postLines = (post: LedgerPost, attempts: readonly LedgerAttempt[] = []): string[] => [
  `Post ${post.id}  ${post.state}`,
  ...fields({
    user: post.userId,
    'X account': post.xUserId,
    operation: post.operation,
    key: post.idempotencyKey,
    created: post.createdAt.toISOString(),
    expires: post.expiresAt.toISOString(),
    policy: policyOf(post),
    cost: costLine(post),
  }),
  ...post.parts.flatMap((part) => [
    '',
    ...partLines(part),
    ...attempts.filter(({ position }) => position === part.position).map(attemptLine),
  ]),
];

/** Of a thread: what becomes of it when a part fails. */
const policyOf = ({ parts, onPartFailure }: LedgerPost): string | undefined =>
  parts.length > 1 ? onPartFailure : undefined;

const costLine = (post: LedgerPost): string | undefined => {
  const cost = costOf(post);
  return cost === undefined ? undefined : formatUsd(cost);
};

const partLines = (part: LedgerPart): string[] => {
  const { position, state, text, options, tweetId, deletedAt, deleteError, error } = part;
  return [
    `Part ${position}  ${state}`,
    ...fields({
      text,
      media: countOf(options.mediaIds),
      tweet: tweetId,
      deleted: deletedAt?.toISOString(),
      undeleted: deleteError && `${deleteError}: ${explain(deleteError)}`,
      error: error && `${error.code}: ${explain(error.code)}`,
      'not before': error?.retryAt?.toISOString(),
    }),
  ];
};

const countOf = (mediaIds: readonly string[] | undefined): string | undefined =>
  mediaIds === undefined || mediaIds.length === 0
    ? undefined
    : `${mediaIds.length} ${mediaIds.length === 1 ? 'file' : 'files'}`;

const attemptLine = (attempt: LedgerAttempt): string => {
  const { startedAt, finishedAt, outcome, code, reason, httpStatus, xTransactionId } = attempt;
  const ended = finishedAt === undefined ? 'no outcome yet' : `${finishedAt.toISOString()} ${outcome}`;
  const facts = [
    code,
    reason,
    httpStatus && `HTTP ${httpStatus}`,
    xTransactionId && `x-transaction-id ${xTransactionId}`,
  ];
  return `  attempt ${attempt.attempt}  ${startedAt.toISOString()} -> ${[ended, ...facts].filter(Boolean).join(', ')}`;
};
