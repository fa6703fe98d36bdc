import { loadKeyring, sealPair } from '../src/credentials/index.ts';
import type { UserId } from '../src/kernel/index.ts';
import type { LoadUser } from './programs/posts.ts';
import type { SandboxControl } from './sandbox.ts';
import type { BenchSecrets } from './secrets.ts';

const LIFE_MS = 6 * 3_600_000;

/** So many users of the sandbox, each with its own envelopes. */
export const makeUsers = async (
  sandbox: SandboxControl,
  secrets: BenchSecrets,
  count: number,
): Promise<LoadUser[]> => {
  const keyring = await loadKeyring(secrets.keyring);
  const users: LoadUser[] = [];
  for (let number = 0; number < count; number += 1) {
    const user = await sandbox.user(`bench${number}`);
    const pair = { accessToken: user.access_token, accessTokenSecret: user.access_token_secret };
    const userId = `twitter|${user.id}` as UserId;
    const sealed = await sealPair(keyring, pair, { userId, expiresAt: new Date(Date.now() + LIFE_MS) });
    users.push({
      sealed: sessionOf(userId, sealed),
      readable: sessionOf(userId, pair),
      signer: { appKey: secrets.appKey, appSecret: secrets.appSecret, ...pair },
    });
  }
  return users;
};

/** As Hasura forwards them. */
const sessionOf = (userId: string, pair: { accessToken: string; accessTokenSecret: string }): string =>
  JSON.stringify({
    'x-hasura-role': 'user',
    'x-hasura-user-id': userId,
    'x-hasura-access-token': pair.accessToken,
    'x-hasura-access-token-secret': pair.accessTokenSecret,
  });
