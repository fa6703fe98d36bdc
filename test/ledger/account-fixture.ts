import { randomBytes, randomInt, randomUUID } from 'node:crypto';
import type { Account, AccountId, AccountStore, SealedAccount, XUserId } from '../../src/kernel/index.ts';
import { newUserId } from './fixture.ts';

export type Connection = Parameters<AccountStore['connect']>[0];

export const newAccountId = (): AccountId => randomUUID() as AccountId;
export const newXUserId = (): XUserId => String(randomInt(1, 2 ** 47)) as XUserId;
export const newDigest = (): string => randomBytes(32).toString('hex');

/** Looks like what is sealed, and is different each time. */
export const newSealedAccount = (kid = 'rest-1'): SealedAccount => ({
  dataKey: { kid, sealed: randomBytes(60) },
  accessToken: randomBytes(70),
  accessTokenSecret: randomBytes(70),
});

export const newConnection = (changed: Partial<Connection> = {}): Connection => ({
  id: newAccountId(),
  userId: newUserId(),
  xUserId: newXUserId(),
  version: 1,
  username: 'alice',
  sealed: newSealedAccount(),
  ...changed,
});

export const connectAccount = async (
  accounts: AccountStore,
  changed: Partial<Connection> = {},
): Promise<Account> => {
  const account = await accounts.connect(newConnection(changed));
  if (account === undefined) throw new Error('Somebody else connected it');
  return account;
};
