import { describe, expect, it } from 'vitest';
import type { PostThreadInput, PostTweetInput, TweetPartInput } from '../../src/kernel/index.ts';
import {
  composeThread,
  composeTweet,
  firstBlocking,
  mediaIdsOf,
  replyTargetOf,
} from '../../src/posting/compose/index.ts';
import { blocking, factsOf, file, later, mediaId, other, texts } from './compose-fixture.ts';

const facts = factsOf({});
const tweet = (input: PostTweetInput): string[] => blocking(composeTweet(input, facts));
const thread = (input: PostThreadInput): string[] => blocking(composeThread(input, facts));
const poll = (options: string[], durationMinutes = 60): PostTweetInput => ({
  text: 'Which?',
  poll: { options, durationMinutes },
});
const media = (...digits: string[]): string[] => digits.map(mediaId);
const parts = (number: number): TweetPartInput[] =>
  Array.from({ length: number }, (_, position) => ({ text: `Part ${position}` }));

describe('a tweet', () => {
  it('is what is sent', () => {
    const composed = composeTweet(
      {
        text: 'Cafe\u0301\r\n!',
        mediaIds: media('1', '2'),
        inReplyToTweetId: '20',
        replySettings: 'FOLLOWING',
        madeWithAi: true,
        paidPartnership: true,
        communityId: '0012',
      },
      factsOf({ replyTarget: 'own' }),
    );
    expect(composed).toEqual({
      parts: [
        {
          text: 'Café\n!',
          options: {
            inReplyToTweetId: '20',
            mediaIds: media('1', '2'),
            xMediaIds: ['9000000000000000001', '9000000000000000002'],
            communityId: '0012',
            replySettings: 'FOLLOWING',
            madeWithAi: true,
            paidPartnership: true,
          },
          costMicroUsd: 15_000,
          weightedLength: 6,
          remaining: 274,
        },
      ],
      problems: [],
      costMicroUsd: 15_000,
      expiresAtMost: later(86_400_000 - 60_000),
    });
    expect(firstBlocking(composed)).toBeUndefined();
  });

  it('has nothing of what is null or false', () => {
    const composed = composeTweet(
      {
        text: 'x',
        mediaIds: null,
        poll: null,
        inReplyToTweetId: null,
        quoteTweetId: null,
        replySettings: null,
        madeWithAi: false,
        paidPartnership: null,
        communityId: null,
        linkPolicy: null,
        accountId: null,
        idempotencyKey: null,
        expiresAt: null,
      },
      facts,
    );
    expect(composed).toMatchObject({ problems: [], expiresAtMost: undefined });
    expect(composed.parts[0]?.options).toEqual({});
  });

  it('needs no text with media, and an empty one is none', () => {
    for (const text of [undefined, null, '', ' \u200B']) {
      const composed = composeTweet({ ...(text === undefined ? {} : { text }), mediaIds: media('1') }, facts);
      expect(blocking(composed)).toEqual([]);
      expect(composed.parts[0]).toMatchObject({ text: '', weightedLength: 0, remaining: 280 });
    }
  });

  it('may be as long as an admin allows the account', () => {
    expect(blocking(composeTweet({ text: 'a'.repeat(4000) }, factsOf({ weightedLimit: 4000 })))).toEqual([]);
    expect(blocking(composeTweet({ text: 'a'.repeat(25_000) }, factsOf({ weightedLimit: 25_000 })))).toEqual(
      [],
    );
    expect(blocking(composeTweet({ text: 'a'.repeat(4001) }, factsOf({ weightedLimit: 4000 })))).toEqual([
      'TEXT_TOO_LONG text',
    ]);
  });

  it('poll options are trimmed and in NFC', () => {
    const { options } = composeTweet(poll([' Cafe\u0301 ', 'b']), facts).parts[0] ?? {};
    expect(options?.poll).toEqual({ options: ['Café', 'b'], durationMinutes: 60 });
  });

  it.each<[string, PostTweetInput, string[]]>([
    ['no text', {}, ['TEXT_EMPTY text']],
    ['an invisible text', { text: ' \u200B\n' }, ['TEXT_EMPTY text']],
    ['a poll without a text', { ...poll(['a', 'b']), text: '' }, ['TEXT_EMPTY text']],
    ['a long text', { text: 'a'.repeat(281) }, ['TEXT_TOO_LONG text']],
    ['a control character', { text: 'a\0' }, ['INVALID_INPUT text']],
    ['a control character beside media', { text: '\0', mediaIds: media('1') }, ['INVALID_INPUT text']],
    ['an empty key', { text: 'x', idempotencyKey: '' }, ['INVALID_INPUT idempotencyKey']],
    ['an expiry in two days', { text: 'x', expiresAt: '2026-11-24T09:30:00Z' }, ['INVALID_INPUT expiresAt']],
    ['a poll with one option', poll(['a']), ['INVALID_INPUT poll.options']],
    ['a poll with five options', poll(['a', 'b', 'c', 'd', 'e']), ['INVALID_INPUT poll.options']],
    ['an option of 26 characters', poll(['a', 'b'.repeat(26)]), ['INVALID_INPUT poll.options.1']],
    ['an option of 26 emoji', poll(['a', '😀'.repeat(26)]), ['INVALID_INPUT poll.options.1']],
    ['an option of 25 emoji', poll(['a', '😀'.repeat(25)]), []],
    ['an empty option', poll(['a', ' ']), ['INVALID_INPUT poll.options.1']],
    ['an option with a line break', poll(['a', 'b\nc']), ['INVALID_INPUT poll.options.1']],
    ['an option with a control character', poll(['a\u0007', 'b']), ['INVALID_INPUT poll.options.0']],
    ['the same option twice', poll(['a', 'b', ' a']), ['INVALID_INPUT poll.options.2']],
    ['the same option in another form', poll(['é', 'e\u0301']), ['INVALID_INPUT poll.options.1']],
    ['a poll of 4 minutes', poll(['a', 'b'], 4), ['INVALID_INPUT poll.durationMinutes']],
    ['a poll of 10081 minutes', poll(['a', 'b'], 10_081), ['INVALID_INPUT poll.durationMinutes']],
    ['a poll of 5 minutes', poll(['a', 'b'], 5), []],
    ['a poll of a week', poll(['a', 'b'], 10_080), []],
    ['a poll with media', { ...poll(['a', 'b']), mediaIds: media('1') }, ['INVALID_INPUT poll']],
    [
      'an id beyond 19 digits',
      { text: 'x', inReplyToTweetId: '1'.repeat(20) },
      ['INVALID_INPUT inReplyToTweetId'],
    ],
    ['an id that is no number', { text: 'x', quoteTweetId: '12a' }, ['INVALID_INPUT quoteTweetId']],
    ['a community without digits', { text: 'x', communityId: 'abc' }, ['INVALID_INPUT communityId']],
    ['a community of 20 digits', { text: 'x', communityId: '1'.repeat(20) }, ['INVALID_INPUT communityId']],
    [
      'five pictures',
      { mediaIds: media('1', '2', '3', '4', '8') },
      ['INVALID_INPUT mediaIds', 'MEDIA_INVALID mediaIds.4'],
    ],
    ['four pictures', { mediaIds: media('1', '2', '3', '4') }, []],
    ['a picture and a video', { mediaIds: media('1', '5') }, ['MEDIA_INVALID mediaIds']],
    ['two GIFs', { mediaIds: media('6', '7') }, ['MEDIA_INVALID mediaIds']],
    ['a video', { mediaIds: media('5') }, []],
    ['the same picture twice', { mediaIds: media('1', '2', '1') }, ['INVALID_INPUT mediaIds.2']],
    ["another user's file, or none", { mediaIds: media('1', '9') }, ['MEDIA_INVALID mediaIds.1']],
    ['an id that is none of Herald', { mediaIds: ['9000000000000000001'] }, ['MEDIA_INVALID mediaIds.0']],
  ])('with %s: %j gets %j', (_, input, expected) => {
    expect(tweet(input)).toEqual(expected);
  });

  it('with media and a quote is refused for that first', () => {
    const input = { text: 'x', mediaIds: media('1'), quoteTweetId: '20' };
    expect(tweet(input)).toEqual(['INVALID_INPUT quoteTweetId', 'POLICY_REJECTED quoteTweetId']);
    expect(blocking(composeTweet(input, factsOf({ plan: 'enterprise' })))).toEqual([
      'INVALID_INPUT quoteTweetId',
    ]);
  });

  it.each([
    ['another account', file({ xUserId: other }), /another X account/],
    ['a failure', file({ state: 'FAILED' }), /could not make use/],
    [
      'no end of processing',
      file({ state: 'PROCESSING', progress: 40 }),
      /still processing this file \(40 %\)/,
    ],
    ['no end and no progress', file({ state: 'PROCESSING' }), /still processing this file\./],
    ['an expiry a minute ago', file({ expiresAt: later(-60_000) }), /no longer has/],
    ['an expiry within two minutes', file({ expiresAt: later(119_000) }), /no longer has/],
  ])('cannot have a file of %s', (_, one, message) => {
    const composed = composeTweet(
      { mediaIds: media('8') },
      factsOf({ files: [{ ...one, id: mediaId('8') }] }),
    );
    expect(firstBlocking(composed)).toMatchObject({
      code: 'MEDIA_INVALID',
      field: 'mediaIds.0',
      message: expect.stringMatching(message),
    });
  });

  it('can have a file of any X account while it is not known as whom it goes out', () => {
    const files = [file({ id: mediaId('8'), xUserId: other })];
    expect(blocking(composeTweet({ mediaIds: media('8') }, factsOf({ files, xUserId: undefined })))).toEqual(
      [],
    );
  });
});

describe('a thread', () => {
  it('has parts with what belongs to each', () => {
    const composed = composeThread(
      {
        parts: [
          { text: 'One', mediaIds: media('1'), replySettings: 'VERIFIED' },
          { text: 'Two', poll: { options: ['a', 'b'], durationMinutes: 5 }, madeWithAi: true },
          { mediaIds: media('5') },
        ],
      },
      facts,
    );
    expect(composed.problems).toEqual([]);
    expect(composed.parts.map(({ text, options }) => [text, Object.keys(options)])).toEqual([
      ['One', ['mediaIds', 'xMediaIds', 'replySettings']],
      ['Two', ['poll', 'madeWithAi']],
      ['', ['mediaIds', 'xMediaIds']],
    ]);
  });

  it('of a text has its parts, numbered', () => {
    const composed = composeThread({ text: `${'word '.repeat(56)}\r\nend`, numbering: true }, facts);
    expect(composed.problems).toEqual([]);
    expect(texts(composed)).toEqual([`${'word '.repeat(55)}1/2`, 'word \nend 2/2']);
  });

  it('of a short text is one tweet without a number', () => {
    expect(texts(composeThread({ text: 'Short.', numbering: true }, facts))).toEqual(['Short.']);
  });

  it.each<[string, PostThreadInput, string[]]>([
    ['neither', {}, ['INVALID_INPUT parts']],
    ['nulls', { parts: null, text: null }, ['INVALID_INPUT parts']],
    ['both', { parts: parts(1), text: 'x' }, ['INVALID_INPUT text']],
    ['no parts', { parts: [] }, ['INVALID_INPUT parts']],
    ['25 parts', { parts: parts(25) }, []],
    ['26 parts', { parts: parts(26) }, ['INVALID_INPUT parts']],
    ['numbered parts', { parts: parts(2), numbering: true }, ['INVALID_INPUT numbering']],
    ['parts that are not numbered', { parts: parts(2), numbering: false }, []],
    ['an empty part', { parts: [{ text: 'a' }, {}] }, ['TEXT_EMPTY parts.1.text']],
    ['a long part', { parts: [{ text: 'a' }, { text: 'b'.repeat(281) }] }, ['TEXT_TOO_LONG parts.1.text']],
    ['a bad poll', { parts: [{ ...poll(['a']) }] }, ['INVALID_INPUT parts.0.poll.options']],
    [
      'a bad file',
      { parts: [{ text: 'a' }, { mediaIds: media('1', '9') }] },
      ['MEDIA_INVALID parts.1.mediaIds.1'],
    ],
    ['an empty text', { text: ' ' }, ['TEXT_EMPTY text']],
    ['a text with a control', { text: 'a\u0007' }, ['INVALID_INPUT text']],
    ['a text that is too long', { text: 'a'.repeat(7001) }, ['TEXT_TOO_LONG text']],
  ])('of %s: gets %j', (_, input, expected) => {
    expect(thread(input)).toEqual(expected);
  });

  it('names the part and its field', () => {
    const composed = composeThread({ parts: [{ text: 'a' }, { text: '' }] }, facts);
    expect(composed.problems).toEqual([
      {
        code: 'TEXT_EMPTY',
        message: 'The text is empty. Write something to post.',
        userAction: 'EDIT',
        blocking: true,
        position: 1,
        field: 'parts.1.text',
      },
    ]);
    expect(firstBlocking(composed)).toMatchObject({ code: 'TEXT_EMPTY', status: 400, field: 'parts.1.text' });
  });
});

describe('a link policy', () => {
  const linked = 'See https://Example.com/a, now';

  it('STRIP takes addresses out', () => {
    expect(texts(composeTweet({ text: linked, linkPolicy: 'STRIP' }, facts))).toEqual(['See, now']);
    expect(texts(composeThread({ text: linked, linkPolicy: 'STRIP' }, facts))).toEqual(['See, now']);
    const emptied = composeTweet({ text: 'a.com', linkPolicy: 'STRIP' }, facts);
    expect(firstBlocking(emptied)).toMatchObject({
      code: 'TEXT_EMPTY',
      message: 'Nothing is left of the text without its addresses.',
    });
    expect(tweet({ text: 'a.com', linkPolicy: 'STRIP', mediaIds: media('1') })).toEqual([]);
  });

  it('REJECT names the host', () => {
    const error = firstBlocking(composeTweet({ text: linked, linkPolicy: 'REJECT' }, facts));
    expect(error).toMatchObject({ code: 'POLICY_REJECTED', field: 'text' });
    expect(error?.message).toContain('Example.com');
    expect(thread({ parts: [{ text: 'a' }, { text: linked }], linkPolicy: 'REJECT' })).toEqual([
      'POLICY_REJECTED parts.1.text',
    ]);
    expect(thread({ text: linked, linkPolicy: 'REJECT' })).toEqual(['POLICY_REJECTED text']);
    expect(tweet({ text: 'bob@example.com', linkPolicy: 'REJECT' })).toEqual([]);
  });

  it('LAST_PART leaves a single tweet as it is', () => {
    expect(texts(composeTweet({ text: linked, linkPolicy: 'LAST_PART' }, facts))).toEqual([linked]);
    expect(texts(composeThread({ text: linked, linkPolicy: 'LAST_PART' }, facts))).toEqual([linked]);
  });

  it('LAST_PART moves the addresses of earlier parts to the last one', () => {
    const input = { parts: [{ text: 'One a.com.' }, { text: 'Two b.com' }, { text: 'Three c.com' }] };
    expect(texts(composeThread({ ...input, linkPolicy: 'LAST_PART' }, facts))).toEqual([
      'One.',
      'Two',
      'Three c.com a.com b.com',
    ]);
  });

  it('LAST_PART adds a part when they do not fit', () => {
    const input = { parts: [{ text: 'One a.com' }, { text: 'a'.repeat(270) }] };
    const composed = composeThread({ ...input, linkPolicy: 'LAST_PART' }, facts);
    expect(texts(composed)).toEqual(['One', 'a'.repeat(270), 'a.com']);
    expect(composed.parts[2]?.options).toEqual({});
    const full = { parts: [{ text: 'One a.com' }, ...parts(23), { text: 'a'.repeat(270) }] };
    expect(thread({ ...full, linkPolicy: 'LAST_PART' })).toEqual(['INVALID_INPUT parts']);
  });

  it('LAST_PART refuses a part that is nothing but an address', () => {
    const input = { parts: [{ text: 'One' }, { text: 'a.com' }, { text: 'Three' }] };
    expect(thread({ ...input, linkPolicy: 'LAST_PART' })).toEqual(['TEXT_EMPTY parts.1.text']);
  });

  it('LAST_PART comes before the numbers of a text', () => {
    const text = `See a.com first. ${'word '.repeat(60)}`;
    const composed = composeThread({ text, linkPolicy: 'LAST_PART', numbering: true }, facts);
    expect(blocking(composed)).toEqual([]);
    expect(texts(composed)).toHaveLength(2);
    expect(texts(composed)[0]).toMatch(/^See first\. .*word 1\/2$/);
    expect(texts(composed)[1]).toMatch(/ word a\.com 2\/2$/);
  });
});

describe('what has to be looked up', () => {
  it('is each well-formed id once', () => {
    expect(mediaIdsOf({ mediaIds: [...media('1', '2', '1'), 'x'] })).toEqual(media('1', '2'));
    expect(mediaIdsOf({ parts: [{ mediaIds: media('1') }, {}, { mediaIds: media('2', '1') }] })).toEqual(
      media('1', '2'),
    );
    expect(mediaIdsOf({ mediaIds: null })).toEqual([]);
    expect(replyTargetOf({ inReplyToTweetId: '20' })).toBe('20');
    expect(replyTargetOf({ inReplyToTweetId: 'x' })).toBeUndefined();
    expect(replyTargetOf({})).toBeUndefined();
  });
});
