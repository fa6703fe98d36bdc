import { HeraldError } from '../../kernel/index.ts';
import { measureText } from './weighted-length.ts';

/** Far beyond any tweet, in UTF-16 units: nothing longer is looked at. X's longest posts have 25,000 characters. */
const longestInput = 25_000;

/** X's invalid set, half surrogate pairs, and controls but tab and newline: none has a meaning in a tweet. */
const forbidden = /[\uFFFE\uFEFF\uFFFF]|\p{Cs}|(?![\t\n])\p{Cc}/u;
/** Overrides show a text in another order than it has. */
const overrides = /[\u202D\u202E]/u;
const nothingToSee = /^[\s\p{Default_Ignorable_Code_Point}\p{Cf}\u2800]*$/u;

/**
 * The text to send: NFC, with `\n` for `\r\n` and `\r`. Throws `HeraldError` with the field `text`: `TEXT_EMPTY` when
 * nothing in it can be seen, `TEXT_TOO_LONG` above 280 weighted characters, `INVALID_INPUT` for what is no text (R37):
 * controls, half surrogate pairs, U+FFFE, U+FEFF and U+FFFF, text direction overrides (U+202D, U+202E), and direction
 * embeddings or isolates that are not closed. Direction marks (U+200E, U+200F, U+061C) stand anywhere.
 */
export const checkTweetText = (text: string): string => {
  if (text.length > longestInput) throw tooLong(`The text is far longer than X allows.`);
  const lines = text.replace(/\r\n?/g, '\n');
  refuseInvalid(lines);
  if (nothingToSee.test(lines)) throw new HeraldError('TEXT_EMPTY', { field: 'text' });
  const { normalized, weightedLength, limit } = measureText(lines);
  if (weightedLength <= limit) return normalized;
  const excess = weightedLength - limit;
  throw tooLong(
    `The text has ${weightedLength} weighted characters, ${excess} more than the ${limit} that X allows.`,
  );
};

const tooLong = (message: string): HeraldError =>
  new HeraldError('TEXT_TOO_LONG', { field: 'text', message });

const refuseInvalid = (text: string): void => {
  const found = forbidden.exec(text) ?? overrides.exec(text);
  if (found !== null) {
    throw invalid(`The text has a character that cannot be in a tweet: ${nameOf(found[0])}.`);
  }
  if (!isBalanced(text))
    throw invalid('The text has a text direction that is not closed: U+2066 to U+2069, U+202A to U+202C.');
};

const invalid = (message: string): HeraldError =>
  new HeraldError('INVALID_INPUT', { field: 'text', message });

/** e.g. `U+0007`. */
const nameOf = (character: string): string =>
  `U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}`;

const closedBy: Readonly<Record<string, string>> = {
  '\u2066': '\u2069',
  '\u2067': '\u2069',
  '\u2068': '\u2069',
  '\u202A': '\u202C',
  '\u202B': '\u202C',
};

/** Every embedding and isolate is closed by its own kind, so that none reaches beyond the tweet (UAX #9, section 2). */
const isBalanced = (text: string): boolean => {
  const open: string[] = [];
  for (const [mark] of text.matchAll(/[\u2066-\u2069\u202A-\u202C]/gu)) {
    const closing = closedBy[mark];
    if (closing !== undefined) open.push(closing);
    else if (open.pop() !== mark) return false;
  }
  return open.length === 0;
};
