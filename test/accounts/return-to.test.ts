import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createAccounts } from '../../src/accounts/index.ts';
import { openWorld, RETURN_TO, sessionOf, ticketOf, type World } from './world.ts';

/** The rule at its two places: when the ticket is made, and when the browser is back. */
const registered = [
  RETURN_TO,
  'https://app.example/plain',
  'http://127.0.0.1/callback',
  'http://[::1]/callback?a=1',
  'http://localhost:3000/callback',
  'com.example.app:/connected',
];

const allowed = [
  ['one that is registered, with its query', RETURN_TO],
  ['one without a query', 'https://app.example/plain'],
  ['loopback as it is registered', 'http://127.0.0.1/callback'],
  ['loopback on another port', 'http://127.0.0.1:51004/callback'],
  ['loopback on the highest port', 'http://127.0.0.1:65535/callback'],
  ['IPv6 loopback on another port, with its query', 'http://[::1]:51004/callback?a=1'],
  ['localhost on another port than the registered', 'http://localhost:51004/callback'],
  ['localhost without the registered port', 'http://localhost/callback'],
  ["an app's own scheme", 'com.example.app:/connected'],
] as const;

const refused = [
  ['nothing', ''],
  ['another host', 'https://evil.example/connected?from=herald'],
  ['no scheme', '//evil.example'],
  ['a backslash for a slash', '/\\evil.example'],
  ['a scheme without slashes', 'https:evil.example'],
  ['a relative path', '/plain'],
  ['javascript', 'javascript:alert(1)//app.example/plain'],
  ['data', 'data:text/html,<script>alert(1)</script>'],
  ['an encoded line break', 'https://app.example/plain%0d%0aSet-Cookie:a=b'],
  ['a line break', 'https://app.example/plain\r\nLocation: https://evil.example'],
  ['a line break at the end', 'https://app.example/plain\n'],
  ['a tab inside', 'https://app.exa\tmple/plain'],
  ['a space before', ' https://app.example/plain'],
  ['a user before the host', 'https://app.example@evil.example/plain'],
  ['a user before the right host', 'https://evil@app.example/plain'],
  ['a fullwidth dot', 'https://app\uff0eexample/plain'],
  ['an ideographic dot', 'https://app\u3002example/plain'],
  ['a host that only looks the same', 'https://\u0430pp.example/plain'],
  ['a dot after the host', 'https://app.example./plain'],
  ['an upper-case host', 'https://APP.example/plain'],
  ['an upper-case scheme', 'HTTPS://app.example/plain'],
  ['http for https', 'http://app.example/plain'],
  ['a port that is the default', 'https://app.example:443/plain'],
  ['another port', 'https://app.example:8443/plain'],
  ['a host that begins like it', 'https://app.example.evil.example/plain'],
  ['a host that ends like it', 'https://evilapp.example/plain'],
  ['a path that begins like it', 'https://app.example/plainer'],
  ['a longer path', 'https://app.example/plain/more'],
  ['a slash at the end', 'https://app.example/plain/'],
  ['a path that leads back', 'https://app.example/else/../plain'],
  ['an encoded letter', 'https://app.example/pl%61in'],
  ['another case in the path', 'https://app.example/Plain'],
  ['a query', 'https://app.example/plain?next=https://evil.example'],
  ['an empty query', 'https://app.example/plain?'],
  ['without its query', 'https://app.example/connected'],
  ['with more query', `${RETURN_TO}&next=1`],
  ['a fragment', 'https://app.example/plain#evil'],
  ['an empty fragment', 'https://app.example/plain#'],
  ['a very long one', `https://app.example/plain?${'a'.repeat(100_000)}`],
  ['loopback over https', 'https://127.0.0.1/callback'],
  ['loopback with another path', 'http://127.0.0.1:51004/other'],
  ['loopback with a query', 'http://127.0.0.1:51004/callback?a=1'],
  ['loopback with a fragment', 'http://127.0.0.1:51004/callback#a'],
  ['loopback without its query', 'http://[::1]:51004/callback'],
  ['loopback with a user', 'http://127.0.0.1:80@evil.example/callback'],
  ['loopback as a user', 'http://127.0.0.1@evil.example/callback'],
  ['loopback before a domain', 'http://127.0.0.1.evil.example/callback'],
  ['localhost before a domain', 'http://localhost.evil.example/callback'],
  ['localhost with a dot', 'http://localhost.:51004/callback'],
  ['localhost in upper case', 'http://LOCALHOST:51004/callback'],
  ['another address of loopback', 'http://127.0.0.2/callback'],
  ['loopback as a number', 'http://2130706433/callback'],
  ['loopback, shortened', 'http://127.1/callback'],
  ['IPv6 loopback in long', 'http://[0:0:0:0:0:0:0:1]/callback?a=1'],
  ['loopback of the other family', 'http://[::1]/callback'],
  ['port zero', 'http://127.0.0.1:0/callback'],
  ['a port beyond the last', 'http://127.0.0.1:65536/callback'],
  ['a port with zeros before', 'http://127.0.0.1:0080/callback'],
  ['no port after the colon', 'http://127.0.0.1:/callback'],
  ['a port with a sign', 'http://127.0.0.1:+80/callback'],
  ["another path of an app's own scheme", 'com.example.app:/evil'],
] as const;

const alice = sessionOf('alice');
let world: World;
beforeAll(async () => {
  world = await openWorld({
    clients: [{ redirectUris: registered.slice(0, 3) }, { redirectUris: registered.slice(3) }],
  });
});
afterAll(() => world.close());

describe('returnTo when the ticket is made', () => {
  it.each(allowed)('takes %s', async (_what, returnTo) => {
    expect(await world.begin(alice, { returnTo })).toMatch(
      /^https:\/\/herald\.example\/auth\/x\/connect\?ticket=/,
    );
  });

  it.each(refused)('refuses %s', async (_what, returnTo) => {
    const before = world.memory.tokens.size;
    await expect(world.begin(alice, { returnTo })).rejects.toMatchObject({
      code: 'INVALID_INPUT',
      field: 'returnTo',
    });
    expect(world.memory.tokens.size).toBe(before);
  });

  it('refuses everything while there is no client', async () => {
    const room = createAccounts({ ...world.needs, clients: [] });
    await expect(room.operations.startXConnect(alice, { returnTo: RETURN_TO })).rejects.toMatchObject({
      field: 'returnTo',
    });
  });
});

describe('returnTo when the browser is back', () => {
  it.each(refused)('refuses %s, and asks X nothing', async (_what, returnTo) => {
    // As if it had been registered when the ticket was made.
    const room = createAccounts({ ...world.needs, clients: [{ redirectUris: [returnTo] }] });
    const { url } = await room.operations.startXConnect(alice, { returnTo });
    const { redirectTo, cookie } = await room.browser.depart(ticketOf(url));
    const requestToken = redirectTo.searchParams.get('oauth_token') ?? '';
    const asked = await world.asked();
    const arrived = world.room.browser.arrive({ cookie, requestToken, verifier: 'any', denied: undefined });
    await expect(arrived).rejects.toMatchObject({ code: 'INVALID_REQUEST' });
    expect(await world.asked()).toEqual(asked);
  });

  it('appends to the query that is registered', async () => {
    const back = await world.goThrough(alice, 'alice');
    expect(`${back.origin}${back.pathname}`).toBe('https://app.example/connected');
    expect([...back.searchParams.keys()]).toEqual(['from', 'code']);
    expect(back.searchParams.get('from')).toBe('herald');
  });

  it('keeps the port of a loopback address', async () => {
    const back = await world.goThrough(alice, 'alice', { returnTo: 'http://127.0.0.1:51004/callback' });
    expect(back.href).toMatch(/^http:\/\/127\.0\.0\.1:51004\/callback\?code=[\w-]{43}$/);
  });

  it("goes back to an app's own scheme", async () => {
    const back = await world.goThrough(alice, 'alice', { returnTo: 'com.example.app:/connected' });
    expect(back.href).toMatch(/^com\.example\.app:\/connected\?code=[\w-]{43}$/);
  });
});
