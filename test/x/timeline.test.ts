import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { parseTweetId, type TweetId, type XClient, type XTimeline } from '../../src/kernel/index.ts';
import { parseTweet } from '../../src/x/timeline-tweet.ts';
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

describe('what X does to a text', () => {
  const photo = (slug: string) => ({
    url: `https://t.co/${slug}`,
    expanded_url: 'https://x.com/alice/status/1888888888888888888/photo/1',
  });
  const link = (slug: string, expanded_url: string) => ({ url: `https://t.co/${slug}`, expanded_url });
  const textOf = (text: string, urls: object[] = [], media: string[] = []): string | undefined =>
    parseTweet({
      id: '1888888888888888888',
      created_at: '2026-11-22T09:30:00.000Z',
      text,
      entities: { urls },
      attachments: { media_keys: media },
    })?.text;

  test.each([
    ['escapes are undone once', textOf('a &amp;lt; b &lt; c'), 'a &lt; b < c'],
    [
      'an address is not unescaped',
      textOf('https://t.co/aaaaaaaaaa', [link('aaaaaaaaaa', 'https://e.com/?a&amp;b')]),
      'https://e.com/?a&amp;b',
    ],
    [
      'an address with a dollar sign is kept',
      textOf('https://t.co/aaaaaaaaaa', [link('aaaaaaaaaa', 'https://e.com/$&')]),
      'https://e.com/$&',
    ],
    [
      'the link to media is dropped',
      textOf('hi https://t.co/bbbbbbbbbb', [photo('bbbbbbbbbb')], ['3_1']),
      'hi',
    ],
    [
      'one entity for each of four photos',
      textOf('hi https://t.co/bbbbbbbbbb', [photo('bbbbbbbbbb'), photo('bbbbbbbbbb')], ['3_1', '3_2']),
      'hi',
    ],
    ['media alone leaves nothing', textOf('https://t.co/bbbbbbbbbb', [photo('bbbbbbbbbb')], ['3_1']), ''],
    [
      'a link before the media stays',
      textOf(
        'https://t.co/aaaaaaaaaa https://t.co/bbbbbbbbbb',
        [link('aaaaaaaaaa', 'https://e.com/'), photo('bbbbbbbbbb')],
        ['3_1'],
      ),
      'https://e.com/',
    ],
    [
      'without media such a link was written',
      textOf('https://t.co/bbbbbbbbbb', [photo('bbbbbbbbbb')]),
      'https://x.com/alice/status/1888888888888888888/photo/1',
    ],
    ['a decomposed letter is composed', textOf('cafe\u0301'), 'caf\u00e9'],
    [
      'entities that are none change nothing',
      parseTweet({
        id: '1',
        created_at: '2026-11-22T09:30:00Z',
        text: 'x',
        entities: 7,
        attachments: null,
        referenced_tweets: {},
      })?.text,
      'x',
    ],
  ])('%s', (_name, text, expected) => {
    expect(text).toBe(expected);
  });

  test('references and media are counted', () => {
    const tweet = parseTweet({
      id: '1888888888888888888',
      created_at: '2026-11-22T09:30:00.000Z',
      text: 'x',
      referenced_tweets: [
        { type: 'quoted', id: '11' },
        { type: 'replied_to', id: '12' },
      ],
      attachments: { media_keys: ['3_1', '3_2'] },
    });
    expect(tweet).toMatchObject({ quotedTweetId: '11', inReplyToTweetId: '12', mediaCount: 2 });
  });
});
