import type { Edit } from './edits.ts';
import type { Json } from './json.ts';
import { type Memory, memoryFile, readMemory, writeMemory } from './memory.ts';
import type { Files } from './project.ts';
import { parseYaml, readValue } from './yaml-document.ts';
import { editYaml } from './yaml-edit.ts';

/** The files of a metadata directory while they are changed. Nothing reaches the disk. */
export interface Draft {
  readonly memory: Memory;
  text(file: string): string | undefined;
  /** The value of a file of YAML; undefined for one that is not there. */
  read(file: string): Json | undefined;
  /** Makes the file when it is not there. */
  edit(file: string, edits: readonly Edit[]): void;
  write(file: string, text: string): void;
  remove(file: string): void;
  /** The files with every change; those that were made and are empty again are gone. */
  finish(): Files;
}

export const openDraft = (found: Files): Draft => {
  const files = new Map(found);
  const memory = readMemory(found.get(memoryFile));
  const write = (file: string, text: string): void => {
    if (!files.has(file)) memory.made.add(file);
    files.set(file, text);
  };
  const read = (file: string): Json | undefined => {
    const text = files.get(file);
    return text === undefined ? undefined : readValue(parseYaml(text, file));
  };
  return {
    memory,
    text: (file) => files.get(file),
    read,
    write,
    edit: (file, edits) => {
      for (const edit of edits) {
        const emptiness = memory.before[file] ?? {};
        memory.before[file] = emptiness;
        write(file, editYaml({ name: file, text: files.get(file) ?? '', emptiness }, edit));
      }
    },
    remove: (file) => {
      files.delete(file);
      memory.made.delete(file);
      delete memory.before[file];
    },
    finish: () => {
      for (const file of memory.made) if (files.get(file) === '') files.delete(file);
      for (const file of memory.made) if (!files.has(file)) memory.made.delete(file);
      const text = writeMemory(memory);
      if (text === undefined) files.delete(memoryFile);
      else files.set(memoryFile, text);
      return files;
    },
  };
};
