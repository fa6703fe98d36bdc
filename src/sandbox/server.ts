import { createServer as createTlsServer, type Server as TlsServer } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import Fastify, { type FastifyInstance } from 'fastify';
import { generate } from 'selfsigned';
import { addApi } from './api.ts';
import { addControl } from './control.ts';
import { type Faults, makeFaults } from './faults.ts';
import { type Limits, makeLimits } from './limits.ts';
import { MediaLibrary } from './media.ts';
import { addPages } from './pages.ts';
import { makeRequestLog, type RequestLog } from './requests.ts';
import type { Plan } from './rules.ts';
import { makeSignIn, type SignIn } from './sign-in.ts';
import { Store } from './store.ts';
import { makeVerifier, type Refusal, type Verification, type Verified } from './verify.ts';

export interface SandboxOptions {
  /** Loopback unless `allowNetwork`; 127.0.0.1 unless told. */
  readonly host?: string;
  /** Lets `host` be an address that others can reach: for a compose network alone. */
  readonly allowNetwork?: boolean;
  /** 0, the default: any free port. */
  readonly port?: number;
  /** Absent: no TLS. 0: any free port. */
  readonly tlsPort?: number;
  /** Where state is kept, in the folder `sandbox`; absent: in memory. */
  readonly stateDir?: string;
  /** The one consumer that it knows; `sandbox-app` and `sandbox-app-secret` unless told. */
  readonly appKey?: string;
  readonly appSecret?: string;
  /** What the application has bought at X; `self-serve` unless told. */
  readonly plan?: Plan;
  /** Milliseconds since 1970. */
  readonly now?: () => number;
  /** Whether GET /_sandbox/requests has something to show; true unless told. */
  readonly keepRequests?: boolean;
}

export interface Sandbox {
  readonly url: string;
  readonly tlsUrl?: string;
  /** The certificate to trust for `tlsUrl`, PEM. */
  readonly ca?: string;
  /** Ends every connection, hanging ones too. */
  close(): Promise<void>;
}

/** What the parts of the sandbox share. */
export interface World {
  /** Names the app on the authorize page. */
  readonly appKey: string;
  readonly now: () => number;
  readonly store: Store;
  readonly media: MediaLibrary;
  /** May change at any time. */
  plan: Plan;
  readonly signIn: SignIn;
  readonly verify: (request: Verification) => Verified | Refusal;
  readonly faults: Faults;
  readonly limits: Limits;
  readonly requests: RequestLog;
  readonly reset: (socket: Socket) => void;
}

const BODY_LIMIT_BYTES = 1024 * 1024;
const LOOPBACK = ['127.0.0.1', '::1', 'localhost'];

/**
 * Starts a simulated X that verifies every signature. Plain http, and TLS when asked for, serve the same state.
 * Throws when a port is taken, the state is damaged, or `host` is reachable from elsewhere without `allowNetwork`.
 */
export async function startSandbox(options: SandboxOptions = {}): Promise<Sandbox> {
  const host = options.host ?? '127.0.0.1';
  if (!LOOPBACK.includes(host) && !options.allowNetwork) {
    throw new Error(`the sandbox listens on loopback only, and ${host} is not; see SANDBOX_ALLOW_NETWORK`);
  }
  const resets = new WeakMap<Socket, Socket>();
  const world = makeWorld(options, resets);
  const app = makeApp(world);
  try {
    await app.listen({ host, port: options.port ?? 0 });
    world.store.keep();
    const taken = new Set(world.store.tweets().flatMap(({ mediaIds = [] }) => mediaIds));
    world.media.keep((id) => taken.has(id));
    const secure =
      options.tlsPort === undefined ? undefined : await listenTls(app, host, options.tlsPort, resets);
    return {
      url: `http://${nameOf(host)}:${portOf(app.server)}`,
      ...(secure && { tlsUrl: `https://${nameOf(host)}:${portOf(secure.server)}`, ca: secure.ca }),
      close: async () => {
        secure?.server.closeAllConnections();
        secure?.server.close();
        await app.close();
        world.store.close();
      },
    };
  } catch (error) {
    await app.close();
    world.store.close();
    throw error;
  }
}

function makeWorld(options: SandboxOptions, resets: WeakMap<Socket, Socket>): World {
  const now = options.now ?? Date.now;
  const { appKey = 'sandbox-app', appSecret = 'sandbox-app-secret' } = options;
  const store = new Store({ dir: options.stateDir, now });
  return {
    appKey,
    now,
    store,
    media: new MediaLibrary({ dir: options.stateDir, now }),
    plan: options.plan ?? 'self-serve',
    signIn: makeSignIn(store, now),
    verify: makeVerifier({ appKey, appSecret, now }),
    faults: makeFaults(),
    limits: makeLimits(now),
    requests: makeRequestLog(options.keepRequests ?? true),
    reset: (socket) => {
      (resets.get(socket) ?? socket).resetAndDestroy();
      socket.destroy();
    },
  };
}

/** Every body arrives as text: what it means is its route's business, and a signature needs it as it was sent. */
function makeApp(world: World): FastifyInstance {
  const app = Fastify({ bodyLimit: BODY_LIMIT_BYTES, forceCloseConnections: true, exposeHeadRoutes: false });
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', { parseAs: 'string' }, (_request, body, done) => done(null, body));
  addApi(app, world);
  addControl(app, world);
  addPages(app, world);
  return app;
}

/** The same routes behind TLS, with a certificate of its own made now for localhost and 127.0.0.1. */
async function listenTls(
  app: FastifyInstance,
  host: string,
  port: number,
  resets: WeakMap<Socket, Socket>,
): Promise<{ server: TlsServer; ca: string }> {
  const pems = await generate([{ name: 'commonName', value: 'localhost' }], {
    keyType: 'ec',
    algorithm: 'sha256',
    extensions: [
      { name: 'basicConstraints', cA: true, critical: true },
      {
        name: 'subjectAltName',
        altNames: [
          { type: 2, value: 'localhost' },
          { type: 2, value: 'sandbox' },
          { type: 7, ip: '127.0.0.1' },
          { type: 7, ip: '::1' },
        ],
      },
    ],
  });
  const server = createTlsServer({ key: pems.private, cert: pems.cert }, app.routing);
  rememberTcp(server, resets);
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(port, host, resolve);
  });
  return { server, ca: pems.cert };
}

/** A TLS socket cannot be reset, only the TCP socket under it; the two share their peer's port. */
function rememberTcp(server: TlsServer, resets: WeakMap<Socket, Socket>): void {
  const byPeer = new Map<number | undefined, Socket>();
  server.on('connection', (tcp: Socket) => {
    const peer = tcp.remotePort;
    byPeer.set(peer, tcp);
    tcp.once('close', () => byPeer.delete(peer));
  });
  server.on('secureConnection', (tls) => {
    const tcp = byPeer.get(tls.remotePort);
    if (tcp) resets.set(tls, tcp);
  });
}

const nameOf = (host: string): string =>
  host === '0.0.0.0' ? '127.0.0.1' : host.includes(':') ? `[${host}]` : host;

const portOf = (server: { address(): AddressInfo | string | null }): number => {
  const address = server.address();
  return typeof address === 'object' && address ? address.port : 0;
};
