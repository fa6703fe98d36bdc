import { describe, expect, it } from 'vitest';
import {
  type Meter,
  Secret,
  type TweetId,
  type XAnswer,
  type XClient,
  type XCredentials,
  type XDeletion,
  type XMediaId,
  type XMediaUploads,
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

const mediaId = '1880028106020515840' as XMediaId;
const unpaid: XRead<never> = { ok: false, code: 'OUT_OF_CREDITS', retryAt: undefined, answer };

const observed = (deletion: XDeletion = { kind: 'deleted', answer }) => {
  const outcomes: XOutcome[] = [];
  const reads: XRead<unknown>[] = [];
  const durations: number[] = [];
  const x: XClient & XTimeline & XMediaUploads & { close(): string } = {
    createTweet: async (_credentials, _tweet, beforeSend) => {
      beforeSend?.();
      return { kind: 'created', tweetId: id, answer };
    },
    deleteTweet: async () => deletion,
    me: async () => refused,
    tweetsSince: async () => ({ ok: true, value: [], answer }),
    tweetById: async () => ({ ok: true, value: undefined, answer }),
    uploadMedia: async () => unpaid,
    mediaStatus: async () => unpaid,
    describeMedia: async () => ({ ok: true, value: true, answer }),
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

  it('tells of uploads as of reads', async () => {
    const { x, reads, outcomes, durations } = observed();
    const file = {
      kind: 'IMAGE',
      mimeType: 'image/png',
      byteLength: 0,
      read: async () => Buffer.alloc(0),
      dispose: async () => {},
    } as const;
    const given = [
      await x.uploadMedia(credentials, file),
      await x.mediaStatus(credentials, mediaId),
      await x.describeMedia(credentials, mediaId, 'a cat'),
    ];
    expect(reads).toEqual(given);
    expect(outcomes).toEqual([]);
    expect(durations).toHaveLength(3);
  });

  const retryAt = new Date('2026-11-22T10:00:00Z');
  it.each<[XDeletion, XRead<unknown>]>([
    [
      { kind: 'deleted', answer },
      { ok: true, value: true, answer },
    ],
    [
      { kind: 'gone', answer },
      { ok: true, value: true, answer },
    ],
    [
      { kind: 'refused', code: 'X_FORBIDDEN', answer },
      { ok: false, code: 'X_FORBIDDEN', retryAt: undefined, answer },
    ],
    [
      { kind: 'not_now', code: 'OUT_OF_CREDITS', retryAt: undefined, answer },
      { ok: false, code: 'OUT_OF_CREDITS', retryAt: undefined, answer },
    ],
    [
      { kind: 'not_now', code: 'RATE_LIMITED', retryAt, answer },
      { ok: false, code: 'RATE_LIMITED', retryAt, answer },
    ],
  ])('tells of a deletion as of a read, never as of a post: %j', async (deletion, read) => {
    const { x, reads, outcomes, durations } = observed(deletion);
    expect(await x.deleteTweet(credentials, id)).toBe(deletion);
    expect(reads).toEqual([read]);
    expect(outcomes).toEqual([]);
    expect(durations).toHaveLength(1);
  });
});
