import { randomInt } from 'node:crypto';
import { parseArgs } from 'node:util';

export interface Options {
  readonly minutes: number;
  readonly seed: number;
  /** Who posts, one text after another, all at the same time. */
  readonly users: number;
}

export const USAGE = `npm run soak -- [options]

Two Heralds on one Postgres post to the sandbox while they are killed (kill -9, every 0.3 to 2 s), Postgres is thrown
down and X answers with faults; every fourth post is a thread. Then everything settles: every text must be on X exactly once and
reply to the part before it, X must not have been sent
any of them again, and every post must be final. Exits 1 if not.

  --minutes N   how long the storm lasts (default 1; 0.1 to 600)
  --seed N      repeats the storm of another run (default: a new one, which is printed)
  --users N     how many users post at the same time (default 12)
  --help        this
`;

/** Reads the command line. Throws an Error in words for what it does not understand; undefined asks for the usage. */
export const readOptions = (args: readonly string[]): Options | undefined => {
  const { values } = parseArgs({
    args: [...args],
    options: {
      minutes: { type: 'string', default: '1' },
      seed: { type: 'string' },
      users: { type: 'string', default: '12' },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return undefined;
  return {
    minutes: number('minutes', values.minutes, 0.1, 600),
    seed: values.seed === undefined ? randomInt(2 ** 31) : number('seed', values.seed, 0, 2 ** 32 - 1),
    users: number('users', values.users, 1, 200),
  };
};

const number = (name: string, value: string, least: number, most: number): number => {
  const parsed = Number(value);
  if (/^\d{1,10}(\.\d{1,3})?$/.test(value) && parsed >= least && parsed <= most) return parsed;
  throw new Error(`--${name} is a number from ${least} to ${most}. Try: npm run soak -- --help`);
};
