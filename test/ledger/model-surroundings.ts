import type { TransitionName } from '../../src/ledger/index.ts';
import { MAX_ATTEMPTS, move, named, type Rules, type Step, type Worker, type World } from './model-world.ts';

/* What happens around the two workers. */

export const sweepSteps = (world: World, rules: Rules): Step[] => {
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

export const xSteps = (world: World, { duplicateFilter }: Rules): Step[] => {
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

export const reconcilerSteps = (world: World, rules: Rules): Step[] => [
  ...lookSteps(world, rules),
  ...slowConclusion(world, rules),
];

const lookSteps = (world: World, rules: Rules): Step[] => {
  if (world.state !== 'UNKNOWN') return [];
  const noAccess = named('the timeline cannot be read', move(world, 'unreadable'));
  if (world.visible > 0) return [...noAccess, ...named('found', move(world, 'found'))];
  const settled = world.inProgress === 0 && world.copies === 0;
  if (!settled && !rules.impatient) return noAccess;
  const slow: Step[] =
    world.slowLook === 'none' ? [['a slow look: absent', { ...aged(world, rules), slowLook: 'fresh' }]] : [];
  return [...noAccess, ...slow, ...named('absent', conclude(world, rules))];
};

/** What a look saw is concluded only now. The fence tells whether the part was claimed since. */
const slowConclusion = (world: World, rules: Rules): Step[] => {
  if (world.slowLook === 'none') return [];
  const done: World = { ...world, slowLook: 'none' };
  const counts = world.state === 'UNKNOWN' && (world.slowLook === 'fresh' || rules.staleLooks);
  return named('the slow look concludes', counts ? conclude(done, rules) : [done]);
};

const conclude = (world: World, rules: Rules): World[] => move(aged(world, rules), absence(world));

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

export const peopleSteps = (world: World): Step[] => {
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
