import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { Door } from '../faults/support/calls.ts';

/** What Herald processes said and did that a soak must not see, by kind, and how often they were killed. */
export interface Incidents {
  kills: number;
  /** Ends that nobody asked for, of a process that had started. */
  crashes: number;
  /** Answers `INTERNAL`, and alarms of two tweets for one part. */
  alarms: number;
}

/** A place for one Herald process: as soon as one is gone, the next is started in it. */
export interface HeraldSlot {
  /** Where it listens, once it does. */
  door(): Door | undefined;
  /** What the last process said on its standard error. */
  lastWords(): string;
  kill(): void;
  /** Ends the process in order and starts no other. */
  stop(): Promise<void>;
}

interface Line {
  readonly evt: string;
  readonly url?: string;
}

const ENTRY = fileURLToPath(new URL('../../dist/main.js', import.meta.url));
const ALARMS = ['request_failed', 'double_post'];
const PAUSE_MS = 100;

export const openHeraldSlot = (
  environment: NodeJS.ProcessEnv,
  incidents: Incidents,
  tell: (line: string) => void,
): HeraldSlot => {
  const secret = environment.HERALD_WEBHOOK_SECRET ?? '';
  let going = true;
  let child: ChildProcess | undefined;
  let door: Door | undefined;
  let said = '';

  const read = (line: string): void => {
    const { evt, url } = parse(line);
    if (evt === 'started' && url !== undefined) door = { url, secret };
    if (!ALARMS.includes(evt)) return;
    incidents.alarms += 1;
    tell(line);
  };

  const runOnce = async (): Promise<void> => {
    const started = spawn(process.execPath, [ENTRY], { env: environment, stdio: ['ignore', 'pipe', 'pipe'] });
    child = started;
    said = '';
    started.stderr.setEncoding('utf8').on('data', (text: string) => {
      said += text;
    });
    createInterface({ input: started.stdout }).on('line', read);
    await new Promise((resolve) => started.once('close', resolve));
    const wasUp = door !== undefined;
    door = undefined;
    if (started.signalCode === 'SIGKILL' || !going || !wasUp) return;
    incidents.crashes += 1;
    tell(`Herald ended by itself with ${started.exitCode ?? started.signalCode}: ${said}`);
  };

  const run = async (): Promise<void> => {
    while (going) {
      await runOnce();
      if (going) await sleep(PAUSE_MS);
    }
  };
  const running = run();

  return {
    door: () => door,
    lastWords: () => said,
    kill: () => {
      if (child?.kill('SIGKILL')) incidents.kills += 1;
    },
    stop: async () => {
      going = false;
      child?.kill('SIGTERM');
      await running;
    },
  };
};

const parse = (line: string): Line => {
  try {
    return JSON.parse(line) as Line;
  } catch {
    return { evt: '' };
  }
};
