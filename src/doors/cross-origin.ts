import cors from '@fastify/cors';
import type { FastifyInstance } from 'fastify';
import { isLoopback } from '../kernel/index.ts';

const PREFLIGHT_MAX_AGE_SECONDS = 600;

/**
 * Lets the pages of the clients read the answers of `paths`, which they `POST` to: those at the origins of the redirect
 * URIs. A cookie is never taken, so none is allowed either.
 */
export const admitOrigins = (
  scope: FastifyInstance,
  paths: readonly string[],
  redirectUris: readonly string[],
): void => {
  const isClient = createOriginCheck(redirectUris);
  scope.register(cors, {
    delegator: ({ url, headers }, answer) =>
      answer(null, {
        origin: paths.includes(url.split('?')[0] ?? '') && isClient(headers.origin),
        methods: ['POST'],
        maxAge: PREFLIGHT_MAX_AGE_SECONDS,
      }),
  });
};

const isNative = (url: URL): boolean => url.protocol === 'http:' && isLoopback(url);

/** Whether an `Origin` is that of a redirect URI. A native application takes any port of the loopback (RFC 8252 section 7.3). */
export const createOriginCheck = (
  redirectUris: readonly string[],
): ((origin: string | undefined) => boolean) => {
  const urls = redirectUris.map((uri) => new URL(uri)).filter(({ protocol }) => /^https?:$/.test(protocol));
  const origins = new Set(urls.map(({ origin }) => origin));
  const loopbackHosts = new Set(urls.filter(isNative).map(({ hostname }) => hostname));
  return (origin) => {
    if (origin === undefined || !URL.canParse(origin)) return false;
    const url = new URL(origin);
    // An origin is spelt in one way (RFC 6454 section 6.2); `null` and everything with a path are no origin of a client.
    if (url.origin !== origin) return false;
    return origins.has(origin) || (isNative(url) && loopbackHosts.has(url.hostname));
  };
};
