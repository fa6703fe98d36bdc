import { monitorEventLoopDelay } from 'node:perf_hooks';

/*
 * Loaded into each process that is measured (`node --import`): answers over IPC what it has used since the last
 * question. It does nothing in between, except where event-loop delay and memory are asked for.
 */

/** What a process used between `begin` and `end`. */
export interface Usage {
  /** User and system time of every thread. */
  readonly cpuMs: number;
  /** The most that was seen, sampled every 50 ms; 0 unless asked for. */
  readonly rssBytes: number;
  /** How late a timer of 2 ms came; 0 unless asked for. */
  readonly loopDelayP99Ms: number;
}

export interface ProbeQuestion {
  readonly probe: 'begin' | 'end';
  /** With `begin`: event-loop delay and memory too. */
  readonly closely?: boolean;
}

const RESOLUTION_MS = 2;
const SAMPLE_MS = 50;

let cpuAtBegin = process.cpuUsage();
let rssBytes = 0;
const delay = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
let sampler: NodeJS.Timeout | undefined;

const sample = (): void => {
  rssBytes = Math.max(rssBytes, process.memoryUsage.rss());
};

const begin = (closely: boolean): void => {
  if (closely) {
    rssBytes = 0;
    delay.reset();
    delay.enable();
    sampler = setInterval(sample, SAMPLE_MS).unref();
  }
  cpuAtBegin = process.cpuUsage();
};

const end = (): Usage => {
  const { user, system } = process.cpuUsage(cpuAtBegin);
  if (sampler) sample();
  clearInterval(sampler);
  sampler = undefined;
  delay.disable();
  const lateMs = delay.count > 0 ? delay.percentile(99) / 1e6 - RESOLUTION_MS : 0;
  return { cpuMs: (user + system) / 1000, rssBytes, loopDelayP99Ms: Math.max(0, lateMs) };
};

process.on('message', (question: Partial<ProbeQuestion>) => {
  if (question.probe === 'begin') {
    begin(question.closely ?? false);
    process.send?.({ probe: null });
  } else if (question.probe === 'end') {
    process.send?.({ probe: end() });
  }
});
// The benchmark is gone, however it ended: nothing is left behind.
process.once('disconnect', () => process.exit());
