/** A value of a metadata file or of the engine's metadata API. */
export type Json = string | number | boolean | null | readonly Json[] | JsonObject;

export type JsonObject = { readonly [key: string]: Json | undefined };

export const isObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

export const isList = (value: unknown): value is readonly Json[] => Array.isArray(value);

/** The objects of a list; nothing when `value` is no list. */
export const objectsOf = (value: unknown): readonly JsonObject[] =>
  isList(value) ? value.filter(isObject) : [];

export const textOf = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);

/**
 * Whether two values mean the same to the engine: a key with null is as good as none, the order of keys says nothing,
 * and blanks around a text neither, which the CLI adds to descriptions when it exports.
 */
export const isSame = (one: Json | undefined, other: Json | undefined): boolean => {
  if (typeof one === 'string' && typeof other === 'string') return one.trim() === other.trim();
  if (isList(one) && isList(other))
    return one.length === other.length && one.every((value, index) => isSame(value, other[index]));
  if (!isObject(one) || !isObject(other)) return (one ?? null) === (other ?? null);
  const keys = new Set([...Object.keys(one), ...Object.keys(other)]);
  return [...keys].every((key) => isSame(one[key], other[key]));
};
