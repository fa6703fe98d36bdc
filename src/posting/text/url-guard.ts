import { findUrls } from './urls.ts';

/** How much text around a cut is looked at, in UTF-16 units: a host has at most 253 (RFC 1035 section 2.3.4). */
const reach = 300;
/** How many cuts of one text are looked at; a text that needs more has nothing but pieces of addresses. */
const mostLooks = 500;

/**
 * Tells whether a text that is cut at an index has the same addresses as before. Between spaces it always has; elsewhere
 * half of what was no address can be one, e.g. `bob@` and `example.com`.
 */
export const createUrlGuard = (text: string): ((index: number) => boolean) => {
  const verdicts = new Map<number, boolean>();
  return (index) => {
    const known = verdicts.get(index);
    if (known !== undefined) return known;
    const before = lastWord(text.slice(Math.max(0, index - reach), index));
    const after = firstWord(text.slice(index, index + reach));
    if (before === '' || after === '' || !(before + after).includes('.')) return true;
    const verdict = verdicts.size < mostLooks && keepsUrls(before, after);
    verdicts.set(index, verdict);
    return verdict;
  };
};

const lastWord = (text: string): string => text.split(/\s/u).at(-1) ?? '';
const firstWord = (text: string): string => text.split(/\s/u, 1)[0] ?? '';

const keepsUrls = (before: string, after: string): boolean => {
  const whole = findUrls(before + after);
  const halves = [
    ...findUrls(before),
    ...findUrls(after).map(({ start, end }) => ({ start: start + before.length, end: end + before.length })),
  ];
  return (
    whole.length === halves.length &&
    whole.every(({ start, end }, index) => halves[index]?.start === start && halves[index]?.end === end)
  );
};
