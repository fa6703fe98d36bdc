import { spawn, spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';

/** What the image tells an engine: the part of `buildah inspect` that is looked at here. */
export interface ImageConfig {
  readonly User: string;
  readonly Entrypoint: readonly string[];
  readonly Cmd: readonly string[];
  readonly Healthcheck: { readonly Test: readonly string[] };
}

export interface Program {
  /** Everything it has written so far, standard error included. */
  output(): string;
  isRunning(): boolean;
  /** Sends the signal to the program itself: buildah does not pass signals on, its own end kills the program. */
  signal(name: 'SIGTERM' | 'SIGUSR1'): void;
  /** Ends it if it runs, and waits until it is gone. */
  kill(): Promise<void>;
  /** Its limits as the kernel has them: the text of /proc/PID/limits. */
  limits(): string;
  /** Exit status; 1 when a signal ended it. */
  readonly exited: Promise<number>;
}

interface RunOptions {
  readonly env?: Readonly<Record<string, string>>;
  /** A folder of this machine that the container sees, read-only, as /run/secrets. */
  readonly secretsDir?: string;
}

export interface Container {
  readonly config: ImageConfig;
  /** `docker run IMAGE arguments...` to its end, and what it said. */
  run(args: readonly string[], options?: RunOptions): { status: number | null; output: string };
  /** `docker exec CONTAINER command...` to its end, and what it said. */
  exec(command: readonly string[], options?: RunOptions): { status: number | null; output: string };
  /** `docker run IMAGE arguments...`, left running. */
  start(args: readonly string[], options?: RunOptions): Program;
  remove(): void;
}

type CommandLine = readonly string[];

/**
 * Makes a container of `image` with buildah in chroot isolation: its own root file system and the image's user, but the
 * machine's network and process table. Core dumps are allowed to it, so that it shows that the image forbids them.
 */
export function openContainer(image: string, buildah: CommandLine): Container {
  const name = succeed([...buildah, 'from', '--ulimit', 'core=-1:-1', image]);
  const description = JSON.parse(succeed([...buildah, 'inspect', '--type', 'image', image]));
  const config: ImageConfig = description.Docker.config;
  const commandLine = (command: CommandLine, options: RunOptions = {}): CommandLine => [
    ...buildah,
    'run',
    '--isolation',
    'chroot',
    ...Object.entries(options.env ?? {}).flatMap(([key, value]) => ['--env', `${key}=${value}`]),
    ...(options.secretsDir === undefined ? [] : ['--volume', `${options.secretsDir}:/run/secrets:ro`]),
    name,
    '--',
    ...command,
  ];
  const withEntrypoint = (args: CommandLine) => [
    ...config.Entrypoint,
    ...(args.length > 0 ? args : config.Cmd),
  ];
  return {
    config,
    run: (args, options) => runToEnd(commandLine(withEntrypoint(args), options)),
    exec: (command, options) => runToEnd(commandLine(command, options)),
    start: (args, options) => startProgram(commandLine(withEntrypoint(args), options)),
    remove: () => void succeed([...buildah, 'rm', name]),
  };
}

function runToEnd([program = '', ...args]: CommandLine): { status: number | null; output: string } {
  const { status, stdout, stderr } = spawnSync(program, args, { encoding: 'utf8' });
  return { status, output: (stdout + stderr).trim() };
}

function succeed(command: CommandLine): string {
  const { status, output } = runToEnd(command);
  if (status !== 0) throw new Error(`${command.join(' ')}: ${output}`);
  return output;
}

function startProgram([program = '', ...args]: CommandLine): Program {
  const buildah = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  const { pid } = buildah;
  if (pid === undefined) throw new Error(`${program} did not start`);
  let output = '';
  for (const stream of [buildah.stdout, buildah.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      output += text;
    });
  }
  const exited = new Promise<number>((resolve) => buildah.once('close', (status) => resolve(status ?? 1)));
  const isRunning = () => buildah.exitCode === null && buildah.signalCode === null;
  return {
    output: () => output,
    isRunning,
    signal: (name) => void process.kill(programOf(pid), name),
    kill: async () => {
      if (isRunning()) buildah.kill();
      await exited;
    },
    limits: () => readFileSync(`/proc/${programOf(pid)}/limits`, 'utf8'),
    exited,
  };
}

/**
 * The process that an engine would make process 1 of the container: the first below buildah that is not buildah itself,
 * which calls its two further processes `buildah-chroot-...`. A child may belong to any thread of its parent.
 */
function programOf(pid: number): number {
  if (!readFileSync(`/proc/${pid}/cmdline`, 'utf8').startsWith('buildah')) return pid;
  const children = readdirSync(`/proc/${pid}/task`).flatMap((thread) =>
    readFileSync(`/proc/${pid}/task/${thread}/children`, 'utf8').split(' ').filter(Boolean),
  );
  if (children[0] === undefined) throw new Error('buildah has not started the program, or it has ended');
  return programOf(Number(children[0]));
}
