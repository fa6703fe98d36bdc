import { randomBytes } from 'node:crypto';
import {
  chmodSync,
  chownSync,
  closeSync,
  fsyncSync,
  openSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  type Stats,
  statSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { Refusal } from './command.ts';

/** A secret file as it is found: its content, and whose it is. */
export interface FoundFile {
  readonly path: string;
  readonly text: string;
  readonly stats: Stats;
}

/** Undefined when there is no such file; a link is followed. Throws {@link Refusal} when it cannot be read. */
export const findFile = (path: string): FoundFile | undefined => {
  try {
    const real = realpathSync(path);
    return { path: real, text: readFileSync(real, 'utf8'), stats: statSync(real) };
  } catch (error) {
    const code = codeOf(error);
    if (code === 'ENOENT') return undefined;
    throw new Refusal(`${path} cannot be read (${code}).`);
  }
};

/** A new file that only its owner can read. */
export const createSecretFile = (path: string, text: string): void => {
  try {
    writeThrough(path, text, 0o600);
  } catch (error) {
    throw new Refusal(`${path} cannot be made (${codeOf(error)}).`);
  }
};

/**
 * Puts `text` in the place of a file at once, so that whoever reads it at any moment, or after a crash, finds the old
 * content or the new one. Mode and owner stay. Throws {@link Refusal} when somebody else changed it meanwhile.
 */
export const replaceFile = ({ path, text: old, stats }: FoundFile, text: string): void => {
  const folder = dirname(path);
  const fresh = join(folder, `.${basename(path)}.${randomBytes(6).toString('hex')}`);
  try {
    writeThrough(fresh, text, 0o600);
    const own = statSync(fresh);
    if (own.uid !== stats.uid || own.gid !== stats.gid) chownSync(fresh, stats.uid, stats.gid);
    chmodSync(fresh, stats.mode & 0o7777);
    if (readFileSync(path, 'utf8') !== old)
      throw new Refusal(`${path} was changed meanwhile and is left as it is.`, 'Run the command again.');
    renameSync(fresh, path);
    syncFolder(folder);
  } catch (error) {
    rmSync(fresh, { force: true });
    if (error instanceof Refusal) throw error;
    throw new Refusal(`${path} cannot be replaced (${codeOf(error)}); it is as it was.`);
  }
};

const writeThrough = (path: string, text: string, mode: number): void => {
  const file = openSync(path, 'wx', mode);
  try {
    writeFileSync(file, text);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
};

/** The new name is on disk before anybody is told; where folders cannot be synced (Windows) the rename has to do. */
const syncFolder = (folder: string): void => {
  try {
    const handle = openSync(folder, 'r');
    try {
      fsyncSync(handle);
    } finally {
      closeSync(handle);
    }
  } catch {
    // Only a crash of the whole machine could tell the difference.
  }
};

const codeOf = (error: unknown): string => (error as NodeJS.ErrnoException).code ?? 'unknown';
