import type { PostErrorCode, XRead } from '../kernel/index.ts';
import type { Reply } from './exchange.ts';
import { answerOf, classifyCreate } from './outcome.ts';
import { parseJson } from './problem.ts';

/** What a parser made of a body; undefined when the body is not what was asked for. */
export type Parsed<T> = { readonly value: T } | undefined;

/**
 * What a read gave: ok when a whole 200 answer came and `parse` could make something of its JSON; it gets null for an
 * empty body and undefined for one that is no JSON. For an upload, which may be repeated like a read, `highestStatus`
 * lets the other successes pass as well.
 */
export function readReply<T>(
  reply: Reply,
  parse: (body: unknown) => Parsed<T>,
  highestStatus: 200 | 299 = 200,
): XRead<T> {
  const answer = answerOf(reply);
  const { status = 0, complete, text } = reply;
  const isSuccess = status >= 200 && status <= highestStatus && complete;
  const parsed = isSuccess ? parse(text === '' ? null : parseJson(text)) : undefined;
  if (parsed) return { ok: true, value: parsed.value, answer };
  return { ok: false, ...failureOf(reply), answer };
}

/** A read creates nothing, so what is `unknown` for a write is only "not available" here. */
function failureOf(reply: Reply): { code: PostErrorCode; retryAt: Date | undefined } {
  const outcome = classifyCreate(reply);
  if (outcome.kind === 'rejected') return { code: outcome.code, retryAt: undefined };
  if (outcome.kind === 'not_sent') return { code: outcome.code, retryAt: outcome.retryAt };
  return { code: 'X_UNAVAILABLE', retryAt: undefined };
}
