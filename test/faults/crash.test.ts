import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { post, readPosts, settled, until } from './support/calls.ts';
import { createScene, type Scene } from './support/scene.ts';
import type { StopPoint } from './support/stop-points.ts';

/** Where Herald is killed, and what X has then: tweets, and requests to create one. */
const points = [
  ['after-accept', { fault: undefined, atX: 0, requests: 1 }],
  ['after-lease-check', { fault: undefined, atX: 0, requests: 1 }],
  ['after-send', { fault: undefined, atX: 1, requests: 1 }],
  ['after-log', { fault: undefined, atX: 1, requests: 1 }],
  ['after-record', { fault: undefined, atX: 1, requests: 1 }],
  ['after-claim', { fault: { kind: '429', ms: 1000 }, atX: 0, requests: 2 }],
  ['during-reconcile', { fault: { kind: 'drop-after-accept' }, atX: 1, requests: 1 }],
] as const satisfies readonly (readonly [StopPoint, unknown])[];

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

  it.each(points)('%s: started again, it ends as one tweet, SENT with its id', async (point, expected) => {
    const scene = sceneOf(point);
    const alice = await scene.signIn('alice');
    const doomed = await scene.start({ stopAt: point });
    if (expected.fault) await scene.x.fault(expected.fault);

    const text = `killed ${point}`;
    await post(doomed, alice, text).catch(() => {});
    expect(await doomed.process.exited).toEqual({ code: null, signal: 'SIGKILL' });
    const atX = await scene.x.tweets();
    expect(atX).toHaveLength(expected.atX);
    const logged = doomed.process.output.match(/"x_created".*"tweetId":"(\d+)"/)?.[1];
    expect(logged).toBe(point === 'after-log' || point === 'after-record' ? atX[0]?.id : undefined);

    const again = await scene.start();
    const [found] = await readPosts(again, alice);
    const final = await settled(again, alice, found?.id ?? '');
    const tweets = await scene.x.tweets();
    expect(tweets.map((tweet) => tweet.text)).toEqual([text]);
    expect(final).toMatchObject({ state: 'SENT', tweetId: tweets[0]?.id, error: null });
    expect(await readPosts(again, alice)).toHaveLength(1);
    expect(await scene.x.creates()).toHaveLength(expected.requests);
  });

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
