import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseEnv } from 'node:util';
import type { Environment } from '../config/index.ts';

/**
 * What a command works with: the variables of the shell, then those of `.env` in `folder`, then those that `npm start`
 * gave to the service and left in its state folder. Of `NAME` and `NAME_FILE` the first one found counts.
 */
export const findEnvironment = (shell: Environment, folder: string): Environment => {
  const withFile = fillIn(shell, readEnvFile(join(folder, '.env')));
  const stateDir = withFile.HERALD_STATE_DIR || join(folder, '.herald');
  const withStack = fillIn(withFile, readStack(join(stateDir, 'environment.json')));
  const keyring = join(stateDir, 'keyring.json');
  return existsSync(keyring) ? fillIn(withStack, { HERALD_KEYRING_FILE: keyring }) : withStack;
};

/** Whether a variable is set, by itself or as a file. */
export const isSet = (environment: Environment, name: string): boolean =>
  Boolean(environment[name] || environment[`${name}_FILE`]);

const fillIn = (environment: Environment, more: Environment): Environment => ({
  ...Object.fromEntries(
    Object.entries(more).filter(([name]) => !isSet(environment, name.replace(/_FILE$/, ''))),
  ),
  ...environment,
});

const readEnvFile = (path: string): Environment =>
  existsSync(path) ? parseEnv(readFileSync(path, 'utf8')) : {};

/** `{"DATABASE_URL": "postgres://...", ...}`; a file that cannot be read says nothing. */
const readStack = (path: string): Environment => {
  try {
    const left: unknown = JSON.parse(readFileSync(path, 'utf8'));
    return typeof left === 'object' && left !== null ? textsOf(left) : {};
  } catch {
    return {};
  }
};

const textsOf = (values: object): Environment =>
  Object.fromEntries(
    Object.entries(values).filter((entry): entry is [string, string] => typeof entry[1] === 'string'),
  );
