import { replaceUrls } from './addresses.ts';

/* What else X finds in a text, by its own published rules (twitter-text 3.1.0); never within an address. */

const directions = '\\u061C\\u200E\\u200F\\u202A-\\u202E\\u2066-\\u2069';
const cashtag = new RegExp(
  `(?<=^|[\\s${directions}])\\$[a-z]{1,6}(?:[._][a-z]{1,2})?(?=$|\\s|[!'#%&"()*+,\\\\\\-./:;<=>?@[\\]^_{|}~$])`,
  'giu',
);
const mention = /(?<![a-z0-9_!#$%&*@＠])[@＠][a-z0-9_]{1,20}(?![a-z0-9_@＠]|:\/\/)/giu;

/** e.g. `$TSLA`; with repetitions. */
export const findCashtags = (text: string): string[] => (text.includes('$') ? found(cashtag, text) : []);

/** e.g. `@alice`; with repetitions. */
export const findMentions = (text: string): string[] => (/[@＠]/.test(text) ? found(mention, text) : []);

const found = (pattern: RegExp, text: string): string[] =>
  [...replaceUrls(text, ' ').matchAll(pattern)].map(([entity]) => entity);
