import type { IncomingMessage, ServerResponse } from 'node:http';
import { request as send } from 'node:http';
import { promisify } from 'node:util';
import { createDoors, type DoorTools } from '../../src/doors/index.ts';
import {
  HeraldError,
  type LogEvent,
  type LogFields,
  type Posting,
  type Session,
  type UserId,
  type XAccount,
} from '../../src/kernel/index.ts';
import { openSession } from '../../src/session/index.ts';

export const SECRET = 'the-secret-of-these-tests';

const ACCOUNT: XAccount = {
  id: '00000000-0000-4000-8000-000000000001',
  xUserId: '7',
  username: 'alice',
  state: 'CONNECTED',
  isDefault: true,
  connectedAt: '2026-11-22T12:00:00.000Z',
  postsRemaining: null,
  postsResetAt: null,
};

/** What the doors asked of the rooms behind them. */
interface Call {
  readonly what: string;
  readonly session?: Session;
  readonly given?: unknown;
}

export interface OpenDoors {
  readonly url: string;
  readonly calls: Call[];
  readonly log: { evt: LogEvent; fields: LogFields }[];
  readonly counted: { door: string; code: string | undefined }[];
  /** How many clients are connected. */
  connections(): Promise<number>;
  close(): Promise<void>;
}

const refuse = async (): Promise<never> => {
  throw new HeraldError('NOT_FOUND');
};

/** Knows nobody and nothing. */
export const refusingPosting: Posting = {
  postTweet: refuse,
  postThread: refuse,
  previewTweet: refuse,
  deleteTweet: refuse,
  uploadTweetMedia: refuse,
  uploadMediaStream: refuse,
  xMedia: refuse,
  cancelTweet: refuse,
  retryTweet: refuse,
  resolveTweet: refuse,
  xMe: refuse,
  xPost: refuse,
  xPosts: refuse,
};

/** The doors on a port of their own, with nothing behind them but what writes down the calls. */
export const openDoors = async (changes: Partial<DoorTools> = {}): Promise<OpenDoors> => {
  const calls: Call[] = [];
  const log: OpenDoors['log'] = [];
  const counted: OpenDoors['counted'] = [];
  const record = (what: string) => async (session: Session, given?: unknown) => {
    calls.push({ what, session, given });
    return ACCOUNT;
  };
  let url = '';
  const server = createDoors({
    posting: {
      ...refusingPosting,
      xMe: async (session) => {
        calls.push({ what: 'xMe', session });
        return { userId: session.userId, xUserId: '7', username: 'alice', name: null };
      },
    },
    accounts: {
      startXConnect: async (session, given) => {
        calls.push({ what: 'startXConnect', session, given });
        return { url: `${url}/auth/x/connect?ticket=t`, expiresAt: '2026-11-22T12:00:00.000Z' };
      },
      connectXAccount: record('connectXAccount'),
      disconnectXAccount: record('disconnectXAccount'),
      xAccounts: async (session) => [await record('xAccounts')(session)],
    },
    postRequests: {
      find: async () => undefined,
      settle: async () => {},
      refuse: async () => true,
      isKnown: async () => false,
      remember: async () => {},
    },
    sessionOf: (userId) => openSession({ 'x-hasura-role': 'user', 'x-hasura-user-id': userId }, ['user']),
    tidy: async () => {},
    isHasura: (secret) => secret === SECRET,
    openSession: (variables) => openSession(variables, ['user']),
    verifyBearer: async (authorization, role) => {
      calls.push({ what: 'verifyBearer', given: [authorization, role] });
      if (authorization !== 'Bearer good') throw new HeraldError('UNAUTHENTICATED');
      const variables = { 'x-hasura-role': role ?? 'user', 'x-hasura-user-id': 'user-1' };
      return { variables, issuedAt: new Date('2026-11-22T12:00:00Z') };
    },
    revokedBefore: async (_userId: UserId) => undefined,
    signIn: {
      depart: async (ticket) => {
        calls.push({ what: 'depart', given: ticket });
        return { redirectTo: new URL('https://x.example/authorize?oauth_token=rt'), cookie: 'c'.repeat(43) };
      },
      arrive: async (returned) => {
        calls.push({ what: 'arrive', given: returned });
        return { redirectTo: new URL('https://app.example/callback?code=abc') };
      },
    },
    issuer: undefined,
    publicUrl: () => new URL(url),
    redirectUris: [],
    mediaMaxBytes: 1024 * 1024,
    trustedProxies: [],
    development: false,
    isReady: () => true,
    mayBegin: () => true,
    log: (_level, evt, fields = {}) => void log.push({ evt, fields }),
    meter: { request: ({ door, code }) => void counted.push({ door, code }) },
    ...changes,
  });
  url = await server.listen({ host: '127.0.0.1', port: 0 });
  const connections = () => promisify(server.server.getConnections.bind(server.server))();
  return { url, calls, log, counted, connections, close: () => server.close() };
};

/** An issuer that writes down what it is handed and answers with it. */
export const echoIssuer = () => {
  const handed: { method: string; url: string; body: string }[] = [];
  const handle = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const seen = {
      method: request.method ?? '',
      url: request.url ?? '',
      body: Buffer.concat(chunks).toString(),
    };
    handed.push(seen);
    response.writeHead(seen.body.includes('bad') ? 400 : 200, { 'content-type': 'application/json' });
    response.end(JSON.stringify(seen));
  };
  return { handed, handle };
};

export interface RawAnswer {
  readonly status: number;
  readonly headers: NodeJS.Dict<string | string[]>;
  readonly text: string;
}

/** A request with the header pairs as they stand, which fetch would change. */
export const sendRaw = (
  url: string,
  options: { method?: string; path: string; headers: readonly string[]; body?: string | Buffer },
): Promise<RawAnswer> =>
  new Promise((resolve, reject) => {
    const { port } = new URL(url);
    const call = send(
      {
        host: '127.0.0.1',
        port,
        method: options.method ?? 'GET',
        path: options.path,
        headers: [...options.headers],
      },
      (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('end', () =>
          resolve({
            status: response.statusCode ?? 0,
            headers: response.headers,
            text: Buffer.concat(chunks).toString(),
          }),
        );
      },
    );
    call.on('error', reject);
    call.end(options.body);
  });
