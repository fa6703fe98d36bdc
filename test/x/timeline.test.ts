import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { parseTweetId, type TweetId, type XClient, type XTimeline } from '../../src/kernel/index.ts';
import { answer, schemes, startRawServer } from './raw-server.ts';
import { type SandboxAccount, sandboxApp, startSandboxAccount } from './sandbox-account.ts';
import { clientOf, credentials } from './x-client.ts';

const idOf = (value: string): TweetId => {
  const id = parseTweetId(value);
  if (!id) throw new Error(`${value} is no id`);
  return id;
};

describe.each(schemes)('the timeline of the sandbox over %s', (scheme) => {
  let account: SandboxAccount;
  let x: XClient & XTimeline & { close(): void };

  beforeAll(async () => {
    account = await startSandboxAccount(scheme);
    await account.control('/_sandbox/limits', { posts: null });
    ({ x } = clientOf(account.server, sandboxApp));
  });
  afterAll(async () => {
    x.close();
    await account.sandbox.close();
  });

  async function post(text: string, inReplyToTweetId?: TweetId): Promise<TweetId> {
    const outcome = await x.createTweet(account.credentials, {
      text,
      ...(inReplyToTweetId && { inReplyToTweetId }),
    });
    if (outcome.kind !== 'created') throw new Error(`the tweet is ${outcome.kind}`);
    return outcome.tweetId;
  }

  test.each([
    'plain',
    'a & b < c > d &amp; &lt;',
    'see https://example.com/a?b=1&c=%20x#y, and http://example.org.',
    'https://example.com/twice https://example.com/twice',
    'café NFC, 世界 👋🏽',
    '  spaces around  ',
    'two\n\nlines',
  ])('%j comes back as it was written', async (text) => {
    const id = await post(text);
    const read = await x.tweetsSince(account.credentials, idOf(String(BigInt(id) - 1n)));
    expect(read).toMatchObject({
      ok: true,
      value: [{ id, text: text.normalize('NFC').trim(), mediaCount: 0 }],
    });
    expect(await x.tweetById(account.credentials, id)).toMatchObject({
      ok: true,
      value: { id, text: text.normalize('NFC').trim(), authorId: account.credentials.xUserId },
    });
  });

  test('a reply names its parent, and times are near', async () => {
    const before = Date.now();
    const parent = await post('a parent');
    const child = await post('a child', parent);
    const read = await x.tweetsSince(account.credentials, parent);
    expect(read).toMatchObject({
      ok: true,
      value: [{ id: child, inReplyToTweetId: parent, quotedTweetId: undefined }],
    });
    const createdMs = read.ok ? (read.value[0]?.createdAt.getTime() ?? 0) : 0;
    expect(Math.abs(createdMs - before)).toBeLessThan(60_000);
  });

  test('every page is read, newest first', async () => {
    const since = await post('before the pages');
    const ids: TweetId[] = [];
    for (let n = 0; n < 205; n += 1) ids.push(await post(`page ${n}`));
    const read = await x.tweetsSince(account.credentials, since);
    expect(read.ok && read.value.map(({ id }) => id)).toEqual(ids.reverse());
  });

  test('nothing new is an ok read of nothing', async () => {
    const last = await post('the last one');
    expect(await x.tweetsSince(account.credentials, last)).toMatchObject({ ok: true, value: [] });
  });

  test('a tweet that is not there is undefined', async () => {
    expect(await x.tweetById(account.credentials, idOf('20'))).toMatchObject({ ok: true, value: undefined });
  });

  test('a page that fails spoils the read', async () => {
    const since = await post('before the failure');
    for (let n = 0; n < 101; n += 1) await post(`failing page ${n}`);
    const path = `/2/users/${account.credentials.xUserId}/tweets`;
    for (const [kind, code] of [
      ['503', 'X_UNAVAILABLE'],
      ['429', 'RATE_LIMITED'],
      ['401', 'ACCOUNT_NEEDS_RECONNECT'],
      ['truncate-201', 'X_UNAVAILABLE'],
    ]) {
      await account.control('/_sandbox/faults', { method: 'GET', path, kind, after: 1 });
      expect(await x.tweetsSince(account.credentials, since)).toMatchObject({ ok: false, code });
    }
    expect(await x.tweetsSince(account.credentials, since)).toMatchObject({ ok: true });
  });
});

describe('a timeline that is not whole', () => {
  const closers: Array<() => unknown> = [];
  afterEach(async () => {
    for (const close of closers.splice(0)) await close();
  });

  async function answering(...bodies: object[]) {
    const server = await startRawServer('http', (socket, _request, n) =>
      socket.write(answer(200, JSON.stringify(bodies[n % bodies.length]))),
    );
    const { x } = clientOf(server);
    closers.push(
      () => x.close(),
      () => server.close(),
    );
    return { server, x };
  }

  const tweet = { id: '1888888888888888888', text: 'hi', created_at: '2026-11-22T09:30:00.000Z' };
  const whole = { data: [tweet], meta: { result_count: 1 } };

  test('is ok when it is whole', async () => {
    const { x } = await answering(whole);
    const read = await x.tweetsSince(credentials, idOf('1'));
    expect(read).toMatchObject({ ok: true, value: [{ createdAt: new Date('2026-11-22T09:30:00Z') }] });
  });

  test.each([
    ['partial errors', { ...whole, errors: [{ title: 'Not Found Error' }] }],
    ['another count', { ...whole, meta: { result_count: 2 } }],
    ['no meta', { data: [tweet] }],
    ['nothing', {}],
    ['a list', []],
    ['a tweet without a time', { data: [{ ...tweet, created_at: undefined }], meta: { result_count: 1 } }],
    ['a tweet with a number for an id', { data: [{ ...tweet, id: 1888 }], meta: { result_count: 1 } }],
    ['a token that is none', { ...whole, meta: { result_count: 1, next_token: 7 } }],
  ])('is not ok with %s', async (_name, body) => {
    const { x } = await answering(body);
    expect(await x.tweetsSince(credentials, idOf('1'))).toMatchObject({ ok: false, code: 'X_UNAVAILABLE' });
  });

  test('ends when the pages never do', async () => {
    const { x, server } = await answering({ ...whole, meta: { result_count: 1, next_token: 'again' } });
    expect(await x.tweetsSince(credentials, idOf('1'))).toMatchObject({ ok: false, code: 'X_UNAVAILABLE' });
    expect(server.requests).toHaveLength(40);
  });

  test.each([
    [
      'another error',
      { errors: [{ type: 'https://api.twitter.com/2/problems/not-authorized-for-resource' }] },
    ],
    ['neither data nor error', {}],
    ['no author', { data: tweet }],
  ])('a lookup with %s concludes nothing', async (_name, body) => {
    const { x } = await answering(body);
    expect(await x.tweetById(credentials, idOf('20'))).toMatchObject({ ok: false, code: 'X_UNAVAILABLE' });
  });
});

describe('a lookup', () => {
  const tweet = {
    id: '1888888888888888888',
    text: '@bob and @carol: see https://t.co/aaaaaaaaaa',
    created_at: '2026-11-22T09:30:00.000Z',
    author_id: '11',
    entities: {
      mentions: [
        { start: 0, end: 4, username: 'bob', id: '12' },
        { start: 9, end: 15, username: 'carol', id: '1300000000000000001' },
        { start: 20, end: 24, username: 'nobody' },
      ],
      urls: [{ url: 'https://t.co/aaaaaaaaaa', expanded_url: 'https://x.com/bob/status/20' }],
    },
    referenced_tweets: [
      { type: 'replied_to', id: '19' },
      { type: 'quoted', id: '20' },
    ],
  };
  const included = [
    { id: '19', text: 'the parent', author_id: '14' },
    { id: '20', text: 'the quoted one', author_id: '12' },
  ];
  const partialErrors = [{ type: 'https://api.x.com/2/problems/resource-not-found', resource_id: '20' }];

  test.each([
    ['of a quote names its author', { data: tweet, includes: { tweets: included } }, '12'],
    ['without the quoted tweet does not', { data: tweet, errors: partialErrors }, undefined],
    [
      'does not take the parent for it',
      { data: tweet, includes: { tweets: included.slice(0, 1) } },
      undefined,
    ],
  ])('%s', async (_name, body, quotedAuthorId) => {
    const server = await startRawServer('http', (socket) => socket.write(answer(200, JSON.stringify(body))));
    const { x } = clientOf(server);
    const read = await x.tweetById(credentials, idOf('1888888888888888888'));
    x.close();
    await server.close();
    expect(read).toMatchObject({
      ok: true,
      value: { authorId: '11', mentions: ['12', '1300000000000000001'], quotedTweetId: '20' },
    });
    expect(read.ok && read.value?.quotedAuthorId).toBe(quotedAuthorId);
    const asked = new URL(/^GET (\S+)/.exec(server.requests[0] ?? '')?.[1] ?? '', server.url).searchParams;
    expect(asked.get('expansions')).toBe('referenced_tweets.id');
    expect(asked.get('tweet.fields')?.split(',')).toEqual(expect.arrayContaining(['author_id', 'entities']));
  });
});
