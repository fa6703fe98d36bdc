import { parseXUserId, Secret, type XCredentials } from '../../src/kernel/index.ts';
import { type Sandbox, startSandbox } from '../../src/sandbox/index.ts';
import type { Scheme } from './raw-server.ts';

export interface SandboxTweet {
  readonly id: string;
  readonly text: string;
  readonly username: string;
  readonly in_reply_to_tweet_id: string | null;
}

export interface SandboxAccount {
  readonly sandbox: Sandbox;
  readonly server: { readonly url: URL; readonly ca: string | undefined };
  readonly credentials: XCredentials;
  /** The sandbox's control API. */
  control(path: string, body?: unknown): Promise<unknown>;
  tweets(): Promise<readonly SandboxTweet[]>;
}

/** The application that a sandbox knows unless told otherwise. */
export const sandboxApp = { appKey: 'sandbox-app', appSecret: new Secret('sandbox-app-secret') };

/** A sandbox of its own, reached over `scheme`, and an account on it. */
export async function startSandboxAccount(scheme: Scheme): Promise<SandboxAccount> {
  const sandbox = await startSandbox({ port: 0, tlsPort: 0 });
  const control = async (path: string, body?: unknown): Promise<unknown> => {
    const request =
      body === undefined
        ? {}
        : { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) };
    const response = await fetch(new URL(path, sandbox.url), request);
    if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
    return response.json();
  };
  const user = (await control('/_sandbox/users', { username: 'alice' })) as Record<string, string>;
  const xUserId = parseXUserId(user.id ?? '');
  if (!xUserId) throw new Error('the sandbox gave no user');
  return {
    sandbox,
    server: {
      url: new URL(scheme === 'https' ? (sandbox.tlsUrl ?? '') : sandbox.url),
      ca: scheme === 'https' ? sandbox.ca : undefined,
    },
    credentials: {
      xUserId,
      accessToken: new Secret(user.access_token ?? ''),
      accessTokenSecret: new Secret(user.access_token_secret ?? ''),
    },
    control,
    tweets: async () => (await control('/_sandbox/tweets')) as SandboxTweet[],
  };
}
