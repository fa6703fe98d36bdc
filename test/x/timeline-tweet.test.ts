import { describe, expect, test } from 'vitest';
import { parseMentions, parseTweet } from '../../src/x/timeline-tweet.ts';

describe('what X does to a text', () => {
  const photo = (slug: string) => ({
    url: `https://t.co/${slug}`,
    expanded_url: 'https://x.com/alice/status/1888888888888888888/photo/1',
  });
  const link = (slug: string, expanded_url: string) => ({ url: `https://t.co/${slug}`, expanded_url });
  const textOf = (text: string, urls: object[] = [], media: string[] = []): string | undefined =>
    parseTweet({
      id: '1888888888888888888',
      created_at: '2026-11-22T09:30:00.000Z',
      text,
      entities: { urls },
      attachments: { media_keys: media },
    })?.text;

  test.each([
    ['escapes are undone once', textOf('a &amp;lt; b &lt; c'), 'a &lt; b < c'],
    [
      'an address is not unescaped',
      textOf('https://t.co/aaaaaaaaaa', [link('aaaaaaaaaa', 'https://e.com/?a&amp;b')]),
      'https://e.com/?a&amp;b',
    ],
    [
      'an address with a dollar sign is kept',
      textOf('https://t.co/aaaaaaaaaa', [link('aaaaaaaaaa', 'https://e.com/$&')]),
      'https://e.com/$&',
    ],
    [
      'the link to media is dropped',
      textOf('hi https://t.co/bbbbbbbbbb', [photo('bbbbbbbbbb')], ['3_1']),
      'hi',
    ],
    [
      'one entity for each of four photos',
      textOf('hi https://t.co/bbbbbbbbbb', [photo('bbbbbbbbbb'), photo('bbbbbbbbbb')], ['3_1', '3_2']),
      'hi',
    ],
    ['media alone leaves nothing', textOf('https://t.co/bbbbbbbbbb', [photo('bbbbbbbbbb')], ['3_1']), ''],
    [
      'a link before the media stays',
      textOf(
        'https://t.co/aaaaaaaaaa https://t.co/bbbbbbbbbb',
        [link('aaaaaaaaaa', 'https://e.com/'), photo('bbbbbbbbbb')],
        ['3_1'],
      ),
      'https://e.com/',
    ],
    [
      'without media such a link was written',
      textOf('https://t.co/bbbbbbbbbb', [photo('bbbbbbbbbb')]),
      'https://x.com/alice/status/1888888888888888888/photo/1',
    ],
    ['a decomposed letter is composed', textOf('cafe\u0301'), 'caf\u00e9'],
    [
      'entities that are none change nothing',
      parseTweet({
        id: '1',
        created_at: '2026-11-22T09:30:00Z',
        text: 'x',
        entities: 7,
        attachments: null,
        referenced_tweets: {},
      })?.text,
      'x',
    ],
  ])('%s', (_name, text, expected) => {
    expect(text).toBe(expected);
  });

  test('a long one is whole in its note', () => {
    const tweet = {
      id: '1888888888888888888',
      created_at: '2026-11-22T09:30:00.000Z',
      text: `${'x'.repeat(270)}…`,
      entities: { urls: [] },
      note_tweet: {
        text: `${'x'.repeat(400)} &amp; https://t.co/aaaaaaaaaa`,
        entities: { urls: [link('aaaaaaaaaa', 'https://e.com/')], mentions: [{ username: 'bob', id: '12' }] },
      },
    };
    expect(parseTweet(tweet)?.text).toBe(`${'x'.repeat(400)} & https://e.com/`);
    expect(parseMentions(tweet)).toEqual(['12']);
  });

  test('references and media are counted', () => {
    const tweet = parseTweet({
      id: '1888888888888888888',
      created_at: '2026-11-22T09:30:00.000Z',
      text: 'x',
      referenced_tweets: [
        { type: 'quoted', id: '11' },
        { type: 'replied_to', id: '12' },
      ],
      attachments: { media_keys: ['3_1', '3_2'] },
    });
    expect(tweet).toMatchObject({ quotedTweetId: '11', inReplyToTweetId: '12', mediaCount: 2 });
  });
});
