/** In UTF-16 units. The time that a segment takes grows with the text in which it is looked for. */
const shortChunk = 256;

export type Granularity = 'grapheme' | 'word' | 'sentence';
interface Segment {
  readonly index: number;
  readonly segment: string;
  readonly isWordLike: boolean;
}

/** A text's segments (UAX #29), in order. The language changes nothing in them, so that every machine finds the same. */
export const segmentsOf = (granularity: Granularity, text: string): Segment[] => {
  const segmenter = new Intl.Segmenter('en', { granularity });
  const segments: Segment[] = [];
  let from = 0;
  let length = shortChunk;
  while (from < text.length) {
    const chunk = [...segmenter.segment(text.slice(from, from + length))];
    const isLast = from + length >= text.length;
    // The last one may go on in the next chunk.
    const whole = isLast ? chunk : chunk.slice(0, -1);
    for (const { index, segment, isWordLike } of whole) {
      segments.push({ index: from + index, segment, isWordLike: isWordLike === true });
    }
    if (isLast) break;
    from += chunk.at(-1)?.index ?? 0;
    length = whole.length === 0 ? 2 * length : shortChunk;
  }
  return segments;
};
