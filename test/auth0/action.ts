import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { compileFunction } from 'node:vm';
import { publicKeys } from '../../src/credentials/index.ts';
import * as f from '../credentials/fixtures.ts';
import { domain, type Tenant } from './tenant.ts';

const path = fileURLToPath(new URL('../../auth0/post-login.js', import.meta.url));
const require = createRequire(import.meta.url);

export const audience = 'https://api.example.com/hasura';
export const claimsNamespace = 'https://hasura.io/jwt/claims';
export const key = f.curve('auth0-2026-11', { iss: `https://${domain}/` });

/** As `herald keys public` prints it. */
const publicJwk = publicKeys(f.ringOf(key, f.rest('rest-2026-11'))).keys[0];
export const secrets: Readonly<Record<string, string>> = {
  HERALD_AUDIENCE: audience,
  AUTH0_DOMAIN: domain,
  AUTH0_CLIENT_ID: 'm2m-client',
  AUTH0_CLIENT_SECRET: 'client-secret-canary-91bc',
  HERALD_PUBLIC_KEY: JSON.stringify(publicJwk),
  ACCESS_TOKEN_SECONDS: '36000',
};

export const aliceXId = '844619452427751424';
/** How the Management API shows an X account with the scope read:user_idp_tokens. */
export const xIdentity = (xUserId: string, user: typeof f.alice) => ({
  provider: 'twitter',
  connection: 'twitter',
  isSocial: true,
  user_id: xUserId,
  access_token: user.token,
  access_token_secret: user.secret,
});
export const aliceIdentity = xIdentity(aliceXId, f.alice);
export const googleIdentity = {
  provider: 'google-oauth2',
  connection: 'google-oauth2',
  isSocial: true,
  user_id: '1122334455',
  access_token: 'google-canary-token',
};

export interface Login {
  readonly userId?: string;
  /** The identities in the event, which never hold tokens. */
  readonly linked?: readonly object[];
  readonly resourceServer?: { readonly identifier: string } | undefined;
  readonly secrets?: Readonly<Record<string, string | undefined>>;
}

export interface Outcome {
  readonly claims: Map<string, unknown>;
  readonly denied: string[];
  readonly logged: string[];
}

export type Cache = Map<string, { value: string; ttl: number }>;

interface Run {
  readonly tenant: Tenant;
  readonly cache?: Cache;
  /** Collects the Action's timeouts; `waitsMs` shortens them, one for each request. */
  readonly timeouts?: { readonly asked: number[]; readonly waitsMs: readonly number[] };
}

/** Loads the file as Auth0 does, as a CommonJS module whose `jose` is version 5, and signs one user in. */
export const signIn = async (
  login: Login,
  { tenant, cache = new Map(), timeouts }: Run,
): Promise<Outcome> => {
  const outcome: Outcome = { claims: new Map(), denied: [], logged: [] };
  const api = {
    access: { deny: (reason: string) => void outcome.denied.push(reason) },
    accessToken: {
      setCustomClaim: (name: string, value: unknown) => void outcome.claims.set(name, value),
    },
    cache: {
      get: (name: string) => cache.get(name),
      set: (name: string, value: string, { ttl }: { ttl: number }) => {
        cache.set(name, { value, ttl });
        return { type: 'success' };
      },
    },
  };
  const event = {
    secrets: { ...secrets, ...login.secrets },
    resource_server: 'resourceServer' in login ? login.resourceServer : { identifier: audience },
    user: {
      user_id: login.userId ?? `twitter|${aliceXId}`,
      identities: login.linked ?? [{ provider: 'twitter', user_id: aliceXId }],
    },
  };
  const action = loadAction({
    fetch: tenant.fetch,
    console: { log: (line: string) => void outcome.logged.push(line) },
    AbortSignal: {
      timeout: (ms: number) => {
        const waitMs = timeouts?.waitsMs[timeouts.asked.length] ?? ms;
        timeouts?.asked.push(ms);
        return AbortSignal.timeout(waitMs);
      },
    },
  });
  await action.onExecutePostLogin(event, api);
  return outcome;
};

interface Action {
  onExecutePostLogin(event: unknown, api: unknown): Promise<void>;
}

const loadAction = (globals: Readonly<Record<string, unknown>>): Action => {
  const names = ['exports', 'require', ...Object.keys(globals)];
  const run = compileFunction(readFileSync(path, 'utf8'), names, { filename: path });
  const exported: Partial<Action> = {};
  run(
    exported,
    (name: string) => (name === 'jose' ? require('jose5') : require(name)),
    ...Object.values(globals),
  );
  const { onExecutePostLogin } = exported;
  if (onExecutePostLogin === undefined) throw new Error('the Action exports no onExecutePostLogin');
  return { onExecutePostLogin };
};

/** The Hasura claims of an outcome, which are strings but for the allowed roles. */
export const hasuraClaimsOf = ({ claims }: Outcome): Record<string, string> =>
  (claims.get(claimsNamespace) ?? {}) as Record<string, string>;
