import { peopleSteps, reconcilerSteps, sweepSteps, xSteps } from './model-surroundings.ts';
import {
  holding,
  idle,
  MAX_ATTEMPTS,
  move,
  named,
  type Phase,
  type Rules,
  type Step,
  type World,
  withWorker,
} from './model-world.ts';

/** Everything that can happen next. */
export const steps = (world: World, rules: Rules): Step[] => [
  ...deliveries(world),
  ...([0, 1] as const).flatMap((index) => workerSteps(world, index, rules)),
  ...sweepSteps(world, rules),
  ...xSteps(world, rules),
  ...reconcilerSteps(world, rules),
  ...peopleSteps(world),
];

const deliveries = (world: World): Step[] => {
  if (world.deliveries === 0) return [];
  const after = { ...world, deliveries: world.deliveries - 1 };
  if (world.state !== undefined) return [['deliver again', after]];
  const accepted: World = { ...after, state: 'SENDING', attempts: 1 };
  const first = ([0, 1] as const).filter((index) => world.workers[index].phase === 'idle');
  return [
    ...first.map((index): Step => ['accept, already SENDING', holding(accepted, index)]),
    ['accept while paused', { ...after, state: 'QUEUED' }],
  ];
};

const workerSteps = (world: World, index: 0 | 1, rules: Rules): Step[] => {
  const worker = world.workers[index];
  switch (worker.phase) {
    case 'idle':
      return claimSteps(world, index);
    case 'claimed':
      return [...checkSteps(world, index), ...killSteps(world, index)];
    case 'armed':
      return [...sendSteps(world, index, rules), ...killSteps(world, index)];
    case 'created':
    case 'notSent':
    case 'rejected':
    case 'lost':
    case 'reset':
    case 'duplicate':
      return [...recordSteps(world, index, rules), ...killSteps(world, index)];
  }
};

const claimSteps = (world: World, index: 0 | 1): Step[] => {
  if (world.cancelled || world.expired || world.attempts >= MAX_ATTEMPTS) return [];
  const claimed = move(world, 'claim', { attempts: world.attempts + 1 });
  return named(
    'claim',
    claimed.map((after) => holding(after, index)),
  );
};

const checkSteps = (world: World, index: 0 | 1): Step[] => {
  const worker = world.workers[index];
  const hasLease = worker.current && world.state === 'SENDING';
  return [['last check', withWorker(world, index, { ...worker, phase: hasLease ? 'armed' : 'notSent' })]];
};

const killSteps = (world: World, index: 0 | 1): Step[] => {
  const dead = withWorker({ ...world, unresolved: true }, index, idle);
  const kills: Step[] = [['kill -9', dead]];
  if (world.workers[index].phase === 'armed' && !world.workers[index].stale) {
    kills.push(['kill -9 with the request under way', { ...dead, inProgress: dead.inProgress + 1 }]);
  }
  return kills;
};

const sendSteps = (world: World, index: 0 | 1, { duplicateFilter }: Rules): Step[] => {
  const worker = world.workers[index];
  const then = (phase: Phase, change: Partial<World> = {}): World =>
    withWorker({ ...world, ...change }, index, { ...worker, phase });
  const nothing: Step[] = [['nothing sent, or an answer that says so', then('notSent')]];
  if (worker.stale) return nothing;
  // Of our own copy, or of something that the author posted by hand.
  const duplicate: Step[] = duplicateFilter ? [['X says duplicate', then('duplicate')]] : [];
  if (duplicateFilter && world.copies > 0) return [...nothing, ...duplicate];
  const copied = { copies: world.copies + 1 };
  return [
    ...nothing,
    ...duplicate,
    ['X creates it and answers', then('created', copied)],
    ['X creates it, the answer is lost', then('lost', copied)],
    ['X drops it, the answer is lost', then('lost')],
    ['X still works when the worker gives up', then('lost', { inProgress: world.inProgress + 1 })],
    ['X creates it, reset on a reused connection', then('reset', copied)],
    ['X drops it, reset on a reused connection', then('reset')],
    ['X refuses it', then('rejected')],
  ];
};

const recordSteps = (world: World, index: 0 | 1, rules: Rules): Step[] => {
  const { phase, current } = world.workers[index];
  const done = withWorker(world, index, idle);
  const applied = phase === 'created' || current ? recorded(done, phase, rules) : [];
  // Fenced off: nothing but the attempt is written.
  return named(`record ${phase}`, applied.length > 0 ? applied : [done]);
};

const recorded = (world: World, phase: Phase, rules: Rules): World[] => {
  if (phase === 'created') return move(world, 'created');
  if (phase === 'rejected') return move(world, 'rejected');
  if (phase === 'duplicate') {
    return world.unresolved
      ? move(world, 'duplicateOfOwn', { saidDuplicate: true })
      : move(world, 'rejected');
  }
  const counted = phase === 'notSent' ? { attempts: world.attempts - 1 } : {};
  if (phase === 'notSent' || rules.naive || (phase === 'reset' && rules.resetRetry)) {
    return move(world, world.cancelled ? 'notSentCancelled' : 'notSent', counted);
  }
  return move(world, 'unanswered', { unresolved: true });
};
