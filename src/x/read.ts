import type { PostErrorCode, XRead } from '../kernel/index.ts';
import type { Reply } from './exchange.ts';
import { answerOf, classifyCreate } from './outcome.ts';
import { parseJson } from './problem.ts';

/**
 * What a read gave. `parse` gets the JSON of a whole 200 answer and returns undefined when that is not what was asked
 * for; then, as for every other failure, the read is not ok.
 */
export function readReply<T>(reply: Reply, parse: (body: unknown) => T | undefined): XRead<T> {
  const answer = answerOf(reply);
  const value = reply.status === 200 && reply.complete ? parse(parseJson(reply.text)) : undefined;
  if (value !== undefined) return { ok: true, value, answer };
  return { ok: false, ...failureOf(reply), answer };
}

/** A read creates nothing, so what is `unknown` for a write is only "not available" here. */
function failureOf(reply: Reply): { code: PostErrorCode; retryAt: Date | undefined } {
  const outcome = classifyCreate(reply);
  if (outcome.kind === 'rejected') return { code: outcome.code, retryAt: undefined };
  if (outcome.kind === 'not_sent') return { code: outcome.code, retryAt: outcome.retryAt };
  return { code: 'X_UNAVAILABLE', retryAt: undefined };
}
