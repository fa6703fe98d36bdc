import type { Configuration, KoaContextWithOIDC } from 'oidc-provider';
import type { IssuerLogin, Log, Secret } from '../kernel/index.ts';
import { createAdapterFactory } from './adapter.ts';
import { clientMetadata, createOriginCheck, type IssuerClient } from './clients.ts';
import { cookieNames } from './cookies.ts';
import type { Entries } from './entries.ts';
import { renderError } from './error-page.ts';
import { privateJwksOf, type SignKey } from './keys.ts';
import { Check, InvalidRequest, InvalidScope, Prompt, Provider } from './oidc-provider.ts';
import { reasonOf, translateRefusals } from './refusals.ts';
import { routes } from './routes.ts';
import { tokenPolicy } from './token-policy.ts';
import type { Tokens } from './tokens.ts';

export interface ProviderTools {
  readonly publicUrl: URL;
  readonly clients: readonly IssuerClient[];
  readonly signKeys: readonly SignKey[];
  readonly cookieKeys: readonly Secret<string>[];
  readonly entries: Entries;
  readonly tokens: Tokens;
  readonly login: IssuerLogin;
  readonly log: Log;
}

/** oidc-provider as an OAuth 2.0 / OpenID Connect server with one flow: code, PKCE, state, public clients, JWTs. */
export const createProvider = (tools: ProviderTools): Provider => {
  const { publicUrl, clients, log } = tools;
  const provider = new Provider(publicUrl.origin, {
    ...whoMayAsk(tools),
    ...whatIsAsked(tools),
    ...tokenPolicy(tools),
    adapter: createAdapterFactory(tools.entries),
    jwks: privateJwksOf(tools.signKeys),
    routes: {
      authorization: routes.authorization,
      token: routes.token,
      revocation: routes.revocation,
      jwks: routes.jwks,
    },
    renderError,
  });
  for (const client of clients) refuseUnusable(provider, client);
  believeOnly(publicUrl, provider);
  logRefusals(provider, log);
  return provider;
};

const whoMayAsk = ({ publicUrl, clients, cookieKeys }: ProviderTools): Configuration => {
  const names = cookieNames(publicUrl);
  const mayRead = createOriginCheck(clients);
  return {
    clients: clients.map(clientMetadata),
    clientAuthMethods: ['none'],
    clientBasedCORS: (_ctx, origin) => mayRead(origin),
    cookies: {
      names,
      keys: cookieKeys.map((key) => key.reveal()),
      long: { httpOnly: true, sameSite: 'lax', signed: true },
      short: { httpOnly: true, sameSite: 'lax', signed: true },
    },
  };
};

const whatIsAsked = ({ login }: ProviderTools): Configuration => ({
  pkce: { required: () => true },
  responseTypes: ['code'],
  scopes: ['openid', 'offline_access'],
  allowOmittingSingleRegisteredRedirectUri: false,
  extraParams: {
    state: (_ctx, state) => {
      if (state === undefined || state === '') throw new InvalidRequest('state is required.');
    },
    response_mode: (_ctx, mode) => {
      if (mode !== undefined && mode !== 'query') throw new InvalidRequest('response_mode must be query.');
    },
    scope: (_ctx, scope) => {
      if (!scope?.split(' ').includes('openid'))
        throw new InvalidScope('scope must contain openid.', 'openid');
    },
  },
  interactions: {
    // Every authorization goes to X: the only login that counts is the one that this very interaction produced.
    policy: [
      new Prompt(
        { name: 'login', requestable: true },
        new Check(
          'sign_in_with_x',
          'The user has to sign in with X.',
          ({ oidc }) => oidc.result?.login === undefined,
        ),
      ),
      new Prompt({ name: 'consent', requestable: true }),
    ],
    url: async (_ctx, { uid }) => (await translateRefusals(() => login.start(uid))).href,
  },
});

/** An operator is told at start which client cannot be, not each user later. */
const refuseUnusable = (provider: Provider, client: IssuerClient): void => {
  try {
    Reflect.construct(provider.Client, [clientMetadata(client)]);
  } catch (error) {
    const { error_description: reason = 'it cannot be used' } = error as { error_description?: string };
    throw new Error(`HERALD_CLIENTS: client ${client.id}: ${reason}.`);
  }
};

/** Cookies are Secure and addresses are those of the public URL, whatever host, scheme or proxy header a request names (R8). */
const believeOnly = (publicUrl: URL, provider: Provider): void => {
  Object.defineProperties(provider.request, {
    protocol: { get: () => publicUrl.protocol.slice(0, -1) },
    host: { get: () => publicUrl.host },
    href: { get: () => publicUrl.href },
  });
};

/** A route's name and not its path, which holds the id of a sign-in. */
const logRefusals = (provider: Provider, log: Log): void => {
  const refused = (ctx: KoaContextWithOIDC, error: unknown): void =>
    log('info', 'sign_in_refused', { operation: ctx.oidc.route, reason: reasonOf(error) });
  const failed = (error: unknown, operation?: string): void =>
    log('error', 'issuer_failed', { operation, reason: reasonOf(error), error });
  provider.on('authorization.error', refused);
  provider.on('grant.error', refused);
  provider.on('revocation.error', refused);
  provider.on('server_error', (ctx: KoaContextWithOIDC, error: unknown) => failed(error, ctx.oidc.route));
  provider.onerror = (error) => failed(error);
};
