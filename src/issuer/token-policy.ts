import type { Account, Configuration, KoaContextWithOIDC } from 'oidc-provider';
import type { Claims } from './claims.ts';
import { type IssuerClient, resourceOf } from './clients.ts';
import { signAlgorithm } from './keys.ts';
import { lifetimeSeconds } from './lifetimes.ts';
import { InvalidTarget } from './oidc-provider.ts';
import { translateRefusals } from './refusals.ts';
import type { Tokens } from './tokens.ts';

interface PolicyTools {
  readonly clients: readonly IssuerClient[];
  readonly tokens: Tokens;
}

/** Which tokens oidc-provider gives, to whom, for how long, and what they say. */
export const tokenPolicy = ({ clients, tokens }: PolicyTools): Configuration => {
  const audiences = new Map(clients.map(({ id, audience }) => [id, audience]));
  /** Claims are made before a refresh token is used up: a request that fails can be made again with the same one. */
  const prepared = new WeakMap<KoaContextWithOIDC, Claims>();
  return {
    ttl,
    expiresWithSession: () => false,
    issueRefreshToken: () => true,
    findAccount: (_ctx, userId, token) =>
      translateRefusals(async () => {
        if (token === undefined) return account(userId);
        return (await tokens.stands(token.grantId ?? '')) ? account(userId) : undefined;
      }),
    loadExistingGrant: async ({ oidc }) => {
      const grantId = oidc.result?.consent?.grantId;
      return grantId === undefined ? undefined : oidc.provider.Grant.find(grantId);
    },
    async rotateRefreshToken(ctx) {
      const grantId = ctx.oidc.refreshToken?.grantId ?? '';
      prepared.set(ctx, await translateRefusals(() => tokens.claimsForRefresh(grantId)));
      return true;
    },
    extraTokenClaims: async (ctx, token) => {
      const grantId = 'grantId' in token ? String(token.grantId) : '';
      return prepared.get(ctx) ?? (await translateRefusals(() => tokens.claimsForCode(grantId)));
    },
    enabledJWA: { idTokenSigningAlgValues: [signAlgorithm] },
    features: {
      ...closedEndpoints,
      revocation: {
        enabled: true,
        allowedPolicy: (_ctx, client, token) => token.clientId === client.clientId,
      },
      // A JWT for the client's own audience: oidc-provider makes those for resources, so each client is its only one's.
      resourceIndicators: {
        enabled: true,
        defaultResource: (_ctx, { clientId }) => resourceOf(clientId),
        useGrantedResource: () => true,
        getResourceServerInfo(_ctx, resource, { clientId }) {
          const audience = audiences.get(clientId);
          if (audience === undefined || resource !== resourceOf(clientId)) throw new InvalidTarget();
          return {
            audience,
            scope: 'openid',
            accessTokenFormat: 'jwt',
            accessTokenTTL: lifetimeSeconds.accessToken,
            jwt: { sign: { alg: signAlgorithm } },
          };
        },
      },
    },
  };
};

const ttl: Configuration['ttl'] = {
  AccessToken: lifetimeSeconds.accessToken,
  AuthorizationCode: lifetimeSeconds.authorizationCode,
  Grant: lifetimeSeconds.signIn,
  IdToken: lifetimeSeconds.accessToken,
  Interaction: lifetimeSeconds.interaction,
  RefreshToken: lifetimeSeconds.signIn,
  Session: lifetimeSeconds.interaction,
};

const closedEndpoints: Configuration['features'] = {
  devInteractions: { enabled: false },
  dPoP: { enabled: false },
  pushedAuthorizationRequests: { enabled: false },
  rpInitiatedLogout: { enabled: false },
  userinfo: { enabled: false },
};

const account = (userId: string): Account => ({ accountId: userId, claims: () => ({ sub: userId }) });
