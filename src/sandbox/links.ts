import tlds from 'tlds' with { type: 'json' };

/** A link in a text, in UTF-16 positions. */
export interface Link {
  readonly start: number;
  readonly end: number;
  readonly text: string;
  /** Where it leads: a bare domain gets `http://`, as X does. */
  readonly href: string;
}

const byLength = [...tlds].sort((a, b) => b.length - a.length);
const any = byLength.join('|');

/** Letters, digits and accents that twitter-text counts as Latin. */
const LATIN = 'a-z0-9\\u00C0-\\u00D6\\u00D8-\\u00F6\\u00F8-\\u024F\\u0300-\\u036F\\u1E00-\\u1EFF';
const INVALID = '\\uFFFE\\uFEFF\\uFFFF';
/** A label: after a scheme in any script, bare in Latin letters; hyphens only inside, `_` in subdomains only. */
const ANY_LETTER = `[^\\x00-/:-@[-\`{-\\x7F\\s${INVALID}]`;
const label = (letter: string, inside: string): string => `${letter}(?:(?:${letter}|[${inside}])*${letter})?`;
const HOST = `(?:${label(ANY_LETTER, '_-')}\\.)*${label(ANY_LETTER, '-')}\\.`;
const LATIN_HOST = `(?:${label(`[${LATIN}]`, '_-')}\\.)*${label(`[${LATIN}]`, '-')}\\.`;
/** A top-level domain ends where no Latin letter, digit, `@`, `+` or `-` follows; another script may. */
const END = '(?![a-z0-9@+-])';
/** What may stand before a link: not a letter, a digit, or a sign that makes it a mention, a hashtag or a cashtag. */
const BEFORE = `(?<![a-z0-9@\\uFF20$#\\uFF03${INVALID}])`;
const BEFORE_BARE = `(?:(?<![${LATIN}@\\uFF20$#\\uFF03${INVALID}_./-])|(?<=[^\\x00-\\x7F${LATIN}\\s]\\.))`;

const PATH_CHARACTER = `[${LATIN}\\u0400-\\u04FF!*';:=+,.$/%#\\[\\]_~@|&-]`;
const PATH_END = `[${LATIN}\\u0400-\\u04FF=_#/+-]`;
const PARENTHESES = `\\((?:${PATH_CHARACTER}|\\(${PATH_CHARACTER}*\\))*\\)`;
const PATH = `(?:/(?:(?:${PATH_CHARACTER}|${PARENTHESES})*(?:${PATH_END}|${PARENTHESES}))?)`;
const QUERY = "(?:\\?[a-z0-9!?*'();:&=+$/%#\\[\\]_.,~|@-]*[a-z0-9_&=#/-])";
const TAIL = `(?::\\d+)?${PATH}?${QUERY}?`;
/** Without a scheme, port and query belong to a link only when there is a path. */
const BARE_TAIL = `(?:(?::\\d+)?${PATH}${QUERY}?)?`;

const WITH_SCHEME = `${BEFORE}https?://${HOST}(?:xn--[a-z0-9-]+|${any})${END}${TAIL}`;
const BARE = `${BEFORE_BARE}${LATIN_HOST}(?:xn--[a-z0-9-]+|${any})${END}${BARE_TAIL}`;
const LINK = new RegExp(`${WITH_SCHEME}|${BARE}`, 'giu');

/** The links that X would shorten: `http(s)://` URLs, and bare domains under a known top-level domain. */
export function findLinks(text: string): Link[] {
  if (!text.includes('.')) return [];
  return Array.from(text.matchAll(LINK), ({ 0: found, index }) => {
    const end = index + found.length;
    if (/^https?:\/\//i.test(found)) return { start: index, end, text: found, href: found };
    const bare = found.slice(hostStart(found));
    return { start: end - bare.length, end, text: bare, href: `http://${bare}` };
  });
}

/** A bare domain begins after the last `_` of its subdomains. */
const hostStart = (bare: string): number => (bare.split(/[:/]/, 1)[0] ?? '').lastIndexOf('_') + 1;
