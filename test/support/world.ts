import { randomBytes } from 'node:crypto';
import { inspect } from 'node:util';
import type { FastifyInstance } from 'fastify';
import type { IntrospectionQuery } from 'graphql';
import { inject } from 'vitest';
import { createApp, type Overrides } from '../../src/app.ts';
import { type Config, loadConfig } from '../../src/config/index.ts';
import { generateKeyring, loadKeyring, sealPair } from '../../src/credentials/index.ts';
import type {
  LogEvent,
  LogFields,
  UserId,
  XAccount,
  XMe,
  XPost,
  XPostError,
} from '../../src/kernel/index.ts';
import { openLedger } from '../../src/ledger/index.ts';
import { type Sandbox, startSandbox } from '../../src/sandbox/index.ts';
import { assertNowhere, dumpDatabase, tokensOfX } from './canaries.ts';
import { cloneDatabase } from './postgres.ts';

export interface SandboxAccount {
  readonly id: string;
  readonly username: string;
  readonly access_token: string;
  readonly access_token_secret: string;
}

export interface SandboxTweet {
  readonly id: string;
  readonly text: string;
  readonly username: string;
  readonly in_reply_to_tweet_id: string | null;
}

/** Herald and the sandbox in this process, over real HTTP, with everything that a test asks of them. */
export interface World {
  readonly url: string;
  readonly server: FastifyInstance;
  readonly sandbox: Sandbox;
  readonly secret: string;
  readonly databaseUrl: string;
  readonly config: Config;
  readonly keyring: string;
  /** Another Herald over the same database and X, on a port of its own. */
  replica(): Promise<{ readonly url: string; close(): Promise<void> }>;
  /** Ends all sign-ins of a user, as `herald accounts revoke` does. */
  revoke(userId: string): Promise<void>;
  readonly log: { evt: LogEvent; fields: LogFields }[];
  account(username: string): Promise<SandboxAccount>;
  /** Session variables of a user signed in as this account, as Hasura sends them. */
  session(username: string, changes?: Record<string, string | undefined>): Promise<Record<string, string>>;
  act(operation: string, input: unknown, session: Record<string, unknown>): Promise<Answer>;
  query(query: string, variables: unknown, session: Record<string, string>): Promise<Answer>;
  fault(kind: string, more?: Record<string, unknown>): Promise<void>;
  tweets(): Promise<SandboxTweet[]>;
  close(): Promise<void>;
}

/** What a door may answer; which of it is there is for the test to say. */
interface AnswerBody extends XPost, Omit<XMe, 'username'>, Omit<XAccount, 'id' | 'state'> {
  readonly message: string;
  readonly code: string;
  readonly extensions: ErrorExtensions;
  readonly errors: [{ readonly message: string; readonly extensions: ErrorExtensions }];
  readonly data: { readonly postTweet: XPost; readonly a_1: XPost; readonly xMe: XMe } & IntrospectionQuery;
  readonly error: XPostError;
}

interface ErrorExtensions {
  readonly code: string;
  readonly userAction: string;
  readonly retryAt: string | null;
  readonly field: string | null;
  readonly requestId: string;
}

export interface Answer {
  readonly status: number;
  readonly body: AnswerBody;
}

export interface WorldOptions {
  readonly tls?: boolean;
  readonly environment?: Record<string, string>;
  readonly overrides?: Overrides;
  /** Whether the sweep and the looks at the timeline run; default true. */
  readonly working?: boolean;
  /** Whether it has the keys of an issuer, which take up to two seconds to make; default false. */
  readonly issues?: boolean;
}

export const createWorld = async ({
  tls = false,
  environment = {},
  overrides = {},
  working = true,
  issues = false,
}: WorldOptions = {}): Promise<World> => {
  const sandbox = await startSandbox({ port: 0, ...(tls ? { tlsPort: 0 } : {}) });
  const xUrl = tls ? (sandbox.tlsUrl ?? '') : sandbox.url;
  const database = await cloneDatabase(inject('postgres'));
  const secret = randomBytes(32).toString('base64url');
  const keyringJson = await generateKeyring(new Date(), issues ? undefined : ['envelope', 'rest']);
  const { config, secrets } = await loadConfig({
    PORT: '0',
    HERALD_WEBHOOK_SECRET: secret,
    HERALD_KEYRING: keyringJson,
    DATABASE_URL: database.url,
    X_APP_KEY: 'sandbox-app',
    X_APP_SECRET: 'sandbox-app-secret',
    X_API_URL: xUrl,
    ...environment,
  });
  const log: World['log'] = [];
  const startApp = () =>
    createApp(config, secrets, (_level, evt, fields = {}) => void log.push({ evt, fields }), {
      ...(sandbox.ca === undefined ? {} : { xCertificateAuthority: sandbox.ca }),
      ...overrides,
    });
  const app = await startApp();
  await app.ledger.join();
  if (working) app.startWorking();
  const url = await app.server.listen({ host: '127.0.0.1', port: 0 });
  const keyring = await loadKeyring(keyringJson);

  const answers: string[] = [];
  const sendAndKeep = async (...request: Parameters<typeof send>): Promise<Answer> => {
    const answer = await send(...request);
    answers.push(JSON.stringify(answer));
    return answer;
  };
  const account = (username: string) => control<SandboxAccount>(sandbox.url, 'users', { username });
  return {
    url,
    server: app.server,
    sandbox,
    secret,
    databaseUrl: database.url,
    config,
    keyring: keyringJson,
    replica: async () => {
      const other = await startApp();
      return { url: await other.server.listen({ host: '127.0.0.1', port: 0 }), close: () => other.close() };
    },
    revoke: async (userId) => {
      const ledger = await openLedger({
        ...config.ledger,
        connectionString: database.url,
        onConnectionLost: () => {},
      });
      await ledger.revocations.revoke(userId as UserId);
      await ledger.close();
    },
    log,
    account,
    session: async (username, changes = {}) => {
      const { id, access_token, access_token_secret } = await account(username);
      const userId = (changes['x-hasura-user-id'] ?? `twitter|${id}`) as UserId;
      const sealed = await sealPair(
        keyring,
        { accessToken: access_token, accessTokenSecret: access_token_secret },
        { userId, expiresAt: new Date(Date.now() + 3_600_000) },
      );
      const variables = {
        'x-hasura-role': 'user',
        'x-hasura-user-id': userId,
        'x-hasura-access-token': sealed.accessToken,
        'x-hasura-access-token-secret': sealed.accessTokenSecret,
        ...changes,
      };
      return Object.fromEntries(
        Object.entries(variables).filter((entry): entry is [string, string] => entry[1] !== undefined),
      );
    },
    act: (operation, input, session) =>
      sendAndKeep(
        `${url}/hasura/actions`,
        { 'x-hasura-webhook-secret': secret },
        {
          action: { name: operation },
          input,
          session_variables: session,
          request_query: null,
        },
      ),
    query: (query, variables, session) =>
      sendAndKeep(`${url}/graphql`, { 'x-hasura-webhook-secret': secret, ...session }, { query, variables }),
    fault: async (kind, more = {}) => {
      await control(sandbox.url, 'faults', { method: 'POST', path: '/2/tweets', kind, times: 1, ...more });
    },
    tweets: async () => (await (await fetch(`${sandbox.url}/_sandbox/tweets`)).json()) as SandboxTweet[],
    close: async () => {
      await app.close();
      // Whatever a test did: nothing that Herald wrote or answered has a readable credential of X in it.
      assertNowhere(await tokensOfX(sandbox.url), {
        'the log': inspect(log, { depth: 8, maxStringLength: null, maxArrayLength: null }),
        'an answer': answers.join('\n'),
        'the database': await dumpDatabase(database.url),
      });
      await sandbox.close();
      await database.drop();
    },
  };
};

const control = async <T>(url: string, what: string, body: unknown): Promise<T> => {
  const response = await fetch(`${url}/_sandbox/${what}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  if (!response.ok)
    throw new Error(`The sandbox refused ${what}: ${response.status} ${await response.text()}`);
  return (await response.json()) as T;
};

/** Sends JSON as Hasura does and reads the JSON answer. */
export const send = async (url: string, headers: Record<string, string>, body: unknown): Promise<Answer> => {
  const response = await fetch(url, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      'user-agent': 'hasura-graphql-engine/v2.49.5',
      ...headers,
    },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });
  return { status: response.status, body: (await response.json()) as AnswerBody };
};
