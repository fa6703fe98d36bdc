import type { Files } from './project.ts';

/** A line of a difference. */
export interface ChangedLine {
  readonly sign: '+' | '-';
  /** Its number in the new text, or in the old one. */
  readonly number: number;
  readonly text: string;
}

/**
 * The lines that differ, as few as possible (Myers, "An O(ND) Difference Algorithm", 1986). Lines around them are left
 * out: in metadata they may hold secrets of others.
 */
export const compareLines = (before: string, after: string): ChangedLine[] => {
  const [old, fresh] = [linesOf(before), linesOf(after)];
  const trace = findPath(old, fresh);
  const lines: ChangedLine[] = [];
  let [x, y] = [old.length, fresh.length];
  for (let distance = trace.length - 1; distance > 0; distance -= 1) {
    const reached = trace[distance - 1] ?? new Map();
    const diagonal = x - y;
    const isInsertion =
      diagonal === -distance ||
      (diagonal !== distance && (reached.get(diagonal - 1) ?? -1) < (reached.get(diagonal + 1) ?? -1));
    const from = isInsertion ? diagonal + 1 : diagonal - 1;
    x = reached.get(from) ?? 0;
    y = x - from;
    lines.push(
      isInsertion
        ? { sign: '+', number: y + 1, text: fresh[y] ?? '' }
        : { sign: '-', number: x + 1, text: old[x] ?? '' },
    );
  }
  return lines.reverse();
};

const linesOf = (text: string): string[] => (text === '' ? [] : text.split('\n'));

/** For each number of changes, how far into the old text each diagonal gets. */
const findPath = (old: readonly string[], fresh: readonly string[]): Map<number, number>[] => {
  const trace: Map<number, number>[] = [];
  let reached = new Map([[1, 0]]);
  for (let distance = 0; distance <= old.length + fresh.length; distance += 1) {
    const next = new Map<number, number>();
    trace.push(next);
    for (let diagonal = -distance; diagonal <= distance; diagonal += 2) {
      const below = reached.get(diagonal + 1) ?? -1;
      const left = reached.get(diagonal - 1) ?? -1;
      const isInsertion = diagonal === -distance || (diagonal !== distance && left < below);
      let x = isInsertion ? below : left + 1;
      while (x < old.length && x - diagonal < fresh.length && old[x] === fresh[x - diagonal]) x += 1;
      next.set(diagonal, x);
      if (x >= old.length && x - diagonal >= fresh.length) return trace;
    }
    reached = next;
  }
  return trace;
};

/** Each file that differs, and the lines in which it does. */
export const renderDiff = (before: Files, after: Files): string[] =>
  [...new Set([...before.keys(), ...after.keys()])].sort().flatMap((file) => {
    const [old, fresh] = [before.get(file), after.get(file)];
    if (old === fresh) return [];
    const what = old === undefined ? ' (new)' : fresh === undefined ? ' (removed)' : '';
    return [`${file}${what}`, ...compareLines(textOf(old), textOf(fresh)).map(renderLine)];
  });

/** The line end of the last line is no line. */
const textOf = (text = ''): string => text.replace(/\r?\n$/, '');

const renderLine = ({ sign, number, text }: ChangedLine): string =>
  `${String(number).padStart(5)} ${sign} ${text.replace(/\r$/, '')}`.trimEnd();
