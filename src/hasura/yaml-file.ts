import type { Path } from './edits.ts';

/**
 * What stood in the place of lists and objects that were empty or absent before Herald's first entry: by path, the text
 * after the colon, or null when there was not even the key. The usual ` []` and ` {}` are not remembered.
 */
export type Emptiness = Record<string, string | null>;

/** The file that is edited. `emptiness` is added to, and taken from. */
export interface YamlFile {
  readonly name: string;
  readonly text: string;
  readonly emptiness: Emptiness;
}

/** A path as `Emptiness` names it. */
export const keyOf = (path: Path): string => path.join('.');

/** What an export writes for nothing. */
export const usual = (isList: boolean): string => (isList ? '[]' : '{}');
