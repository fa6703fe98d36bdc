import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import type { LogEvent } from '../../src/kernel/index.ts';
import { createCrew } from '../../src/worker/crew.ts';
import { everyRound } from '../../src/worker/rounds.ts';

const listen = () => {
  const events: LogEvent[] = [];
  return { events, log: (_level: string, evt: LogEvent) => void events.push(evt) };
};

describe('a crew', () => {
  it('survives work that fails, and says so', async () => {
    const { events, log } = listen();
    const crew = createCrew(2, log);
    crew.take(Promise.reject(new Error('lost')));
    crew.take(Promise.resolve());
    await crew.finished();
    expect(events).toEqual(['worker_failed']);
    expect(crew.hasRoom()).toBe(true);
  });

  it('has no room while all are busy, and one that is slow holds up none', async () => {
    const crew = createCrew(2, listen().log);
    let finish = () => {};
    crew.take(
      new Promise((resolve) => {
        finish = resolve;
      }),
    );
    expect(crew.hasRoom()).toBe(true);
    crew.take(sleep(10));
    expect(crew.hasRoom()).toBe(false);
    await sleep(30);
    expect(crew.hasRoom()).toBe(true);
    finish();
    await crew.finished();
  });
});

describe('a round', () => {
  it('comes again after one that failed, until it is stopped', async () => {
    const { events, log } = listen();
    let rounds = 0;
    let third = () => {};
    const untilThird = new Promise<void>((resolve) => {
      third = resolve;
    });
    const repeated = everyRound(
      1,
      async () => {
        rounds += 1;
        if (rounds === 1) throw new Error('database lost');
        if (rounds === 3) third();
      },
      log,
    );
    await untilThird;
    await repeated.stop();
    const ended = rounds;
    await sleep(20);
    expect(rounds).toBe(ended);
    expect(events).toEqual(['worker_failed']);
  });

  it('is finished before stop returns, and is told that it should come to its end', async () => {
    const seen: boolean[] = [];
    let begun = () => {};
    const hasBegun = new Promise<void>((resolve) => {
      begun = resolve;
    });
    const repeated = everyRound(
      60_000,
      async (going) => {
        begun();
        while (going()) await sleep(1);
        seen.push(going());
      },
      listen().log,
    );
    await hasBegun;
    await repeated.stop();
    expect(seen).toEqual([false]);
  });
});
