/** Where a claim stands inside a token's payload: names and array positions, outermost first; `[]` is the payload itself. */
export type ClaimPath = readonly string[];

const PATH = /^\$((?:\.[^\s.[\]'"$]+|\[\d+\]|\['[^']+'\]|\["[^"]+"\])*)$/;
const STEP = /\.([^\s.[\]'"$]+)|\[(\d+)\]|\['([^']+)'\]|\["([^"]+)"\]/g;

/** A JSONPath of plain steps, as the engine takes them: `$`, `$.a.b`, `$['a b'][0]`. Undefined for anything else. */
export const parseClaimPath = (text: string): ClaimPath | undefined => {
  const steps = PATH.exec(text)?.[1];
  if (steps === undefined) return undefined;
  return [...steps.matchAll(STEP)].map((step) => step.slice(1).find((name) => name !== undefined) ?? '');
};

/** What stands there, or undefined. Only what the token itself says: nothing is inherited. */
export const claimAt = (payload: unknown, path: ClaimPath): unknown =>
  path.reduce<unknown>(
    (value, name) =>
      typeof value === 'object' && value !== null && Object.hasOwn(value, name)
        ? (value as Record<string, unknown>)[name]
        : undefined,
    payload,
  );
