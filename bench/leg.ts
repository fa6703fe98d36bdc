import type { LoadOrder, LoadReport } from './programs/load-run.ts';
import type { Target } from './programs/posts.ts';
import type { Server } from './servers.ts';
import type { Stage } from './stage.ts';

/** What one server did in one stretch of load. */
export interface Leg {
  readonly posts: number;
  readonly perSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  /** Processor time per post of the server itself and of everything around it. */
  readonly cpuMs: number;
  readonly postgresMs: number | undefined;
  readonly sandboxMs: number;
  readonly generatorMs: number;
}

export type Load = Omit<LoadOrder, keyof Target>;

/** Throws unless every answer named a tweet, and the sandbox holds exactly those tweets. */
export const checkTweets = async (
  stage: Stage,
  name: string,
  { tweetIds, failures }: LoadReport,
): Promise<void> => {
  if (Object.keys(failures).length > 0) {
    throw new Error(`${name} failed under load: ${JSON.stringify(failures)}`);
  }
  const created = await stage.control.tweetIds();
  const missing = tweetIds.filter((id) => !created.has(id)).length;
  if (missing > 0 || created.size !== tweetIds.length || new Set(tweetIds).size !== tweetIds.length) {
    throw new Error(
      `${name} answered with ${tweetIds.length} tweets; the sandbox has ${created.size}, and ${missing} of those are missing.`,
    );
  }
};

/** One stretch of load on one server, from an empty sandbox, with everything counted. */
export const runLeg = async (stage: Stage, { name, target, program }: Server, load: Load): Promise<Leg> => {
  await stage.control.reset();
  await program.beginUsage();
  await stage.sandbox.beginUsage();
  const postgresAtStart = stage.database.cpuMs();
  const report = await stage.load({ ...target, ...load });
  const [usage, ofSandbox] = [await program.endUsage(), await stage.sandbox.endUsage()];
  const postgresAtEnd = stage.database.cpuMs();
  await checkTweets(stage, name, report);
  const posts = report.tweetIds.length;
  return {
    posts,
    perSecond: posts / (report.elapsedMs / 1000),
    p50Ms: report.p50Ms,
    p99Ms: report.p99Ms,
    cpuMs: usage.cpuMs / posts,
    postgresMs:
      postgresAtStart === undefined || postgresAtEnd === undefined
        ? undefined
        : (postgresAtEnd - postgresAtStart) / posts,
    sandboxMs: ofSandbox.cpuMs / posts,
    generatorMs: report.cpuMs / posts,
  };
};
