import { describe, expect, it } from 'vitest';
import {
  type Meter,
  Secret,
  type TweetId,
  type XAnswer,
  type XClient,
  type XCredentials,
  type XOutcome,
  type XRead,
  type XTimeline,
  type XUserId,
} from '../../src/kernel/index.ts';
import { observeX } from '../../src/metrics/index.ts';

const answer: XAnswer = { status: 200, transactionId: undefined, limits: undefined, failure: undefined };
const id = '1988888888888888888' as TweetId;
const credentials: XCredentials = {
  xUserId: '12' as XUserId,
  accessToken: new Secret('token'),
  accessTokenSecret: new Secret('secret'),
};
const refused: XRead<never> = { ok: false, code: 'RATE_LIMITED', retryAt: undefined, answer };

const observed = () => {
  const outcomes: XOutcome[] = [];
  const reads: XRead<unknown>[] = [];
  const durations: number[] = [];
  const x: XClient & XTimeline & { close(): string } = {
    createTweet: async (_credentials, _tweet, beforeSend) => {
      beforeSend?.();
      return { kind: 'created', tweetId: id, answer };
    },
    me: async () => refused,
    tweetsSince: async () => ({ ok: true, value: [], answer }),
    tweetById: async () => ({ ok: true, value: undefined, answer }),
    close: () => 'closed',
  };
  const silent = () => {};
  const meter: Meter = {
    request: silent,
    post: silent,
    envelope: silent,
    legacyRead: silent,
    attempt: (_outcome, durationMs) => void durations.push(durationMs),
    read: (_read, durationMs) => void durations.push(durationMs),
  };
  const gate = {
    note: (outcome: XOutcome) => void outcomes.push(outcome),
    noteRead: (read: XRead<unknown>) => void reads.push(read),
  };
  return { x: observeX(x, { meter, gate }), outcomes, reads, durations };
};

describe('X, observed', () => {
  it('hands on what it was given and what it gave', async () => {
    const { x, outcomes, durations } = observed();
    let asked = 0;
    const outcome = await x.createTweet(credentials, { text: 'hello' }, () => {
      asked += 1;
    });
    expect(outcome).toEqual({ kind: 'created', tweetId: id, answer });
    expect(asked).toBe(1);
    expect(outcomes).toEqual([outcome]);
    expect(durations).toEqual([expect.any(Number)]);
    expect(x.close()).toBe('closed');
  });

  it('tells of every kind of read', async () => {
    const { x, reads, durations } = observed();
    const given = [
      await x.me(credentials),
      await x.tweetsSince(credentials, id),
      await x.tweetById(credentials, id),
    ];
    expect(reads).toEqual(given);
    expect(durations).toHaveLength(3);
  });
});
