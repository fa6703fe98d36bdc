import { randomUUID } from 'node:crypto';
import type { AddressInfo } from 'node:net';
import type { Config, Secrets } from './config/index.ts';
import {
  createEnvelopeOpener,
  createKeptCredentials,
  createRestSeal,
  loadKeyring,
} from './credentials/index.ts';
import { createDoors } from './doors/index.ts';
import type {
  Ledger,
  Log,
  MediaId,
  PostId,
  TweetId,
  XClient,
  XMediaUploads,
  XTimeline,
} from './kernel/index.ts';
import { openLedger } from './ledger/index.ts';
import { createMediaReader, type MediaReaderOptions } from './media/index.ts';
import { createMetrics, type Metrics, observeX } from './metrics/index.ts';
import { createGate, createPosting } from './posting/index.ts';
import { createWebhookCheck, openSession } from './session/index.ts';
import { createSignIn } from './sign-in.ts';
import { startWorker } from './worker/index.ts';
import { createXClient, createXSignIn } from './x/index.ts';

/** What a test may put in place of the real thing, or around it. */
export interface Overrides {
  readonly now?: () => Date;
  /** What the gate's pauses are measured with: monotonic milliseconds. */
  readonly elapsedMs?: () => number;
  /** A certificate authority that the sandbox's TLS certificate was made by, as PEM. */
  readonly xCertificateAuthority?: string;
  readonly aroundLedger?: (ledger: Ledger) => Ledger;
  readonly aroundX?: <T extends XClient & XTimeline & XMediaUploads>(x: T) => T;
  /** Where files by address come from. */
  readonly mediaNetwork?: MediaReaderOptions['network'];
}

export interface App {
  readonly server: ReturnType<typeof createDoors>;
  readonly ledger: Ledger;
  readonly metrics: Metrics;
  /** Begins to send what waits and to look for what is in doubt. */
  startWorking(): void;
  /** Stops being ready, so that no new traffic is sent here, while what is in flight goes on. */
  stopBeingReady(): void;
  /** Claims nothing more, finishes what is in flight and lets go of every connection. */
  close(): Promise<void>;
}

/** Makes each room once, in the order of the corridor, and hands each what it needs of the others. */
export const createApp = async (
  config: Config,
  secrets: Secrets,
  log: Log,
  overrides: Overrides = {},
): Promise<App> => {
  const now = overrides.now ?? (() => new Date());
  const keyring = await loadKeyring(secrets.keyring.reveal());
  for (const note of keyring.notes) log('warn', 'keyring_note', { reason: note });

  const opened = await openLedger({
    ...config.ledger,
    connectionString: secrets.databaseUrl.reveal(),
    onConnectionLost: (error) => log('warn', 'database_lost', { error }),
  });
  const ledger = overrides.aroundLedger?.(opened) ?? opened;
  const xOptions = {
    ...secrets.x,
    ...config.x,
    ...(overrides.xCertificateAuthority === undefined ? {} : { ca: overrides.xCertificateAuthority }),
  };
  const client = createXClient(xOptions);
  const xSignIn = createXSignIn(xOptions);
  const gate = createGate({
    log,
    now,
    ...(overrides.elapsedMs && { elapsedMs: overrides.elapsedMs }),
  });
  const metrics = createMetrics({ status: ledger.status, pool: ledger.connections, gate, log });
  const { meter } = metrics;
  const x = observeX(overrides.aroundX?.(client) ?? client, { meter, gate });
  const publicUrl = (): URL =>
    config.signIn.publicUrl ??
    new URL(`http://127.0.0.1:${(server.server.address() as AddressInfo | null)?.port ?? config.port}`);
  const { accounts, issuer, verifyBearer } = await createSignIn({
    config,
    secrets,
    keyring,
    accounts: opened.accounts,
    singleUse: opened.singleUse,
    revocations: opened.revocations,
    issuerEntries: opened.issuer,
    useEnvelopes: createEnvelopeOpener({ keyring, log, meter, now }),
    x: { ...xSignIn, me: x.me },
    publicUrl,
    meter,
    log,
    now,
  });
  const kept = createKeptCredentials(createRestSeal(keyring));
  const posting = createPosting({
    useCredentials: accounts.useCredentials,
    usePostCredentials: (post, credential, use) =>
      post.accountId === undefined
        ? kept.use(credential, { postId: post.id, userId: post.userId, xUserId: post.xUserId }, use)
        : accounts.useAccount(post.userId, post.accountId, use),
    accountNotes: accounts.notes,
    kept,
    ledger,
    budgets: opened.budgets,
    mediaStore: opened.media,
    mediaReader: createMediaReader({
      maxStreamBytes: config.media.maxBytes,
      byUrl: config.media.byUrl,
      ...(overrides.mediaNetwork && { network: overrides.mediaNetwork }),
    }),
    plan: config.plan,
    x,
    gate,
    meter,
    log,
    now,
    newPostId: () => randomUUID() as PostId,
    newMediaId: () => randomUUID() as MediaId,
    tweetUrl: tweetUrlOf(config),
    deadlineMs: config.x.deadlineMs,
    answerWithinMs: config.answerWithinMs,
    settleWindowMs: config.ledger.settleWindowMs,
  });
  let phase: 'serving' | 'leaving' | 'draining' = 'serving';
  const server = createDoors({
    posting,
    accounts: accounts.operations,
    postRequests: opened.postRequests,
    mediaMaxBytes: config.media.maxBytes,
    sessionOf: (userId) =>
      openSession({ 'x-hasura-role': config.roles[0], 'x-hasura-user-id': userId }, config.roles),
    tidy: ledger.tidy,
    signIn: accounts.browser,
    issuer,
    verifyBearer,
    revokedBefore: opened.revocations.revokedBefore,
    publicUrl,
    redirectUris: config.signIn.clients.flatMap(({ redirectUris }) => redirectUris),
    trustedProxies: config.signIn.trustedProxies,
    development: config.development,
    isHasura: createWebhookCheck(secrets.webhookSecrets),
    openSession: (variables) => openSession(variables, config.roles),
    isReady: () => phase === 'serving',
    mayBegin: () => phase !== 'draining',
    meter,
    log,
  });
  let worker: ReturnType<typeof startWorker> | undefined;
  return {
    server,
    ledger,
    metrics,
    startWorking: () => {
      worker ??= startWorker({
        ledger,
        deliver: posting.deliver,
        reconcile: posting.reconcile,
        takeBack: posting.takeBack,
        gate,
        log,
      });
    },
    stopBeingReady: () => {
      phase = 'leaving';
    },
    close: async () => {
      phase = 'draining';
      // A thread in a request ends with the part that is under way; a request that had begun before may still begin its first.
      await Promise.all([server.close(), worker?.stop(), posting.finished()]);
      await posting.finished();
      x.close();
      xSignIn.close();
      await ledger.close();
    },
  };
};

/** X shows a tweet at x.com and answers its API at api.x.com; every other X shows it where browsers authorise. */
const tweetUrlOf = ({ x }: Config): ((tweetId: TweetId) => string) => {
  const origin = x.apiUrl.host === 'api.x.com' ? 'https://x.com' : x.authorizeUrl.origin;
  return (tweetId) => `${origin}/i/web/status/${tweetId}`;
};
