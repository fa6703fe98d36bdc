import { describeKeys, type KeyDescription, retireKey } from '../../credentials/index.ts';
import { type Call, type Command, Refusal } from '../command.ts';
import { countSealed } from './count-sealed.ts';
import { inPlace, openTarget, reportEdit, requireKeyring } from './keyring-target.ts';

export const keysRetire: Command = {
  name: 'keys retire',
  summary:
    'Ends a key: whatever was sealed or signed with it is refused from then on, and its name is never used again. Refused while stored values need it, and for an active key.',
  options: {
    kid: { value: 'KID', about: 'The name of the key, as herald keys list shows it.', required: true },
    emergency: {
      about: 'It leaked: retire it although it is active or needed. A new active key takes its place.',
    },
    ...inPlace,
  },
  printsSecret: true,
  run: async (call) => {
    const target = await openTarget(call);
    const json = requireKeyring(target, 'keys retire --kid KID');
    const key = findKey(json, call.text('kid') ?? '');
    const sealed = key.use === 'rest' ? await countUnder(call, key.kid) : { count: 0, why: undefined };
    const emergency = call.has('emergency');
    if (sealed.count > 0 && !emergency) throw stillNeeded(key.kid, sealed.count);
    const edit = await retireKey(json, key.kid, { date: new Date(), emergency });
    return reportEdit(target, edit, nextSteps(key, sealed));
  },
};

interface Sealed {
  readonly count: number;
  /** Why nothing was counted. */
  readonly why: string | undefined;
}

const findKey = (json: string, kid: string): KeyDescription => {
  const key = describeKeys(json).find((candidate) => candidate.kid === kid);
  if (key === undefined)
    throw new Refusal(`The keyring has no key ${kid}.`, 'herald keys list shows the names.');
  return key;
};

const countUnder = async (call: Call, kid: string): Promise<Sealed> => {
  const { counts, why } = await countSealed(call.environment);
  return { count: counts?.get(kid) ?? 0, why };
};

const stillNeeded = (kid: string, count: number): Refusal =>
  new Refusal(
    `${count} stored values are sealed under ${kid}; without it nothing opens them.`,
    'Seal them under the active key first: herald keys rotate --use rest',
    'If the key leaked and they may be lost: --emergency',
  );

const nextSteps = (key: KeyDescription, { count, why }: Sealed): string[] => [
  'Give this keyring to every Herald and restart them: until then they take what the key made.',
  ...consequences(key),
  ...(count > 0
    ? [`${count} stored values are lost with it: users connect their accounts again, open posts fail.`]
    : []),
  ...(why === undefined ? [] : [`Whether stored values need ${key.kid} was not counted: ${why}.`]),
];

const consequences = ({ use, kid, status }: KeyDescription): string[] => {
  switch (use) {
    case 'envelope':
      return [`Every session sealed under ${kid} is answered CREDENTIALS_INVALID; its user signs in again.`];
    case 'sign':
      return [
        `Tokens signed with ${kid} are refused as soon as the engine has the new keys: at once with a new static secret, within 10 minutes with jwk_url.`,
        ...(status === 'active' ? ['For an engine with a static key: herald keys public --hasura'] : []),
      ];
    case 'cookie':
      return ['Whoever is signing in at this moment begins again.'];
    case 'rest':
      return [];
  }
};
