import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Sandbox, startSandbox } from '../../src/sandbox/index.ts';
import { type Account, account, control, get, postedId } from './signed.ts';

interface Page {
  data?: { id: string; text: string; created_at?: string; entities?: { urls: Record<string, unknown>[] } }[];
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
