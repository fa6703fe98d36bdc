import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { databaseUrl, runSql } from '../support/postgres.ts';
import { type Answer, post, readPosts, settled, until } from './support/calls.ts';
import { type FragileDatabase, startFragileDatabase } from './support/fragile-database.ts';
import type { Person } from './support/people.ts';
import { createScene, type Herald, type Scene, stopReached } from './support/scene.ts';
import type { StopPoint } from './support/stop-points.ts';

interface Held {
  readonly scene: Scene;
  readonly herald: Herald;
  readonly alice: Person;
  readonly text: string;
  /** Undefined when Herald was killed before it could answer. */
  readonly answer: Promise<Answer | undefined>;
}

interface Case {
  readonly fault?: string;
  /** It is sent by the sweep rather than at once. */
  readonly queued?: boolean;
}

/** Herald waits at each of these points while Postgres is thrown down, and goes on while it is away. */
const phases = [
  ['T1, before accept', 'before-accept', {}],
  ['T1, after accept', 'after-accept', {}],
  ['T2, after claim', 'after-claim', { queued: true }],
  ['T3, after X answered', 'after-send', {}],
  ['T4, after the log line', 'after-log', {}],
  ['T5, after the lease ended', 'after-expire', {}],
  ['T6, after the timeline was read', 'during-reconcile', { fault: 'drop-after-accept' }],
] as const satisfies readonly (readonly [string, StopPoint, Case])[];

describe('pg_ctl restart -m immediate in each phase (F17)', () => {
  let server: FragileDatabase;
  const held = new Map<StopPoint, Held>();

  const hold = async (point: StopPoint, { fault, queued }: Case): Promise<Held> => {
    const name = `phase_${point.replaceAll('-', '_')}`;
    await runSql(server.url, `create database ${name}`);
    const scene = await createScene({ databaseUrl: databaseUrl(server.url, name) });
    const alice = await scene.signIn('alice');
    const text = `held ${point}`;
    if (point === 'after-expire') {
      const killed = await scene.start({ stopAt: 'after-send' });
      await post(killed, alice, text).catch(() => {});
    }
    const herald = await scene.start({ stopAt: point, stopBy: 'hold' });
    if (fault) await scene.x.fault({ kind: fault });
    if (queued) await scene.pause();
    const answer =
      point === 'after-expire'
        ? Promise.resolve(undefined)
        : post(herald, alice, text, { idempotencyKey: text });
    if (queued) {
      await answer;
      await scene.resume();
    }
    await stopReached(herald);
    return { scene, herald, alice, text, answer };
  };

  beforeAll(async () => {
    const stateDir = await mkdtemp(join(tmpdir(), 'herald-restart-'));
    server = await startFragileDatabase(stateDir, 'phases');
    await Promise.all(phases.map(async ([, point, how]) => held.set(point, await hold(point, how))));
    await server.crash();
    for (const { herald } of held.values()) herald.process.write('go\n');
    await server.start();
  });
  afterAll(async () => {
    await Promise.all(
      [...held.values()].map(async ({ scene, herald }) => {
        await herald.process.kill();
        await scene.close();
      }),
    );
    await server.remove();
  });

  it.each(phases)('%s: one tweet, SENT, and the caller was told nothing else', async (_phase, point) => {
    const { scene, herald, alice, text, answer } = held.get(point) as Held;
    const told = await answer;
    if (told?.status !== 200 && told !== undefined) {
      expect([point, told.status, told.body.code]).toEqual(['before-accept', 429, 'TEMPORARILY_UNAVAILABLE']);
      expect(await scene.x.creates()).toEqual([]);
    }
    // Whoever was refused, or never answered, asks again; with its key that is no second post.
    const asked =
      point === 'after-expire'
        ? undefined
        : await until(
            'an answer',
            () => post(herald, alice, text, { idempotencyKey: text }),
            ({ status, body }) => status === 200 && body,
          );
    const [stored, ...more] = await readPosts(herald, alice);
    expect(more).toEqual([]);
    if (asked) expect(asked.id).toBe(stored?.id);
    const final = await settled(herald, alice, stored?.id ?? '');
    const tweets = await scene.x.tweets();
    expect(tweets.map((tweet) => tweet.text)).toEqual([text]);
    expect(final).toMatchObject({ state: 'SENT', tweetId: tweets[0]?.id });
    expect(await scene.x.creates()).toHaveLength(1);
  });

  it('the database is gone: TEMPORARILY_UNAVAILABLE, and nothing reaches X', async () => {
    const { scene, herald, alice } = held.get('after-accept') as Held;
    const before = await scene.x.creates();
    await server.crash();
    const { status, body } = await post(herald, alice, 'nowhere to write it');
    await server.start();
    expect([status, body.code]).toEqual([429, 'TEMPORARILY_UNAVAILABLE']);
    expect(await scene.x.creates()).toEqual(before);
    await until(
      'Herald to find the database again',
      () => post(herald, alice, 'back again'),
      (answer) => answer.body.state === 'SENT',
    );
  });
});
