/** Where the issuer answers, beneath the public URL. */
export const routes = {
  authorization: '/oauth/authorize',
  token: '/oauth/token',
  revocation: '/oauth/revoke',
  jwks: '/.well-known/jwks.json',
  discovery: '/.well-known/openid-configuration',
} as const;

const methods: Readonly<Record<string, readonly string[]>> = {
  [routes.authorization]: ['GET'],
  [routes.token]: ['POST', 'OPTIONS'],
  [routes.revocation]: ['POST', 'OPTIONS'],
  [routes.jwks]: ['GET', 'OPTIONS'],
  [routes.discovery]: ['GET', 'OPTIONS'],
};

/** Whether the issuer serves this, compared as it stands on the wire: no other spelling of a path is one of it (R8). */
export const isServed = (method: string, path: string): boolean =>
  methods[path]?.includes(method) ?? (method === 'GET' && signInOf(path) !== undefined);

/** The sign-in that a browser goes on with, when the path is that of one. */
export const signInOf = (path: string): string | undefined =>
  /^\/oauth\/authorize\/([\w-]{16,64})$/.exec(path)?.[1];
