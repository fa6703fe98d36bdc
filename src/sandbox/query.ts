import { type Answer, invalidRequest } from './answers.ts';
import { TWEET_FIELDS } from './tweet-view.ts';

/** Expansion parameters are X's; the sandbox expands referenced tweets only. */
const IGNORED = ['expansions', 'media.fields', 'place.fields', 'poll.fields', 'user.fields'];

/** X's 400 for a query parameter that an operation does not have, or has twice. */
export function refuseStray(query: URLSearchParams, known: readonly string[]): Answer | undefined {
  const names = [...query.keys()];
  const stray = names.find((name) => !known.includes(name) && !IGNORED.includes(name));
  if (stray !== undefined) {
    return invalidRequest(
      `The query parameter [${stray}] is not one of [${[...known, ...IGNORED].join(',')}]`,
      {
        [stray]: query.getAll(stray),
      },
    );
  }
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  return twice === undefined ? undefined : invalid(query, twice, 'is given more than once');
}

/** The fields that `tweet.fields` asks for, or X's 400. */
export function readFields(query: URLSearchParams, others: readonly string[] = []): Set<string> | Answer {
  const stray = refuseStray(query, ['tweet.fields', ...others]);
  if (stray) return stray;
  const fields = (query.get('tweet.fields') ?? '').split(',').filter(Boolean);
  const unknown = fields.find((field) => !TWEET_FIELDS.includes(field));
  return unknown === undefined
    ? new Set(fields)
    : invalid(query, 'tweet.fields', `value [${unknown}] is not one of [${TWEET_FIELDS.join(',')}]`);
}

/** Whether the tweets that others refer to are asked for too. */
export const asksForReferenced = (query: URLSearchParams): boolean =>
  (query.get('expansions') ?? '').split(',').includes('referenced_tweets.id');

/** X's 400 for a query parameter's value. */
export const invalid = (query: URLSearchParams, name: string, reason: string): Answer =>
  invalidRequest(`The \`${name}\` query parameter ${reason}.`, { [name]: query.getAll(name) });
