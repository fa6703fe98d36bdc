import type { Report } from './command.ts';

/** A report as it is written to standard output: text for people, or one line of JSON. */
export const print = ({ json, lines, next = [] }: Report, asJson: boolean): string => {
  // Its escapes are those of JSON, and in JSON what has to be escaped stands in strings only.
  if (asJson) return `${visible(JSON.stringify(next.length > 0 ? { ...json, next } : json))}\n`;
  const steps = next.map((step, index) => `${index === 0 ? 'Next: ' : '      '}${step}`);
  const gap = lines.length > 0 && steps.length > 0 ? [''] : [];
  return `${[...lines, ...gap, ...steps].map(visible).join('\n')}\n`;
};

/** Rows under a header, each column as wide as its widest cell. */
export const table = (header: readonly string[], rows: readonly (readonly string[])[]): string[] => {
  const all = [header, ...rows].map((row) => row.map(visible));
  const widths = header.map((_, column) => Math.max(...all.map((row) => row[column]?.length ?? 0)));
  return all.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  );
};

/** Names and values in two columns, indented; a value that is undefined takes its row with it. */
export const fields = (values: Readonly<Record<string, string | undefined>>): string[] => {
  const width = Math.max(...Object.keys(values).map((name) => name.length));
  return Object.entries(values).flatMap(([name, value]) =>
    value === undefined ? [] : [`  ${name.padEnd(width)}  ${value}`],
  );
};

/** A text that users wrote must not move the cursor, colour the screen or turn the direction of what follows. */
const visible = (text: string): string =>
  text.replace(
    /[\p{Cc}\p{Zl}\p{Zp}\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
