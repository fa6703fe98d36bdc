import { createEmojiPattern } from './emoji.ts';
import { findUrls } from './urls.ts';

/** X's limit for a tweet, in weighted characters; accounts that may post long have another. */
export const weightLimit = 280;
const urlWeight = 23;
const emojiWeight = 2;

export interface MeasuredText {
  /** The text in NFC, which is what X counts and what is sent. */
  readonly normalized: string;
  readonly weightedLength: number;
  readonly limit: number;
  /** Whether X would shorten something in it, and charge for it. */
  readonly hasUrl: boolean;
  /** 1 to `limit`. */
  readonly valid: boolean;
}

/**
 * The length of a text as X counts it (twitter-text config v3; https://docs.x.com/fundamentals/counting-characters):
 * an address 23, an emoji 2, Latin to Georgian and some punctuation 1, everything else 2. Mentions that X adds to a
 * reply by itself are not in the text and not counted.
 */
export const measureText = (text: string, limit: number = weightLimit): MeasuredText => {
  const normalized = text.normalize('NFC');
  let weightedLength = 0;
  let from = 0;
  const urls = findUrls(normalized);
  for (const { start, end } of urls) {
    weightedLength += weighWords(normalized.slice(from, start)) + urlWeight;
    from = end;
  }
  weightedLength += weighWords(normalized.slice(from));
  const valid = weightedLength > 0 && weightedLength <= limit;
  return { normalized, weightedLength, limit, hasUrl: urls.length > 0, valid };
};

const weighWords = (text: string): number => {
  let weight = 0;
  const rest = text.replace(createEmojiPattern(), () => {
    weight += emojiWeight;
    return '';
  });
  for (const character of rest) weight += weighCharacter(character.codePointAt(0) ?? 0);
  return weight;
};

/** The weight of one code point that is neither of an emoji nor of an address. */
export const weighCharacter = (codePoint: number): number =>
  codePoint <= 0x10ff ||
  (codePoint >= 0x2000 && codePoint <= 0x200d) ||
  (codePoint >= 0x2010 && codePoint <= 0x201f) ||
  (codePoint >= 0x2032 && codePoint <= 0x2037)
    ? 1
    : 2;
