import type { KoaContextWithOIDC, Provider } from 'oidc-provider';
import { createOriginCheck, type IssuerClient } from './clients.ts';
import { cookieNames, neededCookies } from './cookies.ts';
import { contentSecurityPolicy, renderError } from './error-page.ts';
import { mayResume, proofParameter } from './finish-login.ts';
import { OIDCProviderError, SessionNotFound } from './oidc-provider.ts';
import { failed } from './refusals.ts';
import { routes, signInOf } from './routes.ts';

const publicMaxAge = 'public, max-age=600';

/** What stands around oidc-provider's own work: who may go on, and what every answer carries. */
export const surround = (provider: Provider, publicUrl: URL, clients: readonly IssuerClient[]): void => {
  const names = cookieNames(publicUrl);
  const mayRead = createOriginCheck(clients);
  provider.use(async (ctx, next) => {
    ctx.set(headersFor(publicUrl));
    await answered(ctx as KoaContextWithOIDC, async () => {
      await refuseOtherBrowsers(provider, ctx);
      await next();
    });
    if (ctx.path === routes.discovery) sayOnlyWhatIs(ctx);
    if (isPublic(ctx.path) && ctx.status === 200) ctx.set('cache-control', publicMaxAge);
    if (!mayRead(ctx.get('origin'))) withoutCors(ctx);
    keepCookies(ctx, (cookies) => neededCookies(cookies, names));
  });
};

type Context = Pick<
  KoaContextWithOIDC,
  'get' | 'set' | 'remove' | 'response' | 'status' | 'path' | 'query' | 'body'
>;

const headersFor = ({ protocol }: URL): Record<string, string> => ({
  'cache-control': 'no-store',
  'content-security-policy': contentSecurityPolicy,
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  ...(protocol === 'https:' ? { 'strict-transport-security': 'max-age=31536000' } : {}),
});

/** What is thrown outside oidc-provider's own handling leaves in the same form; bugs are logged and say nothing. */
const answered = async (ctx: KoaContextWithOIDC, work: () => Promise<void>): Promise<void> => {
  try {
    await work();
  } catch (error) {
    const isRefusal = error instanceof OIDCProviderError;
    if (!isRefusal) ctx.app.emit('error', error);
    ctx.status = isRefusal ? error.status : 500;
    const told = isRefusal ? error : { error: 'server_error', error_description: failed };
    await renderError(ctx, { error: told.error, error_description: told.error_description }, error as Error);
  }
};

const refuseOtherBrowsers = async (provider: Provider, { path, query }: Context): Promise<void> => {
  const uid = signInOf(path);
  if (uid !== undefined && !(await mayResume(provider, uid, query[proofParameter])))
    throw new SessionNotFound('proof missing or of another sign-in');
};

const isPublic = (path: string): boolean => path === routes.jwks || path === routes.discovery;

/** oidc-provider lists every response mode it knows; clients may use `query` alone. */
const sayOnlyWhatIs = (ctx: Context): void => {
  if (typeof ctx.body === 'object') ctx.body = { ...ctx.body, response_modes_supported: ['query'] };
};

/** oidc-provider answers any origin's preflight, and public documents to anybody's pages. */
const withoutCors = ({ response }: Context): void => {
  for (const name of Object.keys(response.headers))
    if (name.startsWith('access-control-')) response.remove(name);
};

const keepCookies = (ctx: Context, choose: (cookies: readonly string[]) => string[]): void => {
  const cookies = ctx.response.headers['set-cookie'];
  if (cookies === undefined) return;
  const kept = choose([cookies].flat().map(String));
  if (kept.length === 0) ctx.remove('set-cookie');
  else ctx.set('set-cookie', kept);
};
