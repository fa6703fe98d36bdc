import {
  addKey,
  describeKeys,
  generateKeyring,
  type KeyringEdit,
  type NewKey,
} from '../../credentials/index.ts';
import { type Call, type Command, Refusal, Usage } from '../command.ts';
import { inPlace, type KeyringTarget, openTarget, reportEdit } from './keyring-target.ts';
import { readIssuer, readUse, uses } from './read-use.ts';

const EMPTY = '{"keys":[]}';
const ofOneKey = ['alg', 'iss', 'status'];

export const keysGenerate: Command = {
  name: 'keys generate',
  summary:
    'Makes keys. Without --use a whole keyring; with it one key, added to the keyring on standard input, if there is one, or in FILE. The new keyring goes to standard output, or into FILE.',
  options: {
    use: { value: 'USE', about: `One key of this use: ${uses.join(', ')}.` },
    alg: {
      value: 'ALG',
      about: 'Of an envelope key: dir, or ECDH-ES, whose public half an outside issuer gets.',
    },
    iss: {
      value: 'ISSUER',
      about: 'Who seals with it, as in its tokens; Herald itself unless said otherwise.',
    },
    status: {
      value: 'STATUS',
      about:
        'active, or open: it opens and is not used to seal yet. Unless said otherwise active for the first of its kind.',
    },
    new: { about: 'Makes a new keyring and does not read standard input.' },
    ...inPlace,
  },
  printsSecret: true,
  run: async (call) => {
    const use = readUse(call);
    const given = ofOneKey.find((option) => call.has(option));
    if (use === undefined && given !== undefined)
      throw new Usage(`--${given} is about one key; --use says which.`);
    if (!call.has('in-place')) call.refuseTerminal();
    const wanted = readWanted(call);
    const target = await findTarget(call);
    const edit = await (use === undefined ? makeKeyring(target) : makeKey(target, { use, ...wanted }));
    return reportEdit(target, edit, nextSteps(edit, target));
  },
};

const findTarget = async (call: Call): Promise<KeyringTarget> => {
  if (!call.has('new')) return openTarget(call);
  const path = call.text('in-place');
  const target = path === undefined ? { json: undefined, path } : await openTarget(call);
  if (target.json !== undefined)
    throw new Refusal(
      `${path} has a keyring already, and a new one would lose its keys.`,
      'Name another file.',
    );
  return target;
};

const makeKeyring = async ({ json, path }: KeyringTarget): Promise<KeyringEdit> => {
  if (json !== undefined) {
    throw new Refusal(
      `${path ?? 'Standard input'} has a keyring already.`,
      `Say with --use which key to add: ${uses.join(', ')}. --new makes another keyring.`,
    );
  }
  const made = await generateKeyring(new Date());
  return { json: made, changed: describeKeys(made) };
};

const makeKey = ({ json = EMPTY }: KeyringTarget, key: Omit<NewKey, 'date'>): Promise<KeyringEdit> =>
  addKey(json, { ...key, date: new Date() });

/** What the command line says about the one key. Throws {@link Usage}. */
const readWanted = (call: Call): Omit<NewKey, 'date' | 'use'> => {
  const status = call.text('status');
  if (status !== undefined && status !== 'active' && status !== 'open')
    throw new Usage('--status is active or open.');
  return { alg: call.text('alg'), status, ...readIssuer(call) };
};

const nextSteps = ({ changed }: KeyringEdit, { path }: KeyringTarget): string[] => {
  const [key] = changed;
  const file = path ?? 'FILE';
  const steps = ['Keep a copy where only operators get at it: what is sealed opens with these keys alone.'];
  if (changed.length > 1 || key === undefined)
    return [...steps, 'Set HERALD_KEYRING_FILE to the file, and start Herald.'];
  if (key.alg === 'ECDH-ES') steps.push(`The public half, for whoever seals: herald keys public ${file}`);
  if (key.status === 'active') return [...steps, 'Give the keyring to every Herald and restart them.'];
  const iss = key.iss === 'herald' ? '' : ` --iss ${key.iss}`;
  return [
    ...steps,
    'Give the keyring to every Herald and restart them.',
    ...(key.use === 'sign' ? ['Wait 10 minutes: by then engines with jwk_url have fetched it.'] : []),
    `Then: herald keys rotate --use ${key.use}${iss} --in-place ${file}`,
  ];
};
