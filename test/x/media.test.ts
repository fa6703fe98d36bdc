import { afterEach, describe, expect, test } from 'vitest';
import { answer, type Respond, startRawServer } from './raw-server.ts';
import { bodyOf, data, fileOf, good, MEDIA_ID, mediaId, pathOf, uploaded } from './uploads.ts';
import { clientOf, credentials } from './x-client.ts';

const closers: Array<() => unknown> = [];
afterEach(async () => {
  for (const close of closers.splice(0)) await close();
});

async function start(respond: Respond) {
  const server = await startRawServer('http', respond);
  const { x } = clientOf(server);
  closers.push(
    () => x.close(),
    () => server.close(),
  );
  return { server, x };
}

describe('a file that X has', () => {
  test.each<[object | null | undefined, object]>([
    [undefined, { state: 'READY', progress: undefined, checkAfterMs: undefined }],
    [
      { state: 'pending', check_after_secs: 1 },
      { state: 'PROCESSING', checkAfterMs: 1_000 },
    ],
    [
      { state: 'in_progress', check_after_secs: 2.5, progress_percent: 41 },
      { state: 'PROCESSING', progress: 41, checkAfterMs: 2_500 },
    ],
    [
      { state: 'succeeded', progress_percent: 100 },
      { state: 'READY', progress: 100 },
    ],
    [
      { state: 'failed', error: { code: 1, name: 'InvalidMedia', message: 'Unsupported video format' } },
      { state: 'FAILED' },
    ],
    [
      { state: 'in_progress', progress_percent: 101, check_after_secs: -1 },
      { state: 'PROCESSING', progress: undefined, checkAfterMs: undefined },
    ],
  ])('%j', async (processing, expected) => {
    const { server, x } = await start(good(processing));
    const status = await x.mediaStatus(credentials, mediaId);
    expect(status).toMatchObject({ ok: true, value: { xMediaId: MEDIA_ID, ...expected } });
    expect(pathOf(server.requests[0])).toBe(`GET /2/media/upload?command=STATUS&media_id=${MEDIA_ID}`);
    const upload = await x.uploadMedia(credentials, fileOf().file);
    expect(upload).toMatchObject({ ok: true, value: expected });
  });

  test.each<[string, string]>([
    ['no JSON', '<html>'],
    ['nothing', ''],
    ['another file', JSON.stringify({ data: { ...uploaded, id: '7' } })],
    ['a number for an id', JSON.stringify({ data: { ...uploaded, id: 1880028106020515 } })],
    [
      'a state that is none',
      JSON.stringify({ data: { ...uploaded, processing_info: { state: 'constructor' } } }),
    ],
    ['no state', JSON.stringify({ data: { ...uploaded, processing_info: {} } })],
  ])('is not known from %s', async (_name, body) => {
    const { x } = await start((socket) => socket.write(answer(200, body)));
    expect(await x.mediaStatus(credentials, mediaId)).toMatchObject({ ok: false, code: 'X_UNAVAILABLE' });
  });
});

describe('a description', () => {
  test('is sent as it is', async () => {
    const { server, x } = await start((socket) =>
      socket.write(data({ id: MEDIA_ID, associated_metadata: { alt_text: { text: 'A cat' } } })),
    );
    expect(await x.describeMedia(credentials, mediaId, 'A cat, « schön »')).toMatchObject({
      ok: true,
      value: true,
    });
    expect(pathOf(server.requests[0])).toBe('POST /2/media/metadata');
    expect(JSON.parse(Buffer.from(bodyOf(server.requests[0]), 'latin1').toString())).toEqual({
      id: MEDIA_ID,
      metadata: { alt_text: { text: 'A cat, « schön »' } },
    });
  });

  test.each<[string, number, string, boolean]>([
    ['an empty success', 200, '', true],
    ['a success without content', 204, '', true],
    ['a partial failure', 200, '{"errors":[{"title":"Invalid Request"}]}', false],
    ['a page', 200, '<html>', false],
  ])('%s', async (_name, status, body, isOk) => {
    const { x } = await start((socket) => socket.write(answer(status, body)));
    expect(await x.describeMedia(credentials, mediaId, 'A cat')).toMatchObject({ ok: isOk });
  });
});
