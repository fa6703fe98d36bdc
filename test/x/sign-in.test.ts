import { afterEach, describe, expect, test } from 'vitest';
import { Secret } from '../../src/kernel/index.ts';
import { createXSignIn } from '../../src/x/index.ts';
import { answer, type Respond, startRawServer } from './raw-server.ts';
import { canaries, credentials } from './x-client.ts';

const closers: Array<() => unknown> = [];
afterEach(async () => {
  for (const close of closers.splice(0)) await close();
});

async function start(respond: Respond, deadlineMs = 5_000) {
  const server = await startRawServer('http', respond);
  const signIn = createXSignIn({
    appKey: 'app-key',
    appSecret: new Secret('app-secret'),
    apiUrl: server.url,
    authorizeUrl: new URL('https://x.example/ignored?too'),
    deadlineMs,
  });
  closers.push(
    () => signIn.close(),
    () => server.close(),
  );
  return { server, signIn };
}

const form = (fields: Record<string, string>, status = 200): Respond => {
  const body = new URLSearchParams(fields).toString();
  return (socket) => socket.write(answer(status, body, { 'content-type': 'text/html;charset=utf-8' }));
};

const returned = {
  requestToken: 'request-token',
  requestTokenSecret: new Secret('request-secret'),
  verifier: 'verifier',
};
const CALLBACK = 'https://app.example/auth/x/callback?a=b c';

describe('begin', () => {
  const given = { oauth_token: 'a+b/c=', oauth_token_secret: 'hush', oauth_callback_confirmed: 'true' };

  test('gives a request token and the page where the user consents', async () => {
    const { server, signIn } = await start(form(given));
    const started = await signIn.begin(CALLBACK);
    expect(started.requestToken).toBe('a+b/c=');
    expect(started.requestTokenSecret.reveal()).toBe('hush');
    expect(started.authorizeUrl.href).toBe('https://x.example/oauth/authorize?oauth_token=a%2Bb%2Fc%3D');
    const request = server.requests[0] ?? '';
    expect(request).toMatch(/^POST \/oauth\/request_token HTTP/);
    expect(new URLSearchParams(request.split('\r\n\r\n')[1]).get('oauth_callback')).toBe(CALLBACK);
    expect(request).not.toContain('oauth_token=');
  });

  test.each([
    ['the callback is not confirmed', { ...given, oauth_callback_confirmed: 'false' }],
    ['the confirmation is missing', { oauth_token: 'a', oauth_token_secret: 'b' }],
    ['the confirmation is not exactly true', { ...given, oauth_callback_confirmed: 'TRUE' }],
    ['the token is empty', { ...given, oauth_token: '' }],
    ['the secret is missing', { oauth_token: 'a', oauth_callback_confirmed: 'true' }],
  ])('refuses when %s', async (_name, fields) => {
    const { signIn } = await start(form(fields));
    await expect(signIn.begin(CALLBACK)).rejects.toMatchObject({ code: 'TEMPORARILY_UNAVAILABLE' });
  });

  test.each([401, 403])('tells the operator where to look when X answers %i', async (status) => {
    const { signIn } = await start((socket) => socket.write(answer(status, '{"errors":[{"code":32}]}')));
    await expect(signIn.begin(CALLBACK)).rejects.toThrow(`HTTP ${status}). Check X_APP_KEY`);
  });

  test.each([302, 408, 429, 503])('can be tried again when X answers %i', async (status) => {
    const { signIn } = await start(form(given, status));
    await expect(signIn.begin(CALLBACK)).rejects.toMatchObject({ code: 'TEMPORARILY_UNAVAILABLE' });
  });

  test('can be tried again when X does not answer', async () => {
    const { signIn } = await start((socket) => void socket.destroy());
    await expect(signIn.begin(CALLBACK)).rejects.toMatchObject({ code: 'TEMPORARILY_UNAVAILABLE' });
  });
});

describe('complete', () => {
  const given = {
    oauth_token: '1234567890123456789-AbCdEfGhIjKlMnOpQrStUvWxYz0123456789AbCd',
    oauth_token_secret: 'AbCdEfGhIjKlMnOpQrStUvWxYz0123456789AbCdEfGhI',
    user_id: '1234567890123456789',
    screen_name: 'alice',
  };

  test('gives the account', async () => {
    const { server, signIn } = await start(form(given));
    const { credentials, username } = await signIn.complete(returned);
    expect(username).toBe('alice');
    expect(credentials.xUserId).toBe('1234567890123456789');
    expect(credentials.accessToken.reveal()).toBe(given.oauth_token);
    expect(credentials.accessTokenSecret.reveal()).toBe(given.oauth_token_secret);
    const request = server.requests[0] ?? '';
    expect(request).toMatch(/^POST \/oauth\/access_token HTTP/);
    expect(request).toContain('oauth_token="request-token"');
    expect(request.split('\r\n\r\n')[1]).toBe('oauth_verifier=verifier');
  });

  test('asks nothing without a verifier', async () => {
    const { server, signIn } = await start(form(given));
    await expect(signIn.complete({ ...returned, verifier: '' })).rejects.toMatchObject({
      code: 'CREDENTIALS_INVALID',
    });
    expect(server.requests).toHaveLength(0);
  });

  test.each([
    ['another user', { ...given, user_id: '1234567890123456780' }],
    ['no user', { ...given, user_id: '' }],
    ['a token without a user', { ...given, oauth_token: 'AbCdEfGhIjKlMnOpQrStUvWxYz0123456789AbCd' }],
    ['a token that is too short', { ...given, oauth_token: '1234567890123456789-short' }],
    ['a token with a line break', { ...given, oauth_token: `${given.oauth_token}\n` }],
    ['no secret', { ...given, oauth_token_secret: '' }],
    ['a handle that is none', { ...given, screen_name: '<b>' }],
  ])('refuses %s', async (_name, fields) => {
    const { signIn } = await start(form(fields));
    await expect(signIn.complete(returned)).rejects.toMatchObject({ code: 'CREDENTIALS_INVALID' });
  });

  test.each([400, 401, 403])('refuses when X answers %i', async (status) => {
    const { signIn } = await start(form(given, status));
    await expect(signIn.complete(returned)).rejects.toMatchObject({ code: 'CREDENTIALS_INVALID' });
  });

  test.each([201, 302, 429, 503])('can be tried again when X answers %i', async (status) => {
    const { signIn } = await start(form(given, status));
    await expect(signIn.complete(returned)).rejects.toMatchObject({ code: 'TEMPORARILY_UNAVAILABLE' });
  });
});

describe('revoke', () => {
  test('asks X to end the pair, in user context', async () => {
    const { server, signIn } = await start((socket) => socket.write(answer(200, '{"access_token":"gone"}')));
    expect(await signIn.revoke(credentials)).toBe(true);
    const request = server.requests[0] ?? '';
    expect(request).toMatch(/^POST \/1\.1\/oauth\/invalidate_token HTTP/);
    expect(request).toContain(`oauth_token="${canaries.accessToken}"`);
    expect(request.split('\r\n\r\n')[1]).toBe('');
    expect(request).not.toContain(canaries.accessTokenSecret);
  });

  test.each([201, 204, 302, 401, 403, 404, 429, 503])('is not confirmed by %i', async (status) => {
    const { signIn } = await start((socket) => socket.write(answer(status, '{}')));
    expect(await signIn.revoke(credentials)).toBe(false);
  });

  test('is not confirmed by a reset, by silence, or by half an answer', async () => {
    for (const respond of [
      (socket) => void socket.destroy(),
      () => {},
      (socket) => void socket.end('HTTP/1.1 200 OK\r\ncontent-length: 20\r\n\r\n{'),
    ] satisfies Respond[]) {
      const { signIn } = await start(respond, 200);
      expect(await signIn.revoke(credentials)).toBe(false);
    }
  });
});
