import { describe, expect, it } from 'vitest';
import { post, readPost, readPosts, until } from './support/calls.ts';
import { createScene, type Herald, type Scene } from './support/scene.ts';

const MAIN = 'src/main.ts';

describe.concurrent('SIGTERM (F22)', () => {
  const statusOf = async ({ url }: Herald, path: string): Promise<number> =>
    (await fetch(url + path, { headers: { connection: 'close' } })).status;

  const inScene = async (run: (scene: Scene) => Promise<void>, environment = {}): Promise<void> => {
    const scene = await createScene({ environment });
    try {
      await run(scene);
    } finally {
      await scene.close();
    }
  };

  it('is told by /readyz at once, while posts are still taken; then the process ends with 0 within 30 s', () =>
    inScene(async (scene) => {
      const herald = await scene.start({ script: MAIN });
      const alice = await scene.signIn('alice');
      expect(await statusOf(herald, '/readyz')).toBe(200);

      const askedAtMs = performance.now();
      herald.process.signal('SIGTERM');
      await until(
        'readiness to end',
        () => statusOf(herald, '/readyz'),
        (status) => status === 503,
      );
      expect(performance.now() - askedAtMs).toBeLessThan(4_000);
      expect(await statusOf(herald, '/healthz')).toBe(200);
      const { status, body } = await post(herald, alice, 'on the way out');
      expect([status, body.state]).toEqual([200, 'SENT']);

      expect(await herald.process.waitForExit()).toEqual({ code: 0, signal: null });
      const tookMs = performance.now() - askedAtMs;
      expect(tookMs).toBeGreaterThan(4_500);
      expect(tookMs).toBeLessThan(30_000);
    }));

  it('cuts no send, nor does a second signal: the outcome is committed and told', () =>
    inScene(
      async (scene) => {
        const herald = await scene.start({ script: MAIN });
        const alice = await scene.signIn('alice');
        // X answers with everything, a byte at a time, for longer than Herald goes on serving.
        await scene.x.fault({ kind: 'slow-drip', ms: 7_000 });
        const answer = post(herald, alice, 'under way');
        await until(
          'the tweet',
          () => scene.x.tweets(),
          (tweets) => tweets.length === 1,
        );
        for (const signal of ['SIGTERM', 'SIGTERM', 'SIGINT'] as const) herald.process.signal(signal);
        const [tweet] = await scene.x.tweets();
        expect((await answer).body).toMatchObject({ state: 'SENT', tweetId: tweet?.id });
        expect(await herald.process.waitForExit()).toEqual({ code: 0, signal: null });
        expect(await scene.x.creates()).toHaveLength(1);
      },
      { HERALD_X_DEADLINE_MS: '12000', HERALD_LEASE_MS: '30000', HERALD_ANSWER_WITHIN_MS: '20000' },
    ));

  it('waits for a send whose caller has stopped waiting', () =>
    inScene(
      async (scene) => {
        const herald = await scene.start({ script: MAIN });
        const alice = await scene.signIn('alice');
        await scene.x.fault({ kind: 'slow-drip', ms: 8_000 });
        const { body } = await post(herald, alice, 'answered as SENDING');
        expect(body.state).toBe('SENDING');
        herald.process.signal('SIGTERM');
        expect(await herald.process.waitForExit()).toEqual({ code: 0, signal: null });

        const again = await scene.start();
        const [tweet] = await scene.x.tweets();
        expect(await readPost(again, alice, body.id)).toMatchObject({ state: 'SENT', tweetId: tweet?.id });
      },
      { HERALD_X_DEADLINE_MS: '12000', HERALD_LEASE_MS: '30000', HERALD_ANSWER_WITHIN_MS: '500' },
    ));

  it('waits for what the sweep has claimed', () =>
    inScene(
      async (scene) => {
        const herald = await scene.start({ script: MAIN });
        const alice = await scene.signIn('alice');
        await scene.pause();
        const { body } = await post(herald, alice, 'from the queue');
        expect(body.state).toBe('QUEUED');
        await scene.x.fault({ kind: 'slow-drip', ms: 7_000 });
        await scene.resume();
        await until(
          'the tweet',
          () => scene.x.tweets(),
          (tweets) => tweets.length === 1,
        );
        herald.process.signal('SIGTERM');
        expect(await herald.process.waitForExit()).toEqual({ code: 0, signal: null });

        const again = await scene.start();
        expect((await readPosts(again, alice)).map(({ state }) => state)).toEqual(['SENT']);
        expect(await scene.x.creates()).toHaveLength(1);
      },
      { HERALD_X_DEADLINE_MS: '12000', HERALD_LEASE_MS: '30000' },
    ));
});
