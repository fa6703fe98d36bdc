import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { isAbsolute, join, relative, resolve } from 'node:path';
import { isObject } from './json.ts';
import { MetadataProblem } from './problem.ts';
import { parseYaml, readValue } from './yaml-document.ts';

/** The texts of a metadata directory by path inside of it, with slashes. */
export type Files = ReadonlyMap<string, string>;

/** A metadata directory as it was found. */
export interface Project {
  /** Where its files are. */
  readonly folder: string;
  readonly files: Files;
}

/**
 * The metadata of a config v3 project: `folder` is what holds `config.yaml`, or the metadata directory itself. Throws
 * {@link MetadataProblem} for anything else.
 */
export const openProject = (folder: string): Project => {
  const metadata = findMetadata(folder);
  const files = readFiles(metadata);
  const version = files.get('version.yaml');
  if (version === undefined)
    throw new MetadataProblem(
      `${metadata} has no version.yaml, so it is no metadata directory of config v3.`,
      ...remedy,
    );
  if (versionIn(version, join(metadata, 'version.yaml')) !== 3)
    throw new MetadataProblem(`${join(metadata, 'version.yaml')} does not say "version: 3".`, ...remedy);
  return { folder: metadata, files };
};

const remedy = [
  'Name the directory of config.yaml, or the metadata directory itself: --into DIR',
  'An older project: hasura scripts update-project-v3. A new one: hasura init DIR',
];

const findMetadata = (folder: string): string => {
  if (!existsSync(folder) || !statSync(folder).isDirectory())
    throw new MetadataProblem(`There is no directory ${folder}.`, ...remedy);
  const config = join(folder, 'config.yaml');
  if (!existsSync(config)) return folder;
  const settings = readValue(parseYaml(readText(config), config));
  if (!isObject(settings) || settings.version !== 3)
    throw new MetadataProblem(`${config} does not say "version: 3".`, ...remedy);
  const named = settings.metadata_directory;
  const metadata = typeof named === 'string' ? named : 'metadata';
  const found = isAbsolute(metadata) ? metadata : resolve(folder, metadata);
  if (!existsSync(found))
    throw new MetadataProblem(
      `${config} names the metadata directory ${metadata}, which is not there.`,
      ...remedy,
    );
  return found;
};

const versionIn = (text: string, file: string): unknown => {
  const value = readValue(parseYaml(text, file));
  return isObject(value) ? value.version : undefined;
};

const readFiles = (folder: string): Files => {
  const found = readdirSync(folder, { recursive: true, withFileTypes: true })
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((path) => /\.(ya?ml|graphql|lock)$/.test(path) && statSync(path).isFile());
  return new Map(found.map((path) => [relative(folder, path).replaceAll('\\', '/'), readText(path)]));
};

/** Throws for bytes that are no UTF-8, because they could not be written back as they were. */
const readText = (path: string): string => {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(readFileSync(path));
  } catch (error) {
    const reason =
      error instanceof TypeError ? 'it is not UTF-8' : String((error as NodeJS.ErrnoException).code);
    throw new MetadataProblem(`${path} cannot be read: ${reason}.`, 'Correct it and run the command again.');
  }
};
