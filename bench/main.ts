import { execSync, type StdioOptions } from 'node:child_process';
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { cpus, loadavg } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { measureInFlight } from './measures/in-flight.ts';
import { measureLatency } from './measures/latency.ts';
import { measureStart } from './measures/start.ts';
import { countStatements } from './measures/statements.ts';
import { measureThroughput } from './measures/throughput.ts';
import { type Options, readOptions, USAGE } from './options.ts';
import { type Report, renderReport } from './report.ts';
import { type Stage, setStage } from './stage.ts';

const root = fileURLToPath(new URL('../', import.meta.url));
const results = join(root, 'bench', 'results');
const began = performance.now();

const say = (line: string): void => {
  const seconds = ((performance.now() - began) / 1000).toFixed(0);
  process.stderr.write(`${seconds.padStart(4)} s  ${line}\n`);
};

/** Herald into dist/ as it is shipped, unless told otherwise, and the programs of the benchmark into bench/build. */
const compile = (herald: boolean): void => {
  const stdio: StdioOptions = ['ignore', 2, 2];
  say('compiling');
  if (herald) execSync('npm run --silent build', { cwd: root, stdio });
  execSync('npx --no-install tsc -p bench/tsconfig.build.json', { cwd: root, stdio });
};

const measure = async (stage: Stage, options: Options): Promise<Report> => {
  const machine = describeMachine(stage.database.version);
  const minimum = await stage.start('minimum');
  const again = await stage.start('minimum', { name: 'minimum again' });
  const peer = await stage.start('peer');
  const flags = options.profile ? ['--cpu-prof', `--cpu-prof-dir=${results}`] : [];
  const herald = await stage.start('herald', { flags });

  say('posts per second: warming up');
  const throughput = await measureThroughput(stage, [minimum, again, peer, herald], options, say);
  const slowest = Math.min(...throughput.map(({ postsPerSecond }) => postsPerSecond.median));
  const perSecond = Math.min(options.perSecond, Math.floor((slowest * 0.6) / 50) * 50 || 50);
  say(`latency at ${perSecond} posts/s`);
  const latency = await measureLatency(stage, [minimum, peer, herald], perSecond, options, say);
  say('statements per post');
  const statements = [
    await countStatements(stage, minimum, 'minimum'),
    await countStatements(stage, herald, 'herald'),
  ].filter((counted) => counted !== undefined);
  await Promise.all([minimum, again, peer, herald].map(({ program }) => program.stop()));

  say('2,000 requests in flight');
  const inFlight = [await measureInFlight(stage, 'minimum'), await measureInFlight(stage, 'herald')];
  say('start to /readyz');
  const startMs = await measureStart(stage);
  return { machine, options, throughput, latency, statements, inFlight, startMs };
};

const describeMachine = (postgres: string): Report['machine'] => ({
  at: new Date().toISOString(),
  cpu: cpus()[0]?.model ?? 'unknown',
  cores: cpus().length,
  loadBefore: loadavg()[0] ?? 0,
  node: process.version,
  postgres,
});

const main = async (): Promise<void> => {
  const options = readOptions(process.argv.slice(2));
  if (options === undefined) {
    process.stdout.write(USAGE);
    return;
  }
  compile(options.build);
  mkdirSync(results, { recursive: true });
  say('starting Postgres, the sandbox and the load generator; making 1,000 users');
  const stage = await setStage();
  const stopEarly = (): void => void stage.stop().finally(() => process.exit(130));
  process.once('SIGINT', stopEarly).once('SIGTERM', stopEarly);
  try {
    const report = await measure(stage, options);
    const path = join(results, `${report.machine.at.replaceAll(/[:.]/g, '-')}.json`);
    writeFileSync(path, `${JSON.stringify(report, null, 2)}\n`);
    process.stdout.write(`${renderReport(report)}\n${path}\n`);
  } finally {
    await stage.stop();
  }
  if (options.profile)
    say(`profiles: ${readdirSync(results).filter((name) => name.endsWith('.cpuprofile'))}`);
};

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
});
