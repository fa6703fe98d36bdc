import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterEach, describe, expect, it } from 'vitest';
import type { DoorTools } from '../../src/doors/index.ts';
import { echoIssuer, type OpenDoors, openDoors, sendRaw } from './open-doors.ts';

const opened: OpenDoors[] = [];
afterEach(async () => {
  for (const doors of opened.splice(0)) await doors.close();
});
const open = async (changes: Partial<DoorTools> = {}) => {
  const issuer = echoIssuer();
  const doors = await openDoors({ issuer, ...changes });
  opened.push(doors);
  return { doors, ...issuer };
};

const FORM = 'application/x-www-form-urlencoded';
const post = (doors: OpenDoors, body: string, type = FORM) =>
  fetch(`${doors.url}/oauth/token`, { method: 'POST', headers: { 'content-type': type }, body });

describe('the routes of the issuer', () => {
  it.each([
    ['GET', '/oauth/authorize?client_id=a&state=b'],
    ['GET', '/oauth/authorize/uid?proof=p'],
    ['POST', '/oauth/token'],
    ['POST', '/oauth/revoke'],
    ['OPTIONS', '/oauth/token'],
    ['GET', '/.well-known/openid-configuration'],
    ['GET', '/.well-known/jwks.json'],
  ])('are handed over whole: %s %s', async (method, url) => {
    const { doors, handed } = await open();
    const response = await fetch(`${doors.url}${url}`, { method });
    expect(await response.json()).toEqual({ method, url, body: '' });
    expect(handed).toHaveLength(1);
  });

  it('do not exist without an issuer', async () => {
    const { doors } = await open({ issuer: undefined });
    for (const path of ['/oauth/authorize', '/oauth/token', '/.well-known/jwks.json']) {
      const response = await fetch(`${doors.url}${path}`);
      expect([response.status, await response.json()]).toMatchObject([404, { code: 'UNKNOWN_OPERATION' }]);
    }
  });

  it.each(['/oauth', '/oauthx', '/.well-known/other', '/.well-known/jwks.json/', '/x/oauth/token'])(
    'are no more than these: %s',
    async (path) => {
      const { doors, handed } = await open();
      expect((await fetch(`${doors.url}${path}`)).status).toBe(404);
      expect(handed).toEqual([]);
    },
  );

  it('send a browser that came by another name on, before the issuer sets a cookie', async () => {
    const { doors, handed } = await open({ publicUrl: () => new URL('https://herald.example') });
    const { status, headers } = await sendRaw(doors.url, {
      path: '/oauth/authorize?client_id=a&state=b',
      headers: ['host', 'evil.example'],
    });
    expect([status, headers.location]).toEqual([
      302,
      'https://herald.example/oauth/authorize?client_id=a&state=b',
    ]);
    expect(handed).toEqual([]);
  });
});

describe('a form', () => {
  it('reaches the issuer unread', async () => {
    const { doors, handed } = await open();
    const body = 'grant_type=authorization_code&code=a%20b';
    expect((await post(doors, body)).status).toBe(200);
    expect(handed).toEqual([{ method: 'POST', url: '/oauth/token', body }]);
  });

  it('may have 64 KiB, and the issuer sees nothing of a larger one', async () => {
    const { doors, handed } = await open();
    expect((await post(doors, 'x'.repeat(64 * 1024))).status).toBe(200);
    const refused = await post(doors, 'x'.repeat(64 * 1024 + 1));
    expect(refused.status).toBe(413);
    expect(handed).toHaveLength(1);
  });

  it('must say how long it is', async () => {
    const { doors, handed } = await open();
    const { status } = await sendRaw(doors.url, {
      method: 'POST',
      path: '/oauth/token',
      headers: ['host', 'h', 'content-type', FORM, 'transfer-encoding', 'chunked'],
      body: 'grant_type=x',
    });
    expect([status, handed]).toEqual([411, []]);
  });

  it('ends where it said, whatever else is sent', async () => {
    const { doors, handed } = await open();
    const socket = connect(Number(new URL(doors.url).port), '127.0.0.1');
    const head = `POST /oauth/token HTTP/1.1\r\nhost: h\r\ncontent-type: ${FORM}\r\ncontent-length: 3\r\n\r\n`;
    socket.write(`${head}a=b${'x'.repeat(100_000)}`);
    await new Promise((resolve) => socket.on('close', resolve).resume());
    expect(handed).toEqual([{ method: 'POST', url: '/oauth/token', body: 'a=b' }]);
  });

  it.each(['application/json', 'text/plain', 'multipart/form-data; boundary=x'])('is no %s', async (type) => {
    const { doors, handed } = await open();
    const refused = await post(doors, '{}', type);
    expect([refused.status, await refused.json()]).toMatchObject([415, { error: 'invalid_request' }]);
    expect(handed).toEqual([]);
  });

  it.each(['/oauth/token', '/oauth/revoke'])(
    'that arrives too slowly is not waited for: %s',
    async (path) => {
      const handle = (request: IncomingMessage) => once(request, 'close').then(() => {});
      const { doors } = await open({ issuer: { handle }, requestTimeoutMs: 200 });
      const socket = connect(Number(new URL(doors.url).port), '127.0.0.1');
      socket.write(
        `POST ${path} HTTP/1.1\r\nhost: h\r\ncontent-type: ${FORM}\r\ncontent-length: 9\r\n\r\na=b`,
      );
      expect(await text(socket)).toMatch(/^HTTP\/1\.1 408 /);
    },
  );

  it('is a form on these routes only', async () => {
    const { doors } = await open();
    const response = await fetch(`${doors.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': FORM, authorization: 'Bearer good' },
      body: 'query={__typename}',
    });
    expect(response.status).toBe(415);
  });
});

describe('an answer of the issuer', () => {
  it('is logged and counted like any other, without its query', async () => {
    const { doors } = await open();
    await fetch(`${doors.url}/oauth/authorize?state=canary`);
    await post(doors, 'bad=1');
    await expect.poll(() => doors.log.length).toBe(2);
    expect(doors.log.map(({ evt, fields }) => [evt, fields.status, fields.code])).toEqual([
      ['request', 200, undefined],
      ['request', 400, 'INVALID_REQUEST'],
    ]);
    expect(doors.counted.map(({ door }) => door)).toEqual(['issuer', 'issuer']);
    expect(JSON.stringify(doors.log)).not.toContain('canary');
  });

  it('that never comes is a bug, told as OAuth tells it', async () => {
    const handle = async (): Promise<never> => {
      throw new Error('a-secret');
    };
    const { doors } = await open({ issuer: { handle } });
    const response = await fetch(`${doors.url}/oauth/token`, { method: 'POST' });
    expect(response.status).toBe(500);
    const text = await response.text();
    expect(JSON.parse(text)).toMatchObject({ error: 'server_error' });
    expect(text).not.toContain('a-secret');
    await expect.poll(() => doors.log.map(({ evt }) => evt)).toEqual(['request_failed', 'request']);
  });

  it('is not begun more than 30 times a minute for one address; tokens are not counted', async () => {
    const { doors } = await open({ signInsPerMinute: 2 });
    const authorize = () => fetch(`${doors.url}/oauth/authorize`);
    expect([(await authorize()).status, (await authorize()).status]).toEqual([200, 200]);
    const refused = await authorize();
    expect([refused.status, refused.headers.get('content-type')]).toEqual([429, 'text/html; charset=utf-8']);
    for (let n = 0; n < 5; n += 1) expect((await post(doors, 'a=b')).status).toBe(200);
  });

  it('is not begun on the way out', async () => {
    const { doors, handed } = await open({ mayBegin: () => false });
    const refused = await post(doors, 'a=b');
    expect([refused.status, await refused.json()]).toMatchObject([503, { error: 'temporarily_unavailable' }]);
    expect(handed).toEqual([]);
  });
});
