import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { TweetPreview, XMedia } from '../../src/kernel/index.ts';
import type { Person } from '../faults/support/people.ts';
import { makeMp4, makePng } from '../media/files.ts';
import { runSql } from '../support/postgres.ts';
import { expectNothingDone } from './expectations.ts';
import { ask, createStage, type Refusal, type Stage, uploadPicture } from './stage.ts';

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

let stage: Stage;
let alice: Person;
let files: Record<'picture' | 'video' | 'expired' | 'processing' | 'ofBob', string>;

beforeAll(async () => {
  stage = await createStage({ environment: { HERALD_BUDGET_DAY_USD: '100' } });
  alice = await stage.signIn('alice');
  files = await uploadAll();
});
afterAll(() => stage.close());

const upload = (bytes: Buffer): Promise<XMedia> =>
  ask<XMedia>(stage, alice, 'uploadTweetMedia', { base64: bytes.toString('base64') });

const uploadAll = async (): Promise<typeof files> => {
  const picture = await uploadPicture(stage, alice);
  const expired = await uploadPicture(stage, alice);
  const sql = `update herald.media set expires_at = now() where id = '${expired.id}'`;
  await runSql(stage.world.databaseUrl, sql);
  const ofBob = await uploadPicture(stage, await stage.signIn('bob'));
  const video = await upload(makeMp4());
  await stage.x.fault({ kind: 'media-stuck', path: '/2/media/*' });
  const processing = await upload(makePng(9, 9));
  return {
    picture: picture.id,
    video: video.id,
    expired: expired.id,
    processing: processing.id,
    ofBob: ofBob.id,
  };
};

/** What is asked for, the code and field that it is refused with, and what the sentence says. */
type Row = readonly [name: string, input: () => object, refusal: string, sentence: RegExp];

const poll = (...options: string[]) => ({ text: 'a poll', poll: { options, durationMinutes: 60 } });
const withMedia = (...mediaIds: string[]) => ({ text: 'x', mediaIds });
const partsOf = (count: number) => Array.from({ length: count }, (_, n) => ({ text: `part ${n}` }));

const tweets: readonly Row[] = [
  ['no text', () => ({}), 'TEXT_EMPTY text', /empty/i],
  [
    'a time that is over',
    () => ({ text: 'x', expiresAt: '2020-01-01T00:00:00Z' }),
    'INVALID_INPUT expiresAt',
    /past/,
  ],
  [
    'a time and a key that are none, before all else',
    () => ({ text: 'x'.repeat(281), expiresAt: 'soon', idempotencyKey: '' }),
    'INVALID_INPUT expiresAt',
    /instant/,
  ],
  [
    'a key that is none, before all else',
    () => ({ text: 'x'.repeat(281), idempotencyKey: '' }),
    'INVALID_INPUT idempotencyKey',
    /1 to 255/,
  ],
  ['an empty text', () => ({ text: ' \u200b ' }), 'TEXT_EMPTY text', /empty/i],
  ['281 characters', () => ({ text: 'x'.repeat(281) }), 'TEXT_TOO_LONG text', /281|long/],
  ['5 images', () => withMedia(...Array(5).fill(files.picture)), 'INVALID_INPUT mediaIds', /not 5/],
  ['image + video', () => withMedia(files.picture, files.video), 'MEDIA_INVALID mediaIds', /or one video/],
  [
    'the same image twice',
    () => withMedia(files.picture, files.picture),
    'INVALID_INPUT mediaIds.1',
    /twice/,
  ],
  [
    'media of another user',
    () => withMedia(files.picture, files.ofBob),
    'MEDIA_INVALID mediaIds.1',
    /no such file/,
  ],
  ['media that nobody has', () => withMedia(randomUUID()), 'MEDIA_INVALID mediaIds.0', /no such file/],
  ['a media id that is none', () => withMedia("' or 1=1"), 'MEDIA_INVALID mediaIds.0', /no such file/],
  ['expired media', () => withMedia(files.expired), 'MEDIA_INVALID mediaIds.0', /no longer/],
  [
    'media that X is processing',
    () => withMedia(files.processing),
    'MEDIA_INVALID mediaIds.0',
    /still processing.*xMedia/,
  ],
  ['a poll with 1 option', () => poll('one'), 'INVALID_INPUT poll.options', /not 1/],
  ['a poll with 5 options', () => poll('1', '2', '3', '4', '5'), 'INVALID_INPUT poll.options', /not 5/],
  [
    'a poll option of 26 characters',
    () => poll('yes', 'x'.repeat(26)),
    'INVALID_INPUT poll.options.1',
    /not 26/,
  ],
  [
    'a poll with the same option twice',
    () => poll('yes', 'no', ' yes'),
    'INVALID_INPUT poll.options.2',
    /the same/,
  ],
  ['a poll with an empty option', () => poll('yes', ' '), 'INVALID_INPUT poll.options.1', /empty/],
  [
    'a poll of 4 minutes',
    () => ({ text: 'x', poll: { options: ['a', 'b'], durationMinutes: 4 } }),
    'INVALID_INPUT poll.durationMinutes',
    /not 4/,
  ],
  [
    'a poll and an image',
    () => ({ ...poll('yes', 'no'), mediaIds: [files.picture] }),
    'INVALID_INPUT poll',
    /only one of them/,
  ],
  [
    'a quote',
    () => ({ text: 'x', quoteTweetId: '1212092628029698048' }),
    'POLICY_REJECTED quoteTweetId',
    /Enterprise/,
  ],
  ['two cashtags', () => ({ text: '$AAA and $BBB' }), 'POLICY_REJECTED text', /one cashtag/],
  [
    'an unknown tweet to reply to',
    () => ({ text: 'x', inReplyToTweetId: '1212092628029698048' }),
    'INVALID_INPUT inReplyToTweetId',
    /no tweet/,
  ],
  [
    'a tweet id beyond 2^53 that X does not know',
    () => ({ text: 'x', inReplyToTweetId: '9007199254740993' }),
    'INVALID_INPUT inReplyToTweetId',
    /no tweet/,
  ],
  [
    'a tweet id beyond 2^63',
    () => ({ text: 'x', inReplyToTweetId: '99999999999999999999' }),
    'INVALID_INPUT inReplyToTweetId',
    /digits/,
  ],
  [
    'a tweet id that is a name',
    () => ({ text: 'x', inReplyToTweetId: 'latest' }),
    'INVALID_INPUT inReplyToTweetId',
    /digits/,
  ],
];

const threads: readonly Row[] = [
  ['26 parts', () => ({ parts: partsOf(26) }), 'INVALID_INPUT parts', /not 26/],
  ['no part', () => ({ parts: [] }), 'INVALID_INPUT parts', /not 0/],
  ['neither parts nor text', () => ({}), 'INVALID_INPUT parts', /either/],
  ['parts and text together', () => ({ parts: partsOf(2), text: 'x' }), 'INVALID_INPUT text', /not both/],
  [
    'an empty part',
    () => ({ parts: [{ text: 'one' }, { text: '' }, { text: 'three' }] }),
    'TEXT_EMPTY parts.1.text',
    /empty/i,
  ],
  [
    'a part of 281 characters',
    () => ({ parts: [{ text: 'one' }, { text: 'x'.repeat(281) }] }),
    'TEXT_TOO_LONG parts.1.text',
    /281|long/,
  ],
  [
    'a poll with 5 options in part 3',
    () => ({ parts: [...partsOf(3), poll('1', '2', '3', '4', '5')] }),
    'INVALID_INPUT parts.3.poll.options',
    /2 to 4/,
  ],
  [
    'expired media in part 1',
    () => ({ parts: [{ text: 'one' }, { text: 'two', mediaIds: [files.expired] }] }),
    'MEDIA_INVALID parts.1.mediaIds.0',
    /no longer/,
  ],
  [
    'a text that is too long for 25 parts',
    () => ({ text: 'word '.repeat(2_000) }),
    'TEXT_TOO_LONG text',
    /25 tweets/,
  ],
  ['an empty text', () => ({ text: '\n \n' }), 'TEXT_EMPTY text', /empty/i],
];

describe('bad input: nothing is sent, nothing is charged, and the preview says the same', () => {
  it.each(tweets)('postTweet: %s', async (_name, input, refusal, sentence) => {
    const [code, field] = refusal.split(' ');
    await expectNothingDone(stage, () => ask<Refusal>(stage, alice, 'postTweet', input()), refusal, sentence);
    const preview = await ask<TweetPreview>(stage, alice, 'previewTweet', { tweet: input() });
    expect(preview.problems[0]).toMatchObject({ code, field, blocking: true });
  });

  it.each(threads)('postThread: %s', async (_name, input, refusal, sentence) => {
    const [code, field] = refusal.split(' ');
    await expectNothingDone(
      stage,
      () => ask<Refusal>(stage, alice, 'postThread', input()),
      refusal,
      sentence,
    );
    const preview = await ask<TweetPreview>(stage, alice, 'previewTweet', { thread: input() });
    expect(preview.problems[0]).toMatchObject({ code, field, blocking: true });
  });

  it('a tweet id beyond 2^53 is asked for as it is, digit by digit', async () => {
    await ask(stage, alice, 'postTweet', { text: 'x', inReplyToTweetId: '9007199254740995' });
    const asked = (await stage.x.reads('alice')).map(({ path }) => path);
    expect(asked).toContain('/2/tweets/9007199254740995');
  });

  it('a tweet id that is a number beyond 2^53 is refused: JSON has lost its last digits', async () => {
    const body = `{"action":{"name":"postTweet"},"session_variables":${JSON.stringify(alice.variables)},
      "input":{"input":{"text":"x","inReplyToTweetId":9007199254740993}}}`;
    const before = await stage.x.requests('alice');
    const response = await fetch(`${stage.door.url}/hasura/actions`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-hasura-webhook-secret': stage.door.secret },
      body,
    });
    const told = (await response.json()) as Refusal;
    expect(told.extensions).toMatchObject({ code: 'INVALID_INPUT', field: 'inReplyToTweetId' });
    expect(told.message).toContain('has to be a string');
    expect(await stage.x.requests('alice')).toEqual(before);
  });

  it.each(['1212092628029698048', '9007199254740993', '99999999999999999999', 'me'])(
    'deleteTweet of %s, which is nobody`s or none',
    async (tweetId) => {
      const told = await ask<Refusal>(stage, alice, 'deleteTweet', { tweetId });
      // X is asked about what may be a tweet; one that is gone is a success.
      if (/^\d{1,19}$/.test(tweetId)) expect(told).toMatchObject({ tweetId });
      else expect(told.extensions).toMatchObject({ code: 'NOT_FOUND', field: 'tweetId' });
    },
  );
});
