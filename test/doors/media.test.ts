import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { HeraldError, type Posting, type XMedia } from '../../src/kernel/index.ts';
import { type OpenDoors, openDoors, refusingPosting, SECRET, sendRaw } from './open-doors.ts';

const MEDIA: XMedia = {
  id: 'm',
  kind: 'VIDEO',
  state: 'PROCESSING',
  progress: 0,
  altText: null,
  expiresAt: '2026-11-22T12:00:00.000Z',
};
const MIB = 1024 * 1024;

let doors: OpenDoors;
let uploads: { userId: string; about: unknown; bytes: number; ended: boolean; error?: unknown }[];
let hold: Promise<void>;
/** What happens to a file before it is read. */
let refusal: HeraldError | undefined;

const posting: Posting = {
  ...refusingPosting,
  uploadTweetMedia: async ({ userId }, about) => {
    uploads.push({ userId, about, bytes: 0, ended: true });
    return MEDIA;
  },
  uploadMediaStream: async ({ userId }, stream, about) => {
    const upload: (typeof uploads)[number] = { userId, about, bytes: 0, ended: false };
    uploads.push(upload);
    if (refusal !== undefined) throw refusal;
    try {
      for await (const chunk of stream) upload.bytes += chunk.length;
    } catch (error) {
      upload.error = error;
      throw error;
    }
    upload.ended = true;
    await hold;
    return MEDIA;
  },
};

const open = (changes: Parameters<typeof openDoors>[0] = {}) =>
  openDoors({ posting, redirectUris: ['https://app.example/callback'], ...changes });

beforeEach(async () => {
  uploads = [];
  hold = Promise.resolve();
  refusal = undefined;
  doors = await open();
});
afterEach(() => doors.close());

type Part = readonly [name: string, value: string | Uint8Array];
const bearer = { authorization: 'Bearer good' };

const form = (...parts: readonly Part[]): FormData => {
  const data = new FormData();
  for (const [name, value] of parts) {
    if (typeof value === 'string') data.append(name, value);
    else data.append(name, new Blob([new Uint8Array(value)]), 'picture.png');
  }
  return data;
};

const send = async (body: FormData, headers: Record<string, string> = bearer) => {
  const response = await fetch(`${doors.url}/media`, { method: 'POST', headers, body });
  return {
    status: response.status,
    headers: response.headers,
    body: (await response.json()) as Record<string, unknown>,
  };
};
const bytes = (length: number) => new Uint8Array(length).fill(7);

const refused = (status: number, code: string, field: string | null = null) => ({
  status,
  body: { code, message: expect.any(String) as string, extensions: { code, field } },
});

const part = (name: string, value: string, type?: string): string =>
  `--b\r\ncontent-disposition: form-data; name="${name}"\r\n${type === undefined ? '' : `content-type: ${type}\r\n`}\r\n${value}\r\n`;
const FIELD = 'content-disposition: form-data; name="altText"\r\n\r\n';
const FILE = 'content-disposition: form-data; name="file"; filename="a"\r\n\r\n';
const RAW = ['host', 'h', 'authorization', 'Bearer good', 'content-type', 'multipart/form-data; boundary=b'];

const chunk = (body: string): string => `${body.length.toString(16)}\r\n${body}\r\n`;
const END = '0\r\n\r\n';

/** The beginning of a request that is written by hand, in chunks. */
const begin = async (body: string, path = '/media', more = ''): Promise<Socket> => {
  const socket = connect(Number(new URL(doors.url).port), '127.0.0.1');
  socket.on('error', () => {});
  await once(socket, 'connect');
  const type = path === '/media' ? 'multipart/form-data; boundary=b' : 'application/json';
  socket.write(
    `POST ${path} HTTP/1.1\r\nhost: h\r\ncontent-type: ${type}\r\ntransfer-encoding: chunked\r\n${more || 'authorization: Bearer good\r\n'}\r\n${chunk(body)}`,
  );
  return socket;
};
describe('POST /media', () => {
  it('hands the file on with what was said about it, and answers the media', async () => {
    const answer = await send(form(['altText', 'a cat'], ['accountId', 'acc'], ['file', bytes(500_000)]));
    expect(answer).toMatchObject({ status: 200, body: MEDIA });
    expect(uploads).toEqual([
      { userId: 'user-1', about: { altText: 'a cat', accountId: 'acc' }, bytes: 500_000, ended: true },
    ]);
    await expect.poll(() => doors.counted).toEqual([{ door: 'media', code: undefined }]);
    expect(doors.log.at(-1)).toMatchObject({ fields: { operation: 'uploadTweetMedia', status: 200 } });
  });

  it('takes empty fields for absent ones, and a file without any', async () => {
    await send(form(['altText', ''], ['base64', ''], ['file', bytes(3)]));
    await send(form(['file', bytes(0)]));
    expect(uploads.map(({ about }) => about)).toEqual([
      { altText: null, accountId: null },
      { altText: null, accountId: null },
    ]);
  });

  it.each([
    ['base64', 'A'.repeat(7 * MIB)],
    ['url', 'https://images.example/cat.png'],
  ])('takes %s in the place of a file, wherever it stands', async (name, value) => {
    expect((await send(form([name, value], ['altText', 'a']))).status).toBe(200);
    const about = { altText: 'a', accountId: null, base64: null, url: null, [name]: value };
    expect(uploads).toEqual([{ userId: 'user-1', about, bytes: 0, ended: true }]);
  });

  it('hands the file on while it still arrives', async () => {
    const socket = await begin(`--b\r\n${FILE}${'x'.repeat(1000)}`);
    const said = text(socket);
    await expect.poll(() => uploads[0]?.bytes).toBeGreaterThan(0);
    expect(uploads[0]?.ended).toBe(false);
    socket.end(`${chunk('\r\n--b--\r\n')}${END}`);
    expect(await said).toMatch(/^HTTP\/1\.1 200 .*"PROCESSING"/s);
    expect(uploads[0]).toMatchObject({ bytes: 1000, ended: true });
  });
});

describe('a form that is not right', () => {
  it.each<[string, readonly Part[], string]>([
    ['nothing', [], 'file'],
    ['no file', [['altText', 'a']], 'file'],
    [
      'a field that is unknown',
      [
        ['alt', 'a'],
        ['file', bytes(1)],
      ],
      'alt',
    ],
    [
      'a field twice',
      [
        ['altText', 'a'],
        ['altText', 'b'],
        ['file', bytes(1)],
      ],
      'altText',
    ],
    [
      'a file and base64',
      [
        ['base64', 'aa'],
        ['file', bytes(1)],
      ],
      'file',
    ],
    ['a file without a name', [['file', 'text']], 'file'],
  ])('is refused before the file is touched: %s', async (_what, parts, field) => {
    expect(await send(form(...parts))).toMatchObject(refused(400, 'INVALID_INPUT', field));
    expect(uploads).toEqual([]);
  });

  it.each<[string, readonly Part[], string]>([
    [
      'altText behind it',
      [
        ['file', bytes(100_000)],
        ['altText', 'a'],
      ],
      'altText',
    ],
    [
      'another file behind it',
      [
        ['file', bytes(9)],
        ['file', bytes(100_000)],
      ],
      'file',
    ],
    ['the file in another field', [['image', bytes(100_000)]], 'image'],
  ])('ends the file with an error: %s', async (_what, parts, field) => {
    expect(await send(form(...parts))).toMatchObject(refused(400, 'INVALID_INPUT', field));
    expect(uploads).toMatchObject([{ ended: false, error: expect.any(HeraldError) as unknown }]);
  });

  it.each(['altText', 'accountId', 'url'])('may not have more than 64 KiB in %s', async (name) => {
    const parts: Part[] = [
      [name, 'a'.repeat(65 * 1024)],
      ['file', bytes(1)],
    ];
    expect(await send(form(...parts))).toMatchObject(refused(413, 'PAYLOAD_TOO_LARGE', name));
    expect(uploads).toEqual([]);
  });

  it.each<[string, string, number, string | null]>([
    ['no form at all', 'hello', 400, null],
    ['an end that is missing', `--b\r\n${FIELD}a`, 400, null],
    ['a file that breaks off', `--b\r\n${FILE}xxxx`, 400, null],
    ['__proto__ as a field', part('__proto__', 'a'), 400, null],
    ['bytes that are no UTF-8', part('altText', '\xff\xfe'), 400, 'altText'],
    ['JSON as a field', part('altText', '{"a":1}', 'application/json'), 400, 'altText'],
    ['hundreds of fields', part('altText', 'a').repeat(300), 400, 'altText'],
    ['parts without a name', '--b\r\ncontent-type: text/plain\r\n\r\na\r\n'.repeat(20), 413, null],
  ])('is told what is wrong: %s', async (_what, body, status, field) => {
    const end = body.endsWith('\r\n') ? '--b--\r\n' : '';
    const answer = await sendRaw(doors.url, {
      method: 'POST',
      path: '/media',
      headers: [...RAW, 'content-length', String(Buffer.byteLength(body + end, 'latin1'))],
      body: Buffer.from(body + end, 'latin1'),
    });
    expect([answer.status, JSON.parse(answer.text).extensions.field]).toEqual([status, field]);
    expect(uploads.every(({ ended }) => !ended)).toBe(true);
    expect(doors.log.some(({ evt }) => evt === 'request_failed')).toBe(false);
  });

  it.each([
    'application/json',
    'text/plain',
    'multipart/mixed; boundary=b',
    'application/x-www-form-urlencoded',
  ])('is refused with 415 as %s', async (type) => {
    const answer = await sendRaw(doors.url, {
      method: 'POST',
      path: '/media',
      headers: ['host', 'h', 'authorization', 'Bearer good', 'content-type', type],
      body: '{}',
    });
    expect(answer.status).toBe(415);
    expect(answer.text).toContain('multipart/form-data');
  });

  it('needs POST', async () => {
    const response = await fetch(`${doors.url}/media`, { headers: bearer });
    expect([response.status, response.headers.get('allow')]).toEqual([405, 'POST']);
  });
});

describe('who comes to /media', () => {
  it.each<[string, Record<string, string>, number, string]>([
    ['nobody', {}, 401, 'UNAUTHENTICATED'],
    ['a token that is none', { authorization: 'Bearer bad' }, 401, 'UNAUTHENTICATED'],
    ['Hasura', { 'x-hasura-webhook-secret': SECRET }, 401, 'UNAUTHENTICATED'],
    ['both', { ...bearer, 'x-hasura-webhook-secret': SECRET }, 400, 'INVALID_REQUEST'],
    ['another role', { ...bearer, 'x-hasura-role': 'admin' }, 403, 'ROLE_NOT_ALLOWED'],
  ])('%s is refused', async (_who, headers, status, code) => {
    const answer = await send(form(['file', bytes(10)]), headers);
    expect(answer).toMatchObject(refused(status, code));
    const challenge = status === 401 ? 'Bearer error="invalid_token"' : null;
    expect(answer.headers.get('www-authenticate')).toBe(challenge);
    expect(uploads).toEqual([]);
  });

  it('is refused when the sign-in was revoked, and on the way out', async () => {
    await doors.close();
    doors = await open({ revokedBefore: async () => new Date('2026-11-22T12:00:01Z') });
    expect(await send(form(['file', bytes(10)]))).toMatchObject(refused(401, 'UNAUTHENTICATED'));
    await doors.close();
    doors = await open({ mayBegin: () => false });
    expect(await send(form(['file', bytes(10)]))).toMatchObject(refused(429, 'TEMPORARILY_UNAVAILABLE'));
  });

  it('may be a page of a client, and of nobody else', async () => {
    const preflight = (origin: string) =>
      fetch(`${doors.url}/media`, {
        method: 'OPTIONS',
        headers: { origin, 'access-control-request-method': 'POST' },
      });
    const allowed = await preflight('https://app.example');
    expect(allowed.headers.get('access-control-allow-origin')).toBe('https://app.example');
    expect((await preflight('https://evil.example')).headers.get('access-control-allow-origin')).toBeNull();
    for (const headers of [bearer, { authorization: 'Bearer bad' }]) {
      const answer = await send(form(['file', bytes(1)]), { ...headers, origin: 'https://app.example' });
      expect(answer.headers.get('access-control-allow-origin')).toBe('https://app.example');
    }
    await expect.poll(() => doors.counted.filter(({ door }) => door === 'media').length).toBe(3);
  });
});

/** Writes until the server ends the connection; gives what it said. */
const writeOn = async (socket: Socket, body: string, everyMs: number): Promise<string> => {
  const said: Buffer[] = [];
  socket.on('data', (data: Buffer) => said.push(data));
  const closed = new Promise<'closed'>((resolve) => socket.once('close', () => resolve('closed')));
  for (;;) {
    const written = new Promise((resolve) => socket.write(chunk(body), resolve));
    if ((await Promise.race([closed, written])) === 'closed') break;
    if ((await Promise.race([closed, sleep(everyMs)])) === 'closed') break;
  }
  return Buffer.concat(said).toString();
};

describe('a file that does not end well', () => {
  it('is let go when the client goes, and is no bug', async () => {
    const socket = await begin(`--b\r\n${FILE}${'x'.repeat(1000)}`);
    await expect.poll(() => uploads[0]?.bytes).toBeGreaterThan(0);
    socket.destroy();
    await expect.poll(() => uploads[0]?.error).toMatchObject({ code: 'INVALID_REQUEST' });
    expect(doors.log.some(({ evt }) => evt === 'request_failed')).toBe(false);
  });

  it('is no bug even when whoever reads it makes one of it', async () => {
    await doors.close();
    doors = await open({
      posting: {
        ...posting,
        uploadMediaStream: (session, stream, about) =>
          posting.uploadMediaStream(session, stream, about).catch((cause: unknown) => {
            throw new Error('The spool broke.', { cause });
          }),
      },
    });
    const socket = await begin(`--b\r\n${FILE}${'x'.repeat(1000)}`);
    await expect.poll(() => uploads[0]?.bytes).toBeGreaterThan(0);
    socket.destroy();
    await expect.poll(() => uploads[0]?.error).toBeDefined();
    expect((await send(form(['file', bytes(1)]))).status).toBe(200);
    expect(doors.log.some(({ evt }) => evt === 'request_failed')).toBe(false);
  });

  it('is answered although most of it is still to come', async () => {
    refusal = new HeraldError('ACCOUNT_REQUIRED');
    expect(await send(form(['file', bytes(900_000)]))).toMatchObject(refused(409, 'ACCOUNT_REQUIRED'));
    const socket = await begin(`--b\r\n${FILE}xxx`);
    const [said] = (await once(socket, 'data')) as [Buffer];
    expect(said.toString()).toMatch(/^HTTP\/1\.1 409 .*ACCOUNT_REQUIRED/s);
    socket.destroy();
  });

  it('is not begun when it says that it is too large', async () => {
    const answer = await sendRaw(doors.url, {
      method: 'POST',
      path: '/media',
      headers: [...RAW, 'content-length', String(9 * MIB), 'connection', 'close'],
      body: '--b',
    });
    expect(answer.status).toBe(413);
    expect(JSON.parse(answer.text)).toMatchObject({
      code: 'PAYLOAD_TOO_LARGE',
      message: expect.stringContaining('HERALD_MEDIA_MAX_BYTES'),
    });
    expect(uploads).toEqual([]);
  });

  it.each([
    ['before any part', '--x\r\n'],
    ['in the file', `--b\r\n${FILE}`],
  ])('is cut off when it never ends: %s', async (_where, start) => {
    await doors.close();
    doors = await open({ requestTimeoutMs: 400 });
    const said = await writeOn(await begin(start), 'x'.repeat(256 * 1024), 0);
    expect(said).toMatch(/^HTTP\/1\.1 413 .*PAYLOAD_TOO_LARGE/s);
    expect(uploads.every(({ ended }) => !ended)).toBe(true);
  });
});

describe('uploads at once', () => {
  it('are four; the fifth is refused until one is done or gone', async () => {
    const sockets = await Promise.all([1, 2, 3, 4].map(() => begin(`--b\r\n${FILE}x`)));
    await expect.poll(() => uploads.length).toBe(4);
    expect(await send(form(['file', bytes(1)]))).toMatchObject({
      status: 429,
      body: { code: 'TEMPORARILY_UNAVAILABLE', extensions: { retryAt: expect.any(String) as string } },
    });
    const [first, ...others] = sockets;
    first?.destroy();
    await expect.poll(async () => (await send(form(['file', bytes(1)]))).status).toBe(200);
    for (const socket of others) socket.destroy();
  });

  it.each([
    ['/media', 4],
    ['/graphql', 8],
  ])(
    'leave no place taken when their clients go before it is known who they are: %s',
    async (path, places) => {
      let asked = 0;
      let tell = (): void => {};
      const told = new Promise<void>((resolve) => {
        tell = resolve;
      });
      await doors.close();
      doors = await open({
        revokedBefore: async () => {
          asked += 1;
          if (asked <= places) await told;
          return undefined;
        },
      });
      const sockets = await Promise.all(Array.from({ length: places }, () => begin('x', path)));
      await expect.poll(() => asked).toBe(places);
      for (const socket of sockets) socket.resetAndDestroy();
      await expect.poll(() => doors.connections()).toBe(0);
      tell();
      const next = await begin('{}', path);
      next.write(END);
      const [said] = (await once(next, 'data')) as [Buffer];
      expect(said.toString()).toMatch(/^HTTP\/1\.1 400 /);
      next.destroy();
    },
  );

  it('keep their place until they are done, whoever waits for them', async () => {
    let letGo = (): void => {};
    hold = new Promise((resolve) => {
      letGo = resolve;
    });
    const sockets = await Promise.all([1, 2, 3, 4].map(() => begin(`--b\r\n${FILE}x\r\n--b--\r\n`)));
    for (const socket of sockets) socket.write(END);
    await expect.poll(() => uploads.filter(({ ended }) => ended).length).toBe(4);
    for (const socket of sockets) socket.destroy();
    expect((await send(form(['file', bytes(1)]))).status).toBe(429);
    letGo();
    await expect.poll(async () => (await send(form(['file', bytes(1)]))).status).toBe(200);
  });
});

describe('a slow body', () => {
  const WITHIN_MS = 400;
  beforeEach(async () => {
    await doors.close();
    doors = await open({ requestTimeoutMs: WITHIN_MS });
  });

  it('of a file may take longer than any other, as long as something comes', async () => {
    const socket = await begin(`--b\r\n${FILE}`);
    const said = text(socket);
    const until = performance.now() + 3 * WITHIN_MS;
    while (performance.now() < until) {
      socket.write(chunk('x'));
      await sleep(20);
    }
    socket.end(`${chunk('\r\n--b--\r\n')}${END}`);
    expect(await said).toMatch(/^HTTP\/1\.1 200 /);
  });

  it('of a file is refused once nothing comes', async () => {
    const socket = await begin(`--b\r\n${FILE}x`);
    expect(await text(socket)).toMatch(/^HTTP\/1\.1 408 .*INVALID_REQUEST/s);
    await expect.poll(() => uploads[0]?.error).toBeInstanceOf(HeraldError);
  });

  it.each([
    ['/hasura/actions', `x-hasura-webhook-secret: ${SECRET}\r\n`],
    ['/hasura/events', `x-hasura-webhook-secret: ${SECRET}\r\n`],
    ['/graphql', 'authorization: Bearer good\r\n'],
  ])('of every other kind is refused although something comes: %s', async (path, headers) => {
    const said = await writeOn(await begin('{', path, headers), ' ', 20);
    expect(said).toMatch(/^HTTP\/1\.1 408 .*INVALID_REQUEST/s);
  });

  it.each(['/hasura/actions', '/graphql', '/media', '/nowhere'])(
    'of a request that was refused already is not listened to for ever: %s',
    async (path) => {
      const said = await writeOn(await begin('{', path, 'x-nothing: 1\r\n'), ' ', 20);
      expect(said.match(/HTTP\/1\.1 \d+/g)).toEqual([expect.stringMatching(/ (400|401|404)$/)]);
    },
  );
});
