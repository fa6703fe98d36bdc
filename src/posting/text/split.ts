import { takeOutUrls, urlsOf } from './addresses.ts';
import { normalizeText } from './check.ts';
import { fillParts, prepareToCut } from './fill.ts';
import { measureText } from './weighted-length.ts';

/** How many tweets a post may have. */
export const mostParts = 25;

export interface SplitOptions {
  /** Of each part, in weighted characters. */
  readonly limit: number;
  /** Whether each part ends with its number, e.g. ` 2/5`; one alone never does. */
  readonly numbering: boolean;
  /** What is done with the parts before they are numbered; what it gives must fit in `room` weighted characters. */
  readonly rearrange?: (parts: readonly string[], room: number) => readonly string[];
}

/**
 * A long text as the parts of a thread, or undefined when it takes more than 25: cut between paragraphs and sentences where
 * that keeps the next one whole or fills half a part, otherwise between words, and within a word only when there is no
 * other place. Addresses and graphemes are never cut, and no cut makes an address out of what was none. Spaces at a cut
 * are left out; text directions that are open at a cut are closed before it and opened after it.
 */
export const splitText = (text: string, options: SplitOptions): readonly string[] | undefined => {
  const { limit, numbering, rearrange = (parts) => parts } = options;
  const normalized = normalizeText(text);
  if (weightOfWords(normalized) > mostParts * limit) return undefined;
  const cuttable = prepareToCut(normalized);
  for (const digits of [0, 1, 2]) {
    const room = limit - weightOfNumber(digits);
    const filled = fillParts(cuttable, room, mostParts);
    const parts = filled && rearrange(filled, room);
    if (parts === undefined || parts.length > mostParts) return undefined;
    if (parts.length <= 1 || !numbering) return parts;
    if (String(parts.length).length === digits) return numberParts(parts);
  }
  return undefined;
};

/** Without spaces: the least that the parts weigh together. */
const weightOfWords = (text: string): number => {
  const words = text.split(/\s+/u);
  return measureText(words.join(' ')).weightedLength - (words.length - 1);
};

const weightOfNumber = (digits: number): number => (digits === 0 ? 0 : ' /'.length + 2 * digits);

const numberParts = (parts: readonly string[]): string[] =>
  parts.map((part, position) => `${part} ${position + 1}/${parts.length}`);

/** The parts' addresses at the end of the last part, in order, or in parts of their own when they do not fit there. */
export const gatherUrls = (parts: readonly string[], limit: number): readonly string[] => {
  const last = parts.at(-1) ?? '';
  const earlier = parts.slice(0, -1);
  const addresses = earlier.flatMap(urlsOf).join(' ');
  if (addresses === '') return parts;
  const joined = last === '' ? addresses : `${last} ${addresses}`;
  const ending =
    measureText(joined).weightedLength <= limit
      ? [joined]
      : [last, ...(splitText(addresses, { limit, numbering: false }) ?? [addresses])];
  return [...earlier.map(takeOutUrls), ...ending];
};
