import { describeKeys, type KeyDescription } from '../../credentials/index.ts';
import type { Command } from '../command.ts';
import { chooseKeyring } from '../keyring-source.ts';
import { table } from '../print.ts';
import { countSealed, type SealedCounts } from './count-sealed.ts';

export const keysList: Command = {
  name: 'keys list',
  argument: 'FILE',
  argumentIsOptional: true,
  summary:
    'Lists the keys of a keyring, never a key: of FILE, or of standard input, or of HERALD_KEYRING. With a database it says how many stored values each rest key still seals.',
  options: {},
  run: async (call) => {
    const { json, source } = await chooseKeyring(call);
    const keys = describeKeys(json);
    const { counts, why } = await countSealed(call.environment);
    const lost = lostKids(keys, counts);
    return {
      json: {
        source,
        keys: keys.map((key) => ({
          ...key,
          createdOn: key.createdOn ?? null,
          sealed: sealedBy(key, counts) ?? null,
        })),
        unknownKids: lost,
      },
      lines: [
        `Keyring: ${source}`,
        ...table(
          ['KID', 'USE', 'ALG', 'STATUS', 'ISS', 'SEALED'],
          keys.map((key) => [
            key.kid,
            key.use,
            key.alg,
            key.status,
            key.iss,
            String(sealedBy(key, counts) ?? ''),
          ]),
        ),
        ...(why === undefined ? [] : [`What is stored was not counted: ${why}.`]),
      ],
      next: [...lost.map(describeLoss), ...adviseRewrap(keys, counts)],
    };
  },
};

const sealedBy = ({ kid, use }: KeyDescription, counts: SealedCounts | undefined): number | undefined =>
  use === 'rest' && counts !== undefined ? (counts.get(kid) ?? 0) : undefined;

/** Kids that seal something and have no key here that could open it. */
const lostKids = (keys: readonly KeyDescription[], counts: SealedCounts | undefined) =>
  [...(counts ?? [])]
    .filter(([kid]) => !keys.some((key) => key.kid === kid && key.use === 'rest' && key.status !== 'retired'))
    .map(([kid, count]) => ({ kid, count }));

const describeLoss = ({ kid, count }: { kid: string; count: number }): string =>
  `${count} stored values are sealed under ${kid}, which this keyring cannot open: bring that key back from a backup.`;

const adviseRewrap = (keys: readonly KeyDescription[], counts: SealedCounts | undefined): string[] => {
  const behind = keys.filter((key) => key.status === 'open' && (sealedBy(key, counts) ?? 0) > 0);
  return behind.length === 0
    ? []
    : ['Seal what is stored under the active key: herald keys rotate --use rest'];
};
