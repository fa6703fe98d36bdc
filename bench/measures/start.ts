import { setTimeout as sleep } from 'node:timers/promises';
import type { Stage } from '../stage.ts';
import { type Figure, figure } from '../statistics.ts';

const STARTS = 5;
const TIMEOUT_MS = 10_000;

/** Milliseconds from the start of the process to the first 200 of /readyz, on a database that it knows. */
export const measureStart = async (stage: Stage): Promise<Figure> => {
  const timesMs: number[] = [];
  for (let start = 0; start < STARTS; start += 1) {
    const startedMs = performance.now();
    const { program } = await stage.start('herald', { name: 'herald-start' });
    await untilReady(program.url);
    timesMs.push(performance.now() - startedMs);
    await program.kill();
  }
  return figure(timesMs);
};

const untilReady = async (url: string): Promise<void> => {
  const deadline = performance.now() + TIMEOUT_MS;
  while (performance.now() < deadline) {
    if ((await fetch(`${url}/readyz`)).ok) return;
    await sleep(2);
  }
  throw new Error('Herald was not ready in time.');
};
