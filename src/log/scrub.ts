const MASK = '[secret]';

/** True for every line that {@link SHAPES} would change; under a microsecond for the ordinary line, which has none. */
const SUSPICIOUS = /eyJ|oauth_|-[A-Za-z0-9]{20}|[^A-Za-z0-9][A-Za-z0-9]{44}/;

/**
 * Reads a line of JSON from left to right, one alternative at a time:
 * 1. an escape sequence, so that the `n` of a `\n` is not taken for a letter of the word that follows. After escaped
 *    backslashes the escape is that of a JSON text within the line;
 * 2. `eyJ` and what follows: with two to four more parts, which may be empty, it is a compact JWT or JWE;
 * 3. an OAuth 1.0a parameter with its value, however both are quoted;
 * 4. an access token: a user id, a hyphen, letters and digits;
 * 5. any other word, whole, so that its length can be told.
 * Each takes what it looked at, so the time is linear in the length of the line.
 */
const SHAPES = new RegExp(
  [
    String.raw`(?<escaped>(?:\\\\)+(?:u[0-9a-fA-F]{4}|[bfnrt])?|\\u[0-9a-fA-F]{4}|\\.)`,
    String.raw`(?<dotted>[A-Za-z0-9]*?eyJ[\w-]*(?:\.[\w-]*){0,4})`,
    String.raw`(?<name>[A-Za-z0-9]*?oauth_(?:token_secret|token|signature|verifier)(?<quote>\\*"|')?\s*(?:=|:|%3[AaDd]))(?<open>\s*(?:\\*"|')?)(?<value>[^\s"'\\,;&{}[\]]+)`,
    String.raw`(?<token>[A-Za-z0-9]*\d{5}-[A-Za-z0-9]{20,})`,
    '(?<word>[A-Za-z0-9]+)',
  ].join('|'),
  'g',
);

type Groups = Readonly<
  Record<'escaped' | 'dotted' | 'name' | 'quote' | 'open' | 'token' | 'word', string | undefined>
>;

/**
 * A line of JSON with every value that looks like a credential masked, wherever it stands: in a message, in a stack, in
 * a JSON text within a string. The line stays valid JSON (R41 of docs/security.md).
 */
export const scrub = (line: string): string =>
  SUSPICIOUS.test(line) ? line.replace(SHAPES, (...found) => masked(found[0], found.at(-1))) : line;

const masked = (match: string, { escaped, dotted, name, quote, open, token, word }: Groups): string => {
  if (escaped !== undefined) return match;
  if (word !== undefined) return isSecretWord(word) ? MASK : match;
  if (dotted !== undefined) return dotted.split('.').length > 2 || isSecretWord(dotted) ? MASK : match;
  if (token !== undefined) return MASK;
  // A number, true, false or null of the line itself: the mask needs quotes there.
  const isBareJson = quote === '"' && open?.trim() === '';
  return `${name}${open}${isBareJson ? `"${MASK}"` : MASK}`;
};

/** A token's secret has no shape but its 45 letters and digits. */
const isSecretWord = ({ length }: string): boolean => length >= 44 && length <= 46;
