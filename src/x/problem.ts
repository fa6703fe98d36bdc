/** X's answer to a request that it refuses: `application/problem+json`, or the older list of numeric codes. */
export interface Problem {
  /** The last word of `type`, e.g. `oauth1-permissions`; X uses two hosts before it. */
  readonly type: string;
  readonly detail: string;
  /** Numeric codes of `errors`, e.g. 89. */
  readonly codes: readonly number[];
}

/** Reads the body of an error; whatever cannot be read is empty. */
export function parseProblem(text: string): Problem {
  const body = parseJson(text);
  const type = field(body, 'type');
  const detail = field(body, 'detail');
  return {
    type: lastWord(type),
    detail: typeof detail === 'string' ? detail : '',
    codes: listOf(field(body, 'errors'))
      .map((error) => field(error, 'code'))
      .filter((code) => typeof code === 'number'),
  };
}

/** What X calls it when it has no such tweet, user or file; in the `errors` of a 200 too. */
export const RESOURCE_NOT_FOUND = 'resource-not-found';

/** The last word of each error's `type`. */
export const errorTypesOf = (body: unknown): readonly string[] =>
  listOf(field(body, 'errors')).map((error) => lastWord(field(error, 'type')));

const lastWord = (type: unknown): string =>
  typeof type === 'string' ? type.slice(type.lastIndexOf('/') + 1) : '';

/** The parsed text, or undefined when it is not JSON. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** An own field of an object of unknown shape. */
export const field = (value: unknown, name: string): unknown =>
  typeof value === 'object' && value !== null && Object.hasOwn(value, name)
    ? (value as Record<string, unknown>)[name]
    : undefined;

/** The elements of an array of unknown shape; anything else has none. */
export const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);
