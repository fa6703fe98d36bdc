import { describeKeys, type KeyDescription, type KeyringProblem, loadKeyring } from '../credentials/index.ts';
import type { Settings } from './settings.ts';

/** Names and states of keys, never a key; or what is wrong with the keyring. */
export interface KeysView {
  readonly keys: readonly Pick<KeyDescription, 'use' | 'kid' | 'status'>[];
  readonly problem: string | undefined;
}

/** Undefined when no keyring is configured here. */
export const viewKeys = async ({ keyring }: Pick<Settings, 'keyring'>): Promise<KeysView | undefined> => {
  if (keyring === undefined) return undefined;
  try {
    await loadKeyring(keyring.reveal());
    const keys = describeKeys(keyring.reveal()).map(({ use, kid, status }) => ({ use, kid, status }));
    return { keys, problem: undefined };
  } catch (error) {
    return { keys: [], problem: (error as KeyringProblem).message };
  }
};
