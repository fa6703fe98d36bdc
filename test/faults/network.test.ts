import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { readRows, databaseUrl as withDatabase } from '../support/postgres.ts';
import { startTcpProxy, type TcpProxy } from '../support/tcp-proxy.ts';
import { post, readPost, settled, until } from './support/calls.ts';
import { createScene, type Scene, stopReached } from './support/scene.ts';

const proxyOf = (url: string): Promise<TcpProxy> => startTcpProxy({ port: Number(new URL(url).port) });

/** `url` by way of the proxy. */
const through = ({ port }: TcpProxy, url: string): string => Object.assign(new URL(url), { port }).href;

const inScene = async (run: (scene: Scene) => Promise<void>): Promise<void> => {
  const scene = await createScene();
  try {
    await run(scene);
  } finally {
    await scene.close();
  }
};

describe.concurrent('a network that is half open', () => {
  it('X gets the request after the deadline: no second one before the settle window is over, SENT (F6)', () =>
    inScene(async (scene) => {
      const proxy = await proxyOf(scene.sandbox.url);
      const herald = await scene.start({
        environment: { X_API_URL: through(proxy, scene.sandbox.url), HERALD_SETTLE_WINDOW_MS: '8000' },
      });
      const alice = await scene.signIn('alice');
      expect((await post(herald, alice, 'in time')).body.state).toBe('SENT');
      proxy.blackhole();
      const { body } = await post(herald, alice, 'far too late');
      expect(body.state).toBe('UNKNOWN');
      expect(await scene.x.creates()).toHaveLength(1);
      await sleep(1_000);
      proxy.forward();

      const final = await settled(herald, alice, body.id);
      const tweets = await scene.x.tweets();
      expect(tweets.map(({ text }) => text)).toEqual(['in time', 'far too late']);
      expect(final).toMatchObject({ state: 'SENT', tweetId: tweets[1]?.id });
      expect(await scene.x.creates()).toHaveLength(2);
      await proxy.close();
    }));

  it('the database goes silent between the answer of X and its record: the late proof wins (F18)', () =>
    inScene(async (scene) => {
      const proxy = await proxyOf(scene.databaseUrl);
      const path = new URL(scene.databaseUrl).pathname.slice(1);
      const cut = await scene.start({
        stopAt: 'after-log',
        stopBy: 'hold',
        environment: { DATABASE_URL: withDatabase(through(proxy, scene.databaseUrl), path) },
      });
      // Nobody can look for it meanwhile: only the late record can make it SENT.
      const alice = await scene.signIn('alice');
      const lag = { kind: 'timeline-lag', method: 'GET', path: `/2/users/${alice.xUserId}/tweets` };
      await scene.x.fault({ ...lag, ms: 3_600_000, times: 1_000 });
      const answer = post(cut, alice, 'recorded late').catch(() => undefined);
      await stopReached(cut);
      proxy.blackhole();
      cut.process.write('go\n');

      const other = await scene.start({ environment: { HERALD_SETTLE_WINDOW_MS: '60000' } });
      const [{ id } = { id: '' }] = await readRows<{ id: string }>(
        scene.databaseUrl,
        'select id from herald.post',
      );
      await until(
        'the lease to end',
        () => readPost(other, alice, id),
        ({ state }) => state === 'UNKNOWN',
      );
      proxy.forward();
      await answer;
      const final = await settled(other, alice, id);
      const [tweet, ...more] = await scene.x.tweets();
      expect(more).toEqual([]);
      expect(final).toMatchObject({ state: 'SENT', tweetId: tweet?.id });
      expect(await scene.x.creates()).toHaveLength(1);
      await cut.process.kill();
      await proxy.close();
    }));
});

describe.concurrent('a sender that is frozen after its last look at the lease', () => {
  it('and wakes within the settle window: it does not send any more, and the post goes out once (F19)', () =>
    inScene(async (scene) => {
      const frozen = await scene.start({ stopAt: 'after-lease-check', stopBy: 'freeze' });
      const other = await scene.start({ environment: { HERALD_SETTLE_WINDOW_MS: '10000' } });
      const alice = await scene.signIn('alice');
      const answer = post(frozen, alice, 'frozen').catch(() => undefined);
      await stopReached(frozen);
      const [{ id } = { id: '' }] = await readRows<{ id: string }>(
        scene.databaseUrl,
        'select id from herald.post',
      );
      await until(
        'the lease to end',
        () => readPost(other, alice, id),
        ({ state }) => state === 'UNKNOWN',
      );
      frozen.process.signal('SIGCONT');
      await answer;
      const final = await settled(other, alice, id);
      const [tweet, ...more] = await scene.x.tweets();
      expect(more).toEqual([]);
      expect(final).toMatchObject({ state: 'SENT', tweetId: tweet?.id });
    }));

  it('and wakes when another has sent the post: X sees no second request that it could accept (F19)', () =>
    inScene(async (scene) => {
      const frozen = await scene.start({ stopAt: 'after-lease-check', stopBy: 'freeze' });
      const other = await scene.start();
      const alice = await scene.signIn('alice');
      const answer = post(frozen, alice, 'sent by another').catch(() => undefined);
      await stopReached(frozen);
      const [{ id } = { id: '' }] = await readRows<{ id: string }>(
        scene.databaseUrl,
        'select id from herald.post',
      );
      const final = await settled(other, alice, id);
      expect(final.state).toBe('SENT');
      frozen.process.signal('SIGCONT');
      await answer;
      await frozen.process.waitForEvent<{ evt: string }>(({ evt }) => evt === 'x_outcome');
      expect((await scene.x.tweets()).map((tweet) => tweet.id)).toEqual([final.tweetId]);
      expect(await readPost(other, alice, id)).toMatchObject({ state: 'SENT', tweetId: final.tweetId });
    }));
});

describe.concurrent('a request that arrives later than the settle window', () => {
  it('carries a signature that X refuses: one tweet, SENT by the second attempt (F20)', async () => {
    let aheadMs = 0;
    const scene = await createScene({ sandbox: { now: () => Date.now() + aheadMs } });
    const proxy = await proxyOf(scene.sandbox.url);
    const slow = await scene.start({ environment: { X_API_URL: through(proxy, scene.sandbox.url) } });
    const alice = await scene.signIn('alice');
    proxy.blackhole();
    const { body } = await post(slow, alice, 'stale');
    expect(body.state).toBe('UNKNOWN');
    await slow.process.kill();

    const other = await scene.start();
    const final = await settled(other, alice, body.id);
    expect(final.state).toBe('SENT');
    aheadMs = 6 * 60_000;
    proxy.forward();
    await until(
      'the late request',
      () => scene.x.creates(),
      (creates) => creates.length === 2,
    );
    expect((await scene.x.creates()).map(({ status }) => status)).toEqual([201, 401]);
    expect((await scene.x.tweets()).map(({ id }) => id)).toEqual([final.tweetId]);
    await proxy.close();
    await scene.close();
  });
});
