import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { TweetPreview, XAccount, XConnect, XMedia, XPost } from '../kernel/index.ts';
import { runProcess, stopSignal } from '../service.ts';
import { openBrowser } from './browser.ts';
import { loopbackReturn, sessionOf, signInWithPkce } from './oauth.ts';
import { drawPicture } from './picture.ts';
import { callAction, callGraphql, sessionVariables } from './requests.ts';
import { type Stack, startStack } from './stack.ts';

const say = (line = ''): void => void process.stdout.write(`${line}\n`);
const hop = (from: string, to: string, what: string): void =>
  say(`  ${from.padEnd(8)} -> ${to.padEnd(8)} ${what}`);
const browserHop = (what: string): void => hop('browser', '', what);

/** An app with its own auth: its user connects an X account, and posts without any X credential in the session. */
const connectAndPost = async ({ service, environment }: Stack): Promise<XPost> => {
  say('\n1. An app that has auth already. Its user 42 connects the X account of alice:');
  const session = sessionVariables('42');
  const call = <T>(name: string, input: object) =>
    callAction<T>(service.url, environment, name, input, session);
  const { redirectUri } = loopbackReturn(service.config);

  const { url } = await call<XConnect>('startXConnect', {
    returnTo: redirectUri,
    expectedUsername: 'alice',
  });
  hop('hasura', 'herald', `startXConnect -> ${new URL(url).pathname}`);
  const back = await openBrowser(browserHop).travel(url, 'alice', redirectUri);
  const account = await call<XAccount>('connectXAccount', { code: back.searchParams.get('code') });
  hop('hasura', 'herald', `connectXAccount -> @${account.username}, ${account.state}`);
  const post = sent(await call<XPost>('postTweet', { text: 'Hello from an app with its own auth' }));
  hop('hasura', 'herald', `postTweet, no credentials in the session -> ${post.state} ${post.tweetId}`);
  return post;
};

/** An app without auth: Herald signs its user in, and the issued token carries the sealed credentials. */
const signInAndPost = async ({ service, environment }: Stack): Promise<XPost[]> => {
  say('\n2. An app without auth. bob signs in with X at Herald (OAuth 2.0, PKCE):');
  const tokens = await signInWithPkce(service.url, service.config, 'bob', browserHop);
  hop('app', 'herald', `POST /oauth/token -> a JWT of ${tokens.access_token.length} characters`);

  const session = sessionOf(tokens);
  const text = 'Hello through Hasura, with sealed credentials';
  const throughHasura = sent(
    await callAction<XPost>(service.url, environment, 'postTweet', { text }, session),
  );
  hop(
    'hasura',
    'herald',
    `postTweet with the token's claims -> ${throughHasura.state} ${throughHasura.tweetId}`,
  );

  const { postTweet } = await callGraphql<{ postTweet: XPost }>(
    service.url,
    tokens.access_token,
    'mutation ($input: PostTweetInput!) { postTweet(input: $input) { id state tweetId url error { code message } } }',
    { input: { text: 'Hello straight from the frontend, with the bearer token' } },
  );
  hop('app', 'herald', `POST /graphql with the bearer -> ${postTweet.state} ${postTweet.tweetId}`);
  return [throughHasura, sent(postTweet)];
};

/** What goes out with a tweet, and what it costs, before it costs. */
const previewAndPostThread = async ({ service, environment }: Stack): Promise<XPost> => {
  say('\n3. A thread with a picture. User 42 looks at it before it costs anything:');
  const session = sessionVariables('42');
  const call = <T>(name: string, input: object) =>
    callAction<T>(service.url, environment, name, input, session);
  const picture = await call<XMedia>('uploadTweetMedia', {
    base64: drawPicture().toString('base64'),
    altText: 'Hills under an evening sky',
  });
  hop('hasura', 'herald', `uploadTweetMedia -> ${picture.kind}, ${picture.state}`);
  const thread = {
    parts: [
      { text: 'A thread: each part replies to the one before it.', mediaIds: [picture.id] },
      { text: 'Asked before it is sent', poll: { options: ['Yes', 'No'], durationMinutes: 60 } },
      { text: 'And this part says what it is.', madeWithAi: true },
    ],
  };
  const preview = await call<TweetPreview>('previewTweet', { thread });
  const dollars = (preview.costMicroUsd / 1_000_000).toFixed(3);
  hop('hasura', 'herald', `previewTweet -> ${preview.parts.length} tweets, $${dollars} at X's prices`);
  const post = sent(await call<XPost>('postThread', thread));
  hop(
    'hasura',
    'herald',
    `postThread -> ${post.state} ${post.parts.map(({ tweetId }) => tweetId).join(' ')}`,
  );
  return post;
};

const sent = (post: XPost): XPost => {
  if (post.state !== 'SENT') throw new Error(`postTweet: ${JSON.stringify(post)}`);
  return post;
};

const showTimeline = async (sandboxUrl: string, posts: readonly XPost[]): Promise<void> => {
  const tweets = (await (await fetch(`${sandboxUrl}/_sandbox/tweets`)).json()) as {
    id: string;
    username: string;
    created_at: string;
    text: string;
  }[];
  for (const tweet of tweets) say(`  @${tweet.username}  ${tweet.created_at}\n    ${tweet.text}`);
  for (const { tweetId } of posts) {
    if (!tweets.some(({ id }) => id === tweetId)) throw new Error(`${tweetId} is not on the timeline.`);
  }
};

const demo = async (stack: Stack): Promise<void> => {
  say(`Herald   ${stack.service.url}\nSandbox  ${stack.sandbox?.url}`);
  const posts = [
    await connectAndPost(stack),
    ...(await signInAndPost(stack)),
    await previewAndPostThread(stack),
  ];
  say("\nThe sandbox's timeline:");
  await showTimeline(stack.sandbox?.url ?? '', posts);
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
