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
  /** A conclusion counts although the part was sent again since the look. */
  readonly staleLooks?: boolean;
  /** A worker may freeze between its last check and the socket, for longer than lease and settle window. */
  readonly zombie?: boolean;
  /** X refuses a signature that old. */
  readonly staleTimestamps?: boolean;
}

export type Phase =
  | 'idle'
  | 'claimed'
  | 'armed'
  | 'created'
  | 'notSent'
  | 'rejected'
  | 'lost'
  | 'reset'
  | 'duplicate';

export interface Worker {
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
  /** A second, slow reconciler has seen that it is absent; `stale` when the part was claimed since. */
  readonly slowLook: 'none' | 'fresh' | 'stale';
  readonly saidDuplicate: boolean;
  readonly cancelled: boolean;
  readonly expired: boolean;
}

/** What happened, and the world after it. */
export type Step = readonly [action: string, world: World];

export const idle: Worker = { phase: 'idle', current: false, stale: false };
export const MAX_ATTEMPTS = 3;

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
  slowLook: 'none',
  saidDuplicate: false,
  cancelled: false,
  expired: false,
};

/** Makes a transition of the table, or nothing where the table does not allow it. */
export const move = (world: World, name: TransitionName, change: Partial<World> = {}): World[] => {
  const { from, to }: { from: readonly PartState[]; to: PartState } = transitions[name];
  return world.state !== undefined && from.includes(world.state) ? [{ ...world, ...change, state: to }] : [];
};

export const named = (action: string, worlds: readonly World[]): Step[] =>
  worlds.map((world) => [action, world]);

export const withWorker = (world: World, index: 0 | 1, worker: Worker): World => ({
  ...world,
  workers: index === 0 ? [worker, world.workers[1]] : [world.workers[0], worker],
});

/** A new fence: this worker's is current, nobody else's is. */
export const holding = (world: World, index: 0 | 1): World => {
  const others = world.workers.map((worker) => ({ ...worker, current: false })) as [Worker, Worker];
  const slowLook = world.slowLook === 'none' ? 'none' : 'stale';
  return withWorker({ ...world, slowLook, workers: others }, index, {
    phase: 'claimed',
    current: true,
    stale: false,
  });
};
