import {
  closeSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { dirname } from 'node:path';

/** An append-only file of JSON lines. Every line is with the operating system before `append` returns. */
export interface Journal {
  append(entry: object): void;
  close(): void;
}

/** Writes a file whole or not at all, readable by its owner alone. */
export function writePrivately(path: string, content: string | Uint8Array): void {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  const draft = `${path}.${process.pid}.tmp`;
  const file = openSync(draft, 'w', 0o600);
  writeFileSync(file, content);
  fsyncSync(file);
  closeSync(file);
  renameSync(draft, path);
}

/** The text of a file, or undefined when there is none. */
export function readIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
}

/**
 * The entries of a journal, oldest first. A process that dies while it writes leaves half a line at the end, which is
 * left out: its request was never answered. Damage anywhere else is an error, for it is not ours.
 */
export function readJournal(path: string): object[] {
  const lines = (readIfThere(path) ?? '').split('\n');
  const torn = lines.pop();
  const entries = lines.filter((line) => line !== '').map((line, index) => parseLine(line, path, index + 1));
  const last = torn ? tryParse(torn) : undefined;
  return last ? [...entries, last] : entries;
}

function parseLine(line: string, path: string, number: number): object {
  const entry = tryParse(line);
  if (!entry)
    throw new Error(`line ${number} of ${path} is damaged; delete the file to start with an empty sandbox`);
  return entry;
}

function tryParse(line: string): object | undefined {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === 'object' && value !== null ? value : undefined;
  } catch {
    return undefined;
  }
}

/** Starts the journal anew with `entries` (compaction), then appends. */
export function startJournal(path: string, entries: readonly object[]): Journal {
  const lineOf = (entry: object) => `${JSON.stringify(entry)}\n`;
  writePrivately(path, entries.map(lineOf).join(''));
  const file = openSync(path, 'a', 0o600);
  return {
    append: (entry) => void writeSync(file, lineOf(entry)),
    close: () => closeSync(file),
  };
}
