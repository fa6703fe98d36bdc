import { steps } from './model.ts';
import { beginning, type Rules, type World } from './model-world.ts';

/** What visiting every reachable world found: per broken promise the shortest way to it. */
export interface Exploration {
  readonly worlds: number;
  /** Every change of the part's state that happened, as `FROM -> TO`. */
  readonly arrows: ReadonlySet<string>;
  /** X has more than one copy. */
  readonly double: readonly string[] | undefined;
  /** Everybody is at rest, and the state says something untrue. */
  readonly lie: readonly string[] | undefined;
  /** No final state can be reached from here. */
  readonly stuck: readonly string[] | undefined;
}

interface Visit {
  readonly world: World;
  readonly key: string;
  readonly before: Visit | undefined;
  readonly action: string;
}

/** Breadth first, so that the first violation found has the shortest trace. */
export const explore = (rules: Rules, start: World = beginning): Exploration => {
  const first: Visit = { world: start, key: keyOf(start), before: undefined, action: '' };
  const visits = new Map([[first.key, first]]);
  const cameFrom = new Map<string, string[]>();
  const arrows = new Set<string>();
  for (const visit of visits.values()) {
    if (visit.world.copies > 1) continue;
    for (const [action, world] of steps(visit.world, rules)) {
      if (visit.world.state !== undefined && world.state !== visit.world.state) {
        arrows.add(`${visit.world.state} -> ${world.state}`);
      }
      const key = keyOf(world);
      const sources = cameFrom.get(key);
      if (sources === undefined) cameFrom.set(key, [visit.key]);
      else sources.push(visit.key);
      // A Map is walked in the order of insertion, also over what is added on the way.
      if (!visits.has(key)) visits.set(key, { world, key, before: visit, action });
    }
  }
  const all = [...visits.values()];
  return {
    worlds: all.length,
    arrows,
    double: traceOf(all.find(({ world }) => world.copies > 1)),
    lie: traceOf(all.find(({ world }) => isLie(world))),
    stuck: traceOf(findStuck(all, cameFrom)),
  };
};

/** The two workers are alike, so worlds that differ only in who is who are one. */
const keyOf = ({ workers, ...world }: World): string => {
  const marks = workers.map(
    ({ phase, current, stale }) => `${phase}${current ? '+' : ''}${stale ? '!' : ''}`,
  );
  return [...Object.values(world), ...marks.sort()].join();
};

const isFinal = ({ state }: World): boolean =>
  state === 'SENT' || state === 'FAILED' || state === 'CANCELLED';

const isLie = ({ state, workers, inProgress, copies }: World): boolean => {
  if (inProgress > 0 || workers.some(({ phase }) => phase !== 'idle')) return false;
  return state === 'SENT' ? copies === 0 : (state === 'FAILED' || state === 'CANCELLED') && copies > 0;
};

/** Walks backwards from the final worlds; whoever is not met is stuck. Doubles are violations already. */
const findStuck = (
  all: readonly Visit[],
  cameFrom: ReadonlyMap<string, readonly string[]>,
): Visit | undefined => {
  const alive = new Set(all.filter(({ world }) => isFinal(world) || world.copies > 1).map(({ key }) => key));
  for (const key of alive) for (const source of cameFrom.get(key) ?? []) alive.add(source);
  return all.find(({ key }) => !alive.has(key));
};

const traceOf = (visit: Visit | undefined): readonly string[] | undefined => {
  if (visit === undefined) return undefined;
  const actions: string[] = [];
  for (let at: Visit | undefined = visit; at?.before !== undefined; at = at.before)
    actions.unshift(at.action);
  return actions;
};
