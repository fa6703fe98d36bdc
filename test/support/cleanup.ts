import { afterAll } from 'vitest';

const pending: (() => unknown)[] = [];

// Every test file has its own copy of this module. A hook that a running test or hook registers would never run.
afterAll(async () => {
  for (const end of pending.reverse()) await end();
});

/** Runs `end` after the file, whoever asks for it and when; the last one asked for runs first. */
export const afterFile = (end: () => unknown): void => {
  pending.push(end);
};
