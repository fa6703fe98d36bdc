import { setTimeout as sleep } from 'node:timers/promises';
import type { Incidents } from './herald.ts';
import { type Options, readOptions, USAGE } from './options.ts';
import { createRandom, type Random } from './random.ts';
import { build, type Stage, setStage, waitForHeralds } from './stage.ts';
import { type ChooseDoor, insist, postAway, type Wish } from './user.ts';
import { judge } from './verdict.ts';
import { type Counts, countCopies, killHeralds, restartPostgres, troubleX } from './weather.ts';

const PROGRESS_MS = 5_000;
const SETTLE_MS = 120_000;

const began = performance.now();
const say = (line: string): void => {
  const seconds = ((performance.now() - began) / 1000).toFixed(0);
  process.stderr.write(`${seconds.padStart(5)} s  ${line}\n`);
};

const chooserOf =
  ({ slots }: Stage): ChooseDoor =>
  (random) => {
    const doors = slots.flatMap((slot) => slot.door() ?? []);
    return doors.length === 0 ? undefined : random.pick(doors);
  };

/** Everything goes wrong at once, for as long as it was asked for. */
const storm = async (
  stage: Stage,
  options: Options,
  random: Random,
  incidents: Incidents,
  counts: Counts,
): Promise<Wish[]> => {
  const wishes: Wish[] = [];
  const endsAtMs = performance.now() + options.minutes * 60_000;
  const going = (): boolean => performance.now() < endsAtMs;
  const progress = async (): Promise<void> => {
    while (going()) {
      await sleep(PROGRESS_MS);
      const sent = wishes.filter(({ post }) => post?.state === 'SENT').length;
      say(
        `${wishes.length} texts, ${sent} sent, ${incidents.kills} kills, ${counts.faults} faults, ${counts.restarts} restarts`,
      );
    }
  };
  await Promise.all([
    killHeralds(random.fork(), stage.slots, going),
    troubleX(random.fork(), stage.x, counts, going),
    restartPostgres(random.fork(), stage.database, counts, going),
    ...stage.people.map((person) => postAway(person, random.fork(), chooserOf(stage), wishes, going)),
    progress(),
  ]);
  return wishes;
};

/** No more faults: whoever has no answer yet asks until he has one. */
const settle = async (stage: Stage, wishes: readonly Wish[], random: Random): Promise<void> => {
  await stage.x.clearFaults();
  const open = wishes.filter(({ post }) => post?.state !== 'SENT');
  say(`the storm is over; ${open.length} texts have to settle`);
  const deadlineMs = performance.now() + SETTLE_MS;
  await Promise.all(
    stage.people.map(async (person) => {
      const chance = random.fork();
      for (const wish of open.filter((one) => one.person === person))
        await insist(wish, chance, chooserOf(stage), deadlineMs);
    }),
  );
};

const main = async (): Promise<number> => {
  const options = readOptions(process.argv.slice(2));
  if (options === undefined) {
    process.stdout.write(USAGE);
    return 0;
  }
  say(`seed ${options.seed}, ${options.minutes} minutes, ${options.users} users`);
  build();
  const random = createRandom(options.seed);
  const incidents: Incidents = { kills: 0, crashes: 0, alarms: 0 };
  const stage = await setStage(options.users, incidents, say);
  const stopEarly = (): void => void stage.remove().finally(() => process.exit(130));
  process.once('SIGINT', stopEarly).once('SIGTERM', stopEarly);
  try {
    await waitForHeralds(stage);
    const counts: Counts = { faults: 0, restarts: 0, copies: 0 };
    let isMoving = true;
    const counting = countCopies(stage.x, counts, () => isMoving);
    const wishes = await storm(stage, options, random, incidents, counts);
    await settle(stage, wishes, random);
    isMoving = false;
    await counting;
    const { posts, ...wrong } = await judge(stage, wishes);
    const { faults, restarts, copies } = counts;
    const failures = { ...wrong, copies, crashes: incidents.crashes, alarms: incidents.alarms };
    const figures = { seed: options.seed, posts, kills: incidents.kills, faults, restarts, ...failures };
    process.stdout.write(
      `${Object.entries(figures)
        .map(([name, value]) => `${name} = ${value}`)
        .join(', ')}\n`,
    );
    return Object.values(failures).every((count) => count === 0) ? 0 : 1;
  } finally {
    await stage.remove();
  }
};

main().then(
  (code) => process.exit(code),
  (error: unknown) => {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exit(2);
  },
);
