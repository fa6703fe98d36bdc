import { describe, expect, it, vi } from 'vitest';
import type { XPost } from '../../src/kernel/index.ts';
import { until } from '../faults/support/calls.ts';
import type { Person } from '../faults/support/people.ts';
import { runSql } from '../support/postgres.ts';
import { expectChain } from './expectations.ts';
import { ask, createStage, type Stage, settled } from './stage.ts';

vi.setConfig({ testTimeout: 120_000, hookTimeout: 60_000 });

const texts = Array.from({ length: 10 }, (_, position) => `part ${position}`);
const parts = texts.map((text) => ({ text }));

/** A stage whose gate has a clock that can be put forward: minutes pass in no time. */
interface Hall extends Stage {
  skip(ms: number): void;
}

const inHall = async (run: (hall: Hall) => Promise<void>): Promise<void> => {
  let aheadMs = 0;
  const stage = await createStage({ overrides: { elapsedMs: () => performance.now() + aheadMs } });
  const skip = (ms: number): void => {
    aheadMs += ms;
  };
  try {
    await run({ ...stage, skip });
  } finally {
    await stage.close();
  }
};

interface Waiting {
  readonly person: Person;
  readonly post: XPost;
}

/** Accepted while sending is paused, so that none of them ever began before another one met its fault. */
const postPaused = async (hall: Hall, count: number): Promise<readonly Waiting[]> => {
  const { databaseUrl } = hall.world;
  await runSql(databaseUrl, `insert into herald.pause (scope, subject, reason) values ('ALL', '', 'test')`);
  const waiting = await Promise.all(
    Array.from({ length: count }, async (_, n) => {
      const person = await hall.signIn(`user_${n}`);
      const post = await ask(hall, person, 'postThread', { parts });
      expect(post).toMatchObject({ state: 'QUEUED', error: { code: 'PAUSED' } });
      return { person, post };
    }),
  );
  await runSql(databaseUrl, 'delete from herald.pause');
  return waiting;
};

const gateEvents = ({ world }: Hall, evt: string): readonly (string | undefined)[] =>
  world.log.filter((line) => line.evt === evt).map(({ fields }) => fields.reason);

const isHeld = (hall: Hall): boolean =>
  gateEvents(hall, 'gate_closed').length > gateEvents(hall, 'gate_opened').length;

/** Lets every pause of the gate pass at once, until every post is final and there in full. */
const pass = async (hall: Hall, waiting: readonly Waiting[], pauseMs: number): Promise<readonly XPost[]> => {
  await until(
    'every thread to be final',
    async () => {
      if (isHeld(hall)) hall.skip(pauseMs);
      return hall.finals();
    },
    (finals) => waiting.every(({ post }) => finals.has(post.id)),
    100_000,
  );
  return Promise.all(
    waiting.map(async ({ person, post }) => {
      const final = await settled(hall, person, post.id);
      expect(final).toMatchObject({ state: 'SENT', error: null });
      await expectChain(hall, person, final, texts);
      return final;
    }),
  );
};

describe.concurrent('what holds every thread up', () => {
  it('402 at each position in turn: sending stops, one part tries every five minutes, all are complete', () =>
    inHall(async (hall) => {
      const waiting = await postPaused(hall, texts.length);
      for (const position of texts.keys())
        await hall.x.fault({ kind: '402', user: `user_${position}`, after: position });
      const posts = await pass(hall, waiting, 300_001);
      for (const [n, { person }] of waiting.entries()) {
        expect(posts[n]?.costMicroUsd).toBe(150_000);
        const sent = texts.map((one) => hall.sends(person).filter(({ text }) => text === one).length);
        expect(sent).toEqual(texts.map((_, at) => (at === n ? 2 : 1)));
      }
      expect(new Set(gateEvents(hall, 'gate_closed'))).toEqual(new Set(['out_of_credits']));
      expect(isHeld(hall)).toBe(false);
    }));

  it('while it holds a thread waits where it is, and says why', () =>
    inHall(async (hall) => {
      const person = await hall.signIn('alice');
      await hall.x.fault({ kind: '402', after: 3 });
      const post = await ask(hall, person, 'postThread', { parts });
      expect(post).toMatchObject({ state: 'SENDING', error: { code: 'OUT_OF_CREDITS' } });
      expect(post.parts.map(({ state }) => state)).toEqual(texts.map((_, n) => (n < 3 ? 'SENT' : 'QUEUED')));
      const late = await ask(hall, await hall.signIn('bob'), 'postThread', { parts });
      expect(late).toMatchObject({ state: 'QUEUED', error: { code: 'OUT_OF_CREDITS' } });
      expect(late.error?.retryAt).not.toBeNull();
      await pass(hall, [{ person, post }], 300_001);
    }));

  it('X fails for everybody in the middle of twelve threads: the breaker opens, no part is there twice', () =>
    inHall(async (hall) => {
      const waiting = await postPaused(hall, 12);
      await hall.x.fault({ kind: '503-after-accept', after: 15, times: 30 });
      await pass(hall, waiting, 15_001);
      for (const { person } of waiting) expect(hall.sends(person)).toHaveLength(texts.length);
      expect(new Set(gateEvents(hall, 'gate_closed'))).toEqual(new Set(['breaker']));
    }));
});
