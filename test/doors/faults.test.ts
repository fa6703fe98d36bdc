import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createWorld, type World } from '../support/world.ts';

/** What the caller is told for each fault of X, and whether the tweet is there all the same. */
const faults = [
  ['drop-before-accept', 'UNKNOWN', 'OUTCOME_UNKNOWN', 'WAIT', 0],
  ['drop-after-accept', 'UNKNOWN', 'OUTCOME_UNKNOWN', 'WAIT', 1],
  ['hang', 'UNKNOWN', 'OUTCOME_UNKNOWN', 'WAIT', 0],
  ['hang-after-accept', 'UNKNOWN', 'OUTCOME_UNKNOWN', 'WAIT', 1],
  ['503', 'UNKNOWN', 'OUTCOME_UNKNOWN', 'WAIT', 0],
  ['503-after-accept', 'UNKNOWN', 'OUTCOME_UNKNOWN', 'WAIT', 1],
  ['500-after-accept', 'UNKNOWN', 'OUTCOME_UNKNOWN', 'WAIT', 1],
  ['html-503', 'UNKNOWN', 'OUTCOME_UNKNOWN', 'WAIT', 0],
  ['429', 'QUEUED', 'RATE_LIMITED', 'WAIT', 0],
  ['429-day-only', 'QUEUED', 'RATE_LIMITED', 'WAIT', 0],
  ['403-duplicate', 'FAILED', 'DUPLICATE_CONTENT', 'EDIT', 0],
  ['401', 'FAILED', 'ACCOUNT_NEEDS_RECONNECT', 'RECONNECT', 0],
  ['403-oauth1-permissions', 'FAILED', 'ACCOUNT_NEEDS_RECONNECT', 'RECONNECT', 0],
  ['truncate-201', 'UNKNOWN', 'OUTCOME_UNKNOWN', 'WAIT', 1],
  ['empty-201', 'UNKNOWN', 'OUTCOME_UNKNOWN', 'WAIT', 1],
  ['corrupt-gzip-201', 'UNKNOWN', 'OUTCOME_UNKNOWN', 'WAIT', 1],
  ['slow-drip', 'UNKNOWN', 'OUTCOME_UNKNOWN', 'WAIT', 1],
] as const;

describe.each([
  ['plain http', false],
  ['TLS', true],
])('faults of X over %s', (_transport, tls) => {
  let world: World;

  beforeAll(async () => {
    // The sweep would send again what was not sent.
    world = await createWorld({ tls, working: false, environment: { HERALD_X_DEADLINE_MS: '700' } });
  });
  afterAll(() => world.close());

  it.each(faults)('%s is answered as %s with %s', async (kind, state, code, userAction, accepted) => {
    const session = await world.session('alice');
    const text = `during ${kind}`;
    await world.fault(kind);

    const { status, body } = await world.act('postTweet', { input: { text } }, session);

    expect(status).toBe(200);
    expect(body).toMatchObject({ state, tweetId: null, url: null, error: { code, userAction } });
    const retryAt = code === 'RATE_LIMITED' ? expect.stringMatching(/^\d{4}-/) : null;
    expect(body.error.retryAt).toEqual(retryAt);
    expect((await world.tweets()).filter((tweet) => tweet.text === text)).toHaveLength(accepted);

    const next = await world.act('postTweet', { input: { text: `after ${kind}` } }, session);
    expect(next.body).toMatchObject({ state: 'SENT' });
  });

  it('timeline-lag does not touch a post', async () => {
    await world.fault('timeline-lag', { method: 'GET', path: '/2/users/*', ms: 60_000 });
    const { body } = await world.act(
      'postTweet',
      { input: { text: 'lagging' } },
      await world.session('alice'),
    );
    expect(body.state).toBe('SENT');
  });
});

describe.each([
  ['plain http', false],
  ['TLS', true],
])('an application without credits, over %s', (_transport, tls) => {
  it('keeps its posts QUEUED, all of them, and asks X again only after a while', async () => {
    const world = await createWorld({ tls });
    try {
      await world.fault('402');
      const session = await world.session('alice');
      const first = await world.act('postTweet', { input: { text: 'no credits' } }, session);
      const second = await world.act(
        'postTweet',
        { input: { text: 'none either' } },
        await world.session('bob'),
      );
      for (const { status, body } of [first, second]) {
        expect(status).toBe(200);
        expect(body).toMatchObject({
          state: 'QUEUED',
          error: { code: 'OUT_OF_CREDITS', userAction: 'CONTACT_ADMIN' },
        });
      }
      expect(Date.parse(second.body.error?.retryAt ?? '')).toBeGreaterThan(Date.now() + 200_000);
      const requests = (await (await fetch(`${world.sandbox.url}/_sandbox/requests`)).json()) as {
        path: string;
      }[];
      expect(requests.filter(({ path }) => path === '/2/tweets')).toHaveLength(1);
    } finally {
      await world.close();
    }
  });
});

describe('X that is not there', () => {
  it('leaves the post QUEUED with X_UNAVAILABLE, and nothing was sent', async () => {
    const world = await createWorld();
    try {
      const session = await world.session('alice');
      await world.sandbox.close();
      const { status, body } = await world.act('postTweet', { input: { text: 'nobody home' } }, session);
      expect(status).toBe(200);
      expect(body).toMatchObject({ state: 'QUEUED', error: { code: 'X_UNAVAILABLE', userAction: 'WAIT' } });
      const me = await world.act('xMe', {}, session);
      expect([me.status, me.body.code, typeof me.body.extensions.retryAt]).toEqual([
        429,
        'TEMPORARILY_UNAVAILABLE',
        'string',
      ]);
    } finally {
      await world.close().catch(() => {});
    }
  });
});
