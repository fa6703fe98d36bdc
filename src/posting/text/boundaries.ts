import { closing, readOpen } from './directions.ts';
import { type Granularity, segmentsOf } from './segments.ts';
import { findUrls } from './urls.ts';
import { measureText, weighCharacter } from './weighted-length.ts';

/** How good a place is for a cut; the larger the better. */
export const ranks = { grapheme: 0, word: 1, space: 2, sentence: 3, paragraph: 4 } as const;
export type Rank = (typeof ranks)[keyof typeof ranks];

/** A place in a text where it may be cut: between two graphemes, and not within an address. */
export interface Boundary {
  readonly index: number;
  readonly rank: Rank;
  /** The weight of all that is before. */
  readonly weight: number;
  /** Where what is before ends without its last spaces, and its weight. */
  readonly inkEnd: number;
  readonly inkWeight: number;
  /** The text directions that are open here. */
  readonly open: string;
}

/** All boundaries of a text in NFC, with its beginning and its end. Linear in the text's length. */
export const findBoundaries = (text: string): Boundary[] => {
  const rankAt = rankPlaces(text);
  const starts = pieceStarts(text);
  let before: Boundary = {
    index: 0,
    rank: ranks.paragraph,
    weight: 0,
    inkEnd: 0,
    inkWeight: 0,
    open: '',
  };
  return [
    before,
    ...starts.map((start, position) => {
      const index = starts[position + 1] ?? text.length;
      const piece = text.slice(start, index);
      const weight = before.weight + weigh(piece);
      const ink = /\S/.test(piece) ? { inkEnd: index, inkWeight: weight } : before;
      before = {
        index,
        rank: rankAt.get(index) ?? ranks.grapheme,
        weight,
        inkEnd: ink.inkEnd,
        inkWeight: ink.inkWeight,
        open: readOpen(before.open, piece) ?? '',
      };
      return before;
    }),
  ];
};

/** Closes at the end of a cut-out text what it left open, and opens at its beginning what was open there. */
export const closeDirections = (from: Boundary, text: string, to: Boundary): string =>
  from.open + text + closing(to.open);

/** Where graphemes and addresses begin; an address is one piece with all graphemes that it touches. */
const pieceStarts = (text: string): number[] => {
  const urls = findUrls(text);
  let next = 0;
  return startsOf('grapheme', text).filter((index) => {
    while ((urls[next]?.end ?? Infinity) <= index) next += 1;
    return index <= (urls[next]?.start ?? Infinity);
  });
};

const weigh = (piece: string): number =>
  piece.length === 1 ? weighCharacter(piece.charCodeAt(0)) : measureText(piece).weightedLength;

const rankPlaces = (text: string): Map<number, Rank> => {
  const places = new Map<number, Rank>();
  for (const index of wordStarts(text)) places.set(index, ranks.word);
  for (const { index, 0: space } of text.matchAll(/\s+/gu)) {
    const isParagraph = /\n[^\S\n]*\n/u.test(space);
    places.set(index + space.length, isParagraph ? ranks.paragraph : ranks.space);
  }
  for (const index of startsOf('sentence', text)) {
    if (places.get(index) !== ranks.paragraph) places.set(index, ranks.sentence);
  }
  return places.set(text.length, ranks.paragraph);
};

/** Where words begin that no space need separate, as in Thai and Chinese. What belongs to a word stays with it. */
const wordStarts = (text: string): number[] =>
  segmentsOf('word', text).flatMap(({ index, segment, isWordLike }) => {
    const begins = isWordLike || /^[\p{Ps}\p{Pi}@＠#＃$]/u.test(segment);
    const isPrefixed = /[\p{Ps}\p{Pi}@＠#＃$]$/u.test(text.slice(Math.max(0, index - 2), index));
    return begins && !isPrefixed ? [index] : [];
  });

const startsOf = (granularity: Granularity, text: string): number[] =>
  segmentsOf(granularity, text).map(({ index }) => index);
