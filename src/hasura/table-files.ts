import { posix } from 'node:path';
import type { Draft } from './draft.ts';
import { type Path, planOverlay } from './edits.ts';
import { isObject, type Json, type JsonObject, objectsOf, textOf } from './json.ts';
import { MetadataProblem } from './problem.ts';
import { graphqlName, ownTable } from './tables.ts';

const databases = 'databases/databases.yaml';

/** An entry of a source's `tables`, wherever it is written. */
interface TableEntry {
  readonly value: JsonObject;
  /** Where its place in the list is. */
  readonly list: { readonly file: string; readonly path: Path };
  /** Where it is written itself: the same place, or a file of its own. */
  readonly file: string;
  readonly path: Path;
}

/** A source of databases.yaml with its list of tables. */
export interface SourceFiles {
  readonly name: string;
  readonly kind: string;
  readonly list: { readonly file: string; readonly path: Path };
  readonly tables: readonly TableEntry[];
}

export const readSources = (draft: Draft): SourceFiles[] => {
  const found = draft.read(databases) ?? [];
  if (!Array.isArray(found)) throw new MetadataProblem(`${databases} is not a list of sources.`);
  return found.map((source, place) => {
    if (!isObject(source))
      throw new MetadataProblem(
        `${databases} includes a source from another file, which herald does not read.`,
      );
    const included = includeOf(source.tables);
    const list =
      included === undefined
        ? { file: databases, path: [place, 'tables'] }
        : { file: posix.join('databases', included), path: [] };
    const items = included === undefined ? source.tables : draft.read(list.file);
    return {
      name: textOf(source.name) ?? '',
      kind: textOf(source.kind) ?? '',
      list,
      tables: readTables(draft, list, items),
    };
  });
};

/** `x.yaml` of `"!include x.yaml"`. */
const includeOf = (value: Json | undefined): string | undefined =>
  typeof value === 'string' ? /^!include\s+(\S.*?)\s*$/.exec(value)?.[1] : undefined;

const readTables = (draft: Draft, list: SourceFiles['list'], items: Json | undefined): TableEntry[] =>
  (Array.isArray(items) ? items : []).flatMap((item: Json, place): TableEntry[] => {
    const at = { file: list.file, path: [...list.path, place] };
    if (isObject(item)) return [{ value: item, list: at, ...at }];
    const included = includeOf(item);
    if (included === undefined) return [];
    const file = posix.join(posix.dirname(list.file), included);
    const value = draft.read(file);
    return isObject(value) ? [{ value, list: at, file, path: [] }] : [];
  });

/** Tracks the tables in the source, and in no other. Without a source they are tracked nowhere. */
export const putTables = (draft: Draft, source: string | undefined, tables: readonly JsonObject[]): void => {
  for (const { name, tables: found } of readSources(draft)) {
    const strays = found.filter(({ value }) => ownTable(value) !== undefined && name !== source);
    for (const entry of strays.reverse()) untrack(draft, entry);
  }
  for (const table of tables) putTable(draft, source, table);
};

const untrack = (draft: Draft, { list, file }: TableEntry): void => {
  draft.edit(list.file, [{ op: 'remove', path: list.path }]);
  if (file !== list.file) draft.remove(file);
};

const putTable = (draft: Draft, sourceName: string | undefined, table: JsonObject): void => {
  const source = readSources(draft).find(({ name }) => name === sourceName);
  const name = ownTable(table);
  if (source === undefined || name === undefined) return;
  const found = source.tables.find(({ value }) => ownTable(value) === name);
  if (found === undefined) track(draft, source, name, table);
  else draft.edit(found.file, planOverlay(found.value, table, found.path));
};

/** A file for each table, as the CLI exports them. */
const track = (draft: Draft, { name: source, list }: SourceFiles, name: string, table: JsonObject): void => {
  const folder =
    list.path.length === 0 ? posix.dirname(list.file) : posix.join('databases', source, 'tables');
  const file = posix.join(folder, `${graphqlName(name)}.yaml`);
  if (draft.text(file) !== undefined)
    throw new MetadataProblem(
      `${file} is there, but the source ${source} does not include it.`,
      'Rename or remove it.',
    );
  const included = posix.relative(posix.dirname(list.file), file);
  draft.edit(list.file, [{ op: 'append', path: list.path, value: `!include ${included}` }]);
  draft.edit(
    file,
    Object.entries(table).flatMap(([key, value]) =>
      value === undefined ? [] : [{ op: 'put', path: [key], value }],
    ),
  );
  // Recognised by what is in them, so they need not be remembered.
  draft.memory.made.delete(file);
  delete draft.memory.before[file];
};

/** The entries of every table of a source. */
export const tablesOf = ({ tables }: SourceFiles): readonly JsonObject[] =>
  objectsOf(tables.map(({ value }) => value));
