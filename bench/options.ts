import { parseArgs } from 'node:util';

export interface Options {
  readonly rounds: number;
  /** Of load on each server in each round. */
  readonly seconds: number;
  /** Of the load of posts per second. */
  readonly connections: number;
  readonly perSecond: number;
  readonly profile: boolean;
  readonly build: boolean;
}

export const USAGE = `npm run bench -- [options]

Measures Herald against the least that does its work and against an Express handler, each in a process of its own.

  --rounds N        rounds, each with every server in another order (default 5)
  --seconds N       seconds of load on each server in a round (default 3)
  --connections N   connections that ask for posts (default 64)
  --rate N          posts a second for the latency (default 500)
  --profile         write a CPU profile of Herald to bench/results
  --no-build        measure dist/ as it is
  --help            this
`;

/** Reads the command line. Throws an Error in words for what it does not understand; undefined asks for the usage. */
export const readOptions = (args: readonly string[]): Options | undefined => {
  const { values } = parseArgs({
    args: [...args],
    allowNegative: true,
    options: {
      rounds: { type: 'string', default: '5' },
      seconds: { type: 'string', default: '3' },
      connections: { type: 'string', default: '64' },
      rate: { type: 'string', default: '500' },
      profile: { type: 'boolean', default: false },
      build: { type: 'boolean', default: true },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return undefined;
  return {
    rounds: number('rounds', values.rounds, 100),
    seconds: number('seconds', values.seconds, 600),
    connections: number('connections', values.connections, 2000),
    perSecond: number('rate', values.rate, 10_000),
    profile: values.profile,
    build: values.build,
  };
};

const number = (name: string, value: string, most: number): number => {
  if (/^\d{1,5}$/.test(value) && Number(value) >= 1 && Number(value) <= most) return Number(value);
  throw new Error(`--${name} is a whole number from 1 to ${most}.`);
};
