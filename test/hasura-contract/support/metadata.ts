import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import {
  type Choice,
  mergeIntoDirectory,
  openProject,
  readSdl,
  readSurface,
} from '../../../src/hasura/index.ts';
import { afterFile } from '../../support/cleanup.ts';

/** Text that is another in a file of the metadata, as somebody who edits it by hand leaves it; '' becomes a new file. */
export type Edits = Readonly<Record<string, (text: string) => string>>;

/** The repository's `hasura/`, with what `herald hasura sync` makes of it for a choice. A folder that goes after the file. */
export const heraldMetadata = async (choice: Partial<Choice> = {}, edits: Edits = {}): Promise<string> => {
  const folder = await mkdtemp(join(tmpdir(), 'herald-metadata-'));
  afterFile(() => rm(folder, { recursive: true, force: true }));
  const files = mergeIntoDirectory(openProject('hasura').files, readSurface(readSdl()), {
    door: 'actions',
    roles: ['user'],
    source: 'default',
    ...choice,
  });
  for (const path of new Set([...files.keys(), ...Object.keys(edits)])) {
    const text = files.get(path) ?? '';
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), edits[path]?.(text) ?? text);
  }
  return folder;
};

/** The actions forward the client's headers, which nobody should switch on. */
export const forwarding: Edits = {
  'actions.yaml': (text) => text.replaceAll('forward_client_headers: false', 'forward_client_headers: true'),
};

/** The actions are asynchronous, which nobody should switch on. */
export const asynchronous: Edits = {
  'actions.yaml': (text) => text.replaceAll('kind: synchronous', 'kind: asynchronous'),
};

/** The engine gives up after a second, before Herald does. */
export const impatient: Edits = {
  'actions.yaml': (text) => text.replaceAll('timeout: 30', 'timeout: 1'),
};
