import { loadKeyring, sealPair } from '../../../src/credentials/index.ts';
import type { UserId } from '../../../src/kernel/index.ts';
import type { XControl } from './x-control.ts';

/** Somebody who is signed in: Hasura would send these session variables. */
export interface Person {
  readonly username: string;
  readonly xUserId: string;
  readonly variables: Readonly<Record<string, string>>;
}

interface SignIn {
  readonly keyring: string;
  /** How long the envelopes can be opened, in milliseconds; an hour when absent. */
  readonly envelopeLifeMs?: number;
  /** In place of the token that X gave: X will refuse it. */
  readonly tokenSuffix?: string;
}

const HOUR_MS = 3_600_000;
/** For this long after its expiry an envelope still opens, so that clocks may differ. */
const TOLERANCE_MS = 30_000;

/** Signs a user of the sandbox in; the envelopes are sealed with the keyring's active key. */
export const signIn = async (
  x: XControl,
  username: string,
  { keyring, envelopeLifeMs = HOUR_MS, tokenSuffix = '' }: SignIn,
): Promise<Person> => {
  const account = await x.account(username);
  const userId = `user-of-${username}` as UserId;
  const sealed = await sealPair(
    await loadKeyring(keyring),
    { accessToken: account.access_token + tokenSuffix, accessTokenSecret: account.access_token_secret },
    { userId, expiresAt: new Date(Date.now() + envelopeLifeMs - TOLERANCE_MS) },
  );
  return {
    username,
    xUserId: account.id,
    variables: {
      'x-hasura-role': 'user',
      'x-hasura-user-id': userId,
      'x-hasura-access-token': sealed.accessToken,
      'x-hasura-access-token-secret': sealed.accessTokenSecret,
    },
  };
};
