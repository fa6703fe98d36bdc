import { describeKeys, type KeyDescription, type KeyUse } from '../../credentials/index.ts';
import type { SealedCounts } from '../keys/count-sealed.ts';
import { uses } from '../keys/read-use.ts';
import { type Check, fail, ok, warn } from './check.ts';
import type { Examined } from './configuration.ts';

const DAY_MS = 86_400_000;
const OLD_DAYS = 365;

/** One check for each use, and one for what is stored; a keyring that is unsound is told with the configuration. */
export const checkKeys = ({ keyring }: Examined, counts: SealedCounts | undefined, now: Date): Check[] => {
  if (keyring === undefined) {
    return [
      fail('keys', 'There is no usable HERALD_KEYRING.', 'Make one: herald keys generate > keyring.json'),
    ];
  }
  const keys = describeKeys(keyring.reveal());
  return [...uses.map((use) => checkUse(use, keys, now)), ...checkStored(keys, counts)];
};

const missing: Readonly<Record<KeyUse, string>> = {
  envelope: 'Herald opens no envelope.',
  rest: 'Herald does not start without it.',
  sign: 'the sign-in routes are closed.',
  cookie: 'the sign-in routes are closed.',
};

const checkUse = (use: KeyUse, keys: readonly KeyDescription[], now: Date): Check => {
  const name = `${use} key`;
  const active = keys.filter((key) => key.use === use && key.status === 'active');
  if (active.length === 0) {
    const state = use === 'rest' || use === 'envelope' ? fail : warn;
    return state(
      name,
      `None is active: ${missing[use]}`,
      `herald keys generate --use ${use} --in-place FILE`,
    );
  }
  const old = active.find((key) => (ageDays(key, now) ?? 0) > OLD_DAYS);
  if (old !== undefined)
    return warn(
      name,
      `${describe(old, now)}.`,
      `Change it once a year: herald keys rotate --use ${use} (docs/keys.md).`,
    );
  const others = keys.filter((key) => key.use === use && key.status === 'open').length;
  return ok(
    name,
    `${active.map((key) => describe(key, now)).join(', ')}${others > 0 ? `; ${others} more open` : ''}.`,
  );
};

const describe = (key: KeyDescription, now: Date): string => {
  const days = ageDays(key, now);
  return `${key.kid} is active (${key.alg}${days === undefined ? '' : `, ${days} days old`})`;
};

/** By the day in its name; undefined for a key that was named otherwise. */
const ageDays = ({ createdOn }: KeyDescription, now: Date): number | undefined =>
  createdOn === undefined
    ? undefined
    : Math.max(0, Math.floor((now.getTime() - Date.parse(createdOn)) / DAY_MS));

const checkStored = (keys: readonly KeyDescription[], counts: SealedCounts | undefined): Check[] => {
  if (counts === undefined) return [];
  const rest = keys.filter(({ use }) => use === 'rest');
  const statusOf = (kid: string) => rest.find((key) => key.kid === kid)?.status;
  const lost = [...counts].filter(([kid]) => statusOf(kid) === undefined || statusOf(kid) === 'retired');
  const behind = [...counts].filter(([kid]) => statusOf(kid) === 'open');
  if (lost.length > 0) {
    return [
      fail(
        'stored values',
        `${lost.map(([kid, count]) => `${count} are sealed under ${kid}`).join(', ')}, which this keyring cannot open.`,
        'Bring the key back from a backup of the keyring: without it those accounts connect anew, and those posts fail.',
      ),
    ];
  }
  if (behind.length > 0) {
    return [
      warn(
        'stored values',
        `${behind.map(([kid, count]) => `${count} are still sealed under ${kid}`).join(', ')}.`,
        'Seal them under the active key: herald keys rotate --use rest',
      ),
    ];
  }
  return [ok('stored values', 'All are sealed under the active rest key.')];
};
