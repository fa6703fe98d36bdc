import http from 'node:http';
import { TwitterApi, type TwitterApiTokens } from 'twitter-api-v2';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Sandbox, startSandbox } from '../../src/sandbox/index.ts';
import { account, control, sendSigned } from './signed.ts';

let sandbox: Sandbox;
let nowMs = Date.now();
beforeAll(async () => {
  sandbox = await startSandbox({ now: () => nowMs });
});
afterAll(() => sandbox.close());

const CALLBACK = 'http://127.0.0.1:9/callback?keep=1';

function client(tokens: Partial<TwitterApiTokens> = {}): TwitterApi {
  return new TwitterApi(
    { appKey: 'sandbox-app', appSecret: 'sandbox-app-secret', ...tokens } as TwitterApiTokens,
    {
      httpAgent: new http.Agent(),
      plugins: [
        {
          onBeforeRequestConfig({ params }) {
            params.url = params.url.replace('https://api.x.com', sandbox.url);
            if (params.url.includes('/oauth/')) params.forceParseMode = 'url';
          },
        },
      ],
    },
  );
}

function decide(fields: Record<string, string>, path = '/oauth/authorize'): Promise<Response> {
  return fetch(sandbox.url + path, { method: 'POST', body: new URLSearchParams(fields), redirect: 'manual' });
}

async function allowed(username: string): Promise<{ token: string; secret: string; verifier: string }> {
  const begun = await client().generateAuthLink(CALLBACK);
  const response = await decide({ oauth_token: begun.oauth_token, username, decision: 'allow' });
  const location = new URL(response.headers.get('location') ?? '');
  return {
    token: begun.oauth_token,
    secret: begun.oauth_token_secret,
    verifier: location.searchParams.get('oauth_verifier') ?? '',
  };
}

const finish = ({ token, secret, verifier }: { token: string; secret: string; verifier: string }) =>
  client({ accessToken: token, accessSecret: secret }).login(verifier);

describe('signing in with twitter-api-v2', () => {
  test('three legs end with tokens that work, and twice with the same', async () => {
    const begun = await client().generateAuthLink(CALLBACK, { linkMode: 'authorize' });
    expect(begun.oauth_callback_confirmed).toBe('true');
    const page = await fetch(`${sandbox.url}/oauth/authorize?oauth_token=${begun.oauth_token}`);
    const text = await page.text();
    expect(text).toContain('sandbox-app');
    expect(text).toMatch(
      /name="oauth_token" value="\w+"[\s\S]*name="username"[\s\S]*value="allow"[\s\S]*value="deny"/,
    );

    const response = await decide({ oauth_token: begun.oauth_token, username: 'carol', decision: 'allow' });
    expect(response.status).toBe(302);
    const location = new URL(response.headers.get('location') ?? '');
    expect(`${location.origin}${location.pathname}`).toBe('http://127.0.0.1:9/callback');
    expect(location.searchParams.get('keep')).toBe('1');
    expect(location.searchParams.get('oauth_token')).toBe(begun.oauth_token);
    const verifier = location.searchParams.get('oauth_verifier') ?? '';
    expect(verifier).toMatch(/^\w{32}$/);

    const first = await finish({ token: begun.oauth_token, secret: begun.oauth_token_secret, verifier });
    expect(first.screenName).toBe('carol');
    expect(first.accessToken).toMatch(new RegExp(`^${first.userId}-[A-Za-z0-9]{40}$`));
    expect(first.accessSecret).toMatch(/^[A-Za-z0-9]{45}$/);
    expect((await first.client.v2.me()).data).toEqual({ id: first.userId, name: 'Carol', username: 'carol' });

    const second = await finish(await allowed('CAROL'));
    expect(second.accessToken).toBe(first.accessToken);
    expect((await account(sandbox, 'carol')).access_token).toBe(first.accessToken);
  });

  test('authenticate is another name of authorize', async () => {
    const begun = await client().generateAuthLink(CALLBACK);
    const page = await fetch(`${sandbox.url}/oauth/authenticate?oauth_token=${begun.oauth_token}`);
    expect(await page.text()).toContain('action="/oauth/authenticate"');
    const fields = { oauth_token: begun.oauth_token, username: 'bob', decision: 'allow' };
    expect((await decide(fields, '/oauth/authenticate')).status).toBe(302);
  });

  test('out of band there is a PIN instead of a redirect', async () => {
    const begun = await client().generateAuthLink('oob');
    const response = await decide({ oauth_token: begun.oauth_token, username: 'bob', decision: 'allow' });
    const pin = /<code>(\d{7})<\/code>/.exec(await response.text())?.[1] ?? '';
    const login = await finish({ token: begun.oauth_token, secret: begun.oauth_token_secret, verifier: pin });
    expect(login.screenName).toBe('bob');
  });

  test('denied: back with `denied`, and the token is gone', async () => {
    const begun = await client().generateAuthLink(CALLBACK);
    const denied = await decide({ oauth_token: begun.oauth_token, username: 'bob', decision: 'deny' });
    expect(new URL(denied.headers.get('location') ?? '').search).toBe(`?keep=1&denied=${begun.oauth_token}`);
    expect(
      (await decide({ oauth_token: begun.oauth_token, username: 'bob', decision: 'allow' })).status,
    ).toBe(400);
    const tokens = { token: begun.oauth_token, secret: begun.oauth_token_secret, verifier: 'any' };
    await expect(finish(tokens)).rejects.toMatchObject({ code: 401 });
  });

  test('a request token works once', async () => {
    const once = await allowed('alice');
    await finish(once);
    await expect(finish(once)).rejects.toMatchObject({ code: 401 });
    expect((await decide({ oauth_token: once.token, username: 'alice', decision: 'allow' })).status).toBe(
      400,
    );
    expect((await fetch(`${sandbox.url}/oauth/authorize?oauth_token=${once.token}`)).status).toBe(401);
  });

  test('a decision cannot be taken twice', async () => {
    const once = await allowed('alice');
    expect((await decide({ oauth_token: once.token, username: 'bob', decision: 'allow' })).status).toBe(400);
    expect((await finish(once)).screenName).toBe('alice');
  });

  test('a wrong, an empty and a missing verifier are refused', async () => {
    const good = await allowed('alice');
    await expect(finish({ ...good, verifier: 'wrong' })).rejects.toMatchObject({ code: 401 });
    await expect(finish({ ...good, verifier: '' })).rejects.toMatchObject({ code: 401 });
    const tokens = { access_token: good.token, access_token_secret: good.secret };
    const bare = await sendSigned(sandbox, { method: 'POST', target: '/oauth/access_token', tokens });
    expect(bare.status).toBe(401);
  });

  test('nothing is given before the user allowed it, nor for the wrong secret', async () => {
    const begun = await client().generateAuthLink(CALLBACK);
    const tokens = { token: begun.oauth_token, secret: begun.oauth_token_secret, verifier: '' };
    await expect(finish(tokens)).rejects.toMatchObject({ code: 401 });
    const other = await allowed('alice');
    await expect(finish({ ...other, secret: begun.oauth_token_secret })).rejects.toMatchObject({ code: 401 });
  });

  test('a request token is forgotten after ten minutes', async () => {
    const late = await allowed('alice');
    nowMs = Date.now() + 10 * 60_000 + 1000;
    const oauth = { oauth_timestamp: String(Math.floor(nowMs / 1000)), oauth_verifier: late.verifier };
    const tokens = { access_token: late.token, access_token_secret: late.secret };
    const reply = await sendSigned(sandbox, { method: 'POST', target: '/oauth/access_token', tokens, oauth });
    nowMs = Date.now();
    expect(reply.status).toBe(401);
    expect(reply.text).toContain('89');
  });

  test('the strict form: everything in the header, nothing in the body', async () => {
    const good = await allowed('alice');
    const tokens = { access_token: good.token, access_token_secret: good.secret };
    const oauth = { oauth_verifier: good.verifier };
    const reply = await sendSigned(sandbox, { method: 'POST', target: '/oauth/access_token', tokens, oauth });
    expect(reply.status).toBe(200);
    expect(new URLSearchParams(reply.text).get('screen_name')).toBe('alice');
  });

  test('a body that names another token than the header is refused', async () => {
    const good = await allowed('alice');
    const tokens = { access_token: good.token, access_token_secret: good.secret };
    const form = `oauth_token=another&oauth_verifier=${good.verifier}`;
    const reply = await sendSigned(sandbox, { method: 'POST', target: '/oauth/access_token', tokens, form });
    expect(reply.status).toBe(401);
  });

  test.each(['', 'callback', 'javascript:alert(1)', 'data:text/html,x'])(
    'no callback: %s',
    async (callback) => {
      const form = `oauth_callback=${encodeURIComponent(callback)}`;
      const reply = await sendSigned(sandbox, { method: 'POST', target: '/oauth/request_token', form });
      expect(reply.status).toBe(403);
    },
  );

  test.each([
    { username: 'no spaces' },
    { username: '' },
    { username: 'x'.repeat(16) },
    { decision: 'perhaps' },
  ])('the form refuses %j', async (fields) => {
    const begun = await client().generateAuthLink(CALLBACK);
    const all = { oauth_token: begun.oauth_token, username: 'alice', decision: 'allow', ...fields };
    expect((await decide(all)).status).toBe(400);
  });

  test('an access token cannot sign as a request token, nor the reverse', async () => {
    const alice = await account(sandbox, 'alice');
    const reply = await sendSigned(sandbox, { method: 'POST', target: '/oauth/access_token', tokens: alice });
    expect(reply.status).toBe(401);
    const good = await allowed('alice');
    const tokens = { access_token: good.token, access_token_secret: good.secret };
    expect((await sendSigned(sandbox, { method: 'GET', target: '/2/users/me', tokens })).status).toBe(401);
  });

  test('a pair can be invalidated: it signs nothing any more, and the next sign-in gives another', async () => {
    const carol = await account(sandbox, 'carol');
    const consented = await allowed('carol');
    const invalidate = { method: 'POST', target: '/1.1/oauth/invalidate_token', tokens: carol };
    const reply = await sendSigned(sandbox, invalidate);
    expect(reply.status).toBe(200);
    expect(JSON.parse(reply.text)).toEqual({ access_token: carol.access_token });
    const log = await control<object[]>(sandbox, 'GET', 'requests');
    expect(log.at(-1)).toMatchObject({ path: '/1.1/oauth/invalidate_token', user: 'carol', status: 200 });

    const again = await sendSigned(sandbox, invalidate);
    expect([again.status, again.text]).toEqual([401, expect.stringContaining('"code":89')]);
    const me = { method: 'GET', target: '/2/users/me', tokens: carol };
    expect((await sendSigned(sandbox, me)).status).toBe(401);

    const renewed = await finish(consented);
    expect(renewed.userId).toBe(carol.id);
    expect(renewed.accessToken).not.toBe(carol.access_token);
    expect((await renewed.client.v2.me()).data.username).toBe('carol');
  });

  test.each([
    ['the signature of another secret', { consumerSecret: 'guessed' }, 32],
    ['no account', { tokens: undefined }, 89],
  ])('a pair is not invalidated with %s', async (_what, forged, code) => {
    const tokens = await account(sandbox, 'bob');
    const request = { method: 'POST', target: '/1.1/oauth/invalidate_token', tokens, ...forged };
    const reply = await sendSigned(sandbox, request);
    expect([reply.status, reply.text]).toEqual([401, expect.stringContaining(`"code":${code}`)]);
    expect((await sendSigned(sandbox, { method: 'GET', target: '/2/users/me', tokens })).status).toBe(200);
  });

  test('the log of requests holds no token', async () => {
    const log = JSON.stringify(await control(sandbox, 'GET', 'requests'));
    const { access_token, access_token_secret } = await account(sandbox, 'alice');
    expect(log).toContain('/oauth/access_token');
    expect(log).not.toContain(access_token);
    expect(log).not.toContain(access_token_secret);
    expect(log).not.toContain('oauth_');
  });
});
