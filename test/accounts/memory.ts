import type {
  Account,
  AccountStore,
  RevocationStore,
  SealedCredential,
  SingleUseKind,
  SingleUseStore,
  StoredAccount,
  UserId,
} from '../../src/kernel/index.ts';

type SingleUseRow = {
  readonly kind: SingleUseKind;
  readonly id: string;
  readonly boundTo: string;
  readonly value: SealedCredential;
  readonly endsAtMs: number;
};

/** What the ledger keeps, in maps: each call is one step, as each is one statement there. */
export interface Memory {
  readonly accounts: AccountStore;
  readonly singleUse: SingleUseStore;
  readonly revocations: RevocationStore;
  /** The rows themselves, for tests that look at them or change them. */
  readonly rows: Map<string, StoredAccount>;
  readonly tokens: Map<string, SingleUseRow>;
}

export const createMemory = (now: () => Date): Memory => {
  const rows = new Map<string, StoredAccount>();
  const tokens = new Map<string, SingleUseRow>();
  const revoked = new Map<UserId, Date>();

  const ofUser = (userId: UserId) => [...rows.values()].filter((row) => row.userId === userId);
  const put = (row: StoredAccount): Account => {
    rows.set(row.id, row);
    return withoutSecrets(row);
  };

  const accounts: AccountStore = {
    accountOf: async (userId, xUserId) => ofUser(userId).find((row) => row.xUserId === xUserId),
    connect: async (account) => {
      const stored = ofUser(account.userId).find((row) => row.xUserId === account.xUserId);
      if ((stored?.id ?? account.id) !== account.id || (stored?.version ?? 0) + 1 !== account.version)
        return undefined;
      return put({
        ...account,
        state: 'CONNECTED',
        isDefault: stored?.isDefault || !ofUser(account.userId).some((row) => row.isDefault),
        connectedAt: now(),
        postsRemaining: undefined,
        postsResetAt: undefined,
      });
    },
    accounts: async (userId) =>
      ofUser(userId)
        .filter((row) => row.state !== 'DISCONNECTED')
        .map(withoutSecrets),
    account: async (userId, id) =>
      ofUser(userId).find((row) => (id === undefined ? row.isDefault : row.id === id)),
    needReconnect: async (id, version) => {
      const row = rows.get(id);
      if (row?.state !== 'CONNECTED' || row.version !== version) return false;
      put({ ...row, state: 'NEEDS_RECONNECT' });
      return true;
    },
    disconnect: async (userId, id) => {
      const before = rows.get(id);
      if (before?.userId !== userId) return undefined;
      const after = put({ ...before, state: 'DISCONNECTED', isDefault: false, sealed: undefined });
      const heir = ofUser(userId).find((row) => row.state !== 'DISCONNECTED');
      if (before.isDefault && heir !== undefined) put({ ...heir, isDefault: true });
      const shared = [...rows.values()].some(
        ({ id: other, xUserId, state }) =>
          other !== id && xUserId === before.xUserId && state === 'CONNECTED',
      );
      return { before, after, shared };
    },
    noteLimits: async (id, { remaining, resetAt }) => {
      const row = rows.get(id);
      if (row !== undefined) put({ ...row, postsRemaining: remaining, postsResetAt: resetAt });
    },
  };

  const singleUse: SingleUseStore = {
    put: async ({ lifetimeMs, ...entry }) => {
      tokens.set(`${entry.kind} ${entry.id}`, { ...entry, endsAtMs: now().getTime() + lifetimeMs });
    },
    take: async (kind, id, boundTo) => {
      const row = tokens.get(`${kind} ${id}`);
      if (row === undefined || row.boundTo !== boundTo || row.endsAtMs <= now().getTime()) return undefined;
      tokens.delete(`${kind} ${id}`);
      return row.value;
    },
  };

  const revocations: RevocationStore = {
    revokedBefore: async (userId) => revoked.get(userId),
    revoke: async (userId) => void revoked.set(userId, now()),
  };

  return { accounts, singleUse, revocations, rows, tokens };
};

const withoutSecrets = ({ sealed: _sealed, ...account }: StoredAccount): Account => account;
