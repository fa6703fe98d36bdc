import { isList, isObject, isSame, type Json, type JsonObject, objectsOf } from './json.ts';

/** Where a value stands in a document: keys of objects, places in lists. */
export type Path = readonly (string | number)[];

/** One change of a document. Lists and objects on the way to `path` are made when they are not there. */
export type Edit =
  | { readonly op: 'put'; readonly path: Path; readonly value: Json }
  | { readonly op: 'append'; readonly path: Path; readonly value: Json }
  | { readonly op: 'remove'; readonly path: Path };

/** A list that holds entries of others beside Herald's. */
export interface SharedList {
  readonly path: Path;
  readonly found: readonly Json[];
  readonly wanted: readonly JsonObject[];
  /** What names an entry. */
  nameOf(entry: JsonObject): string | undefined;
  /** Whether it is Herald's; one that is not wanted any more goes. */
  isOwn(entry: JsonObject): boolean;
}

/** What a shared list needs so that Herald's entries are as wanted. Last places first, so that no edit moves another. */
export const planList = ({ path, found, wanted, nameOf, isOwn }: SharedList): Edit[] => {
  const wantedNames = new Set(wanted.map(nameOf));
  const removed = found.flatMap((entry, place): Edit[] =>
    isObject(entry) && isOwn(entry) && !wantedNames.has(nameOf(entry))
      ? [{ op: 'remove', path: [...path, place] }]
      : [],
  );
  const changed: Edit[] = [];
  const added: Edit[] = [];
  for (const entry of wanted) {
    const place = found.findIndex((other) => isObject(other) && nameOf(other) === nameOf(entry));
    if (place < 0) added.push({ op: 'append', path, value: entry });
    else changed.push(...planOverlay(found[place], entry, [...path, place]));
  }
  return [...changed, ...removed.reverse(), ...added];
};

/** What an export leaves out because it is the engine's default. */
const defaults: JsonObject = {
  kind: 'synchronous',
  type: 'mutation',
  timeout: 30,
  forward_client_headers: false,
  arguments: [],
};

/** Lists inside of Herald's entries to which a project may add its own, by name. */
const sharedLists: ReadonlySet<string> = new Set([
  'object_relationships',
  'array_relationships',
  'relationships',
]);

/**
 * What `found` needs to say at least what `wanted` says: keys that Herald does not set, such as `event_triggers`, and
 * relationships of other names stay; every other list, above all that of the roles, is Herald's as a whole.
 */
export const planOverlay = (found: Json | undefined, wanted: Json, path: Path): Edit[] => {
  const key = path.at(-1);
  if (isObject(found) && isObject(wanted)) {
    return Object.entries(wanted).flatMap(([name, value]) =>
      planKey(found[name], value, name, [...path, name]),
    );
  }
  if (typeof key === 'string' && sharedLists.has(key) && isList(found) && isList(wanted)) {
    return planList({
      path,
      found,
      wanted: objectsOf(wanted),
      nameOf: ({ name }) => (typeof name === 'string' ? name : undefined),
      isOwn: () => false,
    });
  }
  return isSame(found, wanted) ? [] : [{ op: 'put', path, value: wanted }];
};

/** A key that is wanted as undefined is wanted not to be there. */
const planKey = (found: Json | undefined, wanted: Json | undefined, name: string, path: Path): Edit[] => {
  if (wanted === undefined) return found === undefined ? [] : [{ op: 'remove', path }];
  return isDefault(name, found, wanted) ? [] : planOverlay(found, wanted, path);
};

const isDefault = (name: string, found: Json | undefined, wanted: Json): boolean =>
  (found === undefined || found === null || found === '') && isSame(defaults[name], wanted);

/** Does the edits on a value. */
export const editJson = (document: JsonObject, edits: readonly Edit[]): JsonObject =>
  edits.reduce<Json>((value, edit) => editAt(value, edit, edit.path), document) as JsonObject;

const editAt = (value: Json | undefined, edit: Edit, [key, ...rest]: Path): Json => {
  if (key === undefined) return editHere(value, edit);
  const isRemoval = edit.op === 'remove' && rest.length === 0;
  if (typeof key === 'number') {
    const list = isList(value) ? value : [];
    return list.flatMap((item, place) =>
      place !== key ? [item] : isRemoval ? [] : [editAt(item, edit, rest)],
    );
  }
  const object = isObject(value) ? value : {};
  if (!isRemoval) return { ...object, [key]: editAt(object[key], edit, rest) };
  return Object.fromEntries(Object.entries(object).filter(([name]) => name !== key));
};

const editHere = (value: Json | undefined, edit: Edit): Json => {
  if (edit.op === 'append') return [...(isList(value) ? value : []), edit.value];
  return edit.op === 'put' ? edit.value : null;
};
