import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { isList, isObject, type JsonObject } from './json.ts';
import { MetadataProblem } from './problem.ts';
import type { Files } from './project.ts';

/** Holds new and old files while they change places. It is there for some milliseconds, or after a crash. */
export const stagingFolder = '.herald-sync';

/** One file that changes: what it becomes and what it was, in the staging folder; null for a file that is not there. */
interface Change {
  readonly path: string;
  readonly fresh: string | null;
  readonly old: string | null;
}

/** Moves and removes files; tests put one here that fails. */
export interface Moves {
  rename(from: string, to: string): void;
  remove(path: string): void;
}

const onDisk: Moves = { rename: renameSync, remove: (path) => rmSync(path, { force: true }) };

/**
 * Brings a folder from `before` to `after`. Everything is written beside first, so that what follows is renames only: when
 * one fails, those before it are taken back; when the process dies among them, {@link finishInterrupted} does the rest.
 * Throws {@link MetadataProblem}; the files are as they were then.
 */
export const writeFiles = (folder: string, before: Files, after: Files, moves: Moves = onDisk): void => {
  const paths = [...new Set([...before.keys(), ...after.keys()])].filter(
    (path) => before.get(path) !== after.get(path),
  );
  if (paths.length === 0) return;
  makeStaging(folder);
  const changes = stage(folder, paths, before, after);
  try {
    for (const change of changes) moveIn(folder, change, moves);
  } catch (error) {
    takeBack(folder, changes);
    throw notWritten(folder, error);
  }
  dropStaging(folder);
};

const makeStaging = (folder: string): void => {
  try {
    mkdirSync(join(folder, stagingFolder));
  } catch (error) {
    if (codeOf(error) !== 'EEXIST') throw notWritten(folder, error);
    throw new MetadataProblem(
      `Another run is writing to ${folder}.`,
      'Run the command again when it has ended.',
    );
  }
};

const notWritten = (folder: string, error: unknown): MetadataProblem =>
  error instanceof MetadataProblem
    ? error
    : new MetadataProblem(`${folder} cannot be written (${codeOf(error)}); it is as it was.`);

const codeOf = (error: unknown): string => (error as NodeJS.ErrnoException).code ?? String(error);

const dropStaging = (folder: string): void =>
  rmSync(join(folder, stagingFolder), { recursive: true, force: true });

const stage = (folder: string, paths: readonly string[], before: Files, after: Files): Change[] => {
  const staging = join(folder, stagingFolder);
  try {
    const changes = paths.map((path, place) =>
      stageFile(folder, path, `${place}`, before.get(path), after.get(path)),
    );
    // From here on a crash is followed by the rest of the renames, not by forgetting them.
    writeFileSync(join(staging, 'journal.new'), JSON.stringify({ changes }), { flush: true });
    renameSync(join(staging, 'journal.new'), join(staging, 'journal'));
    return changes;
  } catch (error) {
    dropStaging(folder);
    throw notWritten(folder, error);
  }
};

const stageFile = (
  folder: string,
  path: string,
  name: string,
  old: string | undefined,
  fresh: string | undefined,
): Change => {
  const [file, staged] = [join(folder, path), join(folder, stagingFolder, name)];
  refuseChanged(file, old);
  if (old !== undefined) copyFileSync(file, `${staged}.old`);
  if (fresh !== undefined)
    writeFileSync(`${staged}.new`, fresh, {
      flush: true,
      mode: old === undefined ? 0o666 : statSync(file).mode,
    });
  return {
    path,
    fresh: fresh === undefined ? null : `${name}.new`,
    old: old === undefined ? null : `${name}.old`,
  };
};

const refuseChanged = (file: string, expected: string | undefined): void => {
  const found = existsSync(file) ? readFileSync(file, 'utf8') : undefined;
  if (found !== expected)
    throw new MetadataProblem(
      `${file} was changed meanwhile; nothing was written.`,
      'Run the command again.',
    );
};

/** A link to a file stays one. */
const targetOf = (folder: string, path: string): string => {
  const file = join(folder, path);
  return existsSync(file) ? realpathSync(file) : file;
};

const moveIn = (folder: string, { path, fresh }: Change, moves: Moves): void => {
  const target = targetOf(folder, path);
  if (fresh === null) {
    moves.remove(target);
    removeEmptyFolders(folder, dirname(path));
  } else {
    mkdirSync(dirname(target), { recursive: true });
    moves.rename(join(folder, stagingFolder, fresh), target);
  }
};

const removeEmptyFolders = (folder: string, path: string): void => {
  try {
    for (let inner = path; inner !== '.'; inner = dirname(inner)) rmdirSync(join(folder, inner));
  } catch {
    // It is not empty.
  }
};

/** Puts every old file back. The journal says so from the start, so that a crash in between is followed by the rest. */
const takeBack = (folder: string, changes: readonly Change[]): void => {
  const staging = join(folder, stagingFolder);
  try {
    if (existsSync(join(staging, 'journal'))) renameSync(join(staging, 'journal'), join(staging, 'back'));
    for (const { path, old } of changes) {
      const target = targetOf(folder, path);
      mkdirSync(dirname(target), { recursive: true });
      if (old === null) rmSync(target, { force: true });
      else copyFileSync(join(staging, old), target);
    }
    dropStaging(folder);
  } catch (error) {
    throw new MetadataProblem(
      `${folder} could be written only in part, and not be restored (${codeOf(error)}).`,
      'Make it writable and run the command again: it restores the rest first.',
    );
  }
};

/**
 * Does the rest of a {@link writeFiles} whose process died. True when there was one. Throws {@link MetadataProblem} when
 * somebody changed one of its files since.
 */
export const finishInterrupted = (folder: string): boolean => {
  const staging = join(folder, stagingFolder);
  if (!existsSync(staging)) return false;
  if (existsSync(join(staging, 'back'))) {
    takeBack(folder, readJournal(join(staging, 'back')));
    return true;
  }
  const changes = readJournal(join(staging, 'journal'));
  const waiting = changes.filter(({ fresh }) => fresh === null || existsSync(join(staging, fresh)));
  for (const { path, old } of waiting) refuseForeign(folder, path, old);
  for (const change of waiting) moveIn(folder, change, onDisk);
  dropStaging(folder);
  return changes.length > 0;
};

/** Without a journal the process died before it had begun, and there is nothing to do. */
const readJournal = (file: string): Change[] => {
  if (!existsSync(file)) return [];
  const journal: unknown = JSON.parse(readFileSync(file, 'utf8'));
  return isObject(journal) && isList(journal.changes) ? journal.changes.filter(isChange) : [];
};

const isChange = (value: unknown): value is JsonObject & Change =>
  isObject(value) && typeof value.path === 'string' && 'fresh' in value && 'old' in value;

const refuseForeign = (folder: string, path: string, old: string | null): void => {
  const file = join(folder, path);
  if (!existsSync(file)) return;
  const found = readFileSync(file);
  if (old === null || !found.equals(readFileSync(join(folder, stagingFolder, old))))
    throw new MetadataProblem(
      `An earlier run was interrupted, and ${file} was changed since.`,
      `Look at the files, restore what is missing from version control, and delete ${join(folder, stagingFolder)}.`,
    );
};
