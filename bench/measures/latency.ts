import { type Leg, runLeg } from '../leg.ts';
import type { Options } from '../options.ts';
import { rotations } from '../rotations.ts';
import type { Server } from '../servers.ts';
import type { Stage } from '../stage.ts';
import { type Figure, figure } from '../statistics.ts';

/** What a server adds to the time that X itself takes at the same rate, round by round. */
export interface AddedLatency {
  readonly name: string;
  readonly addedP50Ms: Figure;
  readonly addedP99Ms: Figure;
  readonly p50Ms: Figure;
  readonly p99Ms: Figure;
}

export interface Latency {
  readonly askedPerSecond: number;
  /** The least that was reached in any leg. */
  readonly reachedPerSecond: number;
  readonly x: { readonly p50Ms: Figure; readonly p99Ms: Figure };
  readonly servers: readonly AddedLatency[];
}

const CONNECTIONS = 512;

/** The same posts a second for X alone, asked with signed requests, and for each server in front of it. */
export const measureLatency = async (
  stage: Stage,
  servers: readonly Server[],
  perSecond: number,
  { rounds, seconds }: Options,
  say: (line: string) => void,
): Promise<Latency> => {
  const url = `${stage.sandbox.url}/2/tweets`;
  const x: Server = {
    name: 'X itself',
    program: stage.sandbox,
    target: { url, as: 'signed', webhookSecret: '' },
  };
  const legs = new Map<Server, Leg[]>([x, ...servers].map((server) => [server, []]));
  for (const [round, order] of rotations([...legs.keys()], rounds).entries()) {
    for (const server of order) {
      const leg = await runLeg(stage, server, {
        perSecond,
        seconds,
        connections: CONNECTIONS,
        most: Number.POSITIVE_INFINITY,
      });
      legs.get(server)?.push(leg);
      say(
        `round ${round + 1}/${rounds}  ${server.name.padEnd(14)} p50 ${leg.p50Ms.toFixed(2)} ms, p99 ${leg.p99Ms.toFixed(2)} ms at ${leg.perSecond.toFixed(0)} posts/s`,
      );
    }
  }
  const ofX = legs.get(x) ?? [];
  return {
    askedPerSecond: perSecond,
    reachedPerSecond: Math.min(...[...legs.values()].flat().map((leg) => leg.perSecond)),
    x: { p50Ms: figure(ofX.map((leg) => leg.p50Ms)), p99Ms: figure(ofX.map((leg) => leg.p99Ms)) },
    servers: servers.map(({ name }, index) => added(name, legs.get(servers[index] ?? x) ?? [], ofX)),
  };
};

const added = (name: string, legs: readonly Leg[], ofX: readonly Leg[]): AddedLatency => {
  const over = (of: (leg: Leg) => number): Figure =>
    figure(legs.map((leg, round) => of(leg) - of(ofX[round] ?? leg)));
  return {
    name,
    addedP50Ms: over((leg) => leg.p50Ms),
    addedP99Ms: over((leg) => leg.p99Ms),
    p50Ms: figure(legs.map((leg) => leg.p50Ms)),
    p99Ms: figure(legs.map((leg) => leg.p99Ms)),
  };
};
