import { describe, expect, it } from 'vitest';
import { beginning, type Rules, stateOf, steps, type World } from './rollback-model.ts';

interface Visit {
  readonly world: World;
  readonly before: Visit | undefined;
  readonly action: string;
}

const keyOf = (world: World): string => JSON.stringify(world);

/** Nothing is under way any more. */
const isAtRest = (world: World): boolean =>
  stateOf(world) !== 'open' && !world.parts.some(({ late }) => late);

/** It says FAILED, and something of it is on X that nobody told the user about. */
const isLie = (world: World): boolean =>
  isAtRest(world) &&
  stateOf(world) === 'FAILED' &&
  world.parts.some(({ live, mark }) => live && mark !== 'undeletable');

/**
 * Something failed, something is live, and nothing is being done about it. When the one part that failed, before any was
 * live, turns out to be live long after, the post is PARTLY_SENT and may be retried: then nothing of it failed.
 */
const isHalf = (world: World): boolean =>
  isAtRest(world) && stateOf(world) === 'PARTLY_SENT' && world.parts.some(({ state }) => state === 'FAILED');

/** Every world that can be reached, and the shortest way to the first that is wrong in each of three ways. */
const explore = (rules: Rules, parts: number) => {
  const start: Visit = { world: beginning(parts), before: undefined, action: '' };
  const visits = new Map([[keyOf(start.world), start]]);
  const cameFrom = new Map<string, string[]>();
  for (const visit of visits.values()) {
    for (const [action, world] of steps(visit.world, rules)) {
      const key = keyOf(world);
      cameFrom.set(key, [...(cameFrom.get(key) ?? []), keyOf(visit.world)]);
      if (!visits.has(key)) visits.set(key, { world, before: visit, action });
    }
  }
  const all = [...visits.values()];
  const alive = new Set(all.filter(({ world }) => isAtRest(world)).map(({ world }) => keyOf(world)));
  for (const key of alive) for (const source of cameFrom.get(key) ?? []) alive.add(source);
  return {
    worlds: all.length,
    lie: traceOf(all.find(({ world }) => isLie(world))),
    half: traceOf(all.find(({ world }) => isHalf(world))),
    stuck: traceOf(all.find(({ world }) => !alive.has(keyOf(world)))),
    sentAfterwards: traceOf(
      all.find(({ before, action }) => before?.world.rollback !== undefined && action.endsWith('is claimed')),
    ),
  };
};

const traceOf = (visit: Visit | undefined): string | undefined => {
  const actions: string[] = [];
  for (let at = visit; at?.before !== undefined; at = at.before) actions.unshift(at.action);
  return visit && actions.join(', ');
};

const fine = { lie: undefined, half: undefined, stuck: undefined, sentAfterwards: undefined };

describe('a thread that is taken back', () => {
  it.each([1, 2, 3])('ends with nothing on X that it does not tell, with %i parts', (parts) => {
    const { worlds, ...violations } = explore({}, parts);
    expect(violations).toEqual(fine);
    if (parts === 3) expect(worlds).toBeGreaterThan(1_000);
  });

  it.each<[keyof Rules, keyof typeof fine]>([
    ['oweOnce', 'lie'],
    ['goOn', 'sentAfterwards'],
    ['forgetRefusals', 'lie'],
    ['waitForCredentials', 'stuck'],
  ])('is checked: a machine with %s is found out', (rule, violation) => {
    expect(explore({ [rule]: true }, 2)[violation]).toBeDefined();
  });
});
