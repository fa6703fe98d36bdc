import { replaceUrls } from '../text/index.ts';

/** From this share of common words on, two texts are almost the same. */
const almostSame = 0.8;
const mention = /[@＠][a-z0-9_]+/g;
const word = /[\p{L}\p{M}]+/gu;
/** Scripts that put no space between words. */
const unspaced =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}]/u;

export type Wording = ReadonlySet<string>;

/**
 * The words that make a text what it is: without case, addresses, mentions, digits and punctuation. Where words have no space
 * between them, each pair of characters is one.
 */
export const wordingOf = (text: string): Wording => {
  const words = replaceUrls(text, ' ').toLowerCase().replace(mention, ' ').match(word) ?? [];
  return new Set(words.flatMap((one) => (unspaced.test(one) ? pairsOf(one) : [one])));
};

const pairsOf = (text: string): string[] => {
  const characters = [...text];
  if (characters.length === 1) return characters;
  return characters.slice(1).map((character, index) => `${characters[index] ?? ''}${character}`);
};

/** Whether the words of two texts are the same but for a fifth (the Jaccard index of both). Texts without words never are. */
export const areSimilar = (one: Wording, other: Wording): boolean => {
  const common = [...one].filter((found) => other.has(found)).length;
  const all = one.size + other.size - common;
  return common > 0 && common / all >= almostSame;
};
