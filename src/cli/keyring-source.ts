import type { Environment } from '../config/index.ts';
import { type Call, Refusal } from './command.ts';
import { readInput } from './input.ts';
import { findFile } from './replace-file.ts';

/** The text of a keyring, and where it was found in words. */
export interface FoundKeyring {
  readonly json: string;
  readonly source: string;
}

/** The keyring of HERALD_KEYRING or HERALD_KEYRING_FILE; undefined when neither is set. */
export const configuredKeyring = (environment: Environment): FoundKeyring | undefined => {
  const { HERALD_KEYRING, HERALD_KEYRING_FILE } = environment;
  if (HERALD_KEYRING) return { json: HERALD_KEYRING, source: 'HERALD_KEYRING' };
  if (!HERALD_KEYRING_FILE) return undefined;
  return { json: readKeyringFile(HERALD_KEYRING_FILE), source: HERALD_KEYRING_FILE };
};

/** The same where the command can do nothing without. */
export const requireConfiguredKeyring = (environment: Environment): string => {
  const found = configuredKeyring(environment);
  if (found === undefined)
    throw new Refusal('There is no keyring.', 'Set HERALD_KEYRING_FILE, or run npm start once.');
  return found.json;
};

/** The keyring that a command shows: FILE, or standard input, or else the configured one. */
export const chooseKeyring = async (call: Call): Promise<FoundKeyring> => {
  if (call.argument !== '') return { json: readKeyringFile(call.argument), source: call.argument };
  const given = await readInput(call, 'a keyring');
  if (given !== undefined) return { json: given, source: 'standard input' };
  const configured = configuredKeyring(call.environment);
  if (configured !== undefined) return configured;
  throw new Refusal(
    'There is no keyring.',
    'Name a file, give it on standard input, or set HERALD_KEYRING_FILE.',
  );
};

const readKeyringFile = (path: string): string => {
  const found = findFile(path);
  if (found === undefined) throw new Refusal(`There is no file ${path}.`);
  return found.text;
};
