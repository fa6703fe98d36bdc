import type { XAnswer, XDeletion } from '../kernel/index.ts';
import type { Reply } from './exchange.ts';
import { answerOf, classifyCreate } from './outcome.ts';
import { errorTypesOf, field, parseJson, parseProblem, RESOURCE_NOT_FOUND } from './problem.ts';

/** v1: "Sorry, that page does not exist" and "No status found with that ID". */
const NO_SUCH_TWEET = [34, 144];

/**
 * What became of a request that deletes a tweet. `deleted` and `gone` need X's own word for it; a repeated deletion
 * does no harm, so whatever is not certain is only "not now".
 */
export function classifyDeletion(reply: Reply): XDeletion {
  const answer = answerOf(reply);
  if (isDeleted(reply)) return { kind: 'deleted', answer };
  if (isGone(reply)) return { kind: 'gone', answer };
  if (reply.status === 404) return notNow(answer);
  const outcome = classifyCreate(reply);
  switch (outcome.kind) {
    case 'rejected':
      return { kind: 'refused', code: outcome.code, answer };
    case 'not_sent':
      return { kind: 'not_now', code: outcome.code, retryAt: outcome.retryAt, answer };
    case 'created':
    case 'unknown':
      return notNow(answer);
  }
}

const isDeleted = ({ status, text }: Reply): boolean =>
  isSuccess(status) && field(field(parseJson(text), 'data'), 'deleted') === true;

function isGone({ status, complete, text }: Reply): boolean {
  if (!complete) return false;
  const body = parseJson(text);
  // X answers in JSON, or nothing; a page comes from something before X and says nothing about the tweet.
  if (status === 404) return text === '' || body !== undefined;
  if (status !== 403 && !isSuccess(status)) return false;
  const { type, codes } = parseProblem(text);
  const types = [type, ...errorTypesOf(body)];
  return types.includes(RESOURCE_NOT_FOUND) || codes.some((code) => NO_SUCH_TWEET.includes(code));
}

const isSuccess = (status = 0): boolean => status >= 200 && status < 300;

const notNow = (answer: XAnswer): XDeletion => ({
  kind: 'not_now',
  code: 'X_UNAVAILABLE',
  retryAt: undefined,
  answer,
});
