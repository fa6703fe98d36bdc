import {
  type NotSentReason,
  type PostErrorCode,
  parseTweetId,
  type UnknownReason,
  type XAnswer,
  type XOutcome,
} from '../kernel/index.ts';
import { clockSkewOf } from './clock-skew.ts';
import type { Reply } from './exchange.ts';
import { exhaustedUntil, parseLimits } from './limits.ts';
import { field, type Problem, parseJson, parseProblem } from './problem.ts';

/** X answers 401 with this code when `oauth_timestamp` is too far from its own clock. */
const TIMESTAMP_OUT_OF_BOUNDS = 135;
/** Codes 32 (could not authenticate) and 89 (invalid or expired token) sometimes come with 403. */
const TOKEN_REFUSED = [32, 89];

/** v1's code and the sentence for a parent that was deleted, is not to be seen, or is younger than X's caches. */
const PARENT_NOT_VISIBLE = {
  code: 385,
  sentence: /reply to a (?:tweet|post) that is deleted or not visible/i,
};

const OF_THE_APPLICATION = new Set([
  'client-forbidden',
  'client-not-enrolled',
  'unsupported-authentication',
  'usage-capped',
]);

/**
 * What became of a request that creates a tweet. A conclusion other than `unknown` needs proof: a connection that never
 * came up, or a whole answer with a status that says so.
 */
export function classifyCreate(reply: Reply): XOutcome {
  const answer = answerOf(reply);
  const { status } = reply;
  if (reply.cancelled) return notSent('X_UNAVAILABLE', 'cancelled', answer);
  if (status === undefined) {
    return reply.established ? unknown('no_answer', answer) : notSent('X_UNAVAILABLE', 'unreachable', answer);
  }
  if (status >= 200 && status < 300) return classifySuccess(reply.text, answer);
  if (status === 408 || (status >= 500 && status < 600)) return unknown('server_error', answer);
  if (status < 400 || status >= 500 || !reply.complete) return unknown('unclassified', answer);
  return classifyRefusal(status, parseProblem(reply.text), answer);
}

/** What is kept of an answer: nothing of its body, and none of the headers that could hold a secret. */
export function answerOf({ status, headers, failure, respondedAtMs }: Reply): XAnswer {
  const transactionId = headers['x-transaction-id'];
  return {
    status,
    transactionId: typeof transactionId === 'string' ? transactionId.slice(0, 64) : undefined,
    limits: parseLimits(headers),
    failure,
    clockSkewMs: clockSkewOf(headers.date, respondedAtMs),
  };
}

function classifySuccess(text: string, answer: XAnswer): XOutcome {
  const id = field(field(parseJson(text), 'data'), 'id');
  const tweetId = typeof id === 'string' ? parseTweetId(id) : undefined;
  return tweetId ? { kind: 'created', tweetId, answer } : unknown('unreadable_success', answer);
}

/** A whole 4xx answer other than 408: X created nothing. */
function classifyRefusal(status: number, problem: Problem, answer: XAnswer): XOutcome {
  switch (status) {
    case 401:
      return problem.codes.includes(TIMESTAMP_OUT_OF_BOUNDS)
        ? notSent('X_UNAVAILABLE', 'clock_skew', answer)
        : { kind: 'rejected', code: 'ACCOUNT_NEEDS_RECONNECT', answer };
    case 402:
      return notSent('OUT_OF_CREDITS', 'out_of_credits', answer);
    case 403:
      return isAboutParent(problem)
        ? { kind: 'rejected', code: 'X_FORBIDDEN', reason: 'parent_not_visible', answer }
        : { kind: 'rejected', code: codeOfForbidden(problem), answer };
    case 429:
      return notSent('RATE_LIMITED', 'rate_limited', answer, exhaustedUntil(answer.limits));
    default:
      return { kind: 'rejected', code: 'X_REJECTED', answer };
  }
}

function codeOfForbidden({ type, detail, codes }: Problem): PostErrorCode {
  if (/duplicate content/i.test(detail)) return 'DUPLICATE_CONTENT';
  if (type === 'oauth1-permissions') return 'ACCOUNT_NEEDS_RECONNECT';
  if (codes.some((code) => TOKEN_REFUSED.includes(code))) return 'ACCOUNT_NEEDS_RECONNECT';
  return OF_THE_APPLICATION.has(type) ? 'APP_NOT_PERMITTED' : 'X_FORBIDDEN';
}

const isAboutParent = ({ detail, codes }: Problem): boolean =>
  codes.includes(PARENT_NOT_VISIBLE.code) || PARENT_NOT_VISIBLE.sentence.test(detail);

const notSent = (code: PostErrorCode, reason: NotSentReason, answer: XAnswer, retryAt?: Date): XOutcome => ({
  kind: 'not_sent',
  code,
  reason,
  retryAt,
  answer,
});

const unknown = (reason: UnknownReason, answer: XAnswer): XOutcome => ({
  kind: 'unknown',
  code: 'OUTCOME_UNKNOWN',
  reason,
  answer,
});
