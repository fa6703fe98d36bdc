import { describe, expect, it } from 'vitest';
import { type TransitionName, transitions } from '../../src/ledger/index.ts';
import { explore } from './explore.ts';
import { beginning, type Rules } from './model-world.ts';

const filters = [{ duplicateFilter: false }, { duplicateFilter: true }];

/** They need a second part, another post or a restored database. */
const outside = new Set<TransitionName>(['displaced', 'parentEnded', 'recover']);
/** A copy is never overlooked here, so no part gets to these states while X has one: the proof always comes earlier. */
const never = ['QUEUED -> SENT', 'FAILED -> SENT', 'CANCELLED -> SENT'];

/** Every other arrow of the table is walked, and no arrow that is not in it. */
const walked = [
  ...new Set(
    (Object.keys(transitions) as TransitionName[])
      .filter((name) => !outside.has(name))
      .flatMap((name) => transitions[name].from.map((from) => `${from} -> ${transitions[name].to}`))
      .filter((arrow) => !never.includes(arrow)),
  ),
].sort();

describe.each(filters)('the state machine, with $duplicateFilter for X refusing duplicates', (filter) => {
  it('never posts twice, never lies, never gets stuck', () => {
    const { worlds, arrows, ...violations } = explore(filter);
    expect(violations).toEqual({ double: undefined, lie: undefined, stuck: undefined });
    expect(worlds).toBeGreaterThan(5_000);
    expect([...arrows].sort()).toEqual(walked);
  });

  it('holds for a frozen sender too, because X refuses old timestamps', () => {
    const { worlds, arrows, ...violations } = explore({ ...filter, zombie: true, staleTimestamps: true });
    expect(violations).toEqual({ double: undefined, lie: undefined, stuck: undefined });
    expect(worlds).toBeGreaterThan(5_000);
    expect([...arrows].sort()).toEqual(walked);
  });
});

describe('the check itself', () => {
  // Enough for every violation, and quicker.
  const small = { ...beginning, deliveries: 1, retries: 0 };

  it.each<[string, Omit<Rules, 'duplicateFilter'>, number]>([
    ['naive: any error goes back to the queue', { naive: true }, 7],
    ['an expired lease goes back to the queue', { leaseRetry: true }, 7],
    ['absent without waiting', { impatient: true }, 8],
    ['absent concluded from a look before the last attempt', { staleLooks: true }, 12],
    ['a reset on a reused connection counts as not sent', { resetRetry: true }, 7],
    ['a sender frozen for longer than lease and settle window', { zombie: true }, 8],
  ])('finds the double post of a broken machine: %s', (_, broken, shortest) => {
    const { double, lie, stuck } = explore({ duplicateFilter: false, ...broken }, small);
    expect(double, double?.join(' -> ')).toHaveLength(shortest);
    expect(lie).toBeDefined();
    expect(stuck).toBeUndefined();
  });
});
