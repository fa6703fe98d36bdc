import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { TweetPreview } from '../../src/kernel/index.ts';
import type { Person } from '../faults/support/people.ts';
import { ask, createStage, type Stage, settled, uploadPicture } from './stage.ts';

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000, maxConcurrency: 10 });

/** docs.x.com, pricing, in millionths of a US dollar. */
const PLAIN = 15_000;
const WITH_URL = 200_000;
const SUMMONED = 10_000;

const linkPolicies = [null, 'ALLOW', 'LAST_PART', 'STRIP', 'REJECT'] as const;
const replies = ['none', 'own', 'summoned'] as const;
const attachments = ['nothing', 'picture with alt text', 'poll'] as const;
const shapes = ['tweet', 'parts', 'text'] as const;

interface Combination {
  readonly shape: (typeof shapes)[number];
  readonly link: boolean;
  readonly linkPolicy: (typeof linkPolicies)[number];
  readonly reply: (typeof replies)[number];
  readonly attachment: (typeof attachments)[number];
}

/** A thread replies to nobody, and what is split from a text carries nothing. */
const isPossible = ({ shape, reply, attachment }: Combination): boolean =>
  (shape === 'tweet' || reply === 'none') && (shape !== 'text' || attachment === 'nothing');

const combinations = shapes
  .flatMap((shape) =>
    [false, true].flatMap((link) =>
      linkPolicies.flatMap((linkPolicy) =>
        replies.flatMap((reply) =>
          attachments.map((attachment) => ({ shape, link, linkPolicy, reply, attachment })),
        ),
      ),
    ),
  )
  .filter(isPossible);

const nameOf = ({ shape, link, linkPolicy, reply, attachment }: Combination): string =>
  `${shape}, ${link ? 'a link' : 'no link'}, linkPolicy ${linkPolicy}, reply to ${reply}, ${attachment}`;

describe.concurrent.each(['self-serve', 'enterprise'])('%s: the price of', (plan) => {
  let stage: Stage;
  let alice: Person;
  let own: string;
  let summons: string;
  let texts = 0;

  beforeAll(async () => {
    stage = await createStage({ environment: { X_PLAN: plan, HERALD_BUDGET_DAY_USD: '1000' } });
    await stage.x.liftLimits();
    await stage.x.usePlan(plan);
    alice = await stage.signIn('alice');
    const bob = await stage.signIn('bob');
    const tweetOf = async (person: Person, text: string): Promise<string> =>
      (await ask(stage, person, 'postTweet', { text })).tweetId ?? '';
    own = await tweetOf(alice, 'to be replied to');
    summons = await tweetOf(bob, 'what do you say, @alice?');
  });
  afterAll(() => stage.close());

  const inputOf = async ({ shape, link, linkPolicy, reply, attachment }: Combination) => {
    texts += 1;
    const text = `number ${texts} of many${link ? ' https://example.com/somewhere' : ''}`;
    const attached = {
      ...(attachment === 'poll' && { poll: { options: ['yes', 'no'], durationMinutes: 60 } }),
      ...(attachment === 'picture with alt text' && {
        mediaIds: [(await uploadPicture(stage, alice, `picture ${texts}`)).id],
      }),
    };
    if (shape === 'parts') {
      const parts = [{ text, ...attached }, { text: `the end of ${text.replace(/ https.*/, '')}` }];
      return { thread: { parts, linkPolicy } };
    }
    if (shape === 'text') {
      const more = Array.from({ length: 40 }, (_, n) => `and ${texts}-${n}`);
      return { thread: { text: [text, ...more].join(' '), linkPolicy } };
    }
    const inReplyToTweetId = { none: null, own, summoned: summons }[reply];
    return { tweet: { text, linkPolicy, inReplyToTweetId, ...attached } };
  };

  /** What one part costs, by its text as it is sent. */
  const priceOf = (text: string, reply: Combination['reply']): number =>
    text.includes('https://') ? WITH_URL : reply === 'summoned' ? SUMMONED : PLAIN;

  it.each(combinations.map((one) => [nameOf(one), one] as const))('%s', async (_name, one) => {
    const input = await inputOf(one);
    const preview = await ask<TweetPreview>(stage, alice, 'previewTweet', input);
    const [operation, posted] = 'tweet' in input ? ['postTweet', input.tweet] : ['postThread', input.thread];
    const answer = await ask(stage, alice, operation as string, posted);
    const blocking = preview.problems.filter((problem) => problem.blocking);
    if (one.link && one.linkPolicy === 'REJECT') {
      expect(blocking.map(({ code }) => code)).toEqual(['POLICY_REJECTED']);
      expect(answer.extensions).toMatchObject({ code: 'POLICY_REJECTED', field: blocking[0]?.field });
      return;
    }
    expect(blocking).toEqual([]);
    const final = await settled(stage, alice, answer.id);
    expect(final).toMatchObject({ state: 'SENT', costMicroUsd: preview.costMicroUsd });
    expect(final.parts.map(({ text }) => text)).toEqual(preview.parts.map(({ text }) => text));
    const prices = preview.parts.map(({ text }) => priceOf(text, one.reply));
    expect(preview.costMicroUsd).toBe(prices.reduce((sum, price) => sum + price, 0));
    const withUrl = prices.flatMap((price, position) => (price === WITH_URL ? [position] : []));
    const last = prices.length - 1;
    if (!one.link || one.linkPolicy === 'STRIP') expect(withUrl).toEqual([]);
    else expect(withUrl).toEqual([one.linkPolicy === 'LAST_PART' ? last : 0]);
  });
});
