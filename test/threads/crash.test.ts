import { describe, expect, it } from 'vitest';
import type { XPost } from '../../src/kernel/index.ts';
import { act, readPosts, settled, until } from '../faults/support/calls.ts';
import type { Person } from '../faults/support/people.ts';
import { createScene, type Herald, type Scene } from '../faults/support/scene.ts';
import type { StopPoint } from '../faults/support/stop-points.ts';
import { runSql } from '../support/postgres.ts';
import { expectChain } from './expectations.ts';
import { createTurnstile } from './stage.ts';

const PARTS = 10;
const texts = Array.from({ length: PARTS }, (_, position) => `part ${position}`);
const parts = texts.map((text) => ({ text }));
/** Each has two processes of Herald; two cores manage a few. */
const enter = createTurnstile(5);

const postThread = (herald: Herald, person: Person, more: object = {}) =>
  act<XPost>(herald, 'postThread', { input: { parts, ...more } }, person);

const inScene = (run: (scene: Scene, alice: Person) => Promise<void>, environment = {}): Promise<void> =>
  enter(async () => {
    const scene = await createScene({ environment: { HERALD_ANSWER_WITHIN_MS: '20000', ...environment } });
    try {
      await run(scene, await scene.signIn('alice'));
    } finally {
      await scene.close();
    }
  });

const expectOneThread = async (scene: Scene, alice: Person, final: XPost): Promise<void> => {
  expect(final).toMatchObject({ state: 'SENT', error: null });
  await expectChain(scene, alice, final, texts);
  // The sandbox would refuse a second copy, so this is what says that nobody tried.
  expect(await scene.x.creates()).toHaveLength(PARTS);
};

/** Where Herald is killed, how often it passed there, and how many tweets X has then. */
const midThread = [
  ['after-lease-check', 4, 4],
  ['after-send', 0, 1],
  ['after-send', 4, 5],
  ['after-send', 9, 10],
  ['after-log', 4, 5],
  ['after-record', 4, 5],
] as const satisfies readonly (readonly [StopPoint, number, number])[];

describe.concurrent('kill -9 in the middle of a thread', () => {
  it.each(midThread)('%s, after %i parts: started again, it goes on where it was', (stopAt, passes, atX) =>
    inScene(async (scene, alice) => {
      const doomed = await scene.start({ stopAt, passes });
      await postThread(doomed, alice).catch(() => {});
      expect(await doomed.process.exited).toEqual({ code: null, signal: 'SIGKILL' });
      expect(await scene.x.tweets()).toHaveLength(atX);

      const again = await scene.start();
      const [found, ...more] = await readPosts(again, alice);
      expect(more).toEqual([]);
      await expectOneThread(scene, alice, await settled(again, alice, found?.id ?? ''));
    }),
  );
});

const midRollback = [
  ['before-delete', 0, 4],
  ['before-delete', 2, 2],
  ['after-delete', 0, 3],
  ['after-delete', 2, 1],
  ['after-record-deleted', 2, 1],
] as const satisfies readonly (readonly [StopPoint, number, number])[];

describe.concurrent('kill -9 while a thread is taken back', () => {
  it.each(midRollback)('%s, after %i deletions: started again, the rest is deleted', (stopAt, passes, left) =>
    inScene(async (scene, alice) => {
      await scene.x.fault({ kind: '403-reply', after: 4 });
      const doomed = await scene.start({ stopAt, passes });
      await postThread(doomed, alice, { onPartFailure: 'ROLLBACK_DELETE' }).catch(() => {});
      expect(await doomed.process.exited).toEqual({ code: null, signal: 'SIGKILL' });
      expect(await scene.x.tweets()).toHaveLength(left);

      const again = await scene.start();
      const [found] = await readPosts(again, alice);
      // Where nobody had the post when Herald died, it may be finished already.
      expect(['SENDING', 'FAILED']).toContain(found?.state);
      // Whoever was deleting had the post for a minute, which is over.
      await runSql(scene.databaseUrl, 'update herald.post set rollback_not_before = now()');
      const final = await settled(again, alice, found?.id ?? '');
      expect(final).toMatchObject({ state: 'FAILED', error: { code: 'X_FORBIDDEN' } });
      expect(await scene.x.tweets()).toEqual([]);
      for (const { state, deletedAt } of final.parts.slice(0, 4)) {
        expect(state).toBe('SENT');
        expect(deletedAt).not.toBeNull();
      }
      expect(await scene.x.creates()).toHaveLength(5);
    }),
  );
});

describe.concurrent('SIGTERM in the middle of a thread', () => {
  it('finishes the part that is under way, and a restart goes on with the next', () =>
    inScene(
      async (scene, alice) => {
        const herald = await scene.start({ script: 'src/main.ts' });
        await scene.x.fault({ kind: 'slow-drip', ms: 6_500, after: 3 });
        const answer = postThread(herald, alice);
        await until(
          'the fourth part',
          () => scene.x.tweets(),
          (tweets) => tweets.length === 4,
        );
        herald.process.signal('SIGTERM');
        const { body } = await answer;
        expect(await herald.process.waitForExit()).toEqual({ code: 0, signal: null });
        const live = body.parts.filter(({ state }) => state === 'SENT').length;
        expect(live).toBe(4);
        expect(await scene.x.tweets()).toHaveLength(4);

        const again = await scene.start();
        await expectOneThread(scene, alice, await settled(again, alice, body.id));
      },
      { HERALD_X_DEADLINE_MS: '12000', HERALD_LEASE_MS: '30000' },
    ));
});
