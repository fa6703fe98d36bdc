import { randomBytes } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import * as oidc from 'openid-client';
import {
  createRestSeal,
  generateKeyring,
  type Keyring,
  loadKeyring,
  sealPair,
} from '../../src/credentials/index.ts';
import { createIssuer, type Issuer, type IssuerOptions } from '../../src/issuer/index.ts';
import {
  type IssuerStore,
  type LogEvent,
  type LogFields,
  Secret,
  type SignInOutcome,
  type XSignedIn,
  type XUserId,
} from '../../src/kernel/index.ts';

import { Browser } from './browser.ts';
import { createMemoryStore } from './memory-store.ts';

export { Browser } from './browser.ts';
export { hasuraOf, headerOf, payloadOf } from './jwt.ts';
export { createMemoryStore } from './memory-store.ts';

/** A desktop client, a web client, and one with an audience of its own. */
export const clients: IssuerOptions['clients'] = [
  {
    id: 'desktop',
    redirectUris: ['http://127.0.0.1/callback', 'com.example.app:/callback'],
    audience: 'desktop',
  },
  { id: 'web', redirectUris: ['https://app.example.com/callback'], audience: 'web' },
  { id: 'hasura-app', redirectUris: ['http://localhost:3000/callback'], audience: 'https://api.example.com' },
];

let keyringJson: Promise<string> | undefined;

/** One keyring for the whole file: an RSA key takes a while. */
export const testKeyring = async (): Promise<Keyring> => {
  keyringJson ??= generateKeyring(new Date());
  return loadKeyring(await keyringJson);
};

export interface SignedInAs {
  readonly xUserId: string;
  readonly username: string;
}
export const alice: SignedInAs = { xUserId: '8446000000000000001', username: 'alice' };
export const bob: SignedInAs = { xUserId: '8446000000000000002', username: 'bob' };

/** Readable credentials that must turn up nowhere but inside an envelope. */
export const canary = 'CANARYcanaryCANARYcanaryCANARYcanary';

export const signedInAs = ({ xUserId, username }: SignedInAs): XSignedIn => ({
  username,
  credentials: {
    xUserId: xUserId as XUserId,
    accessToken: new Secret(`${xUserId}-${canary}`),
    accessTokenSecret: new Secret(canary),
  },
});

export interface IssuerWorld {
  readonly url: URL;
  readonly store: IssuerStore;
  readonly keyring: Keyring;
  readonly log: { evt: LogEvent; fields: LogFields }[];
  /** Requests go to these in turn. */
  readonly replicas: Issuer[];
  /** Another issuer over the same store. */
  another(changes?: Partial<IssuerOptions>): Issuer;
  /** What X says about whoever comes next. */
  outcome: SignInOutcome;
  /** Instants from which on sign-ins count again, by user id. */
  readonly revoked: Map<string, Date>;
  /** X users whose account is gone. */
  readonly disconnected: Set<string>;
  /** User ids whose account was saved. */
  readonly saved: string[];
  close(): Promise<void>;
}

interface WorldOptions extends Partial<IssuerOptions> {
  readonly replicaCount?: number;
}

export const startIssuer = async ({
  replicaCount = 1,
  ...changes
}: WorldOptions = {}): Promise<IssuerWorld> => {
  const keyring = await testKeyring();
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  const log: IssuerWorld['log'] = [];
  const revoked = new Map<string, Date>();
  const disconnected = new Set<string>();
  const saved: string[] = [];
  const options: IssuerOptions = {
    publicUrl: url,
    clients,
    roles: ['user', 'editor'],
    signKeys: keyring.signKeys,
    cookieKeys: keyring.cookieKeys,
    store: createMemoryStore(),
    seal: createRestSeal(keyring),
    revokedBefore: async (userId) => revoked.get(userId),
    login: { start: async (uid) => new URL(`/auth/x/connect?ticket=${uid}`, url) },
    saveAccount: async (userId) => void saved.push(userId),
    sealEnvelopes: async (userId, xUserId, expiresAt) =>
      disconnected.has(xUserId)
        ? undefined
        : sealPair(
            keyring,
            { accessToken: `${xUserId}-${canary}`, accessTokenSecret: canary },
            { userId, expiresAt },
          ),
    log: (_level, evt, fields = {}) => void log.push({ evt, fields }),
    ...changes,
  };
  const another: IssuerWorld['another'] = (more = {}) => createIssuer({ ...options, ...more });
  const replicas = Array.from({ length: replicaCount }, () => another());
  const world: IssuerWorld = {
    url,
    store: options.store,
    keyring,
    log,
    replicas,
    another,
    outcome: { kind: 'signed_in', signedIn: signedInAs(alice) },
    revoked,
    disconnected,
    saved,
    close: () => close(server),
  };
  serve(server, world);
  return world;
};

/** The issuer's routes, and one that goes to X and back in an instant. */
const serve = (server: Server, world: IssuerWorld): void => {
  let turn = 0;
  const next = (): Issuer => {
    turn += 1;
    const issuer = world.replicas[turn % world.replicas.length];
    if (issuer === undefined) throw new Error('no issuer');
    return issuer;
  };
  server.on('request', (request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? '', world.url);
    if (pathname !== '/auth/x/connect') return void next().handle(request, response);
    void next()
      .finishLogin(searchParams.get('ticket') ?? '', world.outcome)
      .then(
        (onward) => response.writeHead(302, { location: onward.href }).end(),
        (error: unknown) => response.writeHead(400).end(String(error)),
      );
  });
};

const close = async (server: Server): Promise<void> => {
  server.closeAllConnections();
  await new Promise<void>((resolve) => server.close(() => resolve()));
};

/** One application's side of a sign-in. */
export interface Attempt {
  readonly config: oidc.Configuration;
  readonly authorizeUrl: URL;
  readonly verifier: string;
  readonly state: string;
  readonly nonce: string;
}

export const redirectUris: Readonly<Record<string, string>> = {
  desktop: 'http://127.0.0.1:49152/callback',
  web: 'https://app.example.com/callback',
  'hasura-app': 'http://localhost:3000/callback',
};

export const discover = (world: IssuerWorld, clientId = 'desktop'): Promise<oidc.Configuration> =>
  oidc.discovery(world.url, clientId, undefined, oidc.None(), { execute: [oidc.allowInsecureRequests] });

export const beginSignIn = async (
  world: IssuerWorld,
  clientId = 'desktop',
  parameters: Record<string, string> = {},
): Promise<Attempt> => {
  const config = await discover(world, clientId);
  const verifier = oidc.randomPKCECodeVerifier();
  const state = oidc.randomState();
  const nonce = oidc.randomNonce();
  const authorizeUrl = oidc.buildAuthorizationUrl(config, {
    redirect_uri: redirectUris[clientId] ?? '',
    scope: 'openid',
    code_challenge: await oidc.calculatePKCECodeChallenge(verifier),
    code_challenge_method: 'S256',
    state,
    nonce,
    ...parameters,
  });
  return { config, authorizeUrl, verifier, state, nonce };
};

/** Where the application's redirect URI is called, with the code or the error. */
export const returnOf = async (world: IssuerWorld, attempt: Attempt): Promise<URL> => {
  const end = await new Browser(world.url).follow(attempt.authorizeUrl);
  if ('page' in end) throw new Error(`a page: ${end.page.status} ${await end.page.text()}`);
  return end.left;
};

export const redeem = ({ config, verifier, state, nonce }: Attempt, returned: URL) =>
  oidc.authorizationCodeGrant(config, returned, {
    pkceCodeVerifier: verifier,
    expectedState: state,
    expectedNonce: nonce,
    idTokenExpected: true,
  });

/** A whole sign-in. */
export const signIn = async (world: IssuerWorld, clientId = 'desktop') => {
  const attempt = await beginSignIn(world, clientId);
  const tokens = await redeem(attempt, await returnOf(world, attempt));
  return { ...attempt, tokens, refreshToken: tokens.refresh_token ?? '' };
};

/** The error of a token request, as the OAuth error body says it. */
export const tokenError = async (
  world: IssuerWorld,
  parameters: Record<string, string>,
  headers: Record<string, string> = {},
): Promise<{ status: number; error: string; error_description: string }> => {
  const response = await fetch(new URL('/oauth/token', world.url), {
    method: 'POST',
    headers,
    body: new URLSearchParams(parameters),
  });
  return {
    status: response.status,
    ...((await response.json()) as { error: string; error_description: string }),
  };
};

export const randomText = (): string => randomBytes(32).toString('base64url');
