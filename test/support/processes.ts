import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll } from 'vitest';

const DEFAULT_TIMEOUT_MS = 20_000;
const POLL_INTERVAL_MS = 20;
const LAST_OUTPUT_MS = 1_000;

export interface ProcessOptions {
  readonly cwd?: string;
  /** The whole environment; default: that of the test. */
  readonly env?: NodeJS.ProcessEnv;
  /** Default 20,000. How long a wait may take before it throws. */
  readonly timeoutMs?: number;
}

/** What a process ended with: a code, or the signal that ended it. */
export interface Exit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

const running = new Set<RunningProcess>();

// Every test file has its own copy of this module, so this ends what the file started, however its tests ended.
afterAll(() => Promise.all([...running].map((child) => child.kill())));
process.once('exit', () => {
  for (const child of running) child.signalGroup('SIGKILL');
});

/** Starts `command` in a process group of its own. The file's end kills whatever is left of the group. */
export function startProcess(command: string, args: string[], options: ProcessOptions = {}): RunningProcess {
  const { cwd, env, timeoutMs = DEFAULT_TIMEOUT_MS } = options;
  return new RunningProcess(spawn(command, args, { cwd, env, detached: true, stdio: 'pipe' }), timeoutMs);
}

/** `startProcess` for a TypeScript file of this repository, run by the same Node.js as the tests. */
export const startScript = (
  file: string,
  args: string[] = [],
  options: ProcessOptions = {},
): RunningProcess =>
  startProcess(process.execPath, ['--import', import.meta.resolve('tsx'), file, ...args], options);

export class RunningProcess {
  readonly exited: Promise<Exit>;
  readonly #child: ChildProcess;
  readonly #timeoutMs: number;
  #output = '';
  #stdout = '';
  #exit: Exit | undefined;

  constructor(child: ChildProcess, timeoutMs: number) {
    this.#child = child;
    this.#timeoutMs = timeoutMs;
    this.exited = this.#watch();
    running.add(this);
  }

  get pid(): number {
    if (this.#child.pid === undefined) throw new Error(`The process did not start.\n${this.#output}`);
    return this.#child.pid;
  }

  /** Standard output and standard error so far, as they came. */
  get output(): string {
    return this.#output;
  }

  write(text: string): void {
    this.#child.stdin?.write(text);
  }

  /** The first line of standard output that matches, among those that came and those to come. */
  async waitForLine(pattern: RegExp): Promise<string> {
    return this.#waitFor(`a line like ${pattern}`, (line) => (pattern.test(line) ? line : undefined));
  }

  /** The first line of standard output that is a JSON object which `matches` accepts. */
  async waitForEvent<T extends object>(matches: (event: Partial<T>) => boolean): Promise<T> {
    return this.#waitFor('an event', (line) => {
      const event = parseObject(line) as T | undefined;
      return event !== undefined && matches(event) ? event : undefined;
    });
  }

  /** To the process alone, as `kill <pid>` does. */
  signal(name: NodeJS.Signals): void {
    this.#child.kill(name);
  }

  /** To the process and its children, as a terminal's Ctrl-C does. */
  signalGroup(name: NodeJS.Signals): void {
    if (running.has(this)) sendToGroup(this.#child.pid, name);
  }

  /** Kills the group at once and waits until the process is gone. */
  async kill(): Promise<Exit> {
    this.signalGroup('SIGKILL');
    await Promise.race([this.exited, sleep(LAST_OUTPUT_MS, undefined, { ref: false })]);
    // A server that left the group may hold the other ends of the pipes open.
    this.#child.stdout?.destroy();
    this.#child.stderr?.destroy();
    return this.exited;
  }

  /** How the process ended by itself; throws when it does not within the timeout. */
  async waitForExit(): Promise<Exit> {
    await this.#poll('its end', () => this.#exit);
    return this.exited;
  }

  async #watch(): Promise<Exit> {
    this.#child.stdin?.on('error', () => {});
    this.#child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      this.#stdout += text;
      this.#output += text;
    });
    this.#child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.#output += text;
    });
    this.#child.on('error', (error) => {
      this.#output += String(error);
    });
    // 'close' comes after the last output; a child that could not be started closes too.
    const [code, signal] = (await once(this.#child, 'close').catch(() => [null, null])) as [
      Exit['code'],
      Exit['signal'],
    ];
    // Children that are left keep the group's number from being given away; without them it is no longer ours.
    if (!sendToGroup(this.#child.pid, 0)) running.delete(this);
    this.#exit = { code, signal };
    return this.#exit;
  }

  #waitFor<T>(what: string, find: (line: string) => T | undefined): Promise<T> {
    return this.#poll(what, () => {
      // The last piece has no newline yet, so it is not a line.
      for (const line of this.#stdout.split('\n').slice(0, -1)) {
        const found = find(line);
        if (found !== undefined) return found;
      }
      if (this.#exit !== undefined) throw new Error(`The process ended without ${what}.\n${this.#output}`);
      return undefined;
    });
  }

  async #poll<T>(what: string, find: () => T | undefined): Promise<T> {
    const deadline = performance.now() + this.#timeoutMs;
    for (;;) {
      const found = find();
      if (found !== undefined) return found;
      if (performance.now() > deadline)
        throw new Error(`Waited ${this.#timeoutMs} ms for ${what}.\n${this.#output}`);
      await sleep(POLL_INTERVAL_MS);
    }
  }
}

/** Waits until a GET of `url` answers with a 2xx; what stands in the way meanwhile (refused, 503) is expected. */
export async function waitForUrl(url: string, timeoutMs = DEFAULT_TIMEOUT_MS): Promise<Response> {
  const deadline = performance.now() + timeoutMs;
  let last: unknown = 'no answer';
  while (performance.now() < deadline) {
    try {
      const response = await fetch(url, { signal: AbortSignal.timeout(timeoutMs) });
      if (response.ok) return response;
      last = `HTTP ${response.status}`;
    } catch (error) {
      last = error;
    }
    await sleep(POLL_INTERVAL_MS);
  }
  throw new Error(`${url} was not there within ${timeoutMs} ms: ${String(last)}`);
}

/** False when there is no such group any more. */
function sendToGroup(pid: number | undefined, signal: NodeJS.Signals | 0): boolean {
  try {
    return pid !== undefined && process.kill(-pid, signal);
  } catch {
    return false;
  }
}

function parseObject(line: string): object | undefined {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === 'object' && value !== null ? value : undefined;
  } catch {
    return undefined;
  }
}
