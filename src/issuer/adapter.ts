import type { Adapter, AdapterFactory, AdapterPayload } from 'oidc-provider';
import type { Entries } from './entries.ts';
import { CustomOIDCProviderError } from './oidc-provider.ts';
import { translateRefusals } from './refusals.ts';

/*
 * Where oidc-provider keeps its state. Only what has to outlive a request is kept: access tokens are JWTs, clients are
 * configuration, and there are no sessions, because every authorization goes to X.
 */
const keptKinds: readonly string[] = ['AuthorizationCode', 'Grant', 'Interaction', 'RefreshToken'];

/** oidc-provider's storage over the issuer's entries. Every method throws `temporarily_unavailable` when the database is away. */
export const createAdapterFactory =
  (entries: Entries): AdapterFactory =>
  (kind) =>
    keptKinds.includes(kind) ? keepingAdapter(entries, kind) : forgetfulAdapter;

const keepingAdapter = (entries: Entries, kind: string): Adapter => ({
  upsert: (id, payload, expiresInSeconds) =>
    translateRefusals(() =>
      entries.put(kind, id, payload, {
        userId: payload.accountId,
        grantId: payload.grantId,
        lifetimeMs: expiresInSeconds === undefined ? undefined : expiresInSeconds * 1000,
      }),
    ),
  find: (id) =>
    translateRefusals(async (): Promise<AdapterPayload | undefined> => {
      const entry = await entries.get(kind, id);
      if (entry?.consumedAt === undefined) return entry?.payload;
      return { ...entry.payload, consumed: Math.floor(entry.consumedAt.getTime() / 1000) };
    }),
  // oidc-provider looks first and marks later; between the two another replica may have redeemed the same value.
  consume: (id) =>
    translateRefusals(async () => {
      if (!(await entries.consume(kind, id)))
        throw new CustomOIDCProviderError('invalid_grant', 'It was used already. Sign in again.');
    }),
  destroy: (id) => translateRefusals(() => entries.remove(kind, id)),
  revokeByGrantId: (grantId) => translateRefusals(() => entries.removeGranted(grantId)),
  findByUid: async () => undefined,
  findByUserCode: async () => undefined,
});

const nothing = async (): Promise<undefined> => undefined;

const forgetfulAdapter: Adapter = {
  upsert: nothing,
  find: nothing,
  consume: nothing,
  destroy: nothing,
  revokeByGrantId: nothing,
  findByUid: nothing,
  findByUserCode: nothing,
};
