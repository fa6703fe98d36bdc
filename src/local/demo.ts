import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Secret, type XPost } from '../kernel/index.ts';
import { runProcess, stopSignal } from '../service.ts';
import { createXSignIn, type XSignedIn } from '../x/index.ts';
import { actionBody, sessionVariables } from './requests.ts';
import { sealForOneDay } from './sandbox-users.ts';
import { type Stack, startStack } from './stack.ts';

const say = (line = ''): void => void process.stdout.write(`${line}\n`);
const hop = (from: string, to: string, what: string): void =>
  say(`  ${from.padEnd(8)} -> ${to.padEnd(8)} ${what}`);

/** The real OAuth 1.0a flow: request token, the sandbox's consent form filled in as a browser does, access token. */
const signInAs = async (username: string, stack: Stack): Promise<XSignedIn> => {
  const { x } = stack.service.config;
  const signIn = createXSignIn({
    ...x,
    appKey: stack.environment.X_APP_KEY ?? '',
    appSecret: new Secret(stack.environment.X_APP_SECRET ?? ''),
  });
  try {
    const { requestToken, requestTokenSecret, authorizeUrl } = await signIn.begin(
      `${stack.service.url}/auth/x/callback`,
    );
    hop('app', 'X', 'POST /oauth/request_token, signed');
    const verifier = await consent(authorizeUrl, username, requestToken);
    hop('browser', 'X', `${authorizeUrl.pathname}: ${username} allows it`);
    const signedIn = await signIn.complete({ requestToken, requestTokenSecret, verifier });
    hop('app', 'X', `POST /oauth/access_token: tokens of @${signedIn.username}`);
    return signedIn;
  } finally {
    signIn.close();
  }
};

const consent = async (authorizeUrl: URL, username: string, requestToken: string): Promise<string> => {
  const page = await fetch(authorizeUrl);
  if (!page.ok) throw new Error(`The consent page answered HTTP ${page.status}.`);
  const answer = await fetch(authorizeUrl, {
    method: 'POST',
    body: new URLSearchParams({ oauth_token: requestToken, username, decision: 'allow' }),
    redirect: 'manual',
  });
  const verifier = new URL(answer.headers.get('location') ?? 'about:blank').searchParams.get(
    'oauth_verifier',
  );
  if (!verifier)
    throw new Error(`The consent form answered HTTP ${answer.status} without an oauth_verifier.`);
  return verifier;
};

const post = async (stack: Stack, text: string, session: Record<string, string>): Promise<XPost> => {
  const secret = readFileSync(stack.environment.HERALD_WEBHOOK_SECRET_FILE ?? '', 'utf8').trim();
  const response = await fetch(`${stack.service.url}/hasura/actions`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      'user-agent': 'hasura-graphql-engine/v2.49.5',
      'accept-encoding': 'gzip',
      'x-hasura-webhook-secret': secret,
    },
    body: JSON.stringify(actionBody(text, session)),
  });
  const answer = (await response.json()) as XPost & { message?: string };
  if (!response.ok || answer.state !== 'SENT')
    throw new Error(`postTweet: HTTP ${response.status} ${JSON.stringify(answer)}`);
  return answer;
};

const showTimeline = async (sandboxUrl: string, tweetId: string | null): Promise<void> => {
  const tweets = (await (await fetch(`${sandboxUrl}/_sandbox/tweets`)).json()) as {
    id: string;
    username: string;
    created_at: string;
    text: string;
  }[];
  for (const tweet of tweets) say(`  @${tweet.username}  ${tweet.created_at}\n    ${tweet.text}`);
  if (!tweets.some(({ id }) => id === tweetId)) throw new Error('The tweet is not on the timeline.');
};

const demo = async (stack: Stack): Promise<void> => {
  say(`Herald   ${stack.service.url}\nSandbox  ${stack.sandbox?.url}\n\nalice signs in with X:`);
  const { credentials, username } = await signInAs('alice', stack);

  const userId = `twitter|${credentials.xUserId}`;
  const sealed = await sealForOneDay(stack.environment, userId, {
    accessToken: credentials.accessToken.reveal(),
    accessTokenSecret: credentials.accessTokenSecret.reveal(),
  });
  hop(
    'app',
    'app',
    `both tokens sealed for ${userId} (${sealed.accessToken.length} characters each, five parts)`,
  );

  say('\nHer frontend calls the mutation postTweet, and Hasura asks Herald:');
  const text = `Hello from ${username}'s app, through Hasura and Herald`;
  const answer = await post(stack, text, sessionVariables(userId, sealed));
  hop('hasura', 'herald', 'POST /hasura/actions with the webhook secret and the session variables');
  hop('herald', 'X', 'POST /2/tweets, signed with the opened credentials');
  hop('X', 'herald', `201 ${answer.tweetId}`);
  hop('herald', 'hasura', JSON.stringify(answer));

  say("\nThe sandbox's timeline:");
  await showTimeline(stack.sandbox?.url ?? '', answer.tweetId);
  say('\nEvery hop worked.');
};

const DEMO_LIMIT_MS = 60_000;

/** Rejects when the demo takes too long or is interrupted, so that what it started is stopped all the same. */
const interruption = (signal: AbortSignal): Promise<never> =>
  Promise.race([
    sleep(DEMO_LIMIT_MS, 'The demo did not finish within a minute.', { signal }),
    stopSignal().then((name) => `Stopped by ${name}.`),
  ]).then((why) => {
    throw new Error(why);
  });

runProcess(async () => {
  const stateDir = mkdtempSync(join(tmpdir(), 'herald-demo-'));
  const finished = new AbortController();
  const interrupted = interruption(finished.signal);
  interrupted.catch(() => {});
  const { PATH, HERALD_LOG_LEVEL = 'error' } = process.env;
  const stack = await startStack(
    { PATH, HERALD_STATE_DIR: stateDir, HERALD_LOG_LEVEL, PORT: '0', OPS_PORT: '0', SANDBOX_PORT: '0' },
    process.stdout.isTTY,
  );
  try {
    await Promise.race([demo(stack), interrupted]);
  } finally {
    finished.abort();
    await stack.stop();
    for (const folder of [stateDir, stack.postgres?.homeDir]) {
      if (folder) rmSync(folder, { recursive: true, force: true });
    }
  }
});
