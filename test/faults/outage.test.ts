import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { readRows } from '../support/postgres.ts';
import { startTcpProxy, type TcpProxy } from '../support/tcp-proxy.ts';
import { post, readPost, settled, until } from './support/calls.ts';
import { createScene, type Herald, type Scene } from './support/scene.ts';

interface Outage {
  readonly scene: Scene;
  /** Cut means that no TLS connection comes up, so nothing can have been sent. */
  readonly proxy: TcpProxy;
  start(environment?: Record<string, string>): Promise<Herald>;
}

const withOutage = async (run: (outage: Outage) => Promise<void>): Promise<void> => {
  const scene = await createScene({ tls: true });
  const tlsUrl = new URL(scene.sandbox.tlsUrl ?? '');
  const proxy = await startTcpProxy({ port: Number(tlsUrl.port) });
  const environment = {
    X_API_URL: `https://127.0.0.1:${proxy.port}`,
    TEST_X_CA: scene.sandbox.ca ?? '',
  };
  const start = (more = {}): Promise<Herald> => scene.start({ environment: { ...environment, ...more } });
  try {
    await run({ scene, proxy, start });
  } finally {
    await proxy.close();
    await scene.close();
  }
};

const eventsOf = ({ process }: Herald, evt: string): string[] =>
  process.output.split('\n').filter((line) => line.includes(`"evt":"${evt}"`));

describe.concurrent('X is away', () => {
  it('for longer than the envelopes open: the accepted post goes out once all the same', () =>
    withOutage(async ({ scene, proxy, start }) => {
      const herald = await start();
      const alice = await scene.signIn('alice', { envelopeLifeMs: 3_000 });
      const signedInAtMs = performance.now();
      proxy.cut();
      const { status, body } = await post(herald, alice, 'outlives its envelopes');
      expect([status, body.state, body.error?.code]).toEqual([200, 'QUEUED', 'X_UNAVAILABLE']);
      await sleep(Math.max(0, 3_500 - (performance.now() - signedInAtMs)));

      // Its owner signs in anew to look; the envelopes of before open nothing any more.
      const expired = await post(herald, alice, 'with expired envelopes');
      expect([expired.status, expired.body.code]).toEqual([401, 'CREDENTIALS_INVALID']);
      const again = await scene.signIn('alice');
      expect((await readPost(herald, again, body.id)).state).not.toBe('FAILED');
      proxy.forward();
      const final = await settled(herald, again, body.id);
      const tweets = await scene.x.tweets();
      expect(tweets.map(({ text }) => text)).toEqual(['outlives its envelopes']);
      expect(final).toMatchObject({ state: 'SENT', tweetId: tweets[0]?.id });
    }));

  it('for longer than the post may wait: FAILED as EXPIRED, and nothing is sent when X is back', () =>
    withOutage(async ({ scene, proxy, start }) => {
      const herald = await start({ HERALD_POST_TTL_MS: '2000' });
      const alice = await scene.signIn('alice');
      proxy.cut();
      const { body } = await post(herald, alice, 'too late to matter');
      expect(body.state).toBe('QUEUED');
      const final = await settled(herald, alice, body.id);
      expect(final).toMatchObject({ state: 'FAILED', tweetId: null, error: { code: 'EXPIRED' } });
      proxy.forward();
      await sleep(2_000);
      expect(await scene.x.creates()).toEqual([]);
      const kept = await readRows(scene.databaseUrl, 'select post_id from herald.post_credential');
      expect(kept).toEqual([]);
    }));

  it('with 200 posts waiting: the breaker opens, none fails, and X is not met by all at once (F26)', () =>
    withOutage(async ({ scene, proxy, start }) => {
      await scene.x.liftLimits();
      const herald = await start();
      const alice = await scene.signIn('alice');
      proxy.cut();
      const numbers = Array.from({ length: 200 }, (_, n) => n);
      const states = new Set<string>();
      for (let first = 0; first < numbers.length; first += 20) {
        const answers = await Promise.all(
          numbers.slice(first, first + 20).map((n) => post(herald, alice, `waiting ${n}`)),
        );
        for (const { status, body } of answers) states.add(`${status} ${body.state} ${body.error?.code}`);
      }
      expect(states).toEqual(new Set(['200 QUEUED X_UNAVAILABLE']));
      expect(eventsOf(herald, 'gate_closed').join()).toContain('"reason":"breaker"');
      proxy.forward();

      const tweets = await until(
        'every post to be there',
        () => scene.x.tweets(),
        (all) => all.length === numbers.length && all,
        90_000,
      );
      expect(new Set(tweets.map(({ text }) => text)).size).toBe(numbers.length);
      expect(eventsOf(herald, 'gate_opened')).toHaveLength(1);
      const perSecond = new Map<string, number>();
      for (const { at } of await scene.x.creates()) {
        perSecond.set(at.slice(0, 19), (perSecond.get(at.slice(0, 19)) ?? 0) + 1);
      }
      expect(Math.max(...perSecond.values())).toBeLessThanOrEqual(40);
    }));
});

describe.concurrent("Herald's clock jumps while the database's is steady (F21)", () => {
  it.each([
    ['an hour ahead', 3_600_000],
    ['an hour back', -3_600_000],
  ])(
    '%s: X refuses the signature, which costs nothing; told, and SENT once the clock is right',
    async (_where, aheadMs) => {
      const scene = await createScene();
      const herald = await scene.start();
      const alice = await scene.signIn('alice', { envelopeLifeMs: 20 * 3_600_000 });
      await scene.pause();
      const { body } = await post(herald, alice, 'at a wrong time');
      expect(body.state).toBe('QUEUED');
      herald.process.write(`clock ${aheadMs}\n`);
      await scene.resume();
      await until(
        'the alarm',
        async () => eventsOf(herald, 'gate_closed'),
        ([line]) => line?.includes('clock_skew'),
      );
      expect((await scene.x.creates()).map(({ status }) => status)).toEqual([401]);
      expect(await scene.x.tweets()).toEqual([]);
      const stored = await readRows<{ state: string; attempts: number }>(
        scene.databaseUrl,
        'select state, attempts from herald.part',
      );
      expect(stored).toEqual([{ state: 'QUEUED', attempts: 0 }]);
      expect(eventsOf(herald, 'lease_expired')).toEqual([]);
      await herald.process.kill();

      const right = await scene.start();
      const final = await settled(right, alice, body.id);
      const [tweet, ...more] = await scene.x.tweets();
      expect(more).toEqual([]);
      expect(final).toMatchObject({ state: 'SENT', tweetId: tweet?.id });
      await scene.close();
    },
  );
});
