import tlds from 'tlds';

/** A link in a text, in UTF-16 positions. */
export interface Link {
  readonly start: number;
  readonly end: number;
  readonly text: string;
  /** Where it leads: a bare domain gets `http://`, as X does. */
  readonly href: string;
}

const byLength = [...tlds].sort((a, b) => b.length - a.length);
const ascii = byLength.filter((tld) => /^[a-z]+$/.test(tld)).join('|');
const any = byLength.join('|');

/** A label of a domain name: letters and digits of any script, hyphens inside. */
const LABEL = '[\\p{L}\\p{M}\\p{N}](?:[\\p{L}\\p{M}\\p{N}_-]*[\\p{L}\\p{M}\\p{N}])?';
const ASCII_LABEL = '[a-z0-9](?:[a-z0-9_-]*[a-z0-9])?';
/** A top-level domain ends where no letter, digit or `@` follows. */
const END = '(?![\\p{L}\\p{N}@])';
/** What may stand before a link: not a letter, a digit, or a sign that makes it a mention, a hashtag or a cashtag. */
const BEFORE = '(?<![a-z0-9@\\uFF20$#\\uFF03\\uFFFE\\uFEFF\\uFFFF])';
const BEFORE_BARE = '(?<![a-z0-9@\\uFF20$#\\uFF03\\uFFFE\\uFEFF\\uFFFF_./-])';

const PATH_CHARACTER = "[\\p{Script=Latin}\\p{Script=Cyrillic}\\p{M}\\p{N}!*';:=+,.$/%#\\[\\]_~@|&-]";
const PATH_END = '[\\p{Script=Latin}\\p{Script=Cyrillic}\\p{M}\\p{N}=_#/+-]';
const PARENTHESES = `\\((?:${PATH_CHARACTER}|\\(${PATH_CHARACTER}*\\))*\\)`;
const PATH = `(?:/(?:(?:${PATH_CHARACTER}|${PARENTHESES})*(?:${PATH_END}|${PARENTHESES}))?)`;
const QUERY = "(?:\\?[a-z0-9!?*'();:&=+$/%#\\[\\]_.,~|@-]*[a-z0-9_&=#/-])";
const TAIL = `(?::\\d+)?${PATH}?${QUERY}?`;

const WITH_SCHEME = `${BEFORE}https?://(?:${LABEL}\\.)+(?:xn--[a-z0-9-]+|${any})${END}${TAIL}`;
const BARE = `${BEFORE_BARE}(?:${ASCII_LABEL}\\.)+(?:xn--[a-z0-9-]+|${ascii})${END}${TAIL}`;
const LINK = new RegExp(`${WITH_SCHEME}|${BARE}`, 'giu');

/** The links that X would shorten: `http(s)://` URLs, and bare domains under a known top-level domain. */
export function findLinks(text: string): Link[] {
  if (!text.includes('.')) return [];
  return Array.from(text.matchAll(LINK), (match) => ({
    start: match.index,
    end: match.index + match[0].length,
    text: match[0],
    href: /^https?:\/\//i.test(match[0]) ? match[0] : `http://${match[0]}`,
  }));
}
