import { type Leg, runLeg } from '../leg.ts';
import type { Options } from '../options.ts';
import { rotations } from '../rotations.ts';
import type { Server } from '../servers.ts';
import type { Stage } from '../stage.ts';
import { type Figure, figure, ratios } from '../statistics.ts';

/** A server's legs, one per round. */
export interface Throughput {
  readonly name: string;
  readonly postsPerSecond: Figure;
  readonly cpuMsPerPost: Figure;
  /** Compared with the first server, round by round. */
  readonly postsRatio: Figure;
  readonly cpuRatio: Figure;
  readonly legs: readonly Leg[];
}

const WARM_UP_SECONDS = 2;

/** As many posts as each server answers, all of them on the same connections, in another order in every round. */
export const measureThroughput = async (
  stage: Stage,
  servers: readonly Server[],
  { rounds, seconds, connections }: Options,
  say: (line: string) => void,
): Promise<Throughput[]> => {
  const load = { connections, most: Number.POSITIVE_INFINITY };
  for (const server of servers) await runLeg(stage, server, { ...load, seconds: WARM_UP_SECONDS });
  const legs = new Map<Server, Leg[]>(servers.map((server) => [server, []]));
  for (const [round, order] of rotations(servers, rounds).entries()) {
    for (const server of order) {
      const leg = await runLeg(stage, server, { ...load, seconds });
      legs.get(server)?.push(leg);
      say(
        `round ${round + 1}/${rounds}  ${server.name.padEnd(14)} ${leg.perSecond.toFixed(0)} posts/s, ${leg.cpuMs.toFixed(3)} ms CPU per post`,
      );
    }
  }
  const [first] = legs.values();
  return [...legs].map(([server, own]) => summarise(server.name, own, first ?? []));
};

const summarise = (name: string, legs: readonly Leg[], first: readonly Leg[]): Throughput => {
  const perSecond = (all: readonly Leg[]): number[] => all.map((leg) => leg.perSecond);
  const cpu = (all: readonly Leg[]): number[] => all.map((leg) => leg.cpuMs);
  return {
    name,
    postsPerSecond: figure(perSecond(legs)),
    cpuMsPerPost: figure(cpu(legs)),
    postsRatio: ratios(perSecond(legs), perSecond(first)),
    cpuRatio: ratios(cpu(legs), cpu(first)),
    legs,
  };
};
