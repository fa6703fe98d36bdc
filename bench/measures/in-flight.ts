import { setTimeout as sleep } from 'node:timers/promises';
import type { ServerName } from '../servers.ts';
import type { Stage } from '../stage.ts';

export interface InFlight {
  readonly name: string;
  readonly requests: number;
  /** The most that X held at once: what the server let through. */
  readonly mostAtX: number;
  readonly postsPerSecond: number;
  readonly failures: Readonly<Record<string, number>>;
  /** Answers that named a tweet against tweets that X made. */
  readonly answered: number;
  readonly created: number;
  readonly rssMiB: number;
  readonly loopDelayP99Ms: number;
  readonly p99Ms: number;
}

const REQUESTS = 2000;
const X_DELAY_MS = 300;
const RAMP_MS = 3000;
const HOLD_SECONDS = 5;

/**
 * 2,000 requests in flight for five seconds while X takes 300 ms: a fresh server in front of a stand-in for X, since the
 * sandbox answers at once. The connections open over three seconds first; that is not measured.
 */
export const measureInFlight = async (stage: Stage, kind: ServerName): Promise<InFlight> => {
  const name = `${kind}-in-flight`;
  const slowX = await stage.startProgram('slow-x', { DELAY_MS: String(X_DELAY_MS) });
  const { program, target } = await stage.start(kind, { name, xUrl: slowX.url });
  const load = stage.load({
    ...target,
    connections: REQUESTS,
    rampMs: RAMP_MS,
    seconds: RAMP_MS / 1000 + HOLD_SECONDS,
    most: Number.POSITIVE_INFINITY,
  });
  await sleep(RAMP_MS);
  await program.beginUsage(true);
  const report = await load;
  const usage = await program.endUsage();
  const { made, mostAtOnce } = (await (await fetch(slowX.url)).json()) as {
    made: number;
    mostAtOnce: number;
  };
  await program.kill();
  await slowX.kill();
  if (Object.keys(report.failures).length === 0 && made !== report.tweetIds.length) {
    throw new Error(`${kind} answered with ${report.tweetIds.length} tweets; X made ${made}.`);
  }
  return {
    name: kind,
    requests: REQUESTS,
    mostAtX: mostAtOnce,
    postsPerSecond: report.tweetIds.length / (report.elapsedMs / 1000),
    failures: report.failures,
    answered: report.tweetIds.length,
    created: made,
    rssMiB: usage.rssBytes / 1024 ** 2,
    loopDelayP99Ms: usage.loopDelayP99Ms,
    p99Ms: report.p99Ms,
  };
};
