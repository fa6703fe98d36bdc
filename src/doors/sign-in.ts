import cookie from '@fastify/cookie';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { type BrowserSignIn, HeraldError } from '../kernel/index.ts';
import { redirect, redirectHome } from './address.ts';

export interface SignInDoor {
  readonly signIn: BrowserSignIn;
  /** Where browsers reach Herald; asked for with each request. */
  readonly publicUrl: () => URL;
}

const CONNECT = '/auth/x/connect';
const CALLBACK = '/auth/x/callback';
const JOURNEY_SECONDS = 600;

/**
 * `GET /auth/x/connect` and `GET /auth/x/callback`: a browser on its way to X and back. The cookie that `connect` sets is
 * what makes the callback that of the same browser (R22); a new journey replaces the one before.
 */
export const openSignInDoor = (scope: FastifyInstance, { signIn, publicUrl }: SignInDoor): void => {
  const options = { config: { rateLimit: {} } };
  scope.register(cookie);

  scope.get(CONNECT, options, async (request, reply) => {
    const { ticket = '' } = parametersOf(request);
    const home = publicUrl();
    const elsewhere = redirectHome(home, CONNECT, request, reply);
    if (elsewhere !== undefined) return elsewhere;
    const journey = await signIn.depart(ticket);
    reply.setCookie(cookieName(home), journey.cookie, { ...cookieOptions(home), maxAge: JOURNEY_SECONDS });
    return redirect(reply, journey.redirectTo);
  });

  scope.get(CALLBACK, options, async (request, reply) => {
    const { oauth_token, oauth_verifier, denied } = parametersOf(request);
    const home = publicUrl();
    const { redirectTo } = await signIn.arrive({
      cookie: request.cookies[cookieName(home)],
      requestToken: oauth_token,
      verifier: oauth_verifier,
      denied,
    });
    // Only now: after a refusal the journey that the cookie stands for may still be under way.
    reply.clearCookie(cookieName(home), cookieOptions(home));
    return redirect(reply, redirectTo);
  });
};

/** The query's parameters. One that is given twice could be read in two ways (RFC 6749 section 3.1). */
const parametersOf = (request: FastifyRequest): Record<string, string> => {
  const parameters = request.query as Record<string, string | string[]>;
  if (!Object.values(parameters).every((value) => typeof value === 'string')) {
    throw new HeraldError('INVALID_REQUEST', {
      message: 'The address of this page is not one that Herald or X made: a parameter is given twice.',
    });
  }
  return parameters as Record<string, string>;
};

const isSecure = ({ protocol }: URL): boolean => protocol === 'https:';

/** The prefix makes browsers refuse the cookie of a neighbouring host; it needs TLS (RFC 6265bis section 4.1.3.2). */
const cookieName = (home: URL): string => (isSecure(home) ? '__Host-herald-x' : 'herald-x');

/** To clear the cookie, too: the prefix holds then as well. */
const cookieOptions = (home: URL) => ({
  path: '/',
  httpOnly: true,
  secure: isSecure(home),
  // Strict would keep it back on the way from X.
  sameSite: 'lax' as const,
});
