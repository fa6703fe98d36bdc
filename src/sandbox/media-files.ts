import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { readIfThere, writePrivately } from './journal.ts';
import type { Media } from './media.ts';

/** Where whole files are kept: `<id>.json` says what one is, `<id>.bytes` holds it. */
export interface MediaFiles {
  /** What was kept before, in any order. */
  list(): Media[];
  /** From now on files are written; before, and without a folder, they stay in memory. */
  keep(): void;
  write(media: Media): void;
  writeBytes(id: string, bytes: Buffer): void;
  readBytes(id: string): Buffer | undefined;
  remove(id: string): void;
}

/** The folder `sandbox/media` of the state folder, readable by its owner alone; undefined: memory. */
export function openMediaFiles(dir: string | undefined): MediaFiles {
  const folder = join(dir ?? '.', 'sandbox', 'media');
  const inMemory = new Map<string, Buffer>();
  let keeps = false;
  const pathOf = (id: string, ending: 'json' | 'bytes') => join(folder, `${id}.${ending}`);

  return {
    list: () => (dir === undefined ? [] : described(folder).map((path) => parse(path))),
    keep: () => {
      keeps = dir !== undefined;
    },
    write(media) {
      if (keeps) writePrivately(pathOf(media.id, 'json'), JSON.stringify(media));
    },
    writeBytes(id, bytes) {
      if (keeps) writePrivately(pathOf(id, 'bytes'), bytes);
      else inMemory.set(id, bytes);
    },
    readBytes: (id) => (keeps ? bytesIfThere(pathOf(id, 'bytes')) : inMemory.get(id)),
    remove(id) {
      inMemory.delete(id);
      if (!keeps) return;
      rmSync(pathOf(id, 'json'), { force: true });
      rmSync(pathOf(id, 'bytes'), { force: true });
    },
  };
}

function described(folder: string): string[] {
  return namesIn(folder)
    .filter((name) => /^\d+\.json$/.test(name))
    .map((name) => join(folder, name));
}

function parse(path: string): Media {
  try {
    return JSON.parse(readIfThere(path) ?? '') as Media;
  } catch {
    throw new Error(`${path} is damaged; delete its folder to start without files`);
  }
}

const namesIn = (folder: string): string[] => orNone(() => readdirSync(folder)) ?? [];
const bytesIfThere = (path: string): Buffer | undefined => orNone(() => readFileSync(path));

/** What `read` gives, or undefined when there is no such file. */
function orNone<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
}
