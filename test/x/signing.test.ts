import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { parseTweetId, parseXUserId, Secret, type XClient, type XSignIn } from '../../src/kernel/index.ts';
import { createXSignIn } from '../../src/x/index.ts';
import { schemes } from './raw-server.ts';
import { type SandboxAccount, sandboxApp, startSandboxAccount } from './sandbox-account.ts';
import { clientOf } from './x-client.ts';

describe.each(schemes)('signed requests over %s', (scheme) => {
  let account: SandboxAccount;
  let x: XClient & { close(): void };
  let signIn: XSignIn;

  beforeAll(async () => {
    account = await startSandboxAccount(scheme);
    ({ x } = clientOf(account.server, sandboxApp));
    const { url, ca } = account.server;
    signIn = createXSignIn({
      ...sandboxApp,
      apiUrl: url,
      authorizeUrl: new URL(account.sandbox.url),
      deadlineMs: 10_000,
      ...(ca !== undefined && { ca }),
    });
  });
  afterAll(async () => {
    x.close();
    signIn.close();
    await account.sandbox.close();
  });

  test.each(['plain', 'Grüße, 世界! 👋', "50% of a+b=c & d*e (f) 'g' ~h!", 'line\nbreak "quoted" \\ <b>'])(
    'a tweet that says %j is accepted as it is',
    async (text) => {
      const outcome = await x.createTweet(account.credentials, { text });
      expect(outcome).toMatchObject({ kind: 'created' });
      expect((await account.tweets()).at(-1)).toMatchObject({ text, username: 'alice' });
    },
  );

  test('a reply points at its parent', async () => {
    const parent = await x.createTweet(account.credentials, { text: 'parent' });
    if (parent.kind !== 'created') throw new Error('no parent');
    await x.createTweet(account.credentials, {
      text: 'child',
      inReplyToTweetId: parent.tweetId,
      replySettings: 'MENTIONED_USERS',
    });
    expect((await account.tweets()).at(-1)).toMatchObject({
      text: 'child',
      in_reply_to_tweet_id: parent.tweetId,
    });
  });

  test('X refuses the same text twice, and a parent that is not there', async () => {
    await x.createTweet(account.credentials, { text: 'twice' });
    expect(await x.createTweet(account.credentials, { text: 'twice' })).toMatchObject({
      kind: 'rejected',
      code: 'DUPLICATE_CONTENT',
    });
    const inReplyToTweetId = parseTweetId('1');
    const orphan = await x.createTweet(account.credentials, {
      text: 'orphan',
      ...(inReplyToTweetId && { inReplyToTweetId }),
    });
    expect(orphan.kind).toBe('rejected');
  });

  test('counters come with each answer', async () => {
    const { answer } = await x.createTweet(account.credentials, { text: 'counted' });
    expect(answer.limits?.window).toMatchObject({ limit: 100, resetAt: expect.any(Date) });
    expect(answer.transactionId).toEqual(expect.any(String));
  });

  test('a wrong token secret is refused', async () => {
    const forged = { ...account.credentials, accessTokenSecret: new Secret('x'.repeat(45)) };
    expect(await x.createTweet(forged, { text: 'forged' })).toMatchObject({
      code: 'ACCOUNT_NEEDS_RECONNECT',
    });
    expect(await x.me(forged)).toMatchObject({ ok: false, code: 'ACCOUNT_NEEDS_RECONNECT' });
  });

  test('a sign-in from the first leg to the account', async () => {
    const { requestToken, requestTokenSecret, authorizeUrl } = await signIn.begin(
      'http://127.0.0.1:9/callback',
    );
    const page = await fetch(authorizeUrl);
    expect(page.status).toBe(200);
    const consent = new URLSearchParams({ oauth_token: requestToken, username: 'bob', decision: 'allow' });
    const allowed = await fetch(authorizeUrl, { method: 'POST', body: consent, redirect: 'manual' });
    const callback = new URL(allowed.headers.get('location') ?? '');
    expect(callback.searchParams.get('oauth_token')).toBe(requestToken);

    const verifier = callback.searchParams.get('oauth_verifier') ?? '';
    const { credentials, username } = await signIn.complete({ requestToken, requestTokenSecret, verifier });
    expect(username).toBe('bob');
    expect(await x.me(credentials)).toMatchObject({
      ok: true,
      value: { xUserId: credentials.xUserId, username: 'bob' },
    });
    const again = signIn.complete({ requestToken, requestTokenSecret, verifier });
    await expect(again).rejects.toMatchObject({ code: 'CREDENTIALS_INVALID' });
  });

  test('a revoked pair signs nothing any more', async () => {
    const { id, ...tokens } = (await account.control('/_sandbox/users', { username: 'carol' })) as Record<
      string,
      string
    >;
    const xUserId = parseXUserId(id ?? '');
    if (!xUserId) throw new Error('no user');
    const carol = {
      xUserId,
      accessToken: new Secret(tokens.access_token ?? ''),
      accessTokenSecret: new Secret(tokens.access_token_secret ?? ''),
    };
    expect(await signIn.revoke(carol)).toBe(true);
    expect(await x.me(carol)).toMatchObject({ ok: false, code: 'ACCOUNT_NEEDS_RECONNECT' });
    expect(await signIn.revoke(carol)).toBe(false);
  });

  test('a wrong verifier or a wrong request secret completes nothing', async () => {
    const started = await signIn.begin('http://127.0.0.1:9/callback');
    const consent = new URLSearchParams({
      oauth_token: started.requestToken,
      username: 'bob',
      decision: 'allow',
    });
    await fetch(started.authorizeUrl, { method: 'POST', body: consent, redirect: 'manual' });
    const guessed = signIn.complete({ ...started, verifier: 'guessed' });
    await expect(guessed).rejects.toMatchObject({ code: 'CREDENTIALS_INVALID' });
    const stolen = signIn.complete({
      ...started,
      requestTokenSecret: new Secret('other'),
      verifier: 'guessed',
    });
    await expect(stolen).rejects.toMatchObject({ code: 'CREDENTIALS_INVALID' });
  });
});

describe('the clock of this machine', () => {
  test('when it is off, the post is not sent and the account is not blamed', async () => {
    const account = await startSandboxAccount('http');
    const { x } = clientOf(account.server, sandboxApp);
    // The sandbox runs in this process too, but it holds Date.now from before.
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() - 3_600_000 });
    const outcome = await x.createTweet(account.credentials, { text: 'late' });
    vi.useRealTimers();
    expect(outcome).toMatchObject({ kind: 'not_sent', code: 'X_UNAVAILABLE', reason: 'clock_skew' });
    x.close();
    await account.sandbox.close();
  });
});
