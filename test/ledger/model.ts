import type { PartState } from '../../src/kernel/index.ts';
import { type TransitionName, transitions } from '../../src/ledger/index.ts';

/*
 * The state machine of one part, two workers and X, small enough to visit every state. The settle window is taken as
 * perfect: "absent" is concluded only when X has nothing in progress and its timeline shows every copy.
 */

/** Where the machine is broken on purpose, and what the world is like. */
export interface Rules {
  /** X refuses a second copy as a duplicate. */
  readonly duplicateFilter: boolean;
  /** Any error and an expired lease go back to QUEUED. */
  readonly naive?: boolean;
  /** An expired lease goes back to QUEUED. */
  readonly leaseRetry?: boolean;
  /** "Absent" is concluded without waiting. */
  readonly impatient?: boolean;
  /** A reset on a reused connection counts as not sent. */
  readonly resetRetry?: boolean;
  /** A worker may freeze between its last check and the socket, for longer than lease and settle window. */
  readonly zombie?: boolean;
  /** X refuses a signature that old. */
  readonly staleTimestamps?: boolean;
}

type Phase =
  | 'idle'
  | 'claimed'
  | 'armed'
  | 'created'
  | 'notSent'
  | 'rejected'
  | 'lost'
  | 'reset'
  | 'duplicate';

interface Worker {
  readonly phase: Phase;
  /** Its fence is the part's. */
  readonly current: boolean;
  readonly stale: boolean;
}

export interface World {
  readonly state: PartState | undefined;
  readonly attempts: number;
  readonly workers: readonly [Worker, Worker];
  readonly copies: number;
  readonly visible: number;
  readonly inProgress: number;
  readonly deliveries: number;
  readonly retries: number;
  /** An attempt ended without an answer. */
  readonly unresolved: boolean;
  readonly saidDuplicate: boolean;
  readonly cancelled: boolean;
  readonly expired: boolean;
}

/** What happened, and the world after it. */
export type Step = readonly [action: string, world: World];

const idle: Worker = { phase: 'idle', current: false, stale: false };
const MAX_ATTEMPTS = 3;

export const beginning: World = {
  state: undefined,
  attempts: 0,
  workers: [idle, idle],
  copies: 0,
  visible: 0,
  inProgress: 0,
  deliveries: 2,
  retries: 1,
  unresolved: false,
  saidDuplicate: false,
  cancelled: false,
  expired: false,
};

/** Everything that can happen next. */
export const steps = (world: World, rules: Rules): Step[] => [
  ...deliveries(world),
  ...([0, 1] as const).flatMap((index) => workerSteps(world, index, rules)),
  ...sweepSteps(world, rules),
  ...xSteps(world, rules),
  ...reconcilerSteps(world, rules),
  ...peopleSteps(world),
];

/** Makes a transition of the table, or nothing where the table does not allow it. */
const move = (world: World, name: TransitionName, change: Partial<World> = {}): World[] => {
  const { from, to }: { from: readonly PartState[]; to: PartState } = transitions[name];
  return world.state !== undefined && from.includes(world.state) ? [{ ...world, ...change, state: to }] : [];
};

const named = (action: string, worlds: readonly World[]): Step[] => worlds.map((world) => [action, world]);

const withWorker = (world: World, index: 0 | 1, worker: Worker): World => ({
  ...world,
  workers: index === 0 ? [worker, world.workers[1]] : [world.workers[0], worker],
});

/** A new fence: this worker's is current, nobody else's is. */
const holding = (world: World, index: 0 | 1): World => {
  const others = world.workers.map((worker) => ({ ...worker, current: false })) as [Worker, Worker];
  return withWorker({ ...world, workers: others }, index, { phase: 'claimed', current: true, stale: false });
};

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
    default:
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
  if (duplicateFilter && world.copies > 0) return [...nothing, ['X says duplicate', then('duplicate')]];
  const copied = { copies: world.copies + 1 };
  return [
    ...nothing,
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

const sweepSteps = (world: World, rules: Rules): Step[] => {
  const holderIsArmed = world.workers.some(({ phase, current }) => phase === 'armed' && current);
  const retries = rules.naive || rules.leaseRetry;
  const expiry = move(world, 'expireLease', { unresolved: true }).map(
    (after): World => (retries ? { ...after, state: 'QUEUED' } : after),
  );
  // Only a broken machine gets here; the schema refuses a part that is QUEUED without attempts left.
  const isExhausted = world.state === 'QUEUED' && world.attempts >= MAX_ATTEMPTS;
  return [
    ...(holderIsArmed && !rules.zombie ? [] : named('the lease expires', expiry)),
    ...(world.expired || isExhausted ? named('the sweep ends it', move(world, 'expire')) : []),
    ...(world.cancelled ? named('the sweep cancels it', move(world, 'endCancelled')) : []),
  ];
};

const xSteps = (world: World, { duplicateFilter }: Rules): Step[] => {
  const later: Step[] = [];
  if (world.visible < world.copies)
    later.push(['the timeline catches up', { ...world, visible: world.copies }]);
  if (world.inProgress > 0) {
    const ended = { ...world, inProgress: world.inProgress - 1 };
    later.push(['X drops what was in progress', ended]);
    if (!(duplicateFilter && world.copies > 0)) {
      later.push(['X creates what was in progress', { ...ended, copies: world.copies + 1 }]);
    }
  }
  return later;
};

const reconcilerSteps = (world: World, rules: Rules): Step[] => {
  if (world.state !== 'UNKNOWN') return [];
  const noAccess = named('the timeline cannot be read', move(world, 'unreadable'));
  if (world.visible > 0) return [...noAccess, ...named('found', move(world, 'found'))];
  const settled = world.inProgress === 0 && world.copies === 0;
  if (!settled && !rules.impatient) return noAccess;
  return [...noAccess, ...named('absent', move(aged(world, rules), absence(world)))];
};

const absence = ({ saidDuplicate, cancelled, expired, attempts }: World): TransitionName => {
  if (saidDuplicate) return 'absentDoubtful';
  if (cancelled) return 'absentCancelled';
  return expired || attempts >= MAX_ATTEMPTS ? 'absentExhausted' : 'absent';
};

/** The settle window is over: what was signed before it is too old for X. */
const aged = (world: World, { staleTimestamps }: Rules): World => {
  if (!staleTimestamps) return world;
  const workers = world.workers.map((worker) => ({ ...worker, stale: worker.phase === 'armed' }));
  return { ...world, workers: workers as [Worker, Worker] };
};

const peopleSteps = (world: World): Step[] => {
  const settled = world.inProgress === 0 && world.workers.every(({ phase }) => phase !== 'armed');
  const steps: Step[] = [
    ...named('cancel', move(world, 'cancel', { cancelled: true })),
    // A person decides rightly; what comes of a wrong decision is outside the guarantee.
    ...(world.copies > 0 ? named('it is there', move(world, 'itIsThere')) : []),
    ...(world.copies === 0 && settled ? named('give up', move(world, 'giveUp')) : []),
  ];
  if (world.state === 'SENDING' && !world.cancelled) {
    steps.push(['cancel, for a part that waits', { ...world, cancelled: true }]);
  }
  if (world.state !== undefined && !world.expired) steps.push(['time is over', { ...world, expired: true }]);
  if (world.retries > 0) {
    const anew = { retries: world.retries - 1, attempts: 0, cancelled: false, expired: false };
    steps.push(...named('retry', move(world, 'retry', anew)));
    if (world.copies === 0 && settled) steps.push(...named('send it', move(world, 'sendIt', anew)));
  }
  return steps;
};
