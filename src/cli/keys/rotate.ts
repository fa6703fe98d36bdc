import { describeKeys, type KeyDescription, type KeyringEdit, rotateKey } from '../../credentials/index.ts';
import { type Command, Usage } from '../command.ts';
import { inPlace, openTarget, reportEdit, requireKeyring } from './keyring-target.ts';
import { readIssuer, readUse, uses } from './read-use.ts';
import { rewrapStored } from './rewrap.ts';

export const keysRotate: Command = {
  name: 'keys rotate',
  summary:
    'Changes to another key. The newest open key becomes the active one, or else a new one is made; the one before stays open. --use rest without a keyring on standard input and without --in-place seals everything that is stored under the active rest key, while Herald runs.',
  options: {
    use: { value: 'USE', about: `The keys of this use: ${uses.join(', ')}.`, required: true },
    iss: { value: 'ISSUER', about: 'The keys of this issuer; those of Herald itself unless said otherwise.' },
    ...inPlace,
  },
  printsSecret: true,
  run: async (call) => {
    const use = readUse(call);
    if (use === undefined) throw new Usage('herald keys rotate needs --use.');
    const issuer = readIssuer(call);
    const target = await openTarget(call);
    const isStored = use === 'rest' && target.json === undefined && target.path === undefined;
    if (isStored && issuer.iss === undefined) return rewrapStored(call);
    const json = requireKeyring(target, `keys rotate --use ${use}`);
    const edit = await rotateKey(json, { use, date: new Date(), ...issuer });
    return reportEdit(target, edit, nextSteps(edit, json, target.path ?? 'FILE'));
  },
};

const nextSteps = ({ changed }: KeyringEdit, before: string, file: string): string[] => {
  const active = changed.find(({ status }) => status === 'active');
  const old = changed.find(({ status }) => status === 'open');
  if (active === undefined) return [];
  const isNew = describeKeys(before).every(({ kid }) => kid !== active.kid);
  return [
    'Give this keyring to every Herald and restart them.',
    ...(isNew
      ? [
          `They do not know ${active.kid} yet: until each has it, those that do not refuse what the others seal. Without that gap: herald keys generate --use ${active.use} --status open first.`,
        ]
      : []),
    ...settleSteps(active),
    ...(old === undefined ? [] : [`Then: herald keys retire --kid ${old.kid} --in-place ${file}`]),
  ];
};

const settleSteps = ({ use, alg, iss }: KeyDescription): string[] => {
  switch (use) {
    case 'rest':
      return ['When all of them run with it, seal what is stored anew: herald keys rotate --use rest'];
    case 'sign':
      return [
        'An engine with jwk_url follows by itself; one with a static key needs: herald keys public --hasura',
        'Wait 24 hours: tokens that were signed before are still around.',
      ];
    case 'cookie':
      return ['Wait 24 hours: browsers that are signing in have cookies of the old key.'];
    case 'envelope':
      return [
        ...(alg === 'ECDH-ES' ? [`Give the new public half to ${iss}: herald keys public`] : []),
        'Wait 24 hours, or as long as a token lives if that is longer: sessions sealed before are still around.',
      ];
  }
};
