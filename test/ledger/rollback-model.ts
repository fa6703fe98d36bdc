import type { PartState } from '../../src/kernel/index.ts';

/*
 * A thread that is taken back when a part of it fails, small enough to visit every state. That each part by itself is on X
 * once at most is the other model's business; here a part may even turn out to be live after it was given up, or have taken
 * another's tweet for its own, because those are the cases in which a rollback could miss something.
 */

/** Where the machine is broken on purpose. */
export interface Rules {
  /** A part that turns out to be live later is left. */
  readonly oweOnce?: boolean;
  /** What is taken back goes on being sent. */
  readonly goOn?: boolean;
  /** A refused deletion counts as done. */
  readonly forgetRefusals?: boolean;
  /** Without credentials nothing ends. */
  readonly waitForCredentials?: boolean;
}

export interface Part {
  readonly state: PartState;
  /** X has it. */
  readonly live: boolean;
  /** X may still create it, and say so. */
  readonly late: boolean;
  readonly mark: '' | 'deleted' | 'undeletable';
}

export interface World {
  readonly parts: readonly Part[];
  readonly rollback: 'OWED' | 'DONE' | undefined;
  readonly calledOff: boolean;
  readonly credentials: boolean;
}

export type Step = readonly [action: string, world: World];

export const beginning = (parts: number): World => ({
  parts: Array.from({ length: parts }, (_, position) => ({
    state: position === 0 ? 'SENDING' : 'QUEUED',
    live: false,
    late: false,
    mark: '',
  })),
  rollback: undefined,
  calledOff: false,
  credentials: true,
});

/** As `herald.state_of_post` has it, for the states that end. */
export const stateOf = ({ parts, rollback }: World): 'open' | 'FAILED' | 'PARTLY_SENT' | 'SENT' => {
  const has = (...states: PartState[]) => parts.some(({ state }) => states.includes(state));
  if (rollback === 'OWED' || has('SENDING', 'UNKNOWN', 'NEEDS_REVIEW')) return 'open';
  if (rollback === 'DONE') return 'FAILED';
  if (has('QUEUED')) return 'open';
  if (parts.every(({ state }) => state === 'SENT')) return 'SENT';
  return has('SENT') ? 'PARTLY_SENT' : 'FAILED';
};

const withPart = (world: World, position: number, change: Partial<Part>): World => ({
  ...world,
  parts: world.parts.map((part, at) => (at === position ? { ...part, ...change } : part)),
});

/** A part's state changes, and in the same statement what follows from it for the others and for the post. */
const move = (world: World, position: number, state: PartState, rules: Rules, change: Partial<Part> = {}) => {
  const moved = withPart(world, position, { ...change, state });
  const ends = state === 'FAILED' || state === 'CANCELLED';
  const parts = moved.parts.map((part, at) =>
    ends && at > position && part.state === 'QUEUED' ? { ...part, state: 'CANCELLED' as const } : part,
  );
  const owes =
    world.rollback === undefined
      ? parts.some((part) => part.state === 'FAILED') && parts.some((part) => part.state === 'SENT')
      : state === 'SENT' && rules.oweOnce !== true;
  if (!owes) return { ...moved, parts };
  return { ...moved, parts, rollback: 'OWED' as const, calledOff: world.calledOff || rules.goOn !== true };
};

/** Everything that can happen next. */
export const steps = (world: World, rules: Rules): Step[] => [
  ...world.parts.flatMap((part, position) => partSteps(world, part, position, rules)),
  ...(world.credentials ? ([['credentials go', { ...world, credentials: false }]] as Step[]) : []),
  ...deletionSteps(world, rules),
];

const partSteps = (world: World, part: Part, position: number, rules: Rules): Step[] => {
  const to = (state: PartState, change: Partial<Part> = {}) => move(world, position, state, rules, change);
  const back = world.calledOff ? 'CANCELLED' : 'QUEUED';
  const later: Step[] = part.late
    ? [
        [`${position} turns out to be live`, to('SENT', { live: true, late: false, mark: '' })],
        [`${position} never comes`, withPart(world, position, { late: false })],
      ]
    : [];
  switch (part.state) {
    case 'QUEUED':
      return [...later, ...queuedSteps(world, position, to)];
    case 'SENDING':
      return [
        [`${position} is created`, to('SENT', { live: true, mark: '' })],
        [`${position} is refused`, to('FAILED')],
        [`${position} is not sent`, to(back)],
        [`${position} is created, no answer`, to('UNKNOWN', { live: true })],
        [`${position} is under way, no answer`, to('UNKNOWN', { late: true })],
      ];
    case 'UNKNOWN':
      if (part.live) return [...later, [`${position} is found`, to('SENT', { mark: '' })]];
      return [
        ...later,
        [`${position} is absent`, to(back)],
        [`${position} is absent, attempts used up`, to('FAILED')],
        [`${position} takes another's tweet`, to('SENT', { mark: '' })],
      ];
    case 'SENT':
      // The other part's answer comes.
      return part.live ? later : [...later, [`${position} is displaced`, to('UNKNOWN', { mark: '' })]];
    case 'FAILED':
    case 'CANCELLED':
    case 'NEEDS_REVIEW':
      return later;
  }
};

const queuedSteps = (world: World, position: number, to: (state: PartState) => World): Step[] => {
  if (world.calledOff) return [[`the sweep ends ${position}`, to('CANCELLED')]];
  const expired: Step = [`${position} expires`, to('FAILED')];
  const parent = world.parts[position - 1];
  if (parent !== undefined && parent.state !== 'SENT') return [expired];
  return [expired, [`${position} is claimed`, to('SENDING')]];
};

const deletionSteps = (world: World, rules: Rules): Step[] => {
  if (world.rollback !== 'OWED' || world.parts.some(({ state }) => state === 'QUEUED')) return [];
  const isLeft = (part: Part) => part.state === 'SENT' && part.mark === '';
  const settle = (after: World): World =>
    after.parts.some(isLeft) ? after : { ...after, rollback: 'DONE' as const };
  const newest = world.parts.findLastIndex(isLeft);
  if (newest < 0) return [['nothing is left', settle(world)]];
  const mark = (change: Partial<Part>) => settle(withPart(world, newest, change));
  if (!world.credentials) {
    const given = world.parts.map((part) =>
      isLeft(part) ? { ...part, mark: 'undeletable' as const } : part,
    );
    return rules.waitForCredentials ? [] : [['nobody can delete', settle({ ...world, parts: given })]];
  }
  return [
    [`${newest} is deleted`, mark({ live: false, mark: 'deleted' })],
    [`${newest} is deleted, no answer`, withPart(world, newest, { live: false })],
    [`${newest} must stay`, mark({ mark: rules.forgetRefusals ? 'deleted' : 'undeletable' })],
  ];
};
