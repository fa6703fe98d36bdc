import { type Boundary, closeDirections, findBoundaries, type Rank, ranks } from './boundaries.ts';
import { isBlank } from './check.ts';
import { createUrlGuard } from './url-guard.ts';

/** A text in NFC with the places where it may be cut. */
export interface CuttableText {
  readonly text: string;
  readonly boundaries: readonly Boundary[];
  readonly keepsUrls: (index: number) => boolean;
}

export const prepareToCut = (text: string): CuttableText => ({
  text,
  boundaries: findBoundaries(text),
  keepsUrls: createUrlGuard(text),
});

/** The text in parts of at most `room` weighted characters, or undefined when it takes more than `most`. */
export const fillParts = (cuttable: CuttableText, room: number, most: number): string[] | undefined => {
  const { text, boundaries } = cuttable;
  const parts: string[] = [];
  let from = findInk(boundaries, 0);
  while (from < boundaries.length - 1) {
    const to = findCut(cuttable, from, room);
    const [start, end] = [boundaries[from], boundaries[to ?? -1]];
    if (to === undefined || start === undefined || end === undefined) return undefined;
    const part = closeDirections(start, text.slice(start.index, end.inkEnd), end);
    if (!isBlank(part)) parts.push(part);
    if (parts.length > most) return undefined;
    from = findInk(boundaries, to);
  }
  return parts;
};

/** The first boundary from `position` on after which something other than space stands; the last one if none does. */
const findInk = (boundaries: readonly Boundary[], position: number): number => {
  let found = position;
  while (isBeforeSpace(boundaries[found + 1])) found += 1;
  return found;
};

const isBeforeSpace = (next: Boundary | undefined): boolean => next !== undefined && next.inkEnd < next.index;

/** Where the part that begins at `from` ends best: the last place that keeps the most together. */
const findCut = (cuttable: CuttableText, from: number, room: number): number | undefined => {
  const { boundaries, keepsUrls } = cuttable;
  const fitting = findFitting(boundaries, from, room);
  if (fitting.at(-1) === boundaries.length - 1) return fitting.at(-1);
  const candidates = (rank: Rank): number[] =>
    fitting.filter((position) => (boundaries[position]?.rank ?? 0) >= rank);
  const isSafe = (position: number): boolean => keepsUrls(boundaries[position]?.index ?? 0);
  for (const rank of [ranks.paragraph, ranks.sentence] as const) {
    const isGood = (position: number): boolean =>
      weightBetween(boundaries, from, position) * 2 >= room || fitsWhole(boundaries, position, rank, room);
    const cut = candidates(rank).findLast((position) => isGood(position) && isSafe(position));
    if (cut !== undefined) return cut;
  }
  for (const rank of [ranks.space, ranks.word, ranks.grapheme] as const) {
    const cut = candidates(rank).findLast(isSafe);
    if (cut !== undefined) return cut;
  }
  return undefined;
};

/** The places at which a part that begins at `from` can end. */
const findFitting = (boundaries: readonly Boundary[], from: number, room: number): number[] => {
  const fitting: number[] = [];
  for (let to = from + 1; to < boundaries.length; to += 1) {
    if (weightBetween(boundaries, from, to) > room) break;
    if (weightBetween(boundaries, from, to) + weightOfMarks(boundaries, from, to) <= room) fitting.push(to);
  }
  return fitting;
};

/** Whether the paragraph or sentence that begins at `from` fits in a part. */
const fitsWhole = (boundaries: readonly Boundary[], from: number, rank: Rank, room: number): boolean =>
  findFitting(boundaries, from, room).some((to) => (boundaries[to]?.rank ?? 0) >= rank);

/** Without the spaces at the end. */
const weightBetween = (boundaries: readonly Boundary[], from: number, to: number): number =>
  (boundaries[to]?.inkWeight ?? 0) - (boundaries[from]?.weight ?? 0);

/** A direction mark weighs 2; those that are open at an end of the part are set again. */
const weightOfMarks = (boundaries: readonly Boundary[], from: number, to: number): number =>
  2 * ((boundaries[from]?.open.length ?? 0) + (boundaries[to]?.open.length ?? 0));
