import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { ProbeQuestion, Usage } from './programs/probe.ts';

const START_TIMEOUT_MS = 20_000;
const STOP_TIMEOUT_MS = 15_000;
const POLL_MS = 5;

/** A compiled program of the benchmark. */
export const built = (name: string): string => fileURLToPath(new URL(`build/${name}.js`, import.meta.url));

/** Loaded into each, so that it can be asked what it uses. */
const PROBE = pathToFileURL(built('probe')).href;

export interface ProgramOptions {
  readonly file: string;
  readonly args?: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  /** Takes everything that it writes. */
  readonly logPath: string;
  /** Flags for node. */
  readonly flags?: readonly string[];
}

/** A process of its own, run by plain node, whose standard output is a file as in production. */
export class Program {
  readonly url: string;
  readonly #child: ChildProcess;
  readonly #name: string;

  private constructor(child: ChildProcess, name: string, url: string) {
    this.#child = child;
    this.#name = name;
    this.url = url;
  }

  /** Starts it and waits for the line with the event `started`, or the sandbox's own. */
  static async start({ file, args = [], env, logPath, flags = [] }: ProgramOptions): Promise<Program> {
    const output = openSync(logPath, 'w');
    const child = fork(file, args, {
      env: { PATH: process.env.PATH, NODE_ENV: 'production', ...env },
      execArgv: ['--import', PROBE, ...flags],
      stdio: ['ignore', output, output, 'ipc'],
      serialization: 'advanced',
    });
    closeSync(output);
    return new Program(child, basename(file), await startedUrl(child, logPath, file));
  }

  /** Sends a message and gives the answer to it. */
  async ask<Answer>(question: object): Promise<Answer> {
    const answered = new AbortController();
    const { signal } = answered;
    const answer = once(this.#child, 'message', { signal }) as Promise<[Answer]>;
    const end = once(this.#child, 'exit', { signal }).then(([code]) => {
      throw new Error(`${this.#name} ended with ${code} while it was asked.`);
    });
    end.catch(() => {}); // Aborted as soon as the answer is there.
    this.#child.send(question);
    try {
      return (await Promise.race([answer, end]))[0];
    } finally {
      answered.abort();
    }
  }

  /** Starts to count what it uses; `closely` also its memory and how late its event loop is. */
  beginUsage(closely = false): Promise<unknown> {
    return this.ask({ probe: 'begin', closely } satisfies ProbeQuestion);
  }

  /** What it used since `beginUsage`. */
  async endUsage(): Promise<Usage> {
    return (await this.ask<{ probe: Usage }>({ probe: 'end' } satisfies ProbeQuestion)).probe;
  }

  /** Ends it at once: for one that has nothing to finish. */
  async kill(): Promise<void> {
    if (this.#hasEnded) return;
    const exited = once(this.#child, 'exit');
    this.#child.kill('SIGKILL');
    await exited;
  }

  /** Asks it to finish and to end. */
  async stop(): Promise<void> {
    if (this.#hasEnded) return;
    const exited = once(this.#child, 'exit');
    this.#child.kill('SIGTERM');
    await Promise.race([exited, sleep(STOP_TIMEOUT_MS, undefined, { ref: false })]);
    await this.kill();
  }

  get #hasEnded(): boolean {
    return this.#child.exitCode !== null || this.#child.signalCode !== null;
  }
}

const startedUrl = async (child: ChildProcess, logPath: string, file: string): Promise<string> => {
  const deadline = performance.now() + START_TIMEOUT_MS;
  while (performance.now() < deadline && child.exitCode === null) {
    const lines = readFileSync(logPath, 'utf8').split('\n').slice(0, -1);
    const started = lines.find((line) => /"evt":"(started|sandbox_listening)"/.test(line));
    if (started !== undefined) return (JSON.parse(started) as { url: string }).url;
    await sleep(POLL_MS);
  }
  child.kill('SIGKILL');
  const said = readFileSync(logPath, 'utf8').trim().split('\n').slice(-5).join('\n');
  throw new Error(`${file} did not start. It said:\n${said}`);
};
