import { randomBytes } from 'node:crypto';
import type { CryptoKey } from 'jose';
import {
  type AccountIdentity,
  type AccountSeal,
  HeraldError,
  KeyNotHere,
  type RestSeal,
  Secret,
  type StoredAccount,
  type XCredentials,
} from '../kernel/index.ts';
import { importContentKey, openGcm, sealGcm } from './aes-gcm.ts';

const dataKeyBytes = 32;

/**
 * Seals a connected account's credentials, AES-256-GCM, under 32 random bytes of their own, which the `rest` key wraps:
 * rotating the `rest` key rewraps that one small value, and deleting it is deleting the credentials. Each value is bound to
 * its row (id, user, X user, version) and to its field. `use` throws `CREDENTIALS_INVALID` for every cause.
 */
export const createAccountSeal = (restSeal: RestSeal): AccountSeal => ({
  seal: async (credentials, identity) => {
    const bytes = randomBytes(dataKeyBytes);
    const dataKey = await restSeal.seal(bytes, boundToAccount(identity));
    const key = await importContentKey(bytes);
    return {
      dataKey,
      accessToken: await sealGcm(key, credentials.accessToken.reveal(), tokenOf(identity)),
      accessTokenSecret: await sealGcm(key, credentials.accessTokenSecret.reveal(), secretOf(identity)),
    };
  },
  use: async (account, use) => use(await open(restSeal, account)),
});

/** What an account's data key is bound to. */
export const boundToAccount = (identity: AccountIdentity): readonly string[] => [
  'account_key',
  ...rowOf(identity),
];

const rowOf = ({ id, userId, xUserId, version }: AccountIdentity) => [id, userId, xUserId, String(version)];
const tokenOf = (identity: AccountIdentity) => ['herald-account-v1', ...rowOf(identity), 'access_token'];
const secretOf = (identity: AccountIdentity) => [
  'herald-account-v1',
  ...rowOf(identity),
  'access_token_secret',
];

const open = async (restSeal: RestSeal, account: StoredAccount): Promise<XCredentials> => {
  const { sealed, id, xUserId } = account;
  if (sealed === undefined) throw new HeraldError('CREDENTIALS_INVALID');
  try {
    const key = await importContentKey(await restSeal.open(sealed.dataKey, boundToAccount(account)));
    return {
      accountId: id,
      xUserId,
      accessToken: await openText(key, sealed.accessToken, tokenOf(account)),
      accessTokenSecret: await openText(key, sealed.accessTokenSecret, secretOf(account)),
    };
  } catch (error) {
    throw error instanceof KeyNotHere ? error : new HeraldError('CREDENTIALS_INVALID');
  }
};

const openText = async (key: CryptoKey, sealed: Uint8Array, boundTo: readonly string[]) => {
  const bytes = await openGcm(key, sealed, boundTo);
  const text = bytes.toString('utf8');
  bytes.fill(0);
  return new Secret(text);
};
