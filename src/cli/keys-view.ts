import { type KeyringProblem, loadKeyring } from '../credentials/index.ts';
import type { Settings } from './settings.ts';

/** Names and states of keys, never a key; or what is wrong with the keyring. */
export interface KeysView {
  readonly keys: readonly { readonly use: string; readonly kid: string; readonly status: string }[];
  readonly problem: string | undefined;
}

/** Undefined when no keyring is configured here. */
export const viewKeys = async ({ keyring }: Pick<Settings, 'keyring'>): Promise<KeysView | undefined> => {
  if (keyring === undefined) return undefined;
  try {
    const { envelopeKeys, restKeys } = await loadKeyring(keyring.reveal());
    const view = (use: string) => (key: { kid: string; status: string }) => ({
      use,
      kid: key.kid,
      status: key.status,
    });
    const keys = [
      ...[...envelopeKeys.values()].map(view('envelope')),
      ...[...restKeys.values()].map(view('rest')),
    ];
    return { keys, problem: undefined };
  } catch (error) {
    return { keys: [], problem: (error as KeyringProblem).message };
  }
};
