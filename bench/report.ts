import type { InFlight } from './measures/in-flight.ts';
import type { Latency } from './measures/latency.ts';
import type { Statements } from './measures/statements.ts';
import type { Throughput } from './measures/throughput.ts';
import type { Options } from './options.ts';
import { type Figure, median } from './statistics.ts';

/** Everything that was measured in one run; written as JSON and shown as text. */
export interface Report {
  readonly machine: {
    readonly at: string;
    readonly cpu: string;
    readonly cores: number;
    /** The load average of the last minute when the benchmark began: what else the machine was doing. */
    readonly loadBefore: number;
    readonly node: string;
    readonly postgres: string;
  };
  readonly options: Options;
  readonly throughput: readonly Throughput[];
  readonly latency: Latency;
  readonly statements: readonly Statements[];
  readonly inFlight: readonly InFlight[];
  readonly startMs: Figure;
}

export const renderReport = (report: Report): string =>
  [
    renderMachine(report),
    renderThroughput(report.throughput),
    renderLatency(report.latency),
    renderInFlight(report.inFlight),
    renderStatements(report.statements),
    renderTargets(report),
  ].join('\n\n');

/** Columns as wide as their widest cell; the first to the left, the others to the right. */
const table = (rows: readonly (readonly string[])[]): string => {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  const line = (row: readonly string[]): string =>
    row
      .map((cell, column) =>
        column === 0 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0),
      )
      .join('  ');
  return rows.map(line).join('\n');
};

const range = ({ median: middle, least, most }: Figure, digits: number): string =>
  `${middle.toFixed(digits)} (${least.toFixed(digits)} to ${most.toFixed(digits)})`;

const renderMachine = ({ machine, options }: Report): string =>
  `On this machine: ${machine.cores} x ${machine.cpu}, Node ${machine.node}, Postgres ${machine.postgres}, load average ` +
  `${machine.loadBefore.toFixed(2)} before.\n${options.rounds} rounds of ${options.seconds} s; figures are medians, ` +
  'in brackets the least and the most of a round; ratios are to the minimum of the same round.';

const renderThroughput = (all: readonly Throughput[]): string => {
  const about = (
    legs: Throughput['legs'],
    of: (leg: Throughput['legs'][number]) => number | undefined,
  ): string => median(legs.map((leg) => of(leg) ?? Number.NaN)).toFixed(3);
  return table([
    ['', 'posts/s', 'ratio', 'CPU ms/post', 'ratio', 'Postgres ms', 'sandbox ms', 'generator ms'],
    ...all.map(({ name, postsPerSecond, postsRatio, cpuMsPerPost, cpuRatio, legs }) => [
      name,
      range(postsPerSecond, 0),
      range(postsRatio, 2),
      range(cpuMsPerPost, 3),
      range(cpuRatio, 2),
      about(legs, (leg) => leg.postgresMs),
      about(legs, (leg) => leg.sandboxMs),
      about(legs, (leg) => leg.generatorMs),
    ]),
  ]);
};

const renderLatency = ({ askedPerSecond, reachedPerSecond, x, servers }: Latency): string =>
  table([
    [
      `latency at ${askedPerSecond} posts/s (reached ${reachedPerSecond.toFixed(0)})`,
      'p50 ms',
      'p99 ms',
      'added p50',
      'added p99',
    ],
    ['X itself', range(x.p50Ms, 2), range(x.p99Ms, 2), '', ''],
    ...servers.map(({ name, p50Ms, p99Ms, addedP50Ms, addedP99Ms }) => [
      name,
      range(p50Ms, 2),
      range(p99Ms, 2),
      range(addedP50Ms, 2),
      range(addedP99Ms, 2),
    ]),
  ]);

const renderInFlight = (all: readonly InFlight[]): string =>
  table([
    [
      '2,000 requests in flight, X takes 300 ms',
      'errors',
      'RSS MiB',
      'loop delay p99 ms',
      'posts/s',
      'most at X',
      'p99 ms',
    ],
    ...all.map(({ name, failures, rssMiB, loopDelayP99Ms, postsPerSecond, mostAtX, p99Ms }) => [
      name,
      describeFailures(failures),
      rssMiB.toFixed(0),
      loopDelayP99Ms.toFixed(1),
      postsPerSecond.toFixed(0),
      String(mostAtX),
      p99Ms.toFixed(0),
    ]),
  ]);

const describeFailures = (failures: InFlight['failures']): string =>
  Object.entries(failures)
    .map(([what, count]) => `${count} x ${what}`)
    .join(', ') || '0';

const renderStatements = (all: readonly Statements[]): string =>
  table([
    ['statements', 'per post', 'besides, per post', 'posts'],
    ...all.map(({ name, perPost, besides, posts }) => [
      name,
      perPost.toFixed(3),
      besides.toFixed(3),
      String(posts),
    ]),
  ]);

/** The measures of Herald beside what it is to reach. Nothing here passes or fails. */
const renderTargets = ({ throughput, latency, inFlight, statements, startMs }: Report): string => {
  const of = <Named extends { readonly name: string }>(all: readonly Named[], name = 'herald') =>
    all.find((one) => one.name === name);
  const [posts, peer] = [of(throughput), of(throughput, 'peer')];
  const busy = of(inFlight);
  const toPeer = posts?.postsPerSecond.rounds.map(
    (own, i) => own / (peer?.postsPerSecond.rounds[i] ?? Number.NaN),
  );
  return table([
    ['Herald', 'measured', 'to reach'],
    ['posts per second, to the minimum', (posts?.postsRatio.median ?? Number.NaN).toFixed(2), '>= 0.70'],
    ['posts per second, to the peer', median(toPeer ?? []).toFixed(2), '>= 2.5'],
    ['CPU per post, to the minimum', (posts?.cpuRatio.median ?? Number.NaN).toFixed(2), '<= 1.5'],
    [
      `latency added at ${latency.askedPerSecond} posts/s, p99 ms`,
      (of(latency.servers)?.addedP99Ms.median ?? Number.NaN).toFixed(1),
      '<= 5 at 500',
    ],
    ['2,000 in flight: errors', describeFailures(busy?.failures ?? {}), '0'],
    ['2,000 in flight: RSS MiB', (busy?.rssMiB ?? Number.NaN).toFixed(0), '<= 250'],
    ['2,000 in flight: event-loop delay p99 ms', (busy?.loopDelayP99Ms ?? Number.NaN).toFixed(1), '<= 20'],
    ['statements per immediate post', of(statements)?.perPost.toFixed(2) ?? 'no ledger', '2'],
    ['start to /readyz, ms', range(startMs, 0), '<= 1000'],
  ]);
};
