/*
 * A desktop application's sign-in, without a server and without a secret: `node --import tsx docs/examples/desktop.ts --help`.
 * docs/desktop.md explains each step.
 */
import { once } from 'node:events';
import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { createLocalJWKSet, errors, type JSONWebKeySet, type JWTPayload, jwtVerify } from 'jose';
import * as oauth from 'openid-client';

/** What a token must be, from the application's own configuration and never from the token or its bearer. */
export interface Expected {
  readonly issuer: string;
  readonly audience: string;
  /** The issuer's public keys as they were fetched last. */
  readonly jwks: JSONWebKeySet;
}

/** Verifies an access token with no network: signature, algorithm, kind, issuer, audience and time. Throws jose's errors. */
export const verifyOffline = async (
  token: string,
  { issuer, audience, jwks }: Expected,
  now = new Date(),
): Promise<JWTPayload> => {
  const { payload } = await jwtVerify(token, createLocalJWKSet(jwks), {
    algorithms: ['RS256'],
    typ: 'at+jwt',
    issuer,
    audience,
    requiredClaims: ['sub', 'exp', 'iat'],
    clockTolerance: 30,
    currentDate: now,
  });
  return payload;
};

/** What outlives the application: nobody but this user may read it. A product uses the system's key chain. */
interface Kept {
  readonly refreshToken: string;
  readonly jwks: JSONWebKeySet;
}

const read = (file: string): Kept | undefined => {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return undefined;
  }
};

/** Whole or not at all: a refresh token works once, so the file must never be half of one. */
const keep = (file: string | undefined, kept: Kept): void => {
  if (file === undefined) return;
  writeFileSync(`${file}.new`, JSON.stringify(kept), { mode: 0o600 });
  renameSync(`${file}.new`, file);
};

const fetchKeys = async (config: oauth.Configuration): Promise<JSONWebKeySet> => {
  const { jwks_uri: address } = config.serverMetadata();
  if (address === undefined) throw new Error('The issuer publishes no keys.');
  const response = await fetch(address, { redirect: 'error', signal: AbortSignal.timeout(5_000) });
  if (!response.ok) throw new Error(`The issuer's keys: HTTP ${response.status}.`);
  return response.json() as Promise<JSONWebKeySet>;
};

type Tokens = Awaited<ReturnType<typeof oauth.authorizationCodeGrant>>;

/** RFC 8252: the system's browser, PKCE, and a redirect to a port of this machine that is open only now. */
const signIn = async (config: oauth.Configuration): Promise<Tokens> => {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const redirectUri = `http://127.0.0.1:${(server.address() as AddressInfo).port}/callback`;
  const verifier = oauth.randomPKCECodeVerifier();
  const state = oauth.randomState();
  const address = oauth.buildAuthorizationUrl(config, {
    redirect_uri: redirectUri,
    scope: 'openid',
    state,
    code_challenge: await oauth.calculatePKCECodeChallenge(verifier),
    code_challenge_method: 'S256',
  });
  console.log(`Open this address in a browser and sign in with X:\n${address.href}`);
  const returned = await waitForCallback(server, redirectUri, state);
  return oauth.authorizationCodeGrant(config, returned, { pkceCodeVerifier: verifier, expectedState: state });
};

/** The address that the browser comes back to; requests that do not belong to this sign-in change nothing. */
const waitForCallback = (server: Server, redirectUri: string, state: string): Promise<URL> =>
  new Promise((arrived) => {
    server.on('request', (request: IncomingMessage, response: ServerResponse) => {
      const url = new URL(request.url ?? '/', redirectUri);
      const isOurs = url.pathname === '/callback' && url.searchParams.get('state') === state;
      response.writeHead(isOurs ? 200 : 404, {
        'content-type': 'text/plain; charset=utf-8',
        'cache-control': 'no-store',
        'referrer-policy': 'no-referrer',
        connection: 'close',
      });
      response.end(isOurs ? 'Back in the application. This window can be closed.\n' : 'Nothing is here.\n');
      if (!isOurs) return;
      server.close();
      arrived(url);
    });
  });

/** Verifies with the keys at hand, and once more with fresh ones when the token names a key that is not among them. */
const verify = async (config: oauth.Configuration, token: string, audience: string, jwks: JSONWebKeySet) => {
  const { issuer } = config.serverMetadata();
  try {
    return { jwks, claims: await verifyOffline(token, { issuer, audience, jwks }) };
  } catch (error) {
    if (!(error instanceof errors.JWKSNoMatchingKey)) throw error;
    const fresh = await fetchKeys(config);
    return { jwks: fresh, claims: await verifyOffline(token, { issuer, audience, jwks: fresh }) };
  }
};

const describe = ({ sub, exp = 0, ...claims }: JWTPayload): string => {
  const hasura = claims['https://hasura.io/jwt/claims'] as Record<string, string> | undefined;
  return `${sub}, role ${hasura?.['x-hasura-default-role']}, until ${new Date(exp * 1_000).toISOString()}`;
};

/** New tokens for the kept one, which is used up by this. Undefined when it counts no more: then sign in again. */
const refresh = async (config: oauth.Configuration, refreshToken: string): Promise<Tokens | undefined> => {
  try {
    return await oauth.refreshTokenGrant(config, refreshToken);
  } catch (error) {
    if (error instanceof oauth.ResponseBodyError && error.error === 'invalid_grant') return undefined;
    throw error;
  }
};

const discover = (issuer: URL, clientId: string): Promise<oauth.Configuration> => {
  const isLocal =
    issuer.protocol === 'http:' && ['127.0.0.1', 'localhost', '[::1]'].includes(issuer.hostname);
  const execute = isLocal ? [oauth.allowInsecureRequests] : [];
  return oauth.discovery(issuer, clientId, undefined, oauth.None(), { execute });
};

const options = {
  issuer: { type: 'string', default: 'http://127.0.0.1:4000' },
  client: { type: 'string', default: 'herald-dev' },
  audience: { type: 'string', default: 'herald-dev' },
  keep: { type: 'string' },
  help: { type: 'boolean', default: false },
} as const;

const main = async (): Promise<void> => {
  const { issuer, client, audience, keep: file, help } = parseArgs({ options }).values;
  if (help) {
    console.log(
      'Options: --issuer URL  --client ID  --audience AUDIENCE  --keep FILE (for the refresh token)',
    );
    return;
  }
  const config = await discover(new URL(issuer), client);

  /** The refresh token is kept before anything else can fail: the one before it works no more. */
  const take = async (word: string, tokens: Tokens, jwks: JSONWebKeySet): Promise<Kept> => {
    const { refresh_token: refreshToken, access_token: accessToken } = tokens;
    if (refreshToken === undefined) throw new Error('The issuer gave no refresh token.');
    keep(file, { refreshToken, jwks });
    const verified = await verify(config, accessToken, audience, jwks);
    keep(file, { refreshToken, jwks: verified.jwks });
    console.log(`${word} ${describe(verified.claims)}`);
    return { refreshToken, jwks: verified.jwks };
  };

  const kept = file === undefined ? undefined : read(file);
  const renewed = kept && (await refresh(config, kept.refreshToken));
  if (kept && renewed) {
    await take('Refreshed:', renewed, kept.jwks);
    return;
  }
  const session = await take('Signed in:', await signIn(config), await fetchKeys(config));
  await take('Refreshed:', await oauth.refreshTokenGrant(config, session.refreshToken), session.jwks);
};

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  await main().catch((error: Error) => {
    const reason = error instanceof oauth.AuthorizationResponseError ? error.error : error.message;
    console.error(`It did not work: ${reason}`);
    process.exitCode = 1;
  });
}
