import { setTimeout as sleep } from 'node:timers/promises';
import type { XPost } from '../../src/kernel/index.ts';
import { type Answer, act, type Door, post } from '../faults/support/calls.ts';
import type { Person } from '../faults/support/people.ts';
import type { Random } from './random.ts';

/** One text, or the texts of a thread, that somebody wants to see on X once. */
export interface Wish {
  readonly person: Person;
  readonly texts: readonly string[];
  readonly idempotencyKey: string;
  /** What Herald said last; undefined until it has accepted. */
  post: XPost | undefined;
}

/** Gives one of the Heralds that listen now. */
export type ChooseDoor = (random: Random) => Door | undefined;

const PAUSE_MS = 100;
const SHARE_ASKED_TWICE = 0.2;
const SHARE_OF_THREADS = 0.25;
const THREAD_PARTS = 3;
const PATIENCE_TRIES = 8;

/** Somebody who posts one text after another and asks again, with the same key, until he has an answer or enough. */
export const postAway = async (
  person: Person,
  random: Random,
  chooseDoor: ChooseDoor,
  wishes: Wish[],
  going: () => boolean,
): Promise<void> => {
  for (let number = 1; going(); number += 1) {
    const says = `${person.username} says ${number}`;
    const wish: Wish = {
      person,
      texts: random.share() < SHARE_OF_THREADS ? threadOf(says) : [says],
      idempotencyKey: `wish-${number}`,
      post: undefined,
    };
    wishes.push(wish);
    for (let tries = 0; tries < PATIENCE_TRIES && going() && wish.post?.state !== 'SENT'; tries += 1) {
      const times = random.share() < SHARE_ASKED_TWICE ? 2 : 1;
      await Promise.all(Array.from({ length: times }, () => ask(wish, chooseDoor(random))));
      if (wish.post === undefined) await sleep(PAUSE_MS);
    }
    await sleep(random.between(0, PAUSE_MS));
  }
};

const threadOf = (says: string): readonly string[] =>
  Array.from({ length: THREAD_PARTS }, (_part, position) => `${says}, part ${position}`);

const ENDED_SHORT: readonly (string | undefined)[] = ['FAILED', 'PARTLY_SENT'];

/** Asks until all of it is on X; what failed for good is asked for anew. False when it takes too long. */
export const insist = async (
  wish: Wish,
  random: Random,
  chooseDoor: ChooseDoor,
  deadlineMs: number,
): Promise<boolean> => {
  while (performance.now() < deadlineMs) {
    const door = chooseDoor(random);
    await ask(wish, door);
    if (wish.post?.state === 'SENT') return true;
    if (wish.post !== undefined && door !== undefined && ENDED_SHORT.includes(wish.post.state)) {
      await act(door, 'retryTweet', { input: { id: wish.post.id } }, wish.person).catch(() => undefined);
    }
    await sleep(PAUSE_MS);
  }
  return false;
};

const send = (door: Door, { person, texts, idempotencyKey }: Wish): Promise<Answer> => {
  const [text = '', ...others] = texts;
  if (others.length === 0) return post(door, person, text, { idempotencyKey });
  const parts = texts.map((part) => ({ text: part }));
  return act(door, 'postThread', { input: { parts, idempotencyKey } }, person);
};

const ask = async (wish: Wish, door: Door | undefined): Promise<void> => {
  if (door === undefined) return;
  const answer = await send(door, wish).catch((): Answer | undefined => undefined);
  if (answer?.status === 200) wish.post = answer.body;
};
