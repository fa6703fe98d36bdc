import { describeKeys, type KeyDescription, type KeyringEdit } from '../../credentials/index.ts';
import { type Call, type Options, Refusal, type Report } from '../command.ts';
import { readInput } from '../input.ts';
import { createSecretFile, findFile, replaceFile } from '../replace-file.ts';

/** Where a changed keyring comes from and goes to: the file of `--in-place`, or standard input and output. */
export interface KeyringTarget {
  /** Undefined when there is none yet. */
  readonly json: string | undefined;
  /** The file, when it is one. */
  readonly path: string | undefined;
}

export const inPlace: Options = {
  'in-place': {
    value: 'FILE',
    about: 'Changes this keyring file, at once or not at all, instead of reading and printing one.',
  },
};

/** Reads the keyring. Throws {@link Refusal} when the changed one would be shown on a terminal. */
export const openTarget = async (call: Call): Promise<KeyringTarget> => {
  const path = call.text('in-place');
  if (path !== undefined) return { json: findFile(path)?.text, path };
  const json = await readInput(call, 'a keyring');
  if (json !== undefined) call.refuseTerminal();
  return { json, path };
};

/** Throws {@link Refusal} when there is no keyring to change. */
export const requireKeyring = ({ json, path }: KeyringTarget, command: string): string => {
  if (json !== undefined) return json;
  if (path !== undefined) throw new Refusal(`There is no file ${path}.`, 'herald keys generate makes one.');
  throw new Refusal(
    'There is no keyring on standard input.',
    `herald ${command} --in-place FILE changes a file; herald ${command} < OLD > NEW reads and prints.`,
  );
};

/** Stores or prints the keyring after an edit, and says what changed. */
export const reportEdit = (
  target: KeyringTarget,
  { json, changed }: KeyringEdit,
  next: readonly string[],
): Report => {
  const text = /\n$/.test(target.json ?? '\n') ? `${json}\n` : json;
  if (target.path !== undefined) store(target.path, text);
  const where = target.path === undefined ? [] : [`${target.path} is changed.`];
  return {
    json: {
      file: target.path ?? null,
      changed,
      ...(target.path === undefined ? { keyring: JSON.parse(json) as unknown } : {}),
    },
    lines: [...changed.map((key) => describeChange(key, target.json)), ...where],
    next,
    ...(target.path === undefined ? { document: text } : {}),
  };
};

const store = (path: string, text: string): void => {
  const found = findFile(path);
  if (found === undefined) createSecretFile(path, text);
  else replaceFile(found, text);
};

const describeChange = (
  { kid, use, alg, status, iss }: KeyDescription,
  before: string | undefined,
): string => {
  const isNew = before === undefined || describeKeys(before).every((key) => key.kid !== kid);
  if (!isNew) return `Key ${kid} is ${status} now.`;
  return `Made key ${kid}: use ${use}, alg ${alg}, ${status}${iss === 'herald' ? '' : `, iss ${iss}`}.`;
};
