import { randomUUID } from 'node:crypto';
import type { Config, Secrets } from './config/index.ts';
import { createEnvelopeOpener, loadKeyring } from './credentials/index.ts';
import { createDoors } from './doors/index.ts';
import type { Log, PostId, TweetId } from './kernel/index.ts';
import { createPosting } from './posting/index.ts';
import { createWebhookCheck, openSession } from './session/index.ts';
import { createXClient } from './x/index.ts';

/** What a test may put in place of the real thing. */
export interface Overrides {
  readonly now?: () => Date;
  /** A certificate authority that the sandbox's TLS certificate was made by, as PEM. */
  readonly xCertificateAuthority?: string;
}

export interface App {
  readonly server: ReturnType<typeof createDoors>;
  /** Stops being ready, so that no new traffic is sent here, while what is in flight goes on. */
  stopBeingReady(): void;
  /** Finishes what is in flight and lets go of every connection. */
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
  const useCredentials = createEnvelopeOpener({ keyring, log, now });
  const x = createXClient({
    ...secrets.x,
    apiUrl: config.x.apiUrl,
    deadlineMs: config.x.deadlineMs,
    ...(overrides.xCertificateAuthority === undefined ? {} : { ca: overrides.xCertificateAuthority }),
  });
  const posting = createPosting({
    useCredentials,
    x,
    log,
    now,
    newPostId: () => randomUUID() as PostId,
    tweetUrl: tweetUrlOf(config),
  });
  let ready = true;
  const server = createDoors({
    posting,
    isHasura: createWebhookCheck(secrets.webhookSecrets),
    openSession: (variables) => openSession(variables, config.roles),
    isReady: () => ready,
    log,
  });
  return {
    server,
    stopBeingReady: () => {
      ready = false;
    },
    close: async () => {
      await server.close();
      x.close();
    },
  };
};

/** X shows a tweet at x.com and answers its API at api.x.com; every other X shows it where browsers authorise. */
const tweetUrlOf = ({ x }: Config): ((tweetId: TweetId) => string) => {
  const origin = x.apiUrl.host === 'api.x.com' ? 'https://x.com' : x.authorizeUrl.origin;
  return (tweetId) => `${origin}/i/web/status/${tweetId}`;
};
