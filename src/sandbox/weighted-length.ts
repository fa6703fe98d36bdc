import { findLinks } from './links.ts';

/** The most that a tweet may weigh: 280 characters (twitter-text configuration version 3). */
export const LONGEST = 280;

const LINK_WEIGHT = 2300;
const LIGHT = 100;
const HEAVY = 200;
/** Code points of weight 100; everything else weighs 200. */
const LIGHT_RANGES: readonly (readonly [number, number])[] = [
  [0x0000, 0x10ff],
  [0x2000, 0x200d],
  [0x2010, 0x201f],
  [0x2032, 0x2037],
];

/**
 * Every emoji that Unicode recommends, joined ones as one; a keycap without U+FE0F, and U+FE0F after an emoji below
 * U+10000 that would not need it, as keyboards write them. Flag `v` is known to Node 20 but not to the compiler's target.
 */
const UNICODE_SETS: string = 'v';
const EMOJI = new RegExp(
  '[\\p{Emoji}&&[\\u203C-\\u3299]]\\uFE0F(?!\\u200D)|\\p{RGI_Emoji}|[0-9#*]\\u20E3',
  `g${UNICODE_SETS}`,
);

/** A text's length as X counts it: NFC, a link is 23, an emoji 2, CJK 2 each; 280 is the most. */
export function weightedLength(text: string): number {
  const normalised = text.normalize('NFC');
  let weight = 0;
  let rest = 0;
  for (const link of findLinks(normalised)) {
    weight += plainWeight(normalised.slice(rest, link.start)) + LINK_WEIGHT;
    rest = link.end;
  }
  return Math.floor((weight + plainWeight(normalised.slice(rest))) / 100);
}

function plainWeight(text: string): number {
  let weight = 0;
  const withoutEmoji = text.replace(EMOJI, () => {
    weight += HEAVY;
    return '';
  });
  for (const character of withoutEmoji) weight += characterWeight(character.codePointAt(0) ?? 0);
  return weight;
}

const characterWeight = (point: number): number =>
  LIGHT_RANGES.some(([first, last]) => point >= first && point <= last) ? LIGHT : HEAVY;
