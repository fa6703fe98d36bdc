import { createHmac } from 'node:crypto';
import { inspect } from 'node:util';
import { afterEach, describe, expect, test, vi } from 'vitest';
import {
  parseTweetId,
  parseXMediaId,
  type ReplySettings,
  Secret,
  type XTweet,
} from '../../src/kernel/index.ts';
import { createXSignIn } from '../../src/x/index.ts';
import { answer, created, type Respond, startRawServer } from './raw-server.ts';
import { canaries, clientOf, credentials } from './x-client.ts';

const closers: Array<() => unknown> = [];
afterEach(async () => {
  vi.useRealTimers();
  for (const close of closers.splice(0)) await close();
});

async function start(respond: Respond, options: Parameters<typeof clientOf>[1] = {}) {
  const server = await startRawServer('http', respond);
  const { x } = clientOf(server, options);
  closers.push(
    () => x.close(),
    () => server.close(),
  );
  return { server, x };
}

const always: Respond = (socket) => socket.write(created());

const headOf = (request = ''): string => request.slice(0, request.indexOf('\r\n\r\n'));
const bodyOf = (request = ''): unknown => JSON.parse(request.slice(request.indexOf('\r\n\r\n') + 4));

function oauthOf(request: string | undefined): Record<string, string> {
  const header = /authorization: OAuth (.*)/i.exec(headOf(request))?.[1] ?? '';
  const pairs = [...header.matchAll(/(\w+)="([^"]*)"/g)].map(([, name = '', value = '']) => [
    name,
    decodeURIComponent(value),
  ]);
  return Object.fromEntries(pairs);
}

const parent = parseTweetId('1777777777777777777');
const media = ['1880028106020515840', '1880028106020515841'].flatMap((id) => parseXMediaId(id) ?? []);

describe('createTweet as sent', () => {
  test('a text alone', async () => {
    const { server, x } = await start(always);
    await x.createTweet(credentials, { text: 'Grüße, 世界! 👋 50% & <b>' });
    expect(headOf(server.requests[0]).split('\r\n')[0]).toBe('POST /2/tweets HTTP/1.1');
    expect(JSON.parse(Buffer.from(JSON.stringify(bodyOf(server.requests[0])), 'latin1').toString())).toEqual({
      text: 'Grüße, 世界! 👋 50% & <b>',
    });
  });

  test.each<[ReplySettings, string]>([
    ['FOLLOWING', 'following'],
    ['MENTIONED_USERS', 'mentionedUsers'],
    ['SUBSCRIBERS', 'subscribers'],
    ['VERIFIED', 'verified'],
  ])('a reply, with %s', async (replySettings, sent) => {
    const { server, x } = await start(always);
    await x.createTweet(credentials, {
      text: 'hi',
      replySettings,
      ...(parent && { inReplyToTweetId: parent }),
    });
    expect(bodyOf(server.requests[0])).toEqual({
      text: 'hi',
      reply: { in_reply_to_tweet_id: '1777777777777777777' },
      reply_settings: sent,
    });
  });

  test.each<[string, XTweet, object]>([
    ['media with a text', { text: 'hi', mediaIds: media }, { text: 'hi', media: { media_ids: media } }],
    ['media alone', { text: '', mediaIds: media.slice(1) }, { media: { media_ids: media.slice(1) } }],
    [
      'a poll',
      { text: 'Which?', poll: { options: ['this', 'that'], durationMinutes: 60 } },
      { text: 'Which?', poll: { options: ['this', 'that'], duration_minutes: 60 } },
    ],
    [
      'a quote in a community',
      { text: 'see', communityId: '1493446837214187523', ...(parent && { quoteTweetId: parent }) },
      { text: 'see', community_id: '1493446837214187523', quote_tweet_id: '1777777777777777777' },
    ],
    [
      'labels',
      { text: 'ad', madeWithAi: true, paidPartnership: true },
      { text: 'ad', made_with_ai: true, paid_partnership: true },
    ],
    ['what is off or empty', { text: 'hi', madeWithAi: false, mediaIds: [] }, { text: 'hi' }],
  ])('%s', async (_name, tweet, body) => {
    const { server, x } = await start(always);
    expect(await x.createTweet(credentials, tweet)).toMatchObject({ kind: 'created' });
    expect(bodyOf(server.requests[0])).toEqual(body);
  });

  test('asks for no compression, so that nothing has to be decoded', async () => {
    const { server, x } = await start(always);
    await x.createTweet(credentials, { text: 'hi' });
    expect(headOf(server.requests[0]).toLowerCase()).not.toContain('accept-encoding');
  });

  test('the signature covers the request as sent: scheme, host, port and path (RFC 5849, 3.4.1)', async () => {
    const { server, x } = await start(always);
    await x.createTweet(credentials, { text: 'the body is not signed' });
    const { oauth_signature: signature, ...oauth } = oauthOf(server.requests[0]);
    expect(oauth).toMatchObject({ oauth_consumer_key: 'app-key', oauth_token: canaries.accessToken });
    const parameters = Object.keys(oauth)
      .sort()
      .map((name) => `${name}=${encodeURIComponent(oauth[name] ?? '')}`)
      .join('&');
    const base = ['POST', `${server.url.origin}/2/tweets`, parameters].map(encodeURIComponent).join('&');
    const key = `${canaries.appSecret}&${canaries.accessTokenSecret}`;
    expect(signature).toBe(createHmac('sha1', key).update(base).digest('base64'));
  });

  test('every request has a nonce of its own', async () => {
    const { server, x } = await start(always);
    await Promise.all(Array.from({ length: 20 }, () => x.createTweet(credentials, { text: 'hi' })));
    expect(new Set(server.requests.map((request) => oauthOf(request).oauth_nonce)).size).toBe(20);
  });
});

describe('beforeSend', () => {
  test('when it throws nothing is sent, not even a connection made', async () => {
    const { server, x } = await start(always);
    const outcome = await x.createTweet(credentials, { text: 'hi' }, () => {
      throw new Error('the lease is over');
    });
    expect(outcome).toMatchObject({ kind: 'not_sent', code: 'X_UNAVAILABLE', reason: 'cancelled' });
    expect(server.dials()).toBe(0);
  });

  test('runs once, after signing: a freeze inside it can only send an old timestamp', async () => {
    vi.useFakeTimers({ toFake: ['Date'], now: 1_800_000_000_000 });
    const { server, x } = await start(always);
    const beforeSend = vi.fn(() => void vi.setSystemTime(1_800_000_600_000));
    await x.createTweet(credentials, { text: 'hi' }, beforeSend);
    expect(beforeSend).toHaveBeenCalledTimes(1);
    expect(oauthOf(server.requests[0]).oauth_timestamp).toBe('1800000000');
  });
});

describe('me', () => {
  test('gives the account', async () => {
    const { server, x } = await start((socket) =>
      socket.write(answer(200, '{"data":{"id":"1234567890123456789","username":"alice","name":"Alice A."}}')),
    );
    expect(await x.me(credentials)).toMatchObject({
      ok: true,
      value: { xUserId: '1234567890123456789', username: 'alice', name: 'Alice A.' },
    });
    expect(headOf(server.requests[0])).toMatch(/^GET \/2\/users\/me HTTP/);
  });

  test.each([
    '',
    '{}',
    '{"data":{"id":12,"username":"a","name":"A"}}',
    '{"data":{"id":"12","username":"a"}}',
  ])('is not available when X answers %j', async (body) => {
    const { x } = await start((socket) => socket.write(answer(200, body)));
    expect(await x.me(credentials)).toMatchObject({
      ok: false,
      code: 'X_UNAVAILABLE',
      answer: { status: 200 },
    });
  });
});

describe('nothing secret leaves the room', () => {
  const everything = (value: unknown): string =>
    `${inspect(value, { showHidden: true, depth: Infinity, getters: true })}\n${JSON.stringify(value)}`;

  /** The secrets, and words that would show that a request or its header got out. */
  const forbidden = [
    ...Object.values(canaries),
    'oauth_',
    'uthorization',
    'IncomingMessage',
    'ClientRequest',
  ];

  function expectClean(value: unknown): void {
    const seen = everything(value);
    for (const word of forbidden) expect(seen).not.toContain(word);
  }

  /** A peer that gives back all it got. */
  const echo =
    (status: number): Respond =>
    (socket, request) =>
      socket.write(
        answer(status, JSON.stringify({ detail: request, data: { id: request } }), {
          'x-transaction-id': 'x',
        }),
      );

  test.each([200, 201, 302, 400, 401, 402, 403, 404, 408, 429, 500, 503])(
    'not in an outcome, a read or a line when X answers %i',
    async (status) => {
      const { x } = await start(echo(status));
      expectClean(await x.createTweet(credentials, { text: 'hi' }));
      expectClean(await x.me(credentials));
      if (parent) expectClean(await x.deleteTweet(credentials, parent));
      for (const id of media.slice(1)) expectClean(await x.describeMedia(credentials, id, 'a picture'));
      expectClean(x);
    },
  );

  test.each<[string, Respond]>([
    ['resets', (socket) => void socket.resetAndDestroy()],
    ['hangs', () => {}],
    ['cuts', (socket, request) => void socket.end(answer(201, request).slice(0, -5))],
    ['talks nonsense', (socket, request) => void socket.end(request)],
  ])('nor when it %s', async (_name, respond) => {
    const { x } = await start(respond, { deadlineMs: 500 });
    expectClean(await x.createTweet(credentials, { text: 'hi' }));
    expectClean(await x.me(credentials));
  });

  test('nor in what beforeSend throws through', async () => {
    const { x } = await start(always);
    const beforeSend = () => {
      throw new Error(canaries.accessToken);
    };
    expectClean(await x.createTweet(credentials, { text: 'hi' }, beforeSend));
  });

  test.each([200, 400, 401, 403, 429, 503])(
    'nor in the error of a sign-in that X answers %i',
    async (status) => {
      const { server } = await start(echo(status));
      const signIn = createXSignIn({
        appKey: 'app-key',
        appSecret: new Secret(canaries.appSecret),
        apiUrl: server.url,
        authorizeUrl: server.url,
        deadlineMs: 5_000,
      });
      closers.push(() => signIn.close());
      const began = await signIn.begin('https://app.example/callback').catch((error: unknown) => error);
      const returned = {
        requestToken: canaries.accessToken,
        requestTokenSecret: credentials.accessTokenSecret,
        verifier: 'v',
      };
      const completed = await signIn.complete(returned).catch((error: unknown) => error);
      for (const error of [began, completed]) {
        expect(error).toBeInstanceOf(Error);
        expectClean(error);
      }
    },
  );
});
