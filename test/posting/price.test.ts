import { describe, expect, it } from 'vitest';
import type { PostTweetInput, TweetId } from '../../src/kernel/index.ts';
import { composeThread, composeTweet, type ReplyTarget } from '../../src/posting/compose/index.ts';
import { prices } from '../../src/posting/policy/index.ts';
import { factsOf, file } from './compose-fixture.ts';

/* X's prices in millionths of a dollar, as its pricing page has them. */
const plain = 15_000;
const withUrl = 200_000;
const summoned = 10_000;

const texts = [
  { text: 'no address', url: false },
  { text: 'see example.com', url: true },
  { text: 'see https://example.com/a?b=c and t.co', url: true },
  { text: 'bob@example.com', url: false },
] as const;
const attachments: readonly [string, PostTweetInput][] = [
  ['nothing', {}],
  ['a picture', { mediaIds: [file({}).id] }],
  ['a poll', { poll: { options: ['a', 'b'], durationMinutes: 60 } }],
  ['labels', { madeWithAi: true, paidPartnership: true, replySettings: 'VERIFIED' }],
];
const targets: readonly [ReplyTarget, number][] = [
  ['none', plain],
  ['own', plain],
  ['summoned', summoned],
  ['stranger', plain],
  ['not_known', plain],
];

const combinations = texts.flatMap(({ text, url }) =>
  attachments.flatMap(([what, input]) =>
    targets.flatMap(([replyTarget, price]) =>
      (['ALLOW', 'STRIP', 'REJECT', 'LAST_PART'] as const).map((linkPolicy) => ({
        what: `${JSON.stringify(text)} with ${what}, reply to ${replyTarget}, links ${linkPolicy}`,
        input: {
          ...input,
          text,
          linkPolicy,
          ...(replyTarget === 'none' ? {} : { inReplyToTweetId: '20' as TweetId }),
        },
        replyTarget,
        expected: url && linkPolicy !== 'STRIP' ? withUrl : price,
      })),
    ),
  ),
);

describe('the price of a tweet', () => {
  it('is what X charges, in every combination', () => {
    expect(combinations).toHaveLength(4 * 4 * 5 * 4);
    for (const { what, input, replyTarget, expected } of combinations) {
      const { parts, costMicroUsd } = composeTweet(input, factsOf({ replyTarget }));
      expect({ what, costMicroUsd, parts: parts.map((part) => part.costMicroUsd) }).toEqual({
        what,
        costMicroUsd: expected,
        parts: [expected],
      });
    }
  });
});

describe('the price of a thread', () => {
  it.each([
    ['ALLOW', [plain, withUrl, plain, withUrl]],
    ['STRIP', [plain, plain, plain, plain]],
    ['LAST_PART', [plain, plain, plain, withUrl]],
  ] as const)('is that of its parts, whatever they reply to: %s', (linkPolicy, expected) => {
    const parts = ['one', 'two a.com', 'three', 'four b.com'].map((text) => ({ text }));
    const composed = composeThread({ parts, linkPolicy }, factsOf({ replyTarget: 'summoned' }));
    expect(composed.parts.map(({ costMicroUsd }) => costMicroUsd)).toEqual(expected);
    expect(composed.costMicroUsd).toBe(expected.reduce((sum, price) => sum + price, 0));
  });

  it('grows with the parts of a text', () => {
    const { parts, costMicroUsd } = composeThread(
      { text: 'word '.repeat(100), numbering: true },
      factsOf({}),
    );
    expect(parts).toHaveLength(2);
    expect(costMicroUsd).toBe(2 * plain);
  });
});

describe('the price table', () => {
  it('is that of X', () => {
    expect(
      Object.fromEntries(Object.entries(prices).map(([name, { microUsd }]) => [name, microUsd])),
    ).toEqual({
      post: 15_000,
      postWithUrl: 200_000,
      summonedReply: 10_000,
      deletion: 10_000,
      altText: 5_000,
      postRead: 5_000,
      ownPostRead: 1_000,
      userRead: 10_000,
    });
  });
});
