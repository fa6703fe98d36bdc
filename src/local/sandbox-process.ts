import { spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { readJson } from './state.ts';

export interface SandboxProcess {
  readonly url: string;
  /** Whether it was running already, from a start before this one. */
  readonly reused: boolean;
  stop(): Promise<void>;
}

interface SandboxOptions {
  readonly stateDir: string;
  readonly port: number;
}

const START_TIMEOUT_MS = 15_000;
const STOP_TIMEOUT_MS = 5_000;
const POLL_MS = 50;

/**
 * The sandbox as a process of its own that outlives this one: a kill -9 of Herald leaves it running, and the next start
 * finds it by the note in the state folder.
 */
export const startSandboxProcess = async ({ stateDir, port }: SandboxOptions): Promise<SandboxProcess> => {
  const note = join(stateDir, 'sandbox-process.json');
  const running = readNote(note);
  if (running !== undefined && (await isOfFolder(running.url, stateDir))) {
    return { url: running.url, reused: true, stop: () => stopProcess(running.pid) };
  }
  const logPath = join(stateDir, 'sandbox.log');
  const output = openSync(logPath, 'w', 0o600);
  const child = spawn(process.execPath, ['--import', import.meta.resolve('tsx'), SANDBOX_ENTRY], {
    detached: true,
    stdio: ['ignore', output, output],
    env: { PATH: process.env.PATH, HERALD_STATE_DIR: stateDir, SANDBOX_PORT: String(port) },
  });
  child.unref();
  closeSync(output);
  const pid = child.pid ?? 0;
  const url = await listeningUrl(logPath, () => child.exitCode !== null);
  writeFileSync(note, JSON.stringify({ pid, url }));
  return { url, reused: false, stop: () => stopProcess(pid) };
};

const SANDBOX_ENTRY = fileURLToPath(new URL('../sandbox/main.ts', import.meta.url));

/** The URL that the sandbox writes in its first line, once it listens. */
const listeningUrl = async (logPath: string, hasExited: () => boolean): Promise<string> => {
  const deadline = performance.now() + START_TIMEOUT_MS;
  while (performance.now() < deadline && !hasExited()) {
    const line = readFileSync(logPath, 'utf8')
      .split('\n')
      .find((candidate) => candidate.includes('"sandbox_listening"'));
    if (line !== undefined) return (JSON.parse(line) as { url: string }).url;
    await sleep(POLL_MS);
  }
  const said = readFileSync(logPath, 'utf8').trim().split('\n').slice(-3).join('\n');
  throw new Error(`The sandbox did not start. It said:\n${said}`);
};

const readNote = (path: string): { pid: number; url: string } | undefined => {
  const note = readJson(path) as { pid?: unknown; url?: unknown } | undefined;
  return typeof note?.pid === 'number' && typeof note.url === 'string' && signal(note.pid, 0)
    ? { pid: note.pid, url: note.url }
    : undefined;
};

/** Whether the sandbox of this folder answers there, and not another's: they know different tokens. */
const isOfFolder = async (url: string, stateDir: string): Promise<boolean> => {
  try {
    const response = await fetch(`${url}/_sandbox/users`, { signal: AbortSignal.timeout(2_000) });
    const [user] = (await response.json()) as { access_token: string }[];
    return (
      user !== undefined &&
      readFileSync(join(stateDir, 'sandbox', 'users.json'), 'utf8').includes(user.access_token)
    );
  } catch {
    return false;
  }
};

/** False when the process is gone. */
const signal = (pid: number, name: NodeJS.Signals | 0): boolean => {
  try {
    return process.kill(pid, name);
  } catch {
    return false;
  }
};

/** Asks the process to stop and waits until it is gone; after five seconds it is no longer asked. */
const stopProcess = async (pid: number): Promise<void> => {
  const deadline = performance.now() + STOP_TIMEOUT_MS;
  if (!signal(pid, 'SIGTERM')) return;
  while (signal(pid, performance.now() > deadline ? 'SIGKILL' : 0)) await sleep(POLL_MS);
};
