import { createHash, randomBytes } from 'node:crypto';
import type { Config } from '../config/index.ts';
import { openBrowser } from './browser.ts';

/** What the token endpoint gives. */
export interface Tokens {
  readonly access_token: string;
  readonly refresh_token: string;
  readonly expires_in: number;
}

/** Where a loopback client of this configuration is sent back to; nothing has to listen there. */
export const loopbackReturn = ({ signIn }: Config): { clientId: string; redirectUri: string } => {
  for (const { id, redirectUris } of signIn.clients) {
    const uri = redirectUris.find((candidate) => /^http:\/\/(127\.0\.0\.1|localhost)[:/]/.test(candidate));
    if (uri !== undefined) return { clientId: id, redirectUri: uri };
  }
  throw new Error('HERALD_CLIENTS has no client with a loopback redirect URI.');
};

/** A code on its way to the client that asked for it. */
interface Journey {
  readonly clientId: string;
  readonly redirectUri: string;
  readonly code: string;
  readonly verifier: string;
}

/** Signs a sandbox user in at Herald: authorization code with PKCE (RFC 7636), as a browser and its application do. */
export const signInWithPkce = async (
  url: string,
  config: Config,
  username: string,
  onHop?: (what: string, url: URL) => void,
): Promise<Tokens> => tokensFrom(url, await travelForCode(url, loopbackReturn(config), username, onHop));

export const travelForCode = async (
  url: string,
  { clientId, redirectUri }: { clientId: string; redirectUri: string },
  username: string,
  onHop?: (what: string, url: URL) => void,
): Promise<Journey> => {
  const verifier = randomBytes(32).toString('base64url');
  const state = randomBytes(16).toString('base64url');
  const authorize = new URL('/oauth/authorize', url);
  authorize.search = new URLSearchParams({
    response_type: 'code',
    client_id: clientId,
    redirect_uri: redirectUri,
    scope: 'openid offline_access',
    state,
    code_challenge: createHash('sha256').update(verifier).digest('base64url'),
    code_challenge_method: 'S256',
  }).toString();
  const back = await openBrowser(onHop).travel(authorize, username, redirectUri);
  if (back.searchParams.get('state') !== state) throw new Error('The state did not come back.');
  const code = back.searchParams.get('code');
  if (code === null) throw new Error(`No code came back: ${back.searchParams.get('error')}`);
  return { clientId, redirectUri, code, verifier };
};

export const tokensFrom = async (
  url: string,
  { clientId, redirectUri, code, verifier }: Journey,
): Promise<Tokens> => {
  const response = await fetch(new URL('/oauth/token', url), {
    method: 'POST',
    body: new URLSearchParams({
      grant_type: 'authorization_code',
      client_id: clientId,
      redirect_uri: redirectUri,
      code,
      code_verifier: verifier,
    }),
  });
  if (!response.ok)
    throw new Error(`/oauth/token answered HTTP ${response.status}: ${await response.text()}`);
  return (await response.json()) as Tokens;
};

const NAMESPACE = 'https://hasura.io/jwt/claims';

/** The session variables that Hasura makes of a verified access token; here it is only decoded. */
export const sessionOf = ({ access_token }: Tokens): Record<string, string> => {
  const payload = JSON.parse(Buffer.from(access_token.split('.')[1] ?? '', 'base64url').toString()) as Record<
    string,
    Record<string, unknown>
  >;
  const claims = payload[NAMESPACE] ?? {};
  const variables = Object.entries(claims).filter(
    (entry): entry is [string, string] =>
      typeof entry[1] === 'string' && entry[0] !== 'x-hasura-default-role',
  );
  return { 'x-hasura-role': String(claims['x-hasura-default-role']), ...Object.fromEntries(variables) };
};
