import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { type Environment, variables } from '../config/index.ts';

/** A folder that only its owner can read; made when it does not exist. */
export const openStateFolder = (path: string): string => {
  const folder = resolve(path);
  if (!existsSync(dirname(folder)))
    throw new Error(`HERALD_STATE_DIR: there is no folder ${dirname(folder)} to make it in.`);
  try {
    mkdirSync(folder, { mode: 0o700 });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code !== 'EEXIST')
      throw new Error(`HERALD_STATE_DIR: the folder ${folder} cannot be made (${code}).`);
  }
  return folder;
};

/** The path of a secret in the folder, made by `make` on first use, readable by its owner only. */
export const secretFile = async (
  folder: string,
  name: string,
  make: () => string | Promise<string>,
): Promise<{ path: string; made: boolean }> => {
  const path = join(folder, name);
  const secret = existsSync(path) ? undefined : await make();
  try {
    if (secret !== undefined) writeFileSync(path, `${secret}\n`, { mode: 0o600, flag: 'wx' });
    else chmodSync(path, 0o600);
    return { path, made: secret !== undefined };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    return { path, made: false };
  }
};

/** A variable of Herald's that is no secret: a command from another shell needs it too, e.g. `PORT`. */
const isOpen = (name: string): boolean => {
  const known: Record<string, object> = variables;
  return Object.hasOwn(known, name) && !('secret' in (known[name] ?? {}));
};

/** Leaves the variables that the service has beyond the secrets of `given`, for `herald` commands; secret like the folder. */
export const leaveEnvironment = (folder: string, given: Environment, full: Environment): void => {
  const added = Object.entries(full).filter(([name, value]) => given[name] !== value || isOpen(name));
  writeFileSync(join(folder, 'environment.json'), JSON.stringify(Object.fromEntries(added)), { mode: 0o600 });
};

export const readJson = (path: string): unknown => {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch {
    return undefined;
  }
};
