import { createHash } from 'node:crypto';
import { afterEach, describe, expect, it } from 'vitest';
import type { DoorTools } from '../../src/doors/index.ts';
import { type BrowserSignIn, HeraldError } from '../../src/kernel/index.ts';
import { type OpenDoors, openDoors, sendRaw } from './open-doors.ts';

const opened: OpenDoors[] = [];
afterEach(async () => {
  for (const doors of opened.splice(0)) await doors.close();
});
const open = async (changes: Partial<DoorTools> = {}): Promise<OpenDoors> => {
  const doors = await openDoors(changes);
  opened.push(doors);
  return doors;
};
const PUBLIC = new URL('https://herald.example');
const openPublic = (changes: Partial<DoorTools> = {}) => open({ publicUrl: () => PUBLIC, ...changes });

/** A sign-in of which both halves fail. */
const failing = (error: unknown): BrowserSignIn => {
  const fail = async (): Promise<never> => {
    throw error;
  };
  return { depart: fail, arrive: fail };
};

const visit = (url: string, headers: Record<string, string> = {}) =>
  fetch(url, { headers, redirect: 'manual' });

const visitPublic = (doors: OpenDoors, path: string, ...headers: string[]) =>
  sendRaw(doors.url, { path, headers: ['host', 'herald.example', ...headers] });

const callback = '/auth/x/callback?oauth_token=rt&oauth_verifier=v';

describe('GET /auth/x/connect', () => {
  it('sends the browser to X with a cookie that binds it', async () => {
    const doors = await open();
    const answer = await visit(`${doors.url}/auth/x/connect?ticket=the-ticket`);
    expect(answer.status).toBe(302);
    expect(answer.headers.get('location')).toBe('https://x.example/authorize?oauth_token=rt');
    expect(answer.headers.getSetCookie()).toEqual([
      `herald-x=${'c'.repeat(43)}; Max-Age=600; Path=/; HttpOnly; SameSite=Lax`,
    ]);
    expect(doors.calls).toEqual([{ what: 'depart', given: 'the-ticket' }]);
  });

  it('uses a __Host- cookie where there is TLS (R22)', async () => {
    const doors = await openPublic();
    const { status, headers } = await visitPublic(doors, '/auth/x/connect?ticket=t');
    expect(status).toBe(302);
    expect(headers['set-cookie']).toEqual([
      `__Host-herald-x=${'c'.repeat(43)}; Max-Age=600; Path=/; HttpOnly; Secure; SameSite=Lax`,
    ]);
  });

  it.each([
    ['another name', 'localhost:4000'],
    ['another port', 'herald.example:8443'],
    ['a name that ends alike', 'herald.example.evil.example'],
    ['a name with a user', 'herald.example@evil.example'],
    ['something that is no host', 'a b/c?d'],
    ['an empty name', ''],
  ])('sends a browser that came by %s to the public URL, before any cookie', async (_what, host) => {
    const doors = await openPublic();
    const { status, headers, text } = await sendRaw(doors.url, {
      path: '/auth/x/connect?ticket=t%2F%0d%0a&next=//evil',
      headers: ['host', host],
    });
    expect(status).toBe(302);
    expect(headers.location).toBe('https://herald.example/auth/x/connect?ticket=t%2F%0d%0a&next=//evil');
    expect(headers['set-cookie']).toBeUndefined();
    expect(text).toBe('');
    expect(doors.calls).toEqual([]);
  });

  it('never sends a browser where the request line says', async () => {
    const doors = await openPublic();
    for (const path of [
      'http://evil.example/auth/x/connect?ticket=t',
      'http://evil.example//auth/x/connect',
    ]) {
      const { headers, text } = await sendRaw(doors.url, { path, headers: ['host', 'evil.example'] });
      expect(`${headers.location ?? ''}${text}`).not.toContain('evil');
    }
  });

  it('believes X-Forwarded-Host from a trusted proxy only', async () => {
    const forwarded = ['host', 'internal:4000', 'x-forwarded-host', 'herald.example'];
    for (const [trustedProxies, departures] of [
      [[], 0],
      [['10.0.0.0/8'], 0],
      [['127.0.0.1'], 1],
    ] as const) {
      const doors = await openPublic({ trustedProxies });
      await sendRaw(doors.url, { path: '/auth/x/connect?ticket=t', headers: forwarded });
      expect(doors.calls).toHaveLength(departures);
    }
  });

  it('takes the default port of the public URL for what it is', async () => {
    const doors = await openPublic();
    await sendRaw(doors.url, { path: '/auth/x/connect?ticket=t', headers: ['host', 'HERALD.example:443'] });
    expect(doors.calls).toEqual([{ what: 'depart', given: 't' }]);
  });
});

describe('GET /auth/x/callback', () => {
  it('hands over what X gave the browser and its cookie, and clears the cookie', async () => {
    const doors = await openPublic();
    const answer = await visitPublic(doors, callback, 'cookie', 'other=1; __Host-herald-x=mine');
    expect(answer.status).toBe(302);
    expect(answer.headers.location).toBe('https://app.example/callback?code=abc');
    expect(answer.headers['set-cookie']).toEqual([
      '__Host-herald-x=; Max-Age=0; Path=/; Expires=Thu, 01 Jan 1970 00:00:00 GMT; HttpOnly; Secure; SameSite=Lax',
    ]);
    expect(doors.calls).toEqual([
      {
        what: 'arrive',
        given: { cookie: 'mine', requestToken: 'rt', verifier: 'v', denied: undefined },
      },
    ]);
  });

  it('takes no other cookie for its own', async () => {
    const doors = await openPublic();
    await visitPublic(doors, callback, 'cookie', 'herald-x=a; __host-herald-x=b; __Host-herald-x2=c');
    expect(doors.calls).toMatchObject([{ given: { cookie: undefined } }]);
  });

  it('tells of a refusal at X', async () => {
    const doors = await open();
    await visit(`${doors.url}/auth/x/callback?denied=rt`, { cookie: 'herald-x=mine' });
    expect(doors.calls).toMatchObject([{ given: { denied: 'rt', requestToken: undefined } }]);
  });

  it('keeps the cookie after a refusal: the journey may still be under way', async () => {
    const doors = await open({ signIn: failing(new HeraldError('INVALID_REQUEST')) });
    const answer = await visit(`${doors.url}${callback}`, { cookie: 'herald-x=mine' });
    expect([answer.status, answer.headers.getSetCookie()]).toEqual([400, []]);
  });
});

describe('every answer to a browser', () => {
  it.each([
    ['a departure', '/auth/x/connect?ticket=t'],
    ['an arrival', callback],
    ['a refusal', '/auth/x/connect?ticket=t&ticket=t'],
  ])('is kept nowhere, told to nobody and framed by nobody: %s (R27)', async (_what, path) => {
    const doors = await openPublic();
    const { headers } = await visitPublic(doors, path);
    expect(headers).toMatchObject({
      'cache-control': 'no-store',
      'referrer-policy': 'no-referrer',
      'x-content-type-options': 'nosniff',
      'x-frame-options': 'DENY',
      'strict-transport-security': 'max-age=31536000',
    });
    expect(headers['content-security-policy']).toMatch(/^default-src 'none'; .*frame-ancestors 'none'/);
  });

  it('insists on TLS only where there is some', async () => {
    const doors = await open();
    const { headers } = await visit(`${doors.url}/auth/x/connect?ticket=t`);
    expect(headers.get('strict-transport-security')).toBeNull();
  });
});

describe('a refusal', () => {
  it.each([
    ['/auth/x/connect?ticket=a&ticket=b'],
    ['/auth/x/connect?ticket=a&x=1&x=2'],
    ['/auth/x/callback?oauth_token=a&oauth_token=b&oauth_verifier=v'],
    ['/auth/x/callback?oauth_token=a&oauth_verifier=v&oauth_verifier=v'],
    ['/auth/x/callback?denied=a&denied=a'],
    ['/auth/x/callback?oauth_token=a&%6fauth_token=b'],
  ])('meets a parameter that is given twice: %s', async (path) => {
    const doors = await open();
    const answer = await visit(`${doors.url}${path}`);
    expect([answer.status, answer.headers.getSetCookie(), doors.calls]).toEqual([400, [], []]);
    expect(await answer.text()).toContain('given twice');
  });

  it.each([
    [new HeraldError('INVALID_REQUEST', { message: 'This link was used before.' }), 400, 'was used before'],
    [
      new HeraldError('TEMPORARILY_UNAVAILABLE', { retryAt: new Date(Date.now() + 5_000) }),
      503,
      'Wait a moment',
    ],
    [new HeraldError('CREDENTIALS_INVALID'), 401, 'Go back to the app'],
    [new Error('a bug with a-secret-in-it'), 500, 'Something went wrong inside Herald'],
  ])('is a page that says what to do: %s', async (error, status, text) => {
    const doors = await open({ signIn: failing(error) });
    for (const path of ['/auth/x/connect?ticket=t', callback]) {
      const answer = await visit(`${doors.url}${path}`, {
        accept: 'text/html,application/xhtml+xml,*/*;q=0.8',
      });
      expect(answer.status).toBe(status);
      expect(answer.headers.get('content-type')).toBe('text/html; charset=utf-8');
      const page = await answer.text();
      expect(page).toContain(text);
      expect(page).not.toMatch(/a-secret|\.ts:|<script|https?:\/\//);
    }
  });

  it('says when to come back', async () => {
    const retryAt = new Date(Date.now() + 60_000);
    const doors = await open({ signIn: failing(new HeraldError('TEMPORARILY_UNAVAILABLE', { retryAt })) });
    const { headers } = await visit(`${doors.url}/auth/x/connect?ticket=t`);
    expect(Number(headers.get('retry-after'))).toBeGreaterThan(50);
  });

  it('shows a message as text, whatever is in it', async () => {
    const message = `<img src=x onerror="alert('1')">&`;
    const doors = await open({ signIn: failing(new HeraldError('INVALID_REQUEST', { message })) });
    const page = await (await visit(`${doors.url}/auth/x/connect?ticket=t`)).text();
    expect(page).toContain('&#60;img src=x onerror=&#34;alert(&#39;1&#39;)&#34;&#62;&#38;');
    expect(page).not.toContain('<img');
  });

  it('lets a page use exactly the style that it brings', async () => {
    const doors = await open({ signIn: failing(new HeraldError('INVALID_REQUEST')) });
    const answer = await visit(`${doors.url}/auth/x/connect?ticket=t`);
    const style = /<style>(.*)<\/style>/s.exec(await answer.text())?.[1] ?? '';
    const digest = createHash('sha256').update(style).digest('base64');
    expect(answer.headers.get('content-security-policy')).toContain(`style-src 'sha256-${digest}'`);
  });

  it.each([
    ['application/json', true],
    ['application/json, text/plain, */*', true],
    ['text/html;q=0.5, application/json', true],
    ['text/html, application/json;q=0.9', false],
    ['text/html', false],
    ['*/*', false],
    [undefined, false],
  ])('is JSON for a program that prefers it: Accept %s', async (accept, isJson) => {
    const doors = await open({ signIn: failing(new HeraldError('INVALID_REQUEST')) });
    const headers = ['host', new URL(doors.url).host, ...(accept === undefined ? [] : ['accept', accept])];
    const answer = await sendRaw(doors.url, { path: '/auth/x/connect?ticket=t', headers });
    expect(String(answer.headers['content-type'])).toContain(isJson ? 'application/json' : 'text/html');
    if (isJson) {
      expect(JSON.parse(answer.text)).toMatchObject({
        code: 'INVALID_REQUEST',
        extensions: { requestId: expect.any(String) as string },
      });
    }
  });
});

describe('the routes of a sign-in', () => {
  it.each(['POST', 'PUT', 'DELETE', 'PATCH', 'HEAD', 'OPTIONS'])('take GET only, not %s', async (method) => {
    const doors = await open();
    for (const path of ['/auth/x/connect?ticket=t', callback]) {
      const answer = await fetch(`${doors.url}${path}`, { method, redirect: 'manual' });
      expect([answer.status, answer.headers.get('allow')]).toEqual([405, 'GET']);
    }
    expect(doors.calls).toEqual([]);
  });

  it.each([
    '/auth/x/connect/',
    '/auth/x/connect/x',
    '//auth/x/connect',
    '/auth%2fx/connect',
    '/auth/x',
    '/auth/X/connect',
    '/auth/x/connect;ticket=t',
  ])('are exact: %s is none', async (path) => {
    const doors = await open();
    const { status } = await sendRaw(doors.url, { path, headers: ['host', new URL(doors.url).host] });
    expect([status, doors.calls]).toEqual([404, []]);
  });

  it('leave no query in the log', async () => {
    const doors = await open();
    await visit(`${doors.url}/auth/x/connect?ticket=canary-ticket`);
    await visit(`${doors.url}/auth/x/callback?oauth_token=canary-token&oauth_verifier=canary-verifier`);
    await visit(`${doors.url}/auth/x/callback?denied=canary-a&denied=canary-b`);
    await expect.poll(() => doors.log.length).toBe(3);
    expect(JSON.stringify(doors.log)).not.toContain('canary');
    expect(doors.log.map(({ fields }) => [fields.status, fields.code])).toEqual([
      [302, undefined],
      [302, undefined],
      [400, 'INVALID_REQUEST'],
    ]);
    expect(doors.counted.every(({ door }) => door === 'sign_in')).toBe(true);
  });

  it('are closed on the way out', async () => {
    const doors = await open({ mayBegin: () => false });
    const answer = await visit(`${doors.url}/auth/x/connect?ticket=t`);
    expect([answer.status, doors.calls]).toEqual([503, []]);
  });
});

describe('one address', () => {
  const connect = (doors: OpenDoors, ...headers: string[]) =>
    sendRaw(doors.url, {
      path: '/auth/x/connect?ticket=t',
      headers: ['host', new URL(doors.url).host, ...headers],
    });

  it('may begin 30 sign-ins in a minute, and end as many (R35)', async () => {
    const doors = await open();
    for (let n = 0; n < 30; n += 1) expect((await connect(doors)).status).toBe(302);
    const { status, headers, text } = await connect(doors);
    expect(status).toBe(429);
    expect(Number(headers['retry-after'])).toBeGreaterThan(0);
    expect(text).toContain('Too many sign-ins from this address');
    expect(headers['x-ratelimit-limit']).toBeUndefined();
    expect((await visit(`${doors.url}${callback}`)).status).toBe(302);
    expect(doors.calls.filter(({ what }) => what === 'depart')).toHaveLength(30);
    expect((await fetch(`${doors.url}/healthz`)).status).toBe(200);
  });

  it.each(['x-forwarded-for', 'forwarded', 'x-real-ip', 'client-ip', 'cf-connecting-ip'])(
    'is not what the caller says in %s (R10)',
    async (name) => {
      const doors = await open({ signInsPerMinute: 3 });
      const statuses: number[] = [];
      for (let n = 0; n < 5; n += 1) statuses.push((await connect(doors, name, `203.0.113.${n}`)).status);
      expect(statuses).toEqual([302, 302, 302, 429, 429]);
    },
  );

  it('is what a trusted proxy says, and only the last of it', async () => {
    const doors = await open({ signInsPerMinute: 1, trustedProxies: ['127.0.0.1'] });
    const statuses: number[] = [];
    for (const forwarded of ['203.0.113.1', '203.0.113.2', '198.51.100.9, 203.0.113.1', '203.0.113.3']) {
      statuses.push((await connect(doors, 'x-forwarded-for', forwarded)).status);
    }
    expect(statuses).toEqual([302, 302, 429, 302]);
  });
});
