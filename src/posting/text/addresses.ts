import { findUrls } from './urls.ts';

/** Whether X would shorten something in it, and charge for it. */
export const hasUrl = (text: string): boolean => findUrls(text).length > 0;

/** The addresses of a text, in order. */
export const urlsOf = (text: string): string[] =>
  findUrls(text).map(({ start, end }) => text.slice(start, end));

/** The host of what `findUrls` found, as it stands there, e.g. `example.com`. */
export const hostOf = (url: string): string => url.replace(/^https?:\/\//i, '').replace(/[/?#:].*$/su, '');

/** The text with something else in the place of each address. */
export const replaceUrls = (text: string, replacement: string): string => {
  let replaced = '';
  let from = 0;
  for (const { start, end } of findUrls(text)) {
    replaced += text.slice(from, start) + replacement;
    from = end;
  }
  return replaced + text.slice(from);
};

/** Stands for an address while the space around it is taken away; no text that is sent may have it. */
const gap = '\uFFFF';
const brackets = new RegExp(`\\(${gap}\\)|\\[${gap}\\]|<${gap}>`, 'g');
const line = new RegExp(`^[^\\S\\n]*${gap}(?:[^\\S\\n]*${gap})*[^\\S\\n]*(?:\\n|$)`, 'gm');
const atLineStart = new RegExp(`^${gap}[^\\S\\n]*`, 'gm');
const afterSpace = new RegExp(`(?<![^\\S\\n])[^\\S\\n]+${gap}`, 'g');
const beforeSpace = new RegExp(`${gap}(?=\\s|$)`, 'g');

/**
 * The text without its addresses and without what they leave behind: the space before, empty brackets, empty lines. Words
 * that an address kept apart stay apart.
 */
export const takeOutUrls = (text: string): string => {
  if (text.includes(gap) || !hasUrl(text)) return text;
  const rest = replaceUrls(text, gap)
    .replace(brackets, gap)
    .replace(line, '')
    .replace(atLineStart, '')
    .replace(afterSpace, '')
    .replace(beforeSpace, '')
    .replaceAll(gap, ' ')
    .trim();
  // What stood apart may have become an address.
  return takeOutUrls(rest);
};
