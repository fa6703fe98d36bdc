import { isList, isObject } from './json.ts';
import { MetadataProblem } from './problem.ts';
import type { Emptiness } from './yaml-file.ts';

/** The file that is there only while something has to be remembered. */
export const memoryFile = 'herald.lock';

/** What `--remove` cannot see in the files themselves. */
export interface Memory {
  /** Files that were not there. */
  readonly made: Set<string>;
  /** Types of names that Herald uses too, which were there before. */
  readonly kept: Set<string>;
  /** By file, what stood where a list or object was empty or absent. */
  readonly before: Record<string, Emptiness>;
}

export const readMemory = (text: string | undefined): Memory => {
  const empty: Memory = { made: new Set(), kept: new Set(), before: {} };
  if (text === undefined) return empty;
  try {
    const found: unknown = JSON.parse(text);
    if (!isObject(found)) throw new SyntaxError();
    return { made: textsOf(found.made), kept: textsOf(found.kept), before: readBefore(found.before) };
  } catch {
    throw new MetadataProblem(
      `${memoryFile} is damaged.`,
      'Restore it from version control; or delete it: then --remove leaves an empty list where there was another kind of nothing.',
    );
  }
};

const textsOf = (value: unknown): Set<string> =>
  new Set(isList(value) ? value.filter((one) => typeof one === 'string') : []);

const readBefore = (value: unknown): Record<string, Emptiness> =>
  Object.fromEntries(
    Object.entries(isObject(value) ? value : {}).map(([file, places]) => [file, readEmptiness(places)]),
  );

const readEmptiness = (value: unknown): Emptiness =>
  Object.fromEntries(
    Object.entries(isObject(value) ? value : {}).filter(
      (entry): entry is [string, string | null] => typeof entry[1] === 'string' || entry[1] === null,
    ),
  );

/** The file's text; undefined when there is nothing to remember. */
export const writeMemory = ({ made, kept, before }: Memory): string | undefined => {
  const places = sorted(before)
    .filter(([, emptiness]) => Object.keys(emptiness).length > 0)
    .map(([file, emptiness]) => [file, Object.fromEntries(sorted(emptiness))] as const);
  if (made.size + kept.size + places.length === 0) return undefined;
  const about = 'What herald hasura sync --remove needs to give every file back as it was. Commit it.';
  const found = { about, made: [...made].sort(), kept: [...kept].sort(), before: Object.fromEntries(places) };
  return `${JSON.stringify(found, null, 2)}\n`;
};

/** The same, whatever was done first. */
const sorted = <Value>(values: Readonly<Record<string, Value>>): [string, Value][] =>
  Object.entries(values).sort(([one], [other]) => (one < other ? -1 : 1));
