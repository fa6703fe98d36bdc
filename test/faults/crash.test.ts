import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { post, readPosts, settled, until } from './support/calls.ts';
import { createScene, type Scene } from './support/scene.ts';
import type { StopPoint } from './support/stop-points.ts';

interface Case {
  /** How many tweets X has when Herald is dead. */
  readonly atX: number;
  readonly fault?: string;
  /** It is sent by the sweep rather than at once. */
  readonly queued?: boolean;
}

/** Where Herald is killed. */
const points = [
  ['after-accept', { atX: 0 }],
  ['after-lease-check', { atX: 0 }],
  ['after-send', { atX: 1 }],
  ['after-log', { atX: 1 }],
  ['after-record', { atX: 1 }],
  ['after-claim', { queued: true, atX: 0 }],
  ['during-reconcile', { fault: 'drop-after-accept', atX: 1 }],
] as const satisfies readonly (readonly [StopPoint, Case])[];

describe.concurrent('kill -9 of Herald (F1, F2, F3)', () => {
  let scenes: Map<StopPoint, Scene>;

  beforeAll(async () => {
    scenes = new Map(await Promise.all(points.map(async ([point]) => [point, await createScene()] as const)));
  });
  afterAll(() => Promise.all([...scenes.values()].map((scene) => scene.close())));

  const sceneOf = (point: StopPoint): Scene => {
    const scene = scenes.get(point);
    if (scene === undefined) throw new Error(`There is no scene for ${point}`);
    return scene;
  };

  it.each(points)(
    '%s: started again, it ends as one tweet, SENT with its id',
    async (point, { atX, fault, queued }: Case) => {
      const scene = sceneOf(point);
      const alice = await scene.signIn('alice');
      const doomed = await scene.start({ stopAt: point });
      if (fault) await scene.x.fault({ kind: fault });
      if (queued) await scene.pause();

      const text = `killed ${point}`;
      await post(doomed, alice, text).catch(() => {});
      if (queued) await scene.resume();
      expect(await doomed.process.exited).toEqual({ code: null, signal: 'SIGKILL' });
      const before = await scene.x.tweets();
      expect(before).toHaveLength(atX);
      const logged = doomed.process.output.match(/"x_created".*"tweetId":"(\d+)"/)?.[1];
      expect(logged).toBe(point === 'after-log' || point === 'after-record' ? before[0]?.id : undefined);

      const again = await scene.start();
      const [found] = await readPosts(again, alice);
      const final = await settled(again, alice, found?.id ?? '');
      const tweets = await scene.x.tweets();
      expect(tweets.map((tweet) => tweet.text)).toEqual([text]);
      expect(final).toMatchObject({ state: 'SENT', tweetId: tweets[0]?.id, error: null });
      expect(await readPosts(again, alice)).toHaveLength(1);
      expect(await scene.x.creates()).toHaveLength(1);
    },
  );

  it('before-accept: nothing was accepted, and the same request with the same key posts once', async () => {
    const scene = await createScene();
    try {
      const alice = await scene.signIn('alice');
      const key = { idempotencyKey: 'asked-twice' };
      const doomed = await scene.start({ stopAt: 'before-accept' });
      await expect(post(doomed, alice, 'asked twice', key)).rejects.toThrow();
      await doomed.process.exited;

      const again = await scene.start();
      expect(await readPosts(again, alice)).toEqual([]);
      const { body } = await post(again, alice, 'asked twice', key);
      await until(
        'the tweet',
        () => scene.x.tweets(),
        (tweets) => tweets.length === 1,
      );
      expect(body).toMatchObject({ state: 'SENT', deduplicated: false });
    } finally {
      await scene.close();
    }
  });
});
