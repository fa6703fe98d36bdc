import { findLinks } from './links.ts';

/** A handle in a text, in UTF-16 positions. */
export interface Mention {
  readonly start: number;
  readonly end: number;
  readonly username: string;
}

/** As twitter-text has it: no letter, digit or sign of another entity before it, no Latin letter, `@` or `://` behind it. */
const MENTION = /(?<![\w!#$%&*@＠])[@＠](\w{1,15})(?![\w@＠\u00C0-\u024F]|:\/\/)/g;
/** One to six letters, with a class such as `$BRK.A`. */
const CASHTAG = /(?<=^|\s)\$[a-z]{1,6}(?:[._][a-z]{1,2})?(?=$|\s|[!-#%-/:;<=>?@[\]^`{|}~])/gi;

/** The handles that a text mentions; one inside a link is none. */
export function findMentions(text: string): Mention[] {
  if (!/[@＠]/.test(text)) return [];
  const links = findLinks(text);
  return Array.from(text.matchAll(MENTION), ({ 0: found, 1: username = '', index }) => ({
    start: index,
    end: index + found.length,
    username,
  })).filter(({ start }) => !links.some((link) => start >= link.start && start < link.end));
}

/** How often a text names a stock, as `$TSLA` does. */
export const countCashtags = (text: string): number =>
  text.includes('$') ? Array.from(text.matchAll(CASHTAG)).length : 0;
