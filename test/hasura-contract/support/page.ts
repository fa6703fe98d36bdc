import { readFileSync } from 'node:fs';

/** A part of a page of documentation. */
export interface Page {
  readonly text: string;
  /** The code blocks in a language, without the indentation that a list gives them. */
  blocks(language: string): string[];
  /** What stands in backticks and matches; throws when nothing does. */
  code(pattern: RegExp): string;
  /** What stands under a heading of the second level. */
  section(heading: string): Page;
  /** A step of a numbered list; the first is 1. */
  step(number: number): Page;
}

/** Reads a page, so that a test does what it says and neither can drift. */
export const readPage = (path: string): Page => pageOf(readFileSync(path, 'utf8'));

const pageOf = (text: string): Page => ({
  text,
  blocks: (language) =>
    [...text.matchAll(/^( *)```(\w+)\n([\s\S]*?)^\1```$/gm)]
      .filter(([, , found]) => found === language)
      .map(([, indent = '', , block = '']) => block.replaceAll(new RegExp(`^${indent}`, 'gm'), '')),
  code: (pattern) =>
    found(
      [...text.matchAll(/`([^`\n]+)`/g)].map(([, code = '']) => code).find((code) => pattern.test(code)),
      String(pattern),
    ),
  section: (heading) =>
    pageOf(
      found(
        text.split(/^## /m).find((part) => part.startsWith(`${heading}\n`)),
        heading,
      ),
    ),
  step: (number) => pageOf(found(text.split(/^\d+\. /m)[number], `step ${number}`)),
});

const found = (part: string | undefined, what: string): string => {
  if (part === undefined) throw new Error(`The page has no ${what}.`);
  return part;
};
