import http from 'node:http';
import { EUploadMimeType, TwitterApi } from 'twitter-api-v2';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type Sandbox, startSandbox } from '../../src/sandbox/index.ts';
import { type Account, account, control, post, sendSigned } from './signed.ts';
import {
  append,
  dataOf,
  describeMedia,
  finalize,
  GIF,
  initialize,
  MP4,
  PNG,
  readStatus,
  upload,
} from './uploads.ts';

const MEBIBYTE = 1024 * 1024;

let sandbox: Sandbox;
let alice: Account;
let bob: Account;
beforeAll(async () => {
  sandbox = await startSandbox();
  alice = await account(sandbox, 'alice');
  bob = await account(sandbox, 'bob');
});
afterAll(() => sandbox.close());
beforeEach(() => control(sandbox, 'POST', 'reset'));

const begin = async (totalBytes: number, what = PNG) =>
  dataOf(await initialize(sandbox, alice, { ...what, total_bytes: totalBytes })).id;
const order = (kind: string, more: object = {}) =>
  control(sandbox, 'POST', 'faults', { kind, path: '/2/media/*', ...more });
const attach = (ids: unknown) => post(sandbox, alice, { media: { media_ids: ids } });
const fieldOf = (reply: { text: string }) =>
  Object.keys((JSON.parse(reply.text) as { errors: { parameters: object }[] }).errors[0]?.parameters ?? {});

describe('an upload', () => {
  test('is announced, comes in segments in any order, and is whole', async () => {
    const begun = await initialize(sandbox, alice, { ...PNG, total_bytes: 6 });
    const { id } = dataOf(begun);
    expect([begun.status, dataOf(begun)]).toEqual([
      200,
      { id, media_key: `3_${id}`, expires_after_secs: 86_400 },
    ]);
    expect(BigInt(id)).toBeGreaterThan(2n ** 53n);
    expect((await append(sandbox, alice, id, 1, Buffer.from('def'))).status).toBe(200);
    expect((await append(sandbox, alice, id, 0, Buffer.from('xyz'))).status).toBe(200);
    expect((await append(sandbox, alice, id, 0, Buffer.from('abc'))).status).toBe(200);
    const finished = await finalize(sandbox, alice, id);
    expect([finished.status, dataOf(finished)]).toEqual([
      200,
      { id, media_key: `3_${id}`, expires_after_secs: expect.any(Number), size: 6 },
    ]);
    expect(dataOf(await finalize(sandbox, alice, id))).toEqual(dataOf(finished));
    expect(dataOf(await readStatus(sandbox, alice, id))).toEqual(dataOf(finished));
    const served = await fetch(`${sandbox.url}/_sandbox/media/${id}`);
    expect(await served.text()).toBe('abcdef');
    expect(served.headers.get('content-type')).toBe('image/png');
    expect(served.headers.get('x-content-type-options')).toBe('nosniff');
    expect(served.headers.get('content-security-policy')).toContain("default-src 'none'");
  });

  test('works with twitter-api-v2’s own uploadMedia and createMediaMetadata', async () => {
    const toSandbox = ({ params }: { params: { url: string } }) => {
      params.url = params.url.replace('https://api.x.com', sandbox.url);
    };
    const client = new TwitterApi(
      {
        appKey: 'sandbox-app',
        appSecret: 'sandbox-app-secret',
        accessToken: alice.access_token,
        accessSecret: alice.access_token_secret,
      },
      { httpAgent: new http.Agent(), plugins: [{ onBeforeRequestConfig: toSandbox }] },
    );
    const bytes = Buffer.alloc(2 * MEBIBYTE + 5, 'a');
    const id = await client.v2.uploadMedia(bytes, { media_type: EUploadMimeType.Png });
    await client.v2.createMediaMetadata(id, { alt_text: { text: 'much of one letter' } });
    await client.v2.tweet({ media: { media_ids: [id] } });
    expect(await control(sandbox, 'GET', 'tweets')).toMatchObject([
      { text: '', media_ids: [id], alt_texts: ['much of one letter'] },
    ]);
    expect((await fetch(`${sandbox.url}/_sandbox/media/${id}`)).headers.get('content-length')).toBe(
      String(bytes.length),
    );
  });

  const announcements: [string, object, string][] = [
    ['an unknown category', { ...PNG, media_category: 'dm_image', total_bytes: 1 }, 'media_category'],
    ['no category', { media_type: 'image/png', total_bytes: 1 }, 'media_category'],
    ['SVG', { ...PNG, media_type: 'image/svg+xml', total_bytes: 1 }, 'media_type'],
    ['a video as an image', { ...PNG, media_type: 'video/mp4', total_bytes: 1 }, 'media_type'],
    ['a PNG as a GIF', { ...GIF, media_type: 'image/png', total_bytes: 1 }, 'media_type'],
    ['no bytes', { ...PNG, total_bytes: 0 }, 'total_bytes'],
    ['a text for a size', { ...PNG, total_bytes: '5' }, 'total_bytes'],
    ['an image above 5 MB', { ...PNG, total_bytes: 5 * MEBIBYTE + 1 }, 'total_bytes'],
    ['a GIF above 15 MB', { ...GIF, total_bytes: 15 * MEBIBYTE + 1 }, 'total_bytes'],
    ['a video above 512 MB', { ...MP4, total_bytes: 512 * MEBIBYTE + 1 }, 'total_bytes'],
    ['a stray field', { ...PNG, total_bytes: 1, name: 'a' }, 'name'],
  ];
  test.each(announcements)('is refused for %s', async (_name, json, field) => {
    const reply = await initialize(sandbox, alice, json);
    expect([reply.status, fieldOf(reply)]).toEqual([400, [field]]);
  });

  test('is not finished with segments missing, another size or no bytes', async () => {
    const missing = await begin(4);
    await append(sandbox, alice, missing, 1, Buffer.from('abcd'));
    const short = await begin(4);
    await append(sandbox, alice, short, 0, Buffer.from('abc'));
    for (const id of [missing, short, await begin(4)]) {
      expect((await finalize(sandbox, alice, id)).status).toBe(400);
      expect((await attach([id])).status).toBe(400);
    }
    await append(sandbox, alice, short, 1, Buffer.from('d'));
    expect((await finalize(sandbox, alice, short)).status).toBe(200);
  });

  test('takes no segment that is too long, nameless, late or more than was announced', async () => {
    const id = await begin(5 * MEBIBYTE);
    const wrong: [unknown, Buffer, number][] = [
      [0, Buffer.alloc(5 * MEBIBYTE + 1), 400],
      [0, Buffer.alloc(7 * MEBIBYTE), 413],
      [0, Buffer.alloc(0), 400],
      ['x', Buffer.from('a'), 400],
      [1000, Buffer.from('a'), 400],
    ];
    for (const [index, bytes, status] of wrong) {
      expect((await append(sandbox, alice, id, index, bytes)).status).toBe(status);
    }
    expect((await append(sandbox, alice, id, 0, Buffer.alloc(5 * MEBIBYTE))).status).toBe(200);
    expect(fieldOf(await append(sandbox, alice, id, 1, Buffer.from('a')))).toEqual(['total_bytes']);
    expect((await finalize(sandbox, alice, id)).status).toBe(200);
    expect((await append(sandbox, alice, id, 1, Buffer.from('a'))).status).toBe(400);
  });

  test('needs a multipart body, and other routes take no large ones', async () => {
    const target = `/2/media/upload/${await begin(1)}/append`;
    const json = { segment_index: 0, media: 'YQ==' };
    expect((await sendSigned(sandbox, { method: 'POST', target, json, tokens: alice })).status).toBe(400);
    const other = { type: 'application/json', body: Buffer.alloc(2 * MEBIBYTE, ' ') };
    const large = { method: 'POST', target: '/2/media/upload/initialize', other, tokens: alice };
    expect((await sendSigned(sandbox, large)).status).toBe(413);
  });

  test('is its owner’s alone, and unknown ids are 404', async () => {
    const id = await upload(sandbox, alice, PNG);
    const asked = (who: Account, one: string) =>
      Promise.all([
        append(sandbox, who, one, 0, Buffer.from('a')),
        finalize(sandbox, who, one),
        readStatus(sandbox, who, one),
        describeMedia(sandbox, who, one, 'mine'),
      ]);
    expect((await asked(bob, id)).map(({ status }) => status)).toEqual([403, 403, 403, 403]);
    expect((await asked(alice, '12')).map(({ status }) => status)).toEqual([404, 404, 404, 404]);
    expect(
      (await sendSigned(sandbox, { method: 'GET', target: '/2/media/upload', tokens: alice })).status,
    ).toBe(400);
  });

  test('counts against X’s limits', async () => {
    const replies = [
      await initialize(sandbox, alice, {}),
      await append(sandbox, alice, '1', 0, Buffer.from('a')),
      await finalize(sandbox, alice, '1'),
      await readStatus(sandbox, alice, '1'),
      await describeMedia(sandbox, alice, '1', 'a'),
    ];
    const limits = replies.map(({ headers }) => headers['x-rate-limit-limit']);
    expect(limits).toEqual(['1875', '1875', '1875', '1000', '500']);
    expect(replies.map(({ headers }) => headers['x-rate-limit-remaining'])).toEqual(
      limits.map((limit) => String(Number(limit) - 1)),
    );
  });
});

describe('general faults', () => {
  test.each([
    ['initialize', 'upload/initialize'],
    ['append', 'upload/*/append'],
    ['finalize', 'upload/*/finalize'],
    ['metadata', 'metadata'],
  ])('meet %s', async (name, path) => {
    const ask = async () => {
      const id = name === 'initialize' ? '' : await begin(1);
      if (name === 'finalize') await append(sandbox, alice, id, 0, Buffer.from('a'));
      if (name === 'initialize') return initialize(sandbox, alice, { ...PNG, total_bytes: 1 });
      if (name === 'append') return append(sandbox, alice, id, 0, Buffer.from('a'));
      return name === 'finalize'
        ? finalize(sandbox, alice, id)
        : describeMedia(sandbox, alice, id, 'a picture');
    };
    const faults: [string, number | string][] = [
      ['503', 503],
      ['429', 429],
      ['402', 402],
      ['401', 401],
      ['404', 404],
      ['500-after-accept', 500],
      ['drop-before-accept', 'ECONNRESET'],
      ['drop-after-accept', 'ECONNRESET'],
      ['truncate-201', 'ECONNRESET'],
    ];
    for (const [kind, expected] of faults) {
      await order(kind, { path: `/2/media/${path}` });
      const reply = await ask().then(
        ({ status }) => status,
        (error: NodeJS.ErrnoException) => error.code,
      );
      expect([kind, reply]).toEqual([kind, expected]);
    }
    expect((await ask()).status).toBe(200);
  });
});
