import { request } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Browser, beginSignIn, type IssuerWorld, startIssuer } from './fixtures.ts';

let world: IssuerWorld;

beforeAll(async () => {
  world = await startIssuer();
});
afterAll(() => world.close());

const ask = (method: string, path: string, headers: Record<string, string> = {}): Promise<Response> =>
  fetch(new URL(path, world.url), { method, headers, redirect: 'manual' });

/** The request line as it is given here: fetch would tidy it up. */
const askRaw = (path: string, headers: Record<string, string>): Promise<{ status: number; body: string }> =>
  new Promise((resolve, reject) => {
    const { hostname, port } = world.url;
    request({ hostname, port, path, headers }, (response) => {
      let body = '';
      response.on('data', (chunk: Buffer) => {
        body += chunk.toString();
      });
      response.on('end', () => resolve({ status: response.statusCode ?? 0, body }));
    })
      .on('error', reject)
      .end();
  });

describe('what is not served', () => {
  it.each([
    ['GET', '/'],
    ['GET', '/oauth'],
    ['GET', '/oauth/authorize/'],
    ['POST', '/oauth/authorize'],
    ['GET', '/oauth//authorize'],
    ['GET', '/oauth/%61uthorize'],
    ['GET', '/oauth/authorize;x'],
    ['GET', '/OAUTH/authorize'],
    ['GET', '/oauth/token'],
    ['PUT', '/oauth/token'],
    ['GET', '/oauth/revoke'],
    ['HEAD', '/.well-known/jwks.json'],
    ['POST', '/.well-known/jwks.json'],
    ['GET', '/.well-known/oauth-authorization-server'],
    ['GET', '/me'],
    ['GET', '/session/end'],
    ['POST', '/session/end/confirm'],
    ['POST', '/reg'],
    ['POST', '/request'],
    ['POST', '/token/introspection'],
    ['GET', '/interaction/abcdefghijklmnop'],
  ])('%s %s is 404', async (method, path) => {
    const response = await ask(method, path);
    expect(response.status).toBe(404);
    expect(response.headers.get('cache-control')).toBe('no-store');
  });

  it('an address of another host in the request line is not one of ours', async () => {
    const { status } = await askRaw('http://evil.example/.well-known/openid-configuration', {
      host: 'evil.example',
    });
    expect(status).toBe(404);
  });
});

describe('addresses', () => {
  it.each([
    [{ host: 'evil.example' }],
    [{ host: 'evil.example', 'x-forwarded-host': 'evil.example', 'x-forwarded-proto': 'https' }],
    [{ host: 'evil.example', forwarded: 'host=evil.example;proto=https' }],
  ])('are those of the public URL, whatever %o says', async (headers) => {
    const { body } = await askRaw('/.well-known/openid-configuration', headers);
    expect(body).toContain(`${world.url.origin}/oauth/token`);
    expect(body).not.toContain('evil');
  });
});

describe('the JWKS document', () => {
  it('may be cached for ten minutes and holds no private half', async () => {
    const response = await ask('GET', '/.well-known/jwks.json');
    expect(response.headers.get('cache-control')).toBe('public, max-age=600');
    const { keys } = (await response.json()) as { keys: Record<string, unknown>[] };
    expect(keys).toEqual(world.replicas[0]?.publicJwks().keys);
    expect(Object.keys(keys[0] ?? {}).sort()).toEqual(['alg', 'e', 'kid', 'kty', 'n', 'use']);
  });
});

describe('every other answer', () => {
  it('is not stored, not framed, not sniffed and refers to nobody', async () => {
    const { authorizeUrl } = await beginSignIn(world);
    const page = await new Browser(world.url).get(new URL('/oauth/authorize', world.url));
    const redirect = await new Browser(world.url).get(authorizeUrl);
    const tokens = await ask('POST', '/oauth/token');
    for (const { headers } of [page, redirect, tokens]) {
      expect(headers.get('cache-control')).toBe('no-store');
      expect(headers.get('referrer-policy')).toBe('no-referrer');
      expect(headers.get('x-content-type-options')).toBe('nosniff');
      expect(headers.get('x-frame-options')).toBe('DENY');
      expect(headers.get('content-security-policy')).toMatch(
        /^default-src 'none'; .*frame-ancestors 'none'$/,
      );
    }
  });

  it('is a page for a browser and JSON for a program, without a word of the request', async () => {
    const path = '/oauth/authorize?client_id=%3Cscript%3E';
    const page = await ask('GET', path, { accept: 'text/html' });
    expect(page.headers.get('content-type')).toContain('text/html');
    expect(await page.text()).not.toContain('script');
    const json = await ask('GET', path, { accept: 'application/json' });
    expect(await json.json()).toEqual({ error: 'invalid_client', error_description: expect.any(String) });
  });
});

describe('cookies', () => {
  it('are the one that ties the sign-in to this browser, for its path alone', async () => {
    const { authorizeUrl } = await beginSignIn(world);
    const { headers } = await new Browser(world.url).get(authorizeUrl);
    const cookies = headers.getSetCookie();
    expect(cookies.map((cookie) => cookie.split('=')[0])).toEqual(['herald_sign_in', 'herald_sign_in.sig']);
    for (const cookie of cookies) {
      expect(cookie).toMatch(/; path=\/oauth\/authorize\/[\w-]+;/);
      expect(cookie).toMatch(/; samesite=lax; httponly$/);
    }
  });

  it('are Secure and so named behind https, whatever the connection here is', async () => {
    const secure = await startIssuer({ publicUrl: new URL('https://herald.example.com') });
    try {
      const { authorizeUrl } = await beginSignIn(world);
      const response = await fetch(new URL(authorizeUrl.pathname + authorizeUrl.search, secure.url), {
        redirect: 'manual',
      });
      const cookies = response.headers.getSetCookie();
      expect(cookies).toHaveLength(2);
      for (const cookie of cookies) expect(cookie).toMatch(/^__Secure-herald_sign_in.*; secure; httponly$/);
      expect(response.headers.get('strict-transport-security')).toBe('max-age=31536000');
    } finally {
      await secure.close();
    }
  });
});

describe('pages of other origins', () => {
  const allowed = [
    'https://app.example.com',
    'http://127.0.0.1:5173',
    'http://localhost:3000',
    'http://localhost',
  ];
  const refused = [
    'https://evil.example',
    'http://app.example.com',
    'https://app.example.com:444',
    'null',
    'https://localhost',
  ];
  const paths: [string, string][] = [
    ['/oauth/token', 'POST'],
    ['/oauth/revoke', 'POST'],
    ['/.well-known/jwks.json', 'GET'],
    ['/.well-known/openid-configuration', 'GET'],
  ];
  const corsOf = async (path: string, method: string, origin: string): Promise<(string | null)[]> => {
    const preflight = await ask('OPTIONS', path, { origin, 'access-control-request-method': method });
    const answer = await ask(method, path, { origin });
    return [preflight, answer].map(({ headers }) => headers.get('access-control-allow-origin'));
  };

  it.each(allowed)('%s may read: it is that of a redirect URI', async (origin) => {
    for (const [path, method] of paths) expect(await corsOf(path, method, origin)).toEqual([origin, origin]);
  });

  it.each(refused)('%s may not', async (origin) => {
    for (const [path, method] of paths) expect(await corsOf(path, method, origin)).toEqual([null, null]);
  });

  it('get no CORS headers at all without an origin, and never with credentials', async () => {
    for (const [path, method] of paths) {
      const { headers } = await ask(method, path);
      expect([...headers.keys()].filter((name) => name.startsWith('access-control-'))).toEqual([]);
    }
    const { headers } = await ask('POST', '/oauth/token', { origin: 'https://app.example.com' });
    expect(headers.get('access-control-allow-credentials')).toBeNull();
  });
});
