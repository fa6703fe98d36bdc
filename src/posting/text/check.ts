import { HeraldError } from '../../kernel/index.ts';
import { isBalanced } from './directions.ts';
import { measureText, weightLimit } from './weighted-length.ts';

/** Far beyond any tweet, in UTF-16 units: nothing longer is looked at. X's longest posts have 25,000 characters. */
const longestInput = 25_000;

/** X's invalid set, half surrogate pairs, and controls but tab and newline: none has a meaning in a tweet. */
const forbidden = /[\uFFFE\uFEFF\uFFFF]|\p{Cs}|(?![\t\n])\p{Cc}/u;
/** Overrides show a text in another order than it has. */
const overrides = /[\u202D\u202E]/u;
const nothingToSee = /^[\s\p{Default_Ignorable_Code_Point}\p{Cf}\u2800]*$/u;

export const isBlank = (text: string): boolean => nothingToSee.test(text);

/** As X has texts: NFC, with `\n` for `\r\n` and `\r`. */
export const normalizeText = (text: string): string => text.replace(/\r\n?/g, '\n').normalize('NFC');

export interface ExaminedText {
  /** What to send. */
  readonly text: string;
  readonly weightedLength: number;
  /** What is left of the limit; negative when the text is too long. */
  readonly remaining: number;
  /** Whether X would shorten something in it, and charge for it. */
  readonly hasUrl: boolean;
  readonly refusal: HeraldError | undefined;
}

/**
 * The text to send, how long it is as X counts, and why it cannot be sent, with the field `field`: `TEXT_EMPTY` when
 * nothing in it can be seen, `TEXT_TOO_LONG` above `limit` weighted characters, `INVALID_INPUT` for what is no text
 * (R37): controls, half surrogate pairs, U+FFFE, U+FEFF and U+FFFF, text direction overrides (U+202D, U+202E), and
 * direction embeddings or isolates that are not closed. Direction marks (U+200E, U+200F, U+061C) stand anywhere.
 */
export const examineText = (text: string, limit: number = weightLimit, field = 'text'): ExaminedText => {
  const longest = Math.max(longestInput, 2 * limit);
  const { normalized, weightedLength, hasUrl } = measureText(normalizeText(text.slice(0, longest)));
  const examined = { text: normalized, weightedLength, remaining: limit - weightedLength, hasUrl };
  const found =
    text.length > longest
      ? (['TEXT_TOO_LONG', 'The text is far longer than X allows.'] as const)
      : findFault(normalized, weightedLength, limit);
  if (found === undefined) return { ...examined, refusal: undefined };
  const [code, message] = found;
  return { ...examined, refusal: new HeraldError(code, { field, ...(message ? { message } : {}) }) };
};

/** The text to send. Throws what `examineText` finds. */
export const checkTweetText = (text: string, limit?: number, field?: string): string => {
  const { text: sent, refusal } = examineText(text, limit, field);
  if (refusal !== undefined) throw refusal;
  return sent;
};

type Fault = readonly ['TEXT_EMPTY' | 'TEXT_TOO_LONG' | 'INVALID_INPUT', string?];

const findFault = (text: string, weightedLength: number, limit: number): Fault | undefined => {
  const invalid = findInvalid(text);
  if (invalid !== undefined) return ['INVALID_INPUT', `The text has ${invalid}.`];
  if (isBlank(text)) return ['TEXT_EMPTY'];
  if (weightedLength <= limit) return undefined;
  const excess = weightedLength - limit;
  return [
    'TEXT_TOO_LONG',
    `The text has ${weightedLength} weighted characters, ${excess} more than the ${limit} that X allows.`,
  ];
};

/** What no text of a tweet may have, as the end of a sentence that begins with "The text has". */
export const findInvalid = (text: string): string | undefined => {
  const found = forbidden.exec(text) ?? overrides.exec(text);
  if (found !== null) return `a character that cannot be in a tweet: ${nameOf(found[0])}`;
  return isBalanced(text)
    ? undefined
    : 'a text direction that is not closed: U+2066 to U+2069, U+202A to U+202C';
};

/** e.g. `U+0007`. */
const nameOf = (character: string): string =>
  `U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}`;
