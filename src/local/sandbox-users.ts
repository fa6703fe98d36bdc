import { readFileSync } from 'node:fs';
import type { Environment } from '../config/index.ts';
import { loadKeyring, type ReadablePair, sealPair } from '../credentials/index.ts';
import type { SealedPair, UserId } from '../kernel/index.ts';

/** A user of the sandbox with the credentials that X would have given an application. */
export interface SandboxUser {
  readonly id: string;
  readonly username: string;
  readonly access_token: string;
  readonly access_token_secret: string;
}

/** The sandbox's user of that name, made when there is none. */
export const sandboxUser = async (sandboxUrl: string, username: string): Promise<SandboxUser> => {
  const response = await fetch(`${sandboxUrl}/_sandbox/users`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ username }),
  });
  if (!response.ok) throw new Error(`The sandbox gave no user ${username}: HTTP ${response.status}.`);
  return (await response.json()) as SandboxUser;
};

const ENVELOPE_LIFE_MS = 24 * 3_600_000;

/** Seals a pair with the environment's keyring for one day, the longest that Herald opens an envelope. */
export const sealForOneDay = async (
  { HERALD_KEYRING: json, HERALD_KEYRING_FILE: path }: Environment,
  userId: string,
  pair: ReadablePair,
): Promise<SealedPair> =>
  sealPair(await loadKeyring(json || readFileSync(path ?? '', 'utf8')), pair, {
    userId: userId as UserId,
    expiresAt: new Date(Date.now() + ENVELOPE_LIFE_MS),
  });
