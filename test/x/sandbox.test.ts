import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { parseTweetId, type TweetId, type XMediaId, type XTweet } from '../../src/kernel/index.ts';
import { schemes } from './raw-server.ts';
import { type SandboxAccount, sandboxApp, startSandboxAccount } from './sandbox-account.ts';
import { fileOf } from './uploads.ts';
import { clientOf } from './x-client.ts';

describe.each(schemes)('all that a user may post, on the sandbox over %s', (scheme) => {
  let account: SandboxAccount;
  let x: ReturnType<typeof clientOf>['x'];

  beforeAll(async () => {
    account = await startSandboxAccount(scheme);
    ({ x } = clientOf(account.server, sandboxApp));
  });
  afterAll(async () => {
    x.close();
    await account.sandbox.close();
  });
  beforeEach(async () => {
    await account.control('/_sandbox/reset', {});
    await account.control('/_sandbox/limits', { plan: 'self-serve' });
  });

  const fault = (method: string, path: string, kind: string, more: object = {}) =>
    account.control('/_sandbox/faults', { method, path, kind, ...more });

  async function post(tweet: XTweet): Promise<TweetId> {
    const outcome = await x.createTweet(account.credentials, tweet);
    if (outcome.kind !== 'created') throw new Error(`the tweet is ${outcome.kind}`);
    return outcome.tweetId;
  }

  async function upload(file = fileOf(randomBytes(3_000)).file): Promise<XMediaId> {
    const uploaded = await x.uploadMedia(account.credentials, file);
    if (!uploaded.ok) throw new Error(`the upload failed: ${uploaded.code}`);
    return uploaded.value.xMediaId;
  }

  test('a picture of several pieces with its description, and it comes back whole', async () => {
    const mediaId = await upload(fileOf(randomBytes(2_500_000)).file);
    expect(await x.describeMedia(account.credentials, mediaId, 'Ein Bild, « 世界 »')).toMatchObject({
      ok: true,
    });
    const id = await post({ text: 'look', mediaIds: [mediaId], madeWithAi: true, paidPartnership: true });
    expect(await account.tweets()).toMatchObject([
      { id, text: 'look', media_ids: [mediaId], alt_texts: ['Ein Bild, « 世界 »'] },
    ]);
    const read = await x.tweetsSince(account.credentials, before(id));
    expect(read).toMatchObject({ ok: true, value: [{ id, text: 'look', mediaCount: 1 }] });
  });

  test('four pictures without a word', async () => {
    const mediaIds = [await upload(), await upload(), await upload(), await upload()];
    const id = await post({ text: '', mediaIds });
    expect(await x.tweetById(account.credentials, id)).toMatchObject({
      ok: true,
      value: { id, text: '', mediaCount: 4, mentions: [] },
    });
  });

  test('a poll, and a reply with its settings', async () => {
    const poll = { options: ['this', 'that'], durationMinutes: 60 };
    const id = await post({ text: 'Which?', poll, replySettings: 'FOLLOWING' });
    const reply = await post({ text: 'Choose.', inReplyToTweetId: id });
    const options = { options: ['this', 'that'], duration_minutes: 60 };
    expect(await account.tweets()).toMatchObject([
      { id, poll: options },
      { id: reply, in_reply_to_tweet_id: id },
    ]);
    expect(await x.tweetById(account.credentials, id)).toMatchObject({
      ok: true,
      value: { text: 'Which?', mediaCount: 0 },
    });
  });

  test('a quote where the plan has it: it names whom it quotes and mentions', async () => {
    await account.control('/_sandbox/limits', { plan: 'enterprise' });
    const quoteTweetId = await post({ text: 'the original' });
    const id = await post({ text: 'see, @bob', quoteTweetId });
    expect(await x.tweetById(account.credentials, id)).toMatchObject({
      ok: true,
      value: {
        authorId: account.credentials.xUserId,
        quotedTweetId: quoteTweetId,
        quotedAuthorId: account.credentials.xUserId,
        mentions: [expect.stringMatching(/^\d+$/)],
      },
    });
  });

  test('a quote where the plan has none is refused', async () => {
    const quoteTweetId = await post({ text: 'the original' });
    expect(await x.createTweet(account.credentials, { text: 'see', quoteTweetId })).toMatchObject({
      kind: 'rejected',
      code: 'X_FORBIDDEN',
    });
  });

  test('a deletion, again and again', async () => {
    const id = await post({ text: 'a mistake' });
    expect(await x.deleteTweet(account.credentials, id)).toMatchObject({ kind: 'deleted' });
    expect(await x.deleteTweet(account.credentials, id)).toMatchObject({ kind: 'gone' });
    expect(await account.tweets()).toEqual([]);
    expect(await x.createTweet(account.credentials, { text: 'a child', inReplyToTweetId: id })).toMatchObject(
      {
        kind: 'rejected',
        code: 'X_FORBIDDEN',
        reason: 'parent_not_visible',
      },
    );
  });

  test('a video is ready after a while', async () => {
    await fault('POST', '/2/media/upload/*/finalize', 'media-processing', { ms: 150 });
    const { file } = fileOf(randomBytes(3_000), 'VIDEO', 'video/mp4');
    const uploaded = await x.uploadMedia(account.credentials, file);
    expect(uploaded).toMatchObject({ ok: true, value: { state: 'PROCESSING', checkAfterMs: 1_000 } });
    const id = uploaded.ok ? uploaded.value.xMediaId : undefined;
    if (!id) return;
    let status = await x.mediaStatus(account.credentials, id);
    for (; status.ok && status.value.state === 'PROCESSING'; await sleep(50)) {
      status = await x.mediaStatus(account.credentials, id);
    }
    expect(status).toMatchObject({ ok: true, value: { xMediaId: id, state: 'READY' } });
    await post({ text: 'a video', mediaIds: [id] });
  });

  test('a file that X cannot process has failed', async () => {
    await fault('POST', '/2/media/upload/*/finalize', 'media-failed');
    const { file } = fileOf(randomBytes(3_000), 'GIF', 'image/gif');
    const uploaded = await x.uploadMedia(account.credentials, file);
    expect(uploaded).toMatchObject({ ok: true, value: { state: 'FAILED' } });
  });

  test.each(['initialize', 'append', 'finalize'])('no fault of %s that passes is seen', async (step) => {
    const kinds = ['drop-before-accept', 'drop-after-accept', '503', '503-after-accept'];
    const path = `/2/media/upload/${step === 'initialize' ? step : `*/${step}`}`;
    for (const kind of kinds) {
      await fault('POST', path, kind);
      await post({ text: `after ${kind}`, mediaIds: [await upload()] });
    }
    const requests = (await account.control('/_sandbox/requests')) as Array<{ readonly path: string }>;
    expect(requests.filter(({ path }) => path.endsWith(`/${step}`))).toHaveLength(2 * kinds.length);
  });
});

const before = (id: TweetId): TweetId => parseTweetId(String(BigInt(id) - 1n)) ?? id;
