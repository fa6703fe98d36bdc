import { existsSync, readFileSync } from 'node:fs';
import { text } from 'node:stream/consumers';
import type { Environment } from '../config/index.ts';
import { loadKeyring, type ReadablePair, sealPair } from '../credentials/index.ts';
import { parseUserId } from '../kernel/index.ts';

export interface SealRequest {
  readonly userId: string;
  /** How long the envelopes open, in hours: 1 to 24. */
  readonly hours: string;
  readonly environment: Environment;
  /** Carries `{"accessToken","accessTokenSecret"}`. */
  readonly input: NodeJS.ReadableStream;
}

const HOUR_MS = 3_600_000;

/** The session variables with one X account's credentials, sealed for one user. Throws sentences that say what to do. */
export const seal = async ({
  userId,
  hours,
  environment,
  input,
}: SealRequest): Promise<Record<string, string>> => {
  const subject = parseUserId(userId);
  if (subject === undefined)
    throw new Error('--user-id must be 1 to 255 characters without control characters.');
  if (!/^([1-9]|1\d|2[0-4])$/.test(hours)) throw new Error('--hours must be a whole number from 1 to 24.');
  const keyring = await loadKeyring(readKeyring(environment));
  const pair = readPair(await text(input));
  const sealed = await sealPair(keyring, pair, {
    userId: subject,
    expiresAt: new Date(Date.now() + Number(hours) * HOUR_MS),
  });
  return {
    'x-hasura-role': 'user',
    'x-hasura-user-id': subject,
    'x-hasura-x-user-id': pair.accessToken.split('-')[0] ?? '',
    'x-hasura-access-token': sealed.accessToken,
    'x-hasura-access-token-secret': sealed.accessTokenSecret,
  };
};

const readKeyring = ({ HERALD_KEYRING, HERALD_KEYRING_FILE, HERALD_STATE_DIR }: Environment): string => {
  if (HERALD_KEYRING) return HERALD_KEYRING;
  const path = HERALD_KEYRING_FILE || `${HERALD_STATE_DIR || '.herald'}/keyring.json`;
  if (!existsSync(path))
    throw new Error(`There is no keyring at ${path}. Set HERALD_KEYRING_FILE, or run npm start once.`);
  return readFileSync(path, 'utf8');
};

const readPair = (json: string): ReadablePair => {
  const { accessToken, accessTokenSecret } = parse(json);
  if (typeof accessToken !== 'string' || !/^\d{1,20}-[A-Za-z0-9]{10,80}$/.test(accessToken)) {
    throw new Error(
      'accessToken must look as X gives it: the numeric user id, a hyphen, letters and digits.',
    );
  }
  if (typeof accessTokenSecret !== 'string' || accessTokenSecret === '')
    throw new Error('accessTokenSecret is missing.');
  return { accessToken, accessTokenSecret };
};

const parse = (json: string): Record<string, unknown> => {
  try {
    return JSON.parse(json) ?? {};
  } catch {
    throw new Error('Standard input must be JSON: {"accessToken": "...", "accessTokenSecret": "..."}.');
  }
};
