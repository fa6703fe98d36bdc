import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Sandbox, startSandbox } from '../../src/sandbox/index.ts';
import { type Account, account, control, get, postedId, sendSigned } from './signed.ts';
import { PNG, upload } from './uploads.ts';

interface Page {
  data?: {
    id: string;
    text: string;
    created_at?: string;
    attachments?: { media_keys: string[] };
    entities?: {
      urls: Record<string, unknown>[];
      mentions?: { start: number; end: number; username: string; id: string }[];
    };
  }[];
  meta: { result_count: number; newest_id?: string; oldest_id?: string; next_token?: string };
}

let sandbox: Sandbox;
let alice: Account;
const ids: string[] = [];
beforeAll(async () => {
  sandbox = await startSandbox();
  alice = await account(sandbox, 'alice');
  for (let count = 0; count < 23; count += 1)
    ids.push(await postedId(sandbox, alice, { text: `tweet ${count}` }));
});
afterAll(() => sandbox.close());

async function page(query: string, of = alice.id): Promise<Page> {
  const reply = await get(sandbox, alice, `/2/users/${of}/tweets${query}`);
  expect(reply.status).toBe(200);
  return JSON.parse(reply.text) as Page;
}

describe('GET /2/users/:id/tweets', () => {
  test('newest first, ten unless told', async () => {
    const { data, meta } = await page('');
    expect(data?.map(({ id }) => id)).toEqual(ids.slice(-10).reverse());
    expect(meta).toMatchObject({ result_count: 10, newest_id: ids.at(-1), oldest_id: ids.at(-10) });
    expect(Object.keys(data?.[0] ?? {})).toEqual(['id', 'text', 'edit_history_tweet_ids']);
  });

  test('all pages, each tweet once', async () => {
    const seen: string[] = [];
    let token = '';
    do {
      const { data, meta } = await page(`?max_results=7${token && `&pagination_token=${token}`}`);
      seen.push(...(data ?? []).map(({ id }) => id));
      token = meta.next_token ?? '';
    } while (token);
    expect(seen).toEqual([...ids].reverse());
  });

  test('since_id and until_id leave their own tweet out', async () => {
    const { data } = await page(`?since_id=${ids[10]}&until_id=${ids[14]}`);
    expect(data?.map(({ id }) => id)).toEqual([ids[13], ids[12], ids[11]]);
    expect(await page(`?since_id=${ids.at(-1)}`)).toEqual({ meta: { result_count: 0 } });
  });

  test.each([
    'max_results=4',
    'max_results=101',
    'max_results=x',
    'since_id=x',
    'pagination_token=nonsense',
    'tweet.fields=nonsense',
    'nonsense=1',
    'max_results=5&max_results=6',
  ])('refuses ?%s', async (query) => {
    expect((await get(sandbox, alice, `/2/users/${alice.id}/tweets?${query}`)).status).toBe(400);
  });

  test('escapes the text and shortens links, as X does', async () => {
    const text = '👋 "Q&A" <https://www.example.com/a?b=1&c=2> and example.org/path. (see t.me)';
    const id = await postedId(sandbox, alice, { text });
    const { data } = await page('?tweet.fields=created_at,entities,referenced_tweets,author_id');
    const tweet = data?.find((one) => one.id === id);
    expect(tweet?.created_at).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.000Z$/);
    expect(tweet?.text).toMatch(
      /^👋 "Q&amp;A" &lt;https:\/\/t\.co\/\w{10}&gt; and https:\/\/t\.co\/\w{10}\. \(see https:\/\/t\.co\/\w{10}\)$/,
    );
    const urls = tweet?.entities?.urls ?? [];
    expect(urls.map((url) => url.expanded_url)).toEqual([
      'https://www.example.com/a?b=1&c=2',
      'http://example.org/path',
      'http://t.me',
    ]);
    expect(urls[0]?.display_url).toBe('example.com/a?b=1&c=2');
    const points = Array.from(tweet?.text ?? '');
    for (const { start, end, url } of urls)
      expect(points.slice(Number(start), Number(end)).join('')).toBe(url);
  });

  test('names the accounts that are mentioned, where they stand', async () => {
    const bob = await account(sandbox, 'bob');
    const text = '👋 @BOB & @nobody_here, https://example.com/@bob a@bob.example (@bob)';
    await postedId(sandbox, alice, { text });
    const [tweet] = (await page('?max_results=5&tweet.fields=entities')).data ?? [];
    const mentions = tweet?.entities?.mentions ?? [];
    expect(mentions).toMatchObject([
      { start: 2, end: 6, username: 'bob', id: bob.id },
      { username: 'bob', id: bob.id },
    ]);
    const points = Array.from(tweet?.text ?? '');
    expect(mentions.map(({ start, end }) => points.slice(start, end).join(''))).toEqual(['@BOB', '@bob']);
  });

  test('puts one link behind the text for all files, and lists it once for each', async () => {
    const files = [await upload(sandbox, alice, PNG), await upload(sandbox, alice, PNG)];
    await postedId(sandbox, alice, { text: 'two & more', media: { media_ids: files } });
    await postedId(sandbox, alice, { media: { media_ids: files.slice(1) } });
    const { data } = await page('?max_results=5&tweet.fields=entities,attachments');
    const [bare, both] = data ?? [];
    expect(bare?.text).toMatch(/^https:\/\/t\.co\/\w{10}$/);
    expect(both?.text).toMatch(/^two &amp; more https:\/\/t\.co\/\w{10}$/);
    expect(both?.attachments?.media_keys).toEqual(files.map((id) => `3_${id}`));
    expect(both?.entities?.urls).toEqual(
      files.map((id) => ({
        start: 15,
        end: Array.from(both?.text ?? '').length,
        url: both?.text.slice(15),
        expanded_url: `https://x.com/alice/status/${both?.id}/photo/1`,
        display_url: expect.stringMatching(/^pic\.x\.com\/\w{10}$/),
        media_key: `3_${id}`,
      })),
    );
  });

  test('gives referenced tweets when they are expanded, and says which are gone', async () => {
    const parent = await postedId(sandbox, alice, { text: 'parent' });
    const child = await postedId(sandbox, alice, { text: 'child', reply: { in_reply_to_tweet_id: parent } });
    const query = 'expansions=referenced_tweets.id&tweet.fields=author_id,referenced_tweets';
    const one = async () => {
      const reply = await get(sandbox, alice, `/2/tweets/${child}?${query}`);
      return JSON.parse(reply.text) as Record<string, unknown>;
    };
    expect(await one()).toMatchObject({
      data: { referenced_tweets: [{ type: 'replied_to', id: parent }] },
      includes: { tweets: [{ id: parent, author_id: alice.id }] },
    });
    expect(await page(`?max_results=5&${query}`)).toMatchObject({ includes: { tweets: [{ id: parent }] } });
    await sendSigned(sandbox, { method: 'DELETE', target: `/2/tweets/${parent}`, tokens: alice });
    expect(await one()).toMatchObject({
      data: { id: child },
      errors: [{ parameter: 'referenced_tweets.id', resource_id: parent }],
    });
    expect(await one()).not.toHaveProperty('includes');
  });

  test('an unknown user is 200 with errors', async () => {
    const reply = await get(sandbox, alice, '/2/users/1/tweets');
    expect([reply.status, reply.text]).toEqual([200, expect.stringContaining('Could not find user')]);
  });

  test('shows another user’s tweets too', async () => {
    const bob = await account(sandbox, 'bob');
    expect(await page('', bob.id)).toEqual({ meta: { result_count: 0 } });
  });

  test('lags when told to, and not for the user’s own profile', async () => {
    const fault = { kind: 'timeline-lag', method: 'GET', path: '/2/users/*', ms: 600_000, times: 1 };
    await control(sandbox, 'POST', 'faults', fault);
    expect((await get(sandbox, alice, '/2/users/me')).status).toBe(200);
    expect((await page('')).meta.result_count).toBe(0);
    expect((await page('')).meta.result_count).toBe(10);
  });
});
