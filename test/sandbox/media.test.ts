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

const DAY_MS = 24 * 60 * 60_000;

let sandbox: Sandbox;
let alice: Account;
let bob: Account;
let nowMs = Date.now();
beforeAll(async () => {
  sandbox = await startSandbox({ now: () => nowMs });
  alice = await account(sandbox, 'alice');
  bob = await account(sandbox, 'bob');
});
afterAll(() => sandbox.close());
beforeEach(async () => {
  nowMs = Date.now();
  await control(sandbox, 'POST', 'reset');
});

const begin = async (totalBytes: number, what = PNG) =>
  dataOf(await initialize(sandbox, alice, { ...what, total_bytes: totalBytes })).id;
const order = (kind: string, more: object = {}) =>
  control(sandbox, 'POST', 'faults', { kind, path: '/2/media/*', ...more });
const stateOf = async (id: string) =>
  dataOf(await readStatus(sandbox, alice, id)).processing_info?.state ?? 'none';
const attach = (ids: unknown, text?: string) =>
  post(sandbox, alice, { ...(text !== undefined && { text }), media: { media_ids: ids } });
const fieldOf = (reply: { text: string }) =>
  Object.keys((JSON.parse(reply.text) as { errors: { parameters: object }[] }).errors[0]?.parameters ?? {});

describe('processing', () => {
  test('takes a moment for a GIF and a video, none for a picture', async () => {
    for (const what of [GIF, MP4]) {
      const id = await begin(1, what);
      await append(sandbox, alice, id, 0, Buffer.from('a'));
      const finished = await finalize(sandbox, alice, id);
      expect(dataOf(finished).processing_info).toEqual({ state: 'pending', check_after_secs: 1 });
      expect((await attach([id])).status).toBe(400);
      nowMs += 200;
      expect(dataOf(await readStatus(sandbox, alice, id)).processing_info).toEqual({
        state: 'in_progress',
        check_after_secs: 1,
        progress_percent: 40,
      });
      nowMs += 300;
      expect(await stateOf(id)).toBe('succeeded');
      expect((await attach([id])).status).toBe(201);
    }
    expect(await stateOf(await upload(sandbox, alice, PNG))).toBe('none');
  });

  test('can be told to last, to be stuck and to fail, for any file', async () => {
    await order('media-processing', { ms: 90_000 });
    const slow = await upload(sandbox, alice, PNG);
    await order('media-stuck');
    const stuck = await upload(sandbox, alice, GIF);
    await order('media-failed');
    const failed = await upload(sandbox, alice, MP4);
    await order('media-processing', { ms: 0 });
    const instant = await upload(sandbox, alice, GIF);
    expect(await Promise.all([slow, stuck, failed, instant].map(stateOf))).toEqual([
      'in_progress',
      'in_progress',
      'failed',
      'succeeded',
    ]);
    expect(dataOf(await readStatus(sandbox, alice, failed)).processing_info?.error).toMatchObject({
      name: 'InvalidMedia',
    });
    nowMs += 91_000;
    const oauth = { oauth_timestamp: String(Math.floor(nowMs / 1000)) };
    const states = [slow, stuck].map(async (id) => {
      const target = `/2/media/upload?command=STATUS&media_id=${id}`;
      return dataOf(await sendSigned(sandbox, { method: 'GET', target, tokens: alice, oauth }))
        .processing_info;
    });
    expect(await Promise.all(states)).toMatchObject([{ state: 'succeeded' }, { state: 'in_progress' }]);
    expect((await attach([failed])).status).toBe(400);
  });

  test('counts `after` in finalize requests, whatever else the path matches', async () => {
    await order('media-failed', { after: 1 });
    const ids = [await upload(sandbox, alice, PNG), await upload(sandbox, alice, PNG)];
    expect(await Promise.all(ids.map(stateOf))).toEqual(['none', 'failed']);
  });
});

describe('alt text', () => {
  test('is kept, may be changed, and is listed in the order of the files', async () => {
    const ids = [await upload(sandbox, alice, PNG), await upload(sandbox, alice, PNG)];
    const [, second = ''] = ids;
    const told = await describeMedia(sandbox, alice, second, 'a cat');
    expect(JSON.parse(told.text)).toEqual({
      data: { id: second, associated_metadata: { alt_text: { text: 'a cat' } } },
    });
    await describeMedia(sandbox, alice, second, `${'😀'.repeat(999)}.`);
    expect((await attach(ids, 'two')).status).toBe(201);
    expect(await control(sandbox, 'GET', 'tweets')).toMatchObject([
      { media_ids: ids, alt_texts: [null, `${'😀'.repeat(999)}.`] },
    ]);
  });

  test.each([['x'.repeat(1001)], [''], ['  '], [7], [null]])('refuses %j', async (text) => {
    const id = await upload(sandbox, alice, PNG);
    const reply = await describeMedia(sandbox, alice, id, text);
    expect([reply.status, fieldOf(reply)]).toEqual([400, ['metadata.alt_text.text']]);
  });
});

describe('media of a tweet', () => {
  test('4 images, or 1 GIF, or 1 video, of one’s own, once each', async () => {
    const images: string[] = [];
    for (let count = 0; count < 5; count += 1) images.push(await upload(sandbox, alice, PNG));
    await order('media-processing', { ms: 0, times: 2 });
    const gif = await upload(sandbox, alice, GIF);
    const video = await upload(sandbox, alice, MP4);
    const bobs = await upload(sandbox, bob, PNG);
    const [first = ''] = images;
    const wrong = [[], images, [first, first], [first, gif], [gif, video], [bobs], ['12'], ['x'], 'x', [1]];
    for (const ids of wrong) {
      const reply = await attach(ids, 'no');
      expect([ids, reply.status, fieldOf(reply)]).toEqual([ids, 400, ['media.media_ids']]);
    }
    expect((await attach([bobs], 'no')).text).toContain('Your media IDs are invalid.');
    expect(await control(sandbox, 'GET', 'tweets')).toEqual([]);
    for (const ids of [images.slice(1), [gif], [video]]) expect((await attach(ids)).status).toBe(201);
  });

  test('without text is never a duplicate; with text it is one', async () => {
    const id = await upload(sandbox, alice, PNG);
    const statuses = [
      await attach([id]),
      await attach([id], ''),
      await attach([id], 'a'),
      await attach([id], 'a'),
    ];
    expect(statuses.map(({ status }) => status)).toEqual([201, 201, 201, 403]);
  });

  test('expires after a day, and is still shown by the tweet that took it', async () => {
    const id = await upload(sandbox, alice, PNG);
    await attach([id], 'taken');
    nowMs += DAY_MS;
    const oauth = { oauth_timestamp: String(Math.floor(nowMs / 1000)) };
    const json = { text: 'too late', media: { media_ids: [id] } };
    const late = { method: 'POST', target: '/2/tweets', json, tokens: alice, oauth };
    expect((await sendSigned(sandbox, late)).text).toContain('Your media IDs are invalid.');
    expect((await fetch(`${sandbox.url}/_sandbox/media/${id}`)).status).toBe(200);
    await control(sandbox, 'POST', 'reset');
    expect((await fetch(`${sandbox.url}/_sandbox/media/${id}`)).status).toBe(404);
  });
});
