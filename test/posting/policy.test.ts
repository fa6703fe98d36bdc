import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { renderPolicy } from '../../scripts/documents.ts';
import { answerErrors, type PostTweetInput } from '../../src/kernel/index.ts';
import { composeThread, composeTweet, firstBlocking } from '../../src/posting/compose/index.ts';
import { areSimilar, inDollars, rules, warnings, wordingOf } from '../../src/posting/policy/index.ts';
import { blocking, factsOf, other, own, recent, warningsOf } from './compose-fixture.ts';

const selfServe = factsOf({});
const enterprise = factsOf({ plan: 'enterprise' });
const reply: PostTweetInput = { text: 'Thanks', inReplyToTweetId: '20' };

describe('a self-serve application', () => {
  it('cannot quote', () => {
    const composed = composeTweet({ text: 'x', quoteTweetId: '20' }, selfServe);
    expect(firstBlocking(composed)).toMatchObject({
      code: 'POLICY_REJECTED',
      field: 'quoteTweetId',
      message: `${rules.quotes.sentence} ${rules.quotes.remedy}`,
    });
    expect(blocking(composeTweet({ text: 'x', quoteTweetId: '20' }, enterprise))).toEqual([]);
  });

  it.each([
    ['own', [], []],
    ['summoned', [], []],
    ['stranger', ['POLICY_REJECTED inReplyToTweetId'], []],
    ['gone', ['INVALID_INPUT inReplyToTweetId'], []],
    ['not_known', [], ['REPLY_MAY_BE_REFUSED 0 inReplyToTweetId']],
  ] as const)('replies to a tweet that is %s', (replyTarget, refused, warned) => {
    const composed = composeTweet(reply, factsOf({ replyTarget }));
    expect(blocking(composed)).toEqual(refused);
    expect(warningsOf(composed)).toEqual(warned);
  });

  it.each([
    ['stranger', []],
    ['not_known', []],
    ['gone', ['INVALID_INPUT inReplyToTweetId']],
  ] as const)('with an Enterprise plan replies to a tweet that is %s', (replyTarget, refused) => {
    const composed = composeTweet(reply, factsOf({ plan: 'enterprise', replyTarget }));
    expect(blocking(composed)).toEqual(refused);
    expect(warningsOf(composed)).toEqual([]);
  });

  it('has one cashtag', () => {
    expect(blocking(composeTweet({ text: '$TSLA up' }, selfServe))).toEqual([]);
    expect(blocking(composeTweet({ text: '$TSLA up, $AAPL down' }, selfServe))).toEqual([
      'POLICY_REJECTED text',
    ]);
    expect(blocking(composeTweet({ text: '$TSLA up, $AAPL down' }, enterprise))).toEqual([]);
  });

  it('is told of mentions outside a reply', () => {
    expect(warningsOf(composeTweet({ text: 'Hi @alice' }, selfServe))).toEqual(['MENTIONS_LIMITED 0 text']);
    expect(warningsOf(composeTweet({ text: 'Hi @alice' }, enterprise))).toEqual([]);
    const summoned = composeTweet({ ...reply, text: '@alice hi' }, factsOf({ replyTarget: 'summoned' }));
    expect(warningsOf(summoned)).toEqual([]);
  });
});

describe('an address', () => {
  it('is said to cost more, with both prices', () => {
    const composed = composeTweet({ text: 'See a.com' }, selfServe);
    expect(warningsOf(composed)).toEqual(['LINK_COSTS_MORE 0 text']);
    expect(composed.problems[0]?.message).toBe(
      'X charges $0.20 for a tweet with an address, 13 times the $0.015 of one without. linkPolicy can take addresses out, or gather those of a thread in its last part.',
    );
  });

  it('costs even more in a reply that was summoned', () => {
    const composed = composeTweet({ ...reply, text: 'a.com' }, factsOf({ replyTarget: 'summoned' }));
    expect(composed.problems[0]?.message).toContain('20 times the $0.01 of');
  });

  it('is named with its part', () => {
    const parts = [{ text: 'a' }, { text: 'b.com' }];
    expect(warningsOf(composeThread({ parts }, selfServe))).toEqual(['LINK_COSTS_MORE 1 parts.1.text']);
  });
});

describe('what was posted before', () => {
  const text = 'Our new release is out today, with 12 fixes: https://a.com';

  it('is a warning when the account has the same text', () => {
    const same = (live: boolean): string[] =>
      warningsOf(
        composeTweet({ text: 'Good morning' }, factsOf({ recentTexts: [recent(own, 'Good morning', live)] })),
      );
    expect(same(true)).toEqual(['SAME_TEXT_AGAIN 0 text']);
    expect(same(false)).toEqual([]);
  });

  it('is a warning when a thread has a text twice', () => {
    const parts = [{ text: 'a' }, { text: 'b' }, { text: 'a' }];
    expect(warningsOf(composeThread({ parts }, selfServe))).toEqual(['SAME_TEXT_AGAIN 2 parts.2.text']);
  });

  it('is a warning when another account has almost the same text', () => {
    const recentTexts = [recent(other, 'our new release is OUT today with 7 fixes! @alice https://b.com')];
    expect(warningsOf(composeTweet({ text }, factsOf({ recentTexts })))).toEqual([
      'LINK_COSTS_MORE 0 text',
      'SIMILAR_ON_OTHER_ACCOUNT 0 text',
    ]);
    const elsewhere = factsOf({ recentTexts, xUserId: undefined });
    expect(warningsOf(composeTweet({ text }, elsewhere))).toEqual(['LINK_COSTS_MORE 0 text']);
    expect(warningsOf(composeTweet({ text }, factsOf({ recentTexts, xUserId: other })))).toEqual([
      'LINK_COSTS_MORE 0 text',
    ]);
  });

  it.each([
    ['Good morning, world', 'good MORNING world!!', true],
    ['one two three four five', 'one two three four six', false],
    ['one two three four five six seven eight nine', 'one two three four five six seven eight ten', true],
    ['今日は天気がいいですね', '今日は天気がいいですね。', true],
    ['今日は天気がいいですね', '明日は雨が降るでしょう', false],
    ['🎉', '🎉', false],
    ['', '', false],
  ])('%j and %j: almost the same is %s', (one, another, similar) => {
    expect(areSimilar(wordingOf(one), wordingOf(another))).toBe(similar);
  });
});

describe('the policy table', () => {
  it('has a sentence, a remedy and a source for each rule', () => {
    for (const rule of Object.values(rules)) {
      expect(rule.sentence).toMatch(/^[A-Z].*\.$/);
      expect(rule.remedy).toMatch(/^[A-Z].*\.$/);
      expect(rule.source).not.toBe('');
    }
  });

  it('is what docs/x-policy.md says; otherwise run npm run codegen', () => {
    const document = readFileSync(new URL('../../docs/x-policy.md', import.meta.url), 'utf8');
    expect(document).toBe(renderPolicy());
  });

  it('has warnings that are no errors', () => {
    for (const code of Object.keys(warnings)) expect(Object.keys(answerErrors)).not.toContain(code);
  });

  it.each([
    [15_000, '$0.015'],
    [200_000, '$0.20'],
    [10_000, '$0.01'],
    [1_000, '$0.001'],
    [1_234_567, '$1.234567'],
  ])('%i is %s', (microUsd, dollars) => {
    expect(inDollars(microUsd)).toBe(dollars);
  });
});
