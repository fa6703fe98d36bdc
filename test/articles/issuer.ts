import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createRestSeal, generateKeyring, loadKeyring, sealPair } from '../../src/credentials/index.ts';
import { createIssuer, type Issuer } from '../../src/issuer/index.ts';
import { type IssuerEntry, type IssuerStore, Secret } from '../../src/kernel/index.ts';
import * as f from '../credentials/fixtures.ts';

/** Herald's issuer on a port of its own, whose "X" is a page that answers at once. */
export interface RunningIssuer {
  readonly url: string;
  /** What the user decides at X; signed in as alice unless it says otherwise. */
  decision: 'allow' | 'deny';
  close(): Promise<void>;
}

export const startIssuer = async (): Promise<RunningIssuer> => {
  const server = createServer((request, response) => {
    answer(request, response).catch((error) => response.writeHead(500).end(String(error)));
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const issuer = await createTestIssuer(url);

  const running: RunningIssuer = {
    url,
    decision: 'allow',
    close: () =>
      new Promise((closed) => {
        server.close(() => closed());
        server.closeAllConnections();
      }),
  };
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const { pathname, searchParams } = new URL(request.url ?? '/', url);
    if (pathname !== '/x') return issuer.handle(request, response);
    const outcome =
      running.decision === 'allow'
        ? ({ kind: 'signed_in', signedIn } as const)
        : ({ kind: 'denied' } as const);
    const next = await issuer.finishLogin(searchParams.get('uid') ?? '', outcome);
    response.writeHead(302, { location: next.href }).end();
  };
  return running;
};

const xUserId = f.sessionOf(f.aliceId, undefined, '844619452427751424').xUserId;
if (xUserId === undefined) throw new Error('no X user id');
const signedIn = {
  username: 'alice',
  credentials: {
    xUserId,
    accessToken: new Secret(f.alice.token),
    accessTokenSecret: new Secret(f.alice.secret),
  },
};

const createTestIssuer = async (url: string): Promise<Issuer> => {
  const keyring = await loadKeyring(await generateKeyring(new Date()));
  return createIssuer({
    publicUrl: new URL(url),
    clients: [{ id: 'herald-dev', redirectUris: ['http://127.0.0.1/callback'], audience: 'herald-dev' }],
    roles: ['user'],
    signKeys: keyring.signKeys,
    cookieKeys: keyring.cookieKeys,
    store: createStore(),
    seal: createRestSeal(keyring),
    revokedBefore: async () => undefined,
    login: { start: async (uid) => new URL(`/x?uid=${uid}`, url) },
    saveAccount: async () => {},
    sealEnvelopes: (userId, _xUserId, expiresAt) =>
      sealPair(keyring, f.pairOf(f.alice), { userId, expiresAt }),
    log: f.recordLog().log,
  });
};

type StoredEntry = IssuerEntry & { readonly grantId: string | undefined };

const createStore = (): IssuerStore => {
  const entries = new Map<string, StoredEntry>();
  const key = (kind: string, id: string) => `${kind} ${id}`;
  return {
    async upsert({ kind, id, value, grantId }) {
      entries.set(key(kind, id), { id, value, grantId, consumedAt: undefined });
    },
    find: async (kind, id) => entries.get(key(kind, id)),
    async consume(kind, id) {
      const entry = entries.get(key(kind, id));
      if (entry === undefined || entry.consumedAt !== undefined) return false;
      entries.set(key(kind, id), { ...entry, consumedAt: new Date() });
      return true;
    },
    async destroy(kind, id) {
      entries.delete(key(kind, id));
    },
    async revokeByGrantId(grantId) {
      for (const [name, entry] of entries) if (entry.grantId === grantId) entries.delete(name);
    },
  };
};
