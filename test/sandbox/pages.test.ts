import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type Sandbox, startSandbox } from '../../src/sandbox/index.ts';
import { type Account, account, control, postedId } from './signed.ts';
import { dataOf, describeMedia, GIF, initialize, MP4, PNG, upload } from './uploads.ts';

let sandbox: Sandbox;
let alice: Account;
beforeAll(async () => {
  sandbox = await startSandbox();
  alice = await account(sandbox, 'alice');
  await control(sandbox, 'POST', 'limits', { posts: null });
});
afterAll(() => sandbox.close());
beforeEach(() => control(sandbox, 'POST', 'reset'));

const textOf = async (path: string) => (await fetch(sandbox.url + path)).text();
const ATTACK = `<script>alert(1)</script> "'& <img src=x onerror=alert(1)>`;

describe('the timeline page', () => {
  test('is whole without a script, says what it is, and lets nothing else in', async () => {
    const id = await postedId(sandbox, alice, { text: 'hello\nsee https://example.com/a?b=1&c=2' });
    const response = await fetch(sandbox.url);
    const text = await response.text();
    expect(text).toContain('This is not X');
    expect(text).toContain('@alice');
    expect(text).toContain(`<code>${id}</code>`);
    expect(text).toContain('hello\nsee <a href="https://example.com/a?b=1&amp;c=2"');
    const policy = response.headers.get('content-security-policy') ?? '';
    expect(policy).toContain("default-src 'none'");
    expect(policy).not.toMatch(/unsafe|https?:|\*/);
    expect(text).not.toMatch(/<script>|style=|onclick/);
  });

  test('escapes what was posted', async () => {
    await postedId(sandbox, alice, { text: ATTACK });
    for (const path of ['/', '/_sandbox/timeline']) {
      const text = await textOf(path);
      expect(text).not.toContain('<script>alert');
      expect(text).not.toContain('<img');
      expect(text).toContain('&lt;script&gt;alert(1)&lt;/script&gt; &quot;&#39;&amp;');
    }
  });

  test('shows pictures with their alt text, polls, labels, quotes and who can reply, escaped', async () => {
    await control(sandbox, 'POST', 'limits', { plan: 'enterprise' });
    await control(sandbox, 'POST', 'faults', { kind: 'media-processing', ms: 0, times: 2 });
    const [gif, video] = [await upload(sandbox, alice, GIF), await upload(sandbox, alice, MP4)];
    const picture = await upload(sandbox, alice, PNG);
    await describeMedia(sandbox, alice, picture, `"${ATTACK}`);
    await postedId(sandbox, alice, { media: { media_ids: [gif] }, reply_settings: 'mentionedUsers' });
    await postedId(sandbox, alice, { media: { media_ids: [video] }, community_id: '77' });
    const quoted = await postedId(sandbox, alice, { media: { media_ids: [picture] }, made_with_ai: true });
    await postedId(sandbox, alice, { text: 'I quote', quote_tweet_id: quoted, paid_partnership: true });
    const poll = { options: ['<b>yes</b>', 'no'], duration_minutes: 1440 };
    await postedId(sandbox, alice, { text: 'vote', poll });
    for (const path of ['/', '/_sandbox/timeline']) {
      const text = await textOf(path);
      expect(text).toContain(`<img src="/_sandbox/media/${picture}" alt="&quot;&lt;script&gt;`);
      expect(text).toContain('<summary>ALT</summary><p>&quot;&lt;script&gt;alert(1)');
      expect(text).toContain(`<img src="/_sandbox/media/${gif}" alt=""`);
      expect(text).not.toContain(`/_sandbox/media/${video}`);
      expect(text).not.toContain('<script>alert');
      expect(text).toContain('<span>&lt;b&gt;yes&lt;/b&gt;</span>');
      for (const words of ['0 votes · 1 day left', 'Made with AI', 'Paid partnership', 'In community 77']) {
        expect(text).toContain(words);
      }
      expect(text).toContain('Only accounts that @alice mentioned can reply');
      expect(text).toMatch(/I quote[\s\S]*<blockquote class="quote">[\s\S]*@alice/);
    }
    await control(sandbox, 'POST', 'limits', { plan: 'self-serve' });
  });

  test('gives no video, no unfinished file and nothing unknown', async () => {
    const announced = await initialize(sandbox, alice, { ...PNG, total_bytes: 1 });
    for (const id of [await upload(sandbox, alice, MP4), dataOf(announced).id, '1', 'x']) {
      expect((await fetch(`${sandbox.url}/_sandbox/media/${id}`)).status).toBe(404);
    }
  });

  test('shows replies under their parent, conversations newest first', async () => {
    const first = await postedId(sandbox, alice, { text: 'first' });
    await postedId(sandbox, alice, { text: 'second' });
    const reply = await postedId(sandbox, alice, { text: 'reply', reply: { in_reply_to_tweet_id: first } });
    await postedId(sandbox, alice, { text: 'deeper', reply: { in_reply_to_tweet_id: reply } });
    const list = await textOf('/_sandbox/timeline');
    const shown = [...list.matchAll(/level-(\d)[\s\S]*?class="text" dir="auto">(\w+)</g)].map(
      ([, level, text]) => [level, text],
    );
    expect(shown).toEqual([
      ['0', 'second'],
      ['0', 'first'],
      ['1', 'reply'],
      ['2', 'deeper'],
    ]);
  });

  test('shows no more than 200 and says so; a thread of any depth does not break it', async () => {
    let parent = await postedId(sandbox, alice, { text: 'part 0' });
    for (let part = 1; part < 203; part += 1) {
      parent = await postedId(sandbox, alice, {
        text: `part ${part}`,
        reply: { in_reply_to_tweet_id: parent },
      });
    }
    const list = await textOf('/_sandbox/timeline');
    expect(list.match(/<li /g)).toHaveLength(200);
    expect(list).toContain('3 older tweets are not shown');
    expect(list).toContain('Replying to tweet');
  });

  test('is told when something changed', async () => {
    const patience = new AbortController();
    const response = await fetch(`${sandbox.url}/_sandbox/changes`, { signal: patience.signal });
    expect(response.headers.get('content-type')).toBe('text/event-stream');
    const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
    expect((await reader?.read())?.value).toContain('retry:');
    await postedId(sandbox, alice, { text: 'news' });
    expect((await reader?.read())?.value).toContain('data: change');
    patience.abort();
  });

  test('its style and script are its own', async () => {
    expect((await fetch(`${sandbox.url}/_sandbox/page.css`)).headers.get('content-type')).toContain(
      'text/css',
    );
    expect((await fetch(`${sandbox.url}/_sandbox/page.js`)).headers.get('content-type')).toContain(
      'javascript',
    );
  });
});

describe('the authorize page', () => {
  test('says so when there is nothing to authorize, and repeats nothing', async () => {
    const response = await fetch(`${sandbox.url}/oauth/authorize?oauth_token=${encodeURIComponent(ATTACK)}`);
    expect(response.status).toBe(401);
    expect(await response.text()).not.toContain('onerror');
  });
});

describe('the control API', () => {
  const ask = async (path: string, body: string) => {
    const response = await fetch(`${sandbox.url}/_sandbox/${path}`, { method: 'POST', body });
    return [response.status, await response.text()] as const;
  };

  test('users: alice and bob are there; anybody else is made once', async () => {
    const users = await control<Account[]>(sandbox, 'GET', 'users');
    expect(users.map(({ username }) => username)).toEqual(['alice', 'bob']);
    const made = await account(sandbox, 'Dora_1');
    expect(Object.keys(made)).toEqual(['id', 'username', 'access_token', 'access_token_secret']);
    expect(made.id).toMatch(/^\d{18,19}$/);
    expect(made.access_token).toMatch(new RegExp(`^${made.id}-[A-Za-z0-9]{40}$`));
    expect(made.access_token_secret).toMatch(/^[A-Za-z0-9]{45}$/);
    expect(await account(sandbox, 'dora_1')).toEqual(made);
    await control(sandbox, 'POST', 'reset');
    expect(await account(sandbox, 'dora_1')).toEqual(made);
  });

  test.each([
    ['users', '{"username":"a b"}', 'username is 1 to 15'],
    ['users', '{"name":"a"}', 'There is no field name'],
    ['users', 'nonsense', 'The body is a JSON object'],
    ['users', '', 'The body is a JSON object'],
    ['faults', '{"kind":"explode"}', 'kind is one of drop-before-accept'],
    ['faults', '{"kind":"503","times":0}', 'times is a whole number of at least 1'],
    ['faults', '{"kind":"503","after":-1}', 'after is a whole number of at least 0'],
    ['faults', '{"kind":"503","ms":"5"}', 'ms is a whole number'],
    ['faults', '{"kind":"503","method":"FETCH"}', 'method is one of'],
    ['faults', '{"kind":"503","path":"2/tweets"}', 'path is a path such as'],
    ['limits', '{"posts":-1}', 'posts is a whole number'],
    ['limits', '{"plan":"pro"}', 'plan is one of self-serve, enterprise'],
    ['limits', '{"windowMs":0}', 'windowMs is a whole number of at least 1'],
  ])('%s refuses %s in a sentence', async (path, body, sentence) => {
    const [status, text] = await ask(path, body);
    expect(status).toBe(400);
    expect((JSON.parse(text) as { error: string }).error).toContain(sentence);
  });

  test('bodies above 1 MiB are refused', async () => {
    expect((await ask('users', `{"username":"${'x'.repeat(1024 * 1024)}"}`))[0]).toBe(413);
  });

  test('a page of another site cannot use it', async () => {
    const headers = { origin: 'http://evil.example' };
    const response = await fetch(`${sandbox.url}/_sandbox/reset`, { method: 'POST', headers });
    expect(response.status).toBe(403);
    const own = await fetch(`${sandbox.url}/_sandbox/reset`, {
      method: 'POST',
      headers: { origin: sandbox.url },
    });
    expect(own.status).toBe(200);
  });

  test('requests: the last 1,000 and no more', async () => {
    for (let n = 0; n < 1005; n += 1) await fetch(`${sandbox.url}/2/tweets/${n}`);
    const requests = await control<{ path: string; user: null; status: number; at: string }[]>(
      sandbox,
      'GET',
      'requests',
    );
    expect(requests).toHaveLength(1000);
    expect(requests.at(-1)).toMatchObject({ method: 'GET', path: '/2/tweets/1004', user: null, status: 401 });
  });
});
